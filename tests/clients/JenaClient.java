import org.apache.jena.query.ResultSet;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.exec.http.QueryExecutionHTTP;
import org.apache.jena.sparql.exec.http.QuerySendMode;

/**
 * Apache Jena as a client of a SPARQL endpoint.
 *
 * <p>Usage: {@code JenaClient select|construct asGetAlways|asPost|asPostForm ENDPOINT QUERY} prints
 * a CSV table or N-Triples; {@code JenaClient load URL} prints the number of quads of a file.
 */
final class JenaClient {
    private JenaClient() {}

    public static void main(String[] arguments) {
        if (arguments[0].equals("load")) {
            DatasetGraph dataset = RDFDataMgr.loadDatasetGraph(arguments[1]);
            System.out.println(org.apache.jena.atlas.iterator.Iter.count(dataset.find()));
            return;
        }
        try (QueryExecutionHTTP execution =
                QueryExecutionHTTP.service(arguments[2])
                        .query(arguments[3])
                        .sendMode(QuerySendMode.valueOf(arguments[1]))
                        .build()) {
            if (arguments[0].equals("select")) {
                ResultSet rows = execution.execSelect();
                ResultSetFormatter.outputAsCSV(System.out, rows);
            } else {
                RDFDataMgr.write(System.out, execution.execConstruct(), Lang.NTRIPLES);
            }
        }
    }
}
