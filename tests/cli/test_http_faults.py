"""--predictor http://...: answers that are wrong, endpoints that refuse, drop, stall or are none: an error that says so."""

import socket
import threading

import pytest
from endpoint import Endpoint
from http_case import ask, background, rows, table  # noqa: F401: fixtures

from limpid_program import assert_error, files_in

ONE_ANSWER = {
    "wrong count": (b"0.5\n", [], "endpoint.rows", ["scores of 1 row", "'0.5 '"]),
    "nothing": (b"", [], "endpoint.rows", ["scores of 0 rows", "an empty body"]),
    "nan": ("nan", [], "endpoint.score", ["no finite number", "'nan'"]),
    "text": ("0.5,dog", [], "endpoint.score", ["'0.5,dog'", "no number"]),
    "html": (b"<html>\n<body>busy</body>", ["--accept", "json"], "endpoint.response", ["no JSON", "<html> <body>busy"]),
    "no score": (b'{"predictions": []}', ["--accept", "json", "--score", "scores"], "endpoint.score",
                 ["--score 'scores' finds null", '{"predictions": []}']),
    "truncated": (b'{"predictions": [0.5, 0.', ["--accept", "json", "--score", "predictions"], "endpoint.response", ["no JSON"]),
    "not text": (b"\xff\xfe\x00\x01", [], "endpoint.rows", ["scores of 1 row"]),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_ANSWER)
def test_a_wrong_answer_is_named_and_nothing_is_written(case, table, tmp_path):
    body, options, code, words = ONE_ANSWER[case]
    fault = lambda _, rows: body if isinstance(body, bytes) else f"{body}\n".encode() * rows  # noqa: E731
    with Endpoint(fault=fault) as server:
        done = ask(server, table, *options, out=tmp_path / "out")
    assert_error(done, code, 8, server.url, *words)
    assert files_in(tmp_path / "out") == []
    assert len(server.requests) <= 4  # an answer that came is not asked for again


def test_another_count_of_scores_later_is_an_error(table):
    two = lambda n, rows: b"0.5,0.5\n" * rows if n == 5 else None  # noqa: E731
    with Endpoint(fault=two) as server:
        done = ask(server, table, "--rows-per-request", 20, "--requests-in-flight", 1)
    assert_error(done, "endpoint.score", 8, "2 scores per row", "had 1")


@pytest.mark.parametrize(
    "fault, code, words",
    [
        (400, "endpoint.status", ["answered 400: 'status 400 it is'"]),
        (403, "endpoint.status", ["403", "--header 'Authorization"]),
        ((302, {"Location": "http://127.0.0.1:1/"}), "endpoint.status", ["302", "redirections are not followed"]),
        (503, "endpoint.status", ["503 after 3 tries", "status 503 it is"]),
        ("drop", "endpoint.connect", ["no answer after 3 tries"]),
    ],
)
def test_an_endpoint_that_refuses(fault, code, words, table, tmp_path):
    with Endpoint(fault=lambda n, _: fault if n > 3 else None) as server:
        done = ask(server, table, "--rows-per-request", 20, "--retries", 2, "--requests-in-flight", 1, out=tmp_path / "out")
    assert_error(done, code, 8, server.url, *words)
    assert files_in(tmp_path / "out") == []


def test_no_endpoint_and_a_silent_one(table):
    with Endpoint() as server:
        pass
    assert_error(ask(server, table, "--retries", 1), "endpoint.connect", 8, "no answer after 2 tries", "is the endpoint running")
    with Endpoint(wait=5) as server:
        done = ask(server, table, "--predictor-timeout", 0.2)
    assert_error(done, "endpoint.timeout", 8, "within 0.2 s after 2 tries", "--predictor-timeout")
    with socket.create_server(("127.0.0.1", 0)) as listener:  # garbage instead of HTTP
        def answer():
            for _ in range(8):
                connection, _address = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"220 mail.example ESMTP\r\n")
        threading.Thread(target=answer, daemon=True).start()
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        done = ask(server, table, "--retries", 1, "--requests-in-flight", 1)
    assert_error(done, "endpoint.connect", 8, "no answer after 2 tries")
