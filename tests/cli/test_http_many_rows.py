"""--predictor http://...: 10,000 rows through faults of every kind, and endpoints that take one row at a time."""

import json
import random

import pytest
from endpoint import Endpoint, smooth
from http_case import ask, background, rows, shapley, table  # noqa: F401: fixtures

from limpid_program import assert_error, files_in, rows_of


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """10,000 rows."""
    folder = tmp_path_factory.mktemp("many")
    draw = random.Random(4)
    rows = [[draw.randint(0, 9) for _ in range(3)] for _ in range(10000)]
    (folder / "rows.csv").write_text("a,b,c\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    (folder / "background.csv").write_text("a,b,c\n4,5,6\n")
    return rows, folder / "rows.csv"


def test_ten_thousand_rows_with_faults(many):
    """Drops, 503s and slow answers: right values, and every row of them."""
    rows, data = many
    fault = lambda n, _: [None, 503, None, "drop", None, None][n % 6]  # noqa: E731
    slow = lambda n: 1.5 if n in (7, 30) else 0  # noqa: E731: above the time-out, once each
    with Endpoint(fault=fault, wait=slow) as server:
        done = ask(server, data, "--predictor-timeout", 1)
    found = rows_of(done.stdout)
    assert len(found) == 10000, done.stderr
    for row, got in list(zip(rows, found, strict=True))[::997]:
        assert list(got["shap_values"].values()) == pytest.approx(shapley(smooth, row, [[4, 5, 6]]), abs=2e-7)


ENDS = {
    "short answer": (lambda rows: b"0.5\n" * (rows // 2), "endpoint.rows"),
    "too many rows": (lambda rows: b"0.5\n" * (rows + 1), "endpoint.rows"),
    "nan": (lambda rows: b"0.5\n" * (rows - 1) + b"nan\n", "endpoint.score"),
    "infinity": (lambda rows: b"inf\n" * rows, "endpoint.score"),
    "drops": (lambda _: "drop", "endpoint.connect"),
    "503": (lambda _: 503, "endpoint.status"),
}


@pytest.mark.parametrize("case", ENDS)
def test_ten_thousand_rows_end_with_an_error_and_nothing_written(case, many, tmp_path):
    """After 20 answers that were right: exit code 8, and no file is left."""
    answer, code = ENDS[case]
    with Endpoint(fault=lambda n, rows: answer(rows) if n >= 20 else None) as server:
        done = ask(server, many[1], "--retries", 2, out=tmp_path / "out")
        assert len(server.requests) > 20
    assert_error(done, code, 8, server.url)
    assert files_in(tmp_path / "out") == []


def test_slow_answers_end_with_an_error_and_nothing_written(many, tmp_path):
    with Endpoint(wait=lambda n: 2 if n >= 20 else 0) as server:
        done = ask(server, many[1], "--predictor-timeout", 0.3, out=tmp_path / "out")
    assert_error(done, "endpoint.timeout", 8, server.url)
    assert files_in(tmp_path / "out") == []


@pytest.mark.parametrize("status", [400, 422, 424, 500])
def test_a_model_that_fails_on_several_rows_is_sent_one_at_a_time(status, rows, table, tmp_path):
    """As Clarify does: "Fallback to per-record prediction because of model error."."""
    with Endpoint(fault=lambda _, count: status if count > 1 else None) as server:
        done = ask(server, table, "--retries", 1, "--coalitions", 14, out=tmp_path / "alone")
        assert done.returncode == 0, done.stderr
        assert f"warning[endpoint.rows]: the endpoint answered {status} to 5 rows in one request" in done.stderr
        assert all(count == 1 for count, _ in server.requests[2:])
    run = json.loads((tmp_path / "alone" / "run.json").read_text())
    assert f"answered {status} to 5 rows" in run["predictor"]["remark"]
    with Endpoint() as server:
        done = ask(server, table, "--coalitions", 14, out=tmp_path / "together")
    assert "endpoint.rows" not in done.stderr
    assert json.loads((tmp_path / "together" / "run.json").read_text())["predictor"]["remark"] is None
    out = "explanations_shap/out.jsonl"
    assert (tmp_path / "alone" / out).read_bytes() == (tmp_path / "together" / out).read_bytes()


def test_a_row_that_the_model_fails_on_alone_is_the_error(rows, table, tmp_path):
    with Endpoint(fault=lambda n, count: 400 if count > 1 or n > 30 else None) as server:
        done = ask(server, table, out=tmp_path / "out")
    assert_error(done, "endpoint.status", 8, "answered 400: 'status 400 it is'", "one row, after 400 to 5 rows")
    assert files_in(tmp_path / "out") == []
