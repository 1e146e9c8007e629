import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * The HTTP client of the Java library, which offers HTTP/2 by {@code Upgrade: h2c}.
 *
 * <p>Usage: {@code JavaHttpClient ENDPOINT QUERY} posts the query and then, on the same client, a
 * second time; it prints each status and body as CSV.
 */
final class JavaHttpClient {
    private JavaHttpClient() {}

    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(arguments[0]))
                        .header("Content-Type", "application/sparql-query")
                        .header("Accept", "text/csv")
                        .POST(BodyPublishers.ofString(arguments[1]))
                        .build();
        for (int number = 0; number < 2; number++) {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            System.out.print(response.statusCode() + "\n" + response.body());
        }
    }
}
