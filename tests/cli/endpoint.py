"""An endpoint of the tests' own on loopback: answers in every form that limpid reads, and misbehaves as it is told."""

import csv
import io
import json
import math
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def number(cell):
    """A cell of CSV or JSON as a number: texts count by their length, missing ones are -1."""
    if cell is None or cell == "":
        return -1.0
    if isinstance(cell, str):
        try:
            return float(cell)
        except ValueError:
            return float(len(cell))
    return float(cell)


def smooth(row):
    """The tests' model: a probability with interactions between neighbours."""
    x = [number(cell) for cell in row]
    total = sum(math.sin(value / 7 + i) for i, value in enumerate(x))
    total += sum(math.cos(a / 5) * math.sin(b / 3) for a, b in zip(x, x[1:], strict=False))
    return 1 / (1 + math.exp(-total / 2))


def rows_of_csv(body):
    return list(csv.reader(io.StringIO(body)))


def rows_of_lines(body):
    return [json.loads(line)["features"] for line in body.splitlines()]


def rows_of_json(body):
    return [record["features"] for record in json.loads(body)["instances"]]


def lines(scores):
    return "".join(",".join(map(repr, row)) + "\n" for row in scores)


class Endpoint:
    """`with Endpoint(...) as endpoint:` serves at endpoint.url until the block ends.

    `model`: a row's cells to a score or a list of them; or `batch`: rows to as many. `read`: a body to rows. `write`: [[score]] to a body. `fault`: called
    with the number of the request (0, 1, ...) and its rows; what it returns goes first: a status, (status, headers), bytes
    as the body of a 200, "drop" (the connection is closed), or None. `wait`: seconds before an answer, or a function of the
    number.
    """

    def __init__(self, model=smooth, read=rows_of_csv, write=lines, fault=None, wait=0, limit=None, batch=None):
        self.batch = batch or (lambda rows: [model(row) for row in rows])
        self.read, self.write, self.fault, self.wait, self.limit = read, write, fault, wait, limit
        self.requests = []  # (rows, bytes) of each, in order of arrival
        self.headers = []
        self.bodies = []
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    def __enter__(self):
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                super().setup()
                with endpoint._lock:
                    endpoint.connections += 1

            def do_POST(self):
                endpoint._serve(self)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):  # a client that went away
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/invocations"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def rows(self):
        return sum(rows for rows, _ in self.requests)

    def _serve(self, handler):
        length = int(handler.headers["Content-Length"])
        if self.limit is not None and length > self.limit:  # without reading the body, as servers do
            with self._lock:
                self.requests.append((0, length))
            handler.close_connection = True
            return self._answer(handler, 413, b"too large", {"Connection": "close"}, drain=length)
        body = handler.rfile.read(length).decode()
        rows = self.read(body)
        with self._lock:
            n = len(self.requests)
            self.requests.append((len(rows), length))
            self.headers.append(dict(handler.headers))
            self.bodies.append(body)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            time.sleep(self.wait(n) if callable(self.wait) else self.wait)
            fault = self.fault(n, len(rows)) if self.fault else None
        finally:
            with self._lock:
                self._at_once -= 1
        if fault == "drop":
            handler.close_connection = True
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return handler.connection.close()
        if isinstance(fault, bytes):
            return self._answer(handler, 200, fault)
        if fault is not None:
            status, headers = fault if isinstance(fault, tuple) else (fault, {})
            return self._answer(handler, status, f"status {status} it is".encode(), headers)
        scores = [score if isinstance(score, list) else [score] for score in self.batch(rows)]
        return self._answer(handler, 200, self.write(scores).encode())

    def _answer(self, handler, status, body, headers=None, drain=0):
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        if drain:
            handler.connection.settimeout(5)
            handler.rfile.read(drain)
