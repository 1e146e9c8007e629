"""The HTTP client of the bench, against scripted responses."""

import time

import pytest

from bench import (
    client_connection,
    http_client,
    load_generator,
)
from bench.normalize import normalize
from free_ports import free_port
from scripted_server import CHUNKED, END, encode_response, on_linux, requests, serving_script


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: a/b; q=1\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ],
)
def test_a_response_is_parsed_when_it_is_complete_and_not_before(sent):
    assert all(
        http_client.parse_response(bytearray(sent[:end])) is None for end in range(len(sent))
    )
    answer = http_client.parse_response(bytearray(sent))
    assert (answer.status, answer.media_type, answer.body) == (200, "a/b", b"hello")


@on_linux
def test_every_answer_is_counted_once_whatever_the_lengths_and_pieces():
    same, other = encode_response(b"x" * 50), encode_response(b"y" * 70)
    large = encode_response(b"z" * 200_000)
    answers = [[same], [same], [other], [same[:20], same[20:]], [other[: len(same)], b"y" * 20]]
    answers += [[CHUNKED], [CHUNKED[:-12], CHUNKED[-12:]], [CHUNKED[:55], CHUNKED[55:]], [same]]
    answers += [[large], [large[:100], large[100:]], [encode_response(b"")]]
    with serving_script(*answers) as port:
        counters = load_generator.run_load(port, requests(len(answers)), 1, 20)
    assert (counters.done, counters.lost, counters.reconnects) == (len(answers), 0, 0)
    assert not counters.refused
    assert counters.before_failure is None


@on_linux
def test_an_answer_of_the_same_length_but_another_status_is_not_taken_for_good():
    good, bad = encode_response(b"12"), encode_response(b"12", "503 No")
    assert len(good) == len(bad)
    with serving_script([good], [bad], [good]) as port:
        counters = load_generator.run_load(port, requests(3), 1, 20)
    assert (counters.done, counters.refused, counters.before_failure) == (2, {503: 1}, 1)


@on_linux
def test_a_request_without_a_whole_answer_is_lost_and_the_next_goes_on_anew():
    good = encode_response(b"12345")
    with serving_script([good], [good[:-2]], None, [good[:10]], None, [good]) as port:
        counters = load_generator.run_load(port, requests(4), 1, 20, timeout=0.2)
    # The last half answer is waited for, and its connection is not used again.
    assert (counters.done, counters.lost, counters.before_failure) == (1, 1, 1)
    with serving_script(
        [good], None, [good], [encode_response(b"", fields=b"Connection: close\r\n")]
    ) as port:
        counters = load_generator.run_load(port, requests(4), 1, 20)
    assert (counters.done, counters.lost, counters.before_failure, counters.connect_error) == (
        3,
        1,
        1,
        "",
    )
    assert counters.reconnects == 2


@on_linux
def test_a_connection_closed_while_it_was_idle_loses_no_request(monkeypatch):
    monkeypatch.setattr(client_connection, "_IDLE", 0.0)

    def slowly():
        for each in requests(2):
            yield each
            time.sleep(0.3)

    good = encode_response(b"12345")
    with serving_script([good, END], [good]) as port:
        counters = load_generator.run_load(port, slowly(), 1, 20, timeout=5)
    assert (counters.done, counters.lost, counters.reconnects) == (2, 0, 1)


@on_linux
def test_an_answer_without_length_ends_with_its_connection():
    old = b"HTTP/1.0 200 OK\r\n\r\nhello"
    with serving_script([old], None) as port:
        half = load_generator.run_load(port, requests(1), 1, 20, timeout=0.2)
    assert (half.done, half.lost) == (0, 1)
    with serving_script([old, END]) as port:
        counters = load_generator.run_load(port, requests(1), 1, 20)
    assert (counters.done, counters.lost) == (1, 0)


@on_linux
def test_a_server_that_is_gone_ends_the_run_and_not_the_program():
    counters = load_generator.run_load(free_port(), requests(9), 4, 20)
    assert counters.done == 0
    assert counters.lost >= 1
    assert "refused" in counters.connect_error.lower()
    assert counters.before_failure == 0


def test_results_of_two_engines_are_the_same_in_any_order_and_numbers_of_any_type():
    def answer(*rows):
        bindings = ",".join(
            f'{{"n":{{"type":"{kind}","value":"{value}","datatype":'
            f'"http://www.w3.org/2001/XMLSchema#{datatype}"}}}}'
            for kind, value, datatype in rows
        )
        body = f'{{"head":{{}},"results":{{"bindings":[{bindings}]}}}}'.encode()
        return normalize(
            http_client.Response(200, "application/sparql-results+json", body, "", False)
        )

    one = answer(("literal", "1", "integer"), ("literal", "2", "integer"))
    assert one == answer(("typed-literal", "2", "int"), ("typed-literal", "1", "int"))
    assert one != answer(("literal", "1", "integer"))
