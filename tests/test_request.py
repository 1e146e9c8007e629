"""A request of the SPARQL Protocol is read as its section 2 lays down, without a server."""

from random import Random
from urllib.parse import parse_qs, quote, quote_plus

import pytest

from oib import media_types
from oib.errors import BadInput, Forbidden, UnsupportedMedia
from oib.sparql.dataset import UNION, Dataset
from oib.sparql.request import MAX_PARAMETERS, Operation, read_request

FORM, QUERY, UPDATE = media_types.FORM, media_types.QUERY, media_types.UPDATE
ASK = Operation("query", "ASK {}")


@pytest.mark.parametrize("encode", [str, str.encode])
@pytest.mark.parametrize(
    "query_string",
    [
        "query=ASK%20%7B%7D",
        "query=ASK+{}",
        "query=%EF%BB%BFASK+{}",
        "default-graph-uri=&query=ASK%20%7B%7D",
        "query=ASK+{}&named-graph-uri=&format=&timeout=&update=",
        "query=&query=ASK+{}",
        "query=ASK+{}&unknown=1&unknown=2",
    ],
)
def test_a_query_by_get(encode, query_string):
    assert read_request("GET", encode(query_string)) == ASK
    assert read_request("HEAD", encode(query_string)) == ASK


@pytest.mark.parametrize(
    "content_type",
    [
        QUERY,
        QUERY.upper(),
        f"{QUERY}; charset=utf-8",
        f'{QUERY};charset="UTF-8"',
        f"{QUERY}; charset=utf8",
        f"{QUERY}; charset=ISO-8859-1",
    ],
)
@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_query_as_the_body(content_type, encoding):
    assert read_request("POST", "", content_type, encoding, b"ASK {}") == ASK


@pytest.mark.parametrize("charset", ["", "; charset=utf8", "; charset=ISO-8859-1"])
def test_a_query_in_a_form(charset):
    assert read_request("POST", b"", FORM + charset, "", b"query=ASK+%7B%7D") == ASK
    asked = read_request("POST", b"format=csv", FORM + charset, "", b"query=ASK+%7B%7D")
    assert asked == Operation("query", "ASK {}", format="csv")


def test_letters_beyond_ascii_arrive_whole():
    text = 'ASK { ?s ?p "苏州" }'
    assert read_request("POST", "", QUERY, "", text.encode()).text == text
    assert read_request("POST", "", QUERY, "", ("\ufeff" + text).encode()).text == text
    assert read_request("GET", "query=%E8%8B%8F").text == "苏"
    assert read_request("GET", "query=" + "苏").text == "苏"


def test_any_text_comes_back_from_its_encoding():
    random = Random(1)
    alphabet = "aZ0 =%+&;\n\r\t_~.?#\"'{}<>\u00e9\u82cf\U0001f600\0"
    for _ in range(2000):
        text = "".join(random.choices(alphabet, k=random.randrange(1, 12)))
        for encode in (quote, quote_plus, lambda text: quote(text).lower()):
            if encode is not quote and encode is not quote_plus:
                text = text.lower()
            assert read_request("GET", "query=" + encode(text)).text == text
            assert read_request("GET", b"query=" + encode(text).encode()).text == text


@pytest.mark.parametrize("value", ["%", "100%", "%zz", "%4", "a=b", "=3D", "a=\n", "%3d%0a", "%\n"])
def test_odd_encodings_are_read_as_every_form_reads_them(value):
    assert read_request("GET", "query=" + value).text == parse_qs("q=" + value)["q"][0]


def test_the_request_chooses_graphs():
    query = "query=ASK+{}&default-graph-uri=urn:a&default-graph-uri=urn:b&named-graph-uri=urn:c"
    assert read_request("GET", query).dataset == Dataset(("urn:a", "urn:b"), ("urn:c",))
    body = b"update=DROP+ALL&using-graph-uri=urn:a&using-named-graph-uri=urn:b"
    asked = read_request("POST", "", FORM, "", body)
    assert asked == Operation("update", "DROP ALL", Dataset(("urn:a",), ("urn:b",)))
    assert read_request("GET", "query=ASK+{}").dataset is UNION


@pytest.mark.parametrize(
    ("query_string", "name"),
    [
        ("as=csv", "csv"),
        ("format=text/csv", "text/csv"),
        ("output=json&results=json&format=xml", "xml"),
        ("format=xml&as=ttl", "ttl"),
        ("format=&output=tsv", "tsv"),
    ],
)
def test_the_request_names_a_format(query_string, name):
    assert read_request("GET", f"query=ASK+{{}}&{query_string}").format == name
    assert read_request("GET", query_string) == Operation("describe-service", format=name)


@pytest.mark.parametrize(
    ("text", "seconds"), [("2", 2), ("2.5", 2.5), ("3s", 3), ("250ms", 0.25), (".5", 0.5)]
)
def test_the_request_sets_a_timeout(text, seconds):
    assert read_request("GET", f"query=ASK+{{}}&timeout={text}").timeout == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e3", "soon", "1_0", "٣", "1.2.3", "s"])
def test_a_timeout_that_is_no_time_is_refused(text):
    with pytest.raises(BadInput, match="timeout"):
        read_request("GET", f"query=ASK+{{}}&timeout={text}")


@pytest.mark.parametrize("query_string", ["", "query=", "lang=en", "query=&default-graph-uri="])
def test_without_a_query_the_service_is_described(query_string):
    assert read_request("GET", query_string) == Operation("describe-service")
    with pytest.raises(BadInput, match="one parameter 'query', not 0"):
        read_request("POST", query_string, FORM)


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body"),
    [
        ("GET", "query=ASK+{}&query=ASK+{}", "", b""),
        ("POST", "query=ASK+{}", FORM, b"query=ASK+{}"),
        ("POST", "query=ASK+{}", QUERY, b"ASK {}"),
        ("POST", "", FORM, b"update=DROP+ALL&update=DROP+ALL"),
        ("POST", "", FORM, b"update=DROP+ALL&query=ASK+{}"),
    ],
)
def test_one_operation_at_a_time(method, query_string, content_type, body):
    with pytest.raises(BadInput, match="send one parameter"):
        read_request(method, query_string, content_type, "", body)


def test_an_update_comes_by_post():
    assert read_request("POST", "", UPDATE, "", b"DROP ALL") == Operation("update", "DROP ALL")
    with pytest.raises(Forbidden, match="by POST"):
        read_request("GET", "update=DROP+ALL")


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body"),
    [
        ("GET", "query=%FF", "", b""),
        ("GET", "query=ASK+{}&x=%FF", "", b""),
        ("GET", b"x=\xff", "", b""),
        ("POST", "", QUERY, b"ASK { ?s ?p '\xff' }"),
        ("POST", "", FORM, b"query=%ff"),
        ("POST", "", FORM, b"query=\xff"),
    ],
)
def test_what_is_not_utf8_is_refused(method, query_string, content_type, body):
    with pytest.raises(BadInput, match="not in UTF-8"):
        read_request(method, query_string, content_type, "", body)


@pytest.mark.parametrize(
    ("content_type", "encoding", "body", "message"),
    [
        ("", "", b"ASK {}", "of no media type"),
        ("text/plain", "", b"ASK {}", "send Content-Type: application/sparql-query"),
        ("x" * 9000, "", b"ASK {}", "…"),
        (QUERY, "gzip", b"ASK {}", "compressed"),
        (FORM, "br, identity", b"query=ASK+{}", "compressed"),
        (QUERY + "; charset=UTF-16", "", "ASK {}".encode("utf-16"), "in utf-16; send it in UTF-8"),
        (FORM + "; charset=utf-16le", "", "query=ASK".encode("utf-16le"), "send it in UTF-8"),
        (QUERY + "; charset=latin1", "", b"ASK { ?s ?p '\xe9' }", "send it in UTF-8"),
    ],
)
def test_a_body_that_is_not_read_is_refused(content_type, encoding, body, message):
    with pytest.raises(UnsupportedMedia) as refused:
        read_request("POST", "", content_type, encoding, body)
    assert message in str(refused.value)
    assert len(str(refused.value)) < 300


def test_parameters_are_counted():
    many = "&".join(["a=1"] * MAX_PARAMETERS)
    assert read_request("GET", many) == Operation("describe-service")
    with pytest.raises(BadInput, match="more than 1,000 parameters"):
        read_request("GET", many + "&query=ASK+{}")
    with pytest.raises(BadInput, match="more than 1,000 parameters"):
        read_request("POST", many, FORM, "", b"query=ASK+{}")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("csv", ("text/csv",)),
        ("TTL", ("text/turtle",)),
        ("json", (media_types.SPARQL_JSON, media_types.JSON_LD, media_types.JSON)),
        ("application/sparql-results json", (media_types.SPARQL_JSON,)),
        ("text/csv; header=present", ("text/csv",)),
        ("image/png", ("image/png",)),
        ("cvs", ()),
        ("", ()),
    ],
)
def test_names_of_formats(name, media_type):
    assert media_types.named(name) == media_type


def test_a_media_type_with_parameters():
    assert media_types.parse(' Text/CSV ; charset="U\\TF-8";x; y=";" ; x=1;X=2') == (
        "text/csv",
        {"charset": "UTF-8", "y": ";", "x": "1"},
    )
