"""--predictor http://...: every kind of body and answer, faults of every kind, and the same values as the model itself."""

import json

import numpy as np
import pytest
from endpoint import Endpoint, rows_of_csv, rows_of_json, rows_of_lines, smooth
from http_case import NAMES, ask, background, rows, shapley, table  # noqa: F401: fixtures

from limpid_program import LOANS_DATA, LOANS_MODEL, MODEL, NUMERIC, assert_error, explain, files_in, rows_of


def values(done):
    assert done.returncode == 0, done.stderr
    return [[row["shap_values"][name] for name in NAMES] for row in rows_of(done.stdout)]


def named(record):
    return [record[name] for name in NAMES]


def score_lines(scores):
    return "".join(json.dumps({"score": row[0], "label": "dog"}) + "\n" for row in scores)


def score_json(scores):
    return json.dumps({"predictions": [{"score": row[0]} for row in scores]})


FORMS = {
    "csv": ([], {}),
    "csv in one line": ([], {"write": lambda scores: ",".join(str(row[0]) for row in scores)}),
    "csv column": (["--score", 1], {"write": lambda scores: "".join(f'"dog",{row[0]!r},x\n' for row in scores)}),
    "csv list in a field": (["--score", 1], {"write": lambda scores: "".join(f'"dog","[{row[0]!r}]"\n' for row in scores)}),
    "csv with header": (["--predictor-header"], {"read": lambda body: rows_of_csv(body)[1:]}),
    "jsonlines": (["--content-type", "application/jsonlines", "--score", "score"],
                  {"read": rows_of_lines, "write": score_lines}),
    "jsonlines by template": (["--content-type", "jsonlines", "--content-template", '{"x": {"values": $features}}',
                               "--accept", "text/csv"],
                              {"read": lambda body: [json.loads(line)["x"]["values"] for line in body.splitlines()]}),
    "json": (["--content-type", "json", "--score", "predictions[*].score"], {"read": rows_of_json, "write": score_json}),
    "json by name": (["--content-type", "json", "--content-template", '{"rows": $records}', "--record-template",
                      "$features_kvp", "--score", "predictions[].score"],
                     {"read": lambda body: list(map(named, json.loads(body)["rows"])), "write": score_json}),
    "json by columns": (["--content-type", "json", "--content-template", '{"n": $feature_names, "r": $records}',
                         "--record-template", '[["${town}", "${debt}"], {"a": "${age}"}, "${job}"]', "--accept", "csv"],
                        {"read": lambda body: [[r[1]["a"], r[2], r[0][1], r[0][0]] for r in json.loads(body)["r"]]}),
    "json, a record each": (["--content-type", "json", "--content-template", "$record", "--record-template", "$features_kvp",
                             "--score", "score"],
                            {"read": lambda body: [named(json.loads(body))],
                             "write": lambda scores: json.dumps({"score": scores[0][0]})}),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_the_values_of_the_definition(form, rows, table):
    options, endpoint = FORMS[form]
    with Endpoint(**endpoint) as server:
        found = values(ask(server, table, *options, "--float64"))
    for row, got in list(zip(rows, found, strict=True))[::7]:
        assert got == pytest.approx(shapley(smooth, row, rows[:5]), abs=1e-9)


def test_texts_are_quoted_and_missing_numbers_are_empty(table):
    with Endpoint() as server:
        values(ask(server, table))
    sent = {line for body in server.bodies for line in body.splitlines()}
    assert any(line.split(",")[0].isdigit() and '"so-called ""chef"""' in line for line in sent)
    assert all(line.count('"') >= 4 for line in sent)
    assert any(',,"' in line for line in sent)


def test_several_outputs_keep_their_order(rows, table):
    with Endpoint(model=lambda row: [smooth(row), 2 * smooth(row), 0.5]) as server:
        done = ask(server, table, "--labels", "one,two,none", "--float64")
    for row in rows_of(done.stdout):
        one, two, none = (row["outputs"][name]["shap_values"] for name in ("one", "two", "none"))
        assert list(two.values()) == pytest.approx([2 * value for value in one.values()], abs=1e-12)
        assert set(none.values()) == {0}


def test_requests_and_faults_change_no_byte(table):
    """Requests of any size, in flight together, answered out of order, some of them repeated."""
    with Endpoint() as server:
        expected = ask(server, table, "--requests-in-flight", 1).stdout
    assert server.most_at_once == 1
    assert server.connections == 1
    faults = {
        "503": lambda n, _: 503 if n % 3 == 1 else None,
        "429": lambda n, _: (429, {"Retry-After": "0"}) if n % 4 == 1 else None,
        "drop": lambda n, _: "drop" if n % 5 == 2 else None,
    }
    for name, fault in faults.items():
        slow = lambda n: 0.03 if n % 2 else 0  # noqa: E731
        with Endpoint(fault=fault, wait=slow) as server:
            done = ask(server, table, "--rows-per-request", 20, "--requests-in-flight", 8,
                       "--retries", 20)  # fmt: skip
        assert done.stdout == expected, (name, done.stderr)
        assert server.most_at_once > 1
        assert max(rows for rows, _ in server.requests) == 20


def test_connections_are_kept(table):
    with Endpoint() as server:
        values(ask(server, table, "--rows-per-request", 10, "--requests-in-flight", 2))
    assert len(server.requests) > 20
    assert server.connections <= 2


def test_413_halves_until_it_fits(table):
    with Endpoint() as server:
        expected = ask(server, table).stdout
    with Endpoint(limit=2000) as server:
        done = ask(server, table)
    assert done.stdout == expected
    assert max(size for rows, size in server.requests if rows) <= 2000
    assert sum(rows == 0 for rows, _ in server.requests) < 16  # learnt, not tried again each time
    with Endpoint(limit=10) as server:
        assert_error(ask(server, table), "endpoint.payload", 8, "413", "single row", "too large")


def test_payload_stays_below_the_limit(table):
    with Endpoint() as server:
        values(ask(server, table, "--max-payload", 0.001))
    assert max(size for _, size in server.requests) <= 1000


def test_retry_after_is_waited_for(table):
    with Endpoint(fault=lambda n, _: (503, {"Retry-After": "1"}) if n == 0 else None) as server:
        values(ask(server, table, "--retries", 1, "--requests-in-flight", 1))


def test_headers_are_sent_and_written_nowhere(table, tmp_path):
    (tmp_path / "headers").write_text("X-Two: secret2\n")
    with Endpoint() as server:
        server.url = server.url.replace("http://", "http://user:secret3@") + "?key=secret4"
        done = ask(server, table, "--header", "X-One: secret1", "--header", f"@{tmp_path / 'headers'}", out=tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert server.headers[0]["X-One"] == "secret1"
    assert server.headers[0]["X-Two"] == "secret2"
    assert server.headers[0]["Authorization"].startswith("Basic ")
    assert server.headers[0]["Content-Type"] == "text/csv"
    written = "".join((tmp_path / "out" / name).read_text() for name in files_in(tmp_path / "out")) + done.stderr
    assert "secret" not in written
    assert "invocations" in written


def test_costs_are_told(table, tmp_path):
    with Endpoint() as server:
        done = ask(server, table, out=tmp_path / "out")
    told = json.loads((tmp_path / "out/run.json").read_text())["predictor"]
    assert told["requests"] == len(server.requests)
    assert told["rows_sent"] == server.rows
    assert told["bytes_sent"] == sum(size for _, size in server.requests)
    assert f"{server.rows:,}".replace(",", "") in done.stderr.replace(",", "")


@pytest.mark.parametrize("model, budget", [([], []), (["--predictor", "xgboost"], ["--coalitions", 14, "--estimator", "gp"])])
def test_values_are_the_models_own(model, budget, tmp_path):
    """XGBoost behind an endpoint: exact values are those of its model file, estimates those of the library loaded here."""
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.Booster(model_file=MODEL)

    def score(rows):
        cells = [[float(cell or "nan") for cell in row] for row in rows]
        return booster.inplace_predict(np.array(cells, dtype=np.float32)).tolist()

    few = "".join(NUMERIC.read_text().splitlines(keepends=True)[:21])
    (tmp_path / "rows.csv").write_text(few)
    common = ["--data", tmp_path / "rows.csv", "--background", "sample:4", *budget, "--out", "-"]
    native = rows_of(explain("--model", MODEL, *model, *common).stdout)
    with Endpoint(batch=score) as server:
        done = explain("--predictor", server.url, *common)
    assert done.returncode == 0, done.stderr
    for got, expected in zip(rows_of(done.stdout), native, strict=True):
        scale = max(1.0, *map(abs, expected["shap_values"].values()))
        assert got["shap_values"] == pytest.approx(expected["shap_values"], abs=1e-5 * scale)
        assert got["prediction"] == pytest.approx(expected["prediction"], abs=1e-6)


@pytest.mark.parametrize(
    "options, code, words",
    [
        (["--score", "a["], "usage.value", ["no index of a CSV answer"]),
        (["--accept", "json", "--score", "a["], "usage.jmespath", ["--score 'a['", "character 3"]),
        (["--content-type", "json", "--record-template", "{$features"], "usage.template", ["--record-template", "no JSON"]),
        (["--content-type", "json", "--record-template", '"${income}"'], "usage.template", ["no column 'income'"]),
        (["--content-template", "$records"], "usage.template", ["--content-type"]),
        (["--content-type", "yaml"], "usage.value", ["csv, jsonlines, json"]),
        (["--header", "no value"], "usage.value", ["NAME:VALUE"]),
        (["--max-payload", "0"], "usage.value", ["--max-payload '0'"]),
        (["--ca-file", "/no/such/file"], "endpoint.connect", ["no answer"]),
    ],
)
def test_wrong_options(options, code, words, table):
    with Endpoint() as server:
        if code == "endpoint.connect":
            server.url = server.url.replace("http://", "https://")
        done = ask(server, table, "--retries", 0, *options)
    assert_error(done, code, 8 if code.startswith("endpoint") else 2, *words)
    assert server.requests == []


def test_its_options_need_an_address(table):
    done = explain("--predictor", "cmd:cat", "--score", "1", "--data", table, "--out", "-")
    assert_error(done, "usage.predictor", 2, "--score belongs to --predictor http://")
    done = explain(*LOANS_MODEL, *LOANS_DATA, "--retries", "1", "--out", "-")
    assert_error(done, "usage.predictor", 2, "--retries belongs to --predictor http://")
