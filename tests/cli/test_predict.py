"""limpid predict: the library's own predictions from a model file, and the report of --compare."""

import csv
import io
import json
import struct

import pytest
from limpid_program import FIXTURES, MODEL, MULTI, NUMERIC, assert_error, rows_of, run

MULTI_ARGS = ["--model", MULTI, "--data", NUMERIC]


def expected_of(model, key):
    return json.loads(model.with_suffix(".expected.json").read_text())[key]


def head_of(path, rows, target):
    """The first rows of a CSV file: the fixtures hold the library's answers for 40."""
    target.write_text("".join(path.read_text().splitlines(keepends=True)[: rows + 1]))
    return target


@pytest.fixture
def data(tmp_path):
    return head_of(NUMERIC, 40, tmp_path / "rows.csv")


def answers_file(path, model, key, columns):
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(expected_of(model, key))
    return path


def table(text):
    rows = list(csv.reader(io.StringIO(text)))
    return rows[0], [[float(v) for v in row] for row in rows[1:]]


def as_float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


@pytest.mark.parametrize(("space", "key"), [("response", "predict"), ("margin", "margin")])
@pytest.mark.parametrize("model", [MODEL, MULTI, FIXTURES / "3.4.1/dart.ubj", FIXTURES / "1.0.2/poisson.json"])
def test_predictions_are_the_librarys_to_the_last_bit(data, model, space, key):
    done = run("predict", "--model", model, "--data", data, "--space", space)
    assert done.returncode == 0, done.stderr
    header, rows = table(done.stdout)
    expected = expected_of(model, key)
    assert header == [f"label{i}" for i in range(len(expected[0]))]
    assert [[as_float32(v) for v in row] for row in rows] == [[as_float32(v) for v in row] for row in expected]


def test_forms(data):
    named = data.with_name("named.csv")
    lines = data.read_text().splitlines()
    named.write_text("\n".join([f"key,{lines[0]}", *(f"k{i},{line}" for i, line in enumerate(lines[1:]))]) + "\n")
    args = ["predict", *MULTI_ARGS[:2], "--data", named, "--labels", "a,b c,d", "--id", "key", "--quiet"]
    text = run(*args).stdout.splitlines()
    assert text[0] == "a,b c,d,key"
    assert text[1].endswith(",k0")
    rows = rows_of(run(*args, "--format", "jsonl").stdout)
    assert [row["row"] for row in rows] == list(range(40))
    assert rows[3]["id"] == "k3"
    assert list(rows[0]["outputs"]) == ["a", "b c", "d"]
    assert [rows[0]["outputs"][label]["prediction"] for label in ("a", "b c", "d")] == [
        float(v) for v in text[1].split(",")[:3]
    ]
    one = rows_of(run("predict", "--model", MODEL, "--data", data, "--format", "jsonl").stdout)
    assert list(one[0]) == ["row", "prediction"]


def test_threads_and_chunks_change_nothing(tmp_path):
    lines = NUMERIC.read_text().splitlines(keepends=True)
    data = tmp_path / "many.csv"
    data.write_text(lines[0] + "".join(lines[1:]) * 20)
    one = run("predict", *MULTI_ARGS[:2], "--data", data, "--threads", 1).stdout
    assert one.count("\n") == 2401
    assert one == run("predict", *MULTI_ARGS[:2], "--data", data, "--threads", 5, "--chunk-rows", 256).stdout


def test_out_is_written_whole_and_not_over_another(tmp_path):
    out = tmp_path / "p.csv"
    assert run("predict", *MULTI_ARGS, "--out", out).stdout == ""
    first = out.read_text()
    assert first == run("predict", *MULTI_ARGS).stdout
    assert_error(run("predict", *MULTI_ARGS, "--out", out), "output.exists", 7, "--overwrite")
    assert run("predict", *MULTI_ARGS, "--out", out, "--overwrite", "--iterations", 1).returncode == 0
    assert out.read_text() != first
    bad = tmp_path / "bad.csv"
    bad.write_text(NUMERIC.read_text() + "1,2,x,4,5,6\n")
    assert_error(run("predict", *MULTI_ARGS[:2], "--data", bad, "--out", tmp_path / "q.csv"), "data.value", 3, "'x'")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.csv", "p.csv"]


def test_early_stopping_is_said(data):
    model = FIXTURES / "3.2.0/early_stopping.json"
    done = run("predict", "--model", model, "--data", data)
    assert "1 of 4 rounds (up to best_iteration; --iterations all takes every round)" in done.stderr
    _, rows = table(run("predict", "--model", model, "--data", data, "--iterations", "all").stdout)
    assert [as_float32(v[0]) for v in rows] == [as_float32(v[0]) for v in expected_of(model, "predict")]


def test_compare_reports_equality(tmp_path, data):
    answers = answers_file(tmp_path / "a.csv", MULTI, "predict", ["x", "y", "z"])
    done = run("predict", *MULTI_ARGS[:2], "--data", data, "--compare", f"{answers}:x,y,z", "--tolerance", 0)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "rows                40\n"
        "values              120\n"
        "equal               120 (every bit of a float32)\n"
        "largest difference  0\n"
        "  relative          0\n"
        "  in ulps           0\n"
    )
    repeated = ["--compare", f"{answers}:x", "--compare", f"{answers}:1", "--compare", f"{answers}:z"]
    assert run("predict", *MULTI_ARGS[:2], "--data", data, *repeated).stdout == done.stdout


def test_compare_names_the_worst_row(tmp_path, data):
    expected = expected_of(MODEL, "predict")
    expected[7][0] += 0.25
    answers = tmp_path / "a.csv"
    answers.write_text("p\n" + "".join(f"{row[0]!r}\n" for row in expected))
    args = ["predict", "--model", MODEL, "--data", data, "--compare", f"{answers}:p"]
    done = run(*args)
    assert done.returncode == 0
    assert "equal               39 (" in done.stdout
    assert "largest difference  0.25       row 7, label0: " in done.stdout
    done = run(*args, "--tolerance", "0.1")
    assert done.returncode == 5
    assert "error[check.compare]: the largest difference is 0.25" in done.stderr
    assert "row 7, label0" in done.stderr
    assert run(*args, "--tolerance", "0.26").returncode == 0


def test_compare_beside_predictions_goes_to_standard_error(tmp_path, data):
    answers = answers_file(tmp_path / "a.csv", MODEL, "predict", ["p"])
    args = ["predict", "--model", MODEL, "--data", data, "--compare", f"{answers}:p"]
    done = run(*args, "--out", "-", "--quiet")
    assert done.stdout == run("predict", "--model", MODEL, "--data", data).stdout
    assert "equal               40 (every bit of a float32)" in done.stderr
    out = tmp_path / "p.csv"
    assert "largest difference  0\n" in run(*args, "--out", out).stdout
    assert out.read_text() == done.stdout


def test_rows_must_agree(tmp_path):
    answers = answers_file(tmp_path / "a.csv", MODEL, "predict", ["p"])  # 40 rows
    args = ["predict", "--model", MODEL, "--data"]
    done = run(*args, NUMERIC, "--compare", f"{answers}:p")
    assert_error(done, "data.rows", 3, "have 40 rows, the data has 120")
    short = head_of(NUMERIC, 30, tmp_path / "short.csv")
    for extra in ([], ["--threads", 4, "--chunk-rows", 256]):
        done = run(*args, short, "--compare", f"{answers}:p", *extra)
        assert_error(done, "data.rows", 3, "have 40 rows, the data has 30")


@pytest.mark.parametrize(
    ("args", "code", "exit_code", "words"),
    [
        (["--compare", "a.csv"], "usage.value", 2, ["names no column", "FILE:COLUMN"]),
        (["--compare", "a.csv:"], "usage.value", 2, ["names no column"]),
        (["--compare", "a.csv:p", "--compare", "b.csv:q"], "usage.value", 2, ["two files, 'a.csv' and 'b.csv'"]),
        (["--compare", "-:p"], "usage.value", 2, ["not standard input"]),
        (["--compare", "none.csv:p"], "data.open", 3, ["none.csv"]),
        (["--compare", "a.csv:pediction"], "data.columns", 3, ["'pediction'", "did you mean 'prediction'?"]),
        (["--compare", "a.csv:7"], "data.columns", 3, ["'7'", "index up to 1"]),
        (["--compare", "a.csv:prediction,note"], "usage.value", 2, ["gives 2 columns", "outputs are 1"]),
        (["--compare", "a.csv:note"], "data.value", 3, ["'good' is not a number", "line 2", "'note'"]),
        (["--tolerance", "1"], "usage.value", 2, ["--compare, which was not given"]),
        (["--compare", "a.csv:prediction", "--tolerance", "-1"], "usage.value", 2, ["--tolerance '-1'"]),
        (["--compare", "a.csv:prediction", "--tolerance", "nan"], "usage.value", 2, ["--tolerance 'nan'"]),
        (["--compar", "a.csv:p"], "usage.option", 2, ["did you mean '--compare'?"]),
        (["--labels", "a,b"], "usage.value", 2, ["--labels gives 2 names"]),
    ],
)
def test_errors(tmp_path, args, code, exit_code, words):
    (tmp_path / "a.csv").write_text("prediction,note\n0.5,good\n")
    assert_error(run("predict", "--model", MODEL, "--data", NUMERIC, *args, cwd=tmp_path), code, exit_code, *words)


def test_a_missing_number_is_an_error(tmp_path, data):
    answers = tmp_path / "a.csv"
    answers.write_text("p,q\n" + "".join(f"{'' if i == 5 else 0.5},1\n" for i in range(40)))
    done = run("predict", "--model", MODEL, "--data", data, "--compare", f"{answers}:p")
    assert_error(done, "data.value", 3, "row 5 has no number to compare with")


def test_objective_without_a_response(data):
    model = FIXTURES / "3.4.1/hinge.json"
    assert_error(run("predict", "--model", model, "--data", data), "model.objective", 4, "--space margin")
    assert run("predict", "--model", model, "--data", data, "--space", "margin").returncode == 0
