"""Backgrounds whose rows count differently: k-means, and weights in a column of a file."""

import csv
import json
import sys

import pytest
from limpid_program import LOANS, LOANS_DATA, LOANS_MODEL, MODEL, NUMERIC, assert_error, explain, rows_of

LOANS_ARGS = [*LOANS_MODEL, *LOANS_DATA]


def baseline_of(out):
    with open(out / "explanations_shap/baseline.csv") as file:
        return list(csv.DictReader(file))


def values_of(out):
    return [
        [*row["shap_values"].values(), row["expected_value"]]
        for row in rows_of((out / "explanations_shap/out.jsonl").read_text())
    ]


def written(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def numeric_rows():
    with open(NUMERIC) as file:
        header, *rows = csv.reader(file)
    return header, rows


def explained(out, *args, data=NUMERIC):
    done = explain("--model", MODEL, "--data", data, "--float64", "--out", out, *args)
    assert done.returncode == 0, done.stderr
    return values_of(out)


def assert_close(found, expected, tolerance):
    assert len(found) == len(expected) > 0
    for ours, theirs in zip(found, expected):
        scale = max(1.0, *(abs(v) for v in theirs))
        assert all(abs(a - b) <= tolerance * scale for a, b in zip(ours, theirs, strict=True))


def test_kmeans_is_written_and_reads_back(tmp_path):
    out, again = tmp_path / "out", tmp_path / "again"
    done = explain(*LOANS_ARGS, "--background", "kmeans:9", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "9 weighted background rows (kmeans:9)" in done.stderr
    baseline = baseline_of(out)
    assert list(baseline[0])[-1] == "background_weight"
    weights = [float(row["background_weight"]) for row in baseline]
    assert len(weights) == 9 and sum(weights) == 1000 and all(w == int(w) > 0 for w in weights)
    background = json.loads((out / "manifest.json").read_text())["background"]
    assert background["kind"] == "kmeans" and background["asked"] == "kmeans:9" and background["rows"] == 9
    assert background["clustered_rows"] == 1000 and 0 < background["steps"] <= 50
    assert background["weights"] == {"column": None, "total": 1000.0, "smallest": min(weights), "largest": max(weights)}

    done = explain(
        *LOANS_ARGS, "--background", out / "explanations_shap/baseline.csv",
        "--background-weights", "background_weight", "--out", again,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name in ["out.jsonl", "baseline.csv"]:
        assert (out / "explanations_shap" / name).read_bytes() == (again / "explanations_shap" / name).read_bytes()
    background = json.loads((again / "manifest.json").read_text())["background"]
    assert background["weights"]["column"] == "background_weight"


def test_every_centre_is_made_of_values_of_the_data(tmp_path):
    assert explain(*LOANS_ARGS, "--background", "kmeans:20", "--seed", "3", "--out", tmp_path).returncode == 0
    with open(LOANS / "rows.csv") as file:
        data = list(csv.DictReader(file))
    for name in baseline_of(tmp_path)[0]:
        if name == "background_weight":
            continue
        known = {float(row[name]) if row[name] else None for row in data}
        assert {float(row[name]) if row[name] else None for row in baseline_of(tmp_path)} <= known, name


def test_threads_and_chunks_change_no_byte_of_kmeans(tmp_path):
    results = []
    for i, more in enumerate([["--threads", "1"], ["--threads", "3", "--chunk-rows", "256"]]):
        out = tmp_path / str(i)
        assert explain(*LOANS_ARGS, "--background", "kmeans:30", *more, "--out", out).returncode == 0
        results.append([(out / name).read_bytes() for name in
                        ["manifest.json", "explanations_shap/out.jsonl", "explanations_shap/baseline.csv"]])  # fmt: skip
    assert results[0] == results[1]
    other = tmp_path / "other"
    assert explain(*LOANS_ARGS, "--background", "kmeans:30", "--seed", "1", "--out", other).returncode == 0
    assert (other / "explanations_shap/baseline.csv").read_bytes() != results[0][2]


def test_as_many_clusters_as_distinct_rows_is_the_whole_data(tmp_path):
    header, rows = numeric_rows()
    few = written(tmp_path / "few.csv", header, [*rows[:10], *rows[:5], rows[0]])
    clustered = explained(tmp_path / "a", "--background", "kmeans:50", "--space", "margin", data=few)
    assert sorted(float(row["background_weight"]) for row in baseline_of(tmp_path / "a")) == [1.0] * 5 + [2.0] * 4 + [3.0]
    assert_close(clustered, explained(tmp_path / "b", "--background", few, "--space", "margin", data=few), 1e-12)


@pytest.mark.parametrize("more", [["--space", "margin"], [], ["--max-exact-players", "2", "--estimator", "wls"]])
def test_weights_of_a_file(tmp_path, more):
    header, rows = numeric_rows()
    plain = written(tmp_path / "plain.csv", header, rows[:6])
    ones = written(tmp_path / "ones.csv", [*header, "w"], [[*row, "0.25"] for row in rows[:6]])
    expected = explained(tmp_path / "plain", "--background", plain, *more)
    found = explained(tmp_path / "ones", "--background", ones, "--background-weights", "w", *more)
    assert_close(found, expected, 1e-12)

    # the column may be anywhere; 1e-3 times 2, 0, 1; row 1 counts nothing
    first = written(tmp_path / "first.csv", ["w", *header], [["2e-3", *rows[0]], ["0", *rows[1]], ["1e-3", *rows[2]]])
    found = explained(tmp_path / "first", "--background", first, "--background-weights", "0", *more)
    assert len(baseline_of(tmp_path / "first")) == 2
    if more[:1] == ["--max-exact-players"]:
        return  # a row that is repeated has orders of players of its own
    twice = written(tmp_path / "twice.csv", header, [rows[0], rows[0], rows[2]])
    assert_close(found, explained(tmp_path / "twice", "--background", twice, *more), 1e-12)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (["1", "-2", "3"], ["the weight -2 is negative", "row 1", "'w'"]),
        (["1", "", "3"], ["a weight is missing", "row 1"]),
        (["1", "nan", "3"], ["a weight is missing"]),
        (["1", "inf", "3"], ["infinite"]),
        (["1", "many", "3"], ["'many' is not a number", "line 3"]),
        (["0", "0", "0"], ["every weight is 0"]),
        (["1e308", "1e308", "1e308"], ["more than a number can hold"]),
    ],
)
def test_weights_that_are_none(tmp_path, weights, words):
    header, rows = numeric_rows()
    background = written(tmp_path / "b.csv", [*header, "w"], [[*row, w] for row, w in zip(rows, weights)])
    done = explain("--model", MODEL, "--data", NUMERIC, "--background", background, "--background-weights", "w",
                   "--out", tmp_path / "out")  # fmt: skip
    assert_error(done, "data.value", 3, *words)


def test_columns_of_weights_that_are_none(tmp_path):
    header, rows = numeric_rows()
    background = written(tmp_path / "b.csv", [*header, "background_weight"], [[*row, 1] for row in rows[:3]])
    args = ["--model", MODEL, "--data", NUMERIC, "--background", background, "--out", tmp_path / "out"]
    assert_error(explain(*args), "data.columns", 3, "--background-weights background_weight")
    assert_error(explain(*args, "--background-weights", "weight"), "data.columns", 3, "'weight' is not a column")
    done = explain(*args, "--background-weights", header[0])
    assert_error(done, "usage.background", 2, f"'{header[0]}' is a feature of the model")
    args[5] = "-"
    done = explain(*args, "--background-weights", "background_weight", stdin=background.read_text())
    assert_error(done, "usage.background", 2, "standard input")


def test_kmeans_needs_a_file(tmp_path):
    done = explain("--model", MODEL, "--data", "-", "--background", "kmeans:3", "--out", tmp_path, stdin="")
    assert_error(done, "usage.background", 2, "kmeans:3", "standard input")


def test_categories_and_missing_values_are_clustered_by_what_is_most_frequent(tmp_path):
    header, rows = numeric_rows()
    few = [[*row] for row in rows[:9]]
    for i, row in enumerate(few):
        row[0] = "" if i < 6 else "0.5"
    data = written(tmp_path / "missing.csv", header, few)
    explained(tmp_path / "out", "--background", "kmeans:1", data=data)
    (centre,) = baseline_of(tmp_path / "out")
    assert centre[header[0]] == "" and centre["background_weight"] == "9"


def test_a_black_box_with_texts(tmp_path):
    """Two clusters far apart: the centres are known, and the score is additive, so that values are by hand."""
    names = ["x", "kind"]
    near = [["1", "red"], ["2", "red"], ["3", "green"], ["2", "red"]]
    far = [["100", "blue"], ["101", "blue"], ["103", "blue"]]
    data = written(tmp_path / "data.csv", names, [*near, *far])
    score = tmp_path / "score.py"
    score.write_text(
        "import csv, sys\n"
        "for x, kind in csv.reader(sys.stdin):\n"
        "    print(float(x) + {'red': 0, 'green': 10, 'blue': 20}[kind], flush=True)\n"
    )
    model = ["--predictor", f"cmd:{sys.executable} {score}", "--data", data, "--float64"]
    out, again = tmp_path / "out", tmp_path / "again"
    done = explain(*model, "--background", "kmeans:2", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "2 weighted background rows" in done.stderr
    centres = sorted((row["x"], row["kind"], row["background_weight"]) for row in baseline_of(out))
    assert centres == [("101", "blue", "3"), ("2", "red", "4")]
    first = rows_of((out / "explanations_shap/out.jsonl").read_text())[2]
    assert first["expected_value"] == pytest.approx((4 * 2 + 3 * 121) / 7)
    assert first["shap_values"] == pytest.approx({"x": 3 - (4 * 2 + 3 * 101) / 7, "kind": 10 - 3 * 20 / 7})
    done = explain(*model, "--background", out / "explanations_shap/baseline.csv",
                   "--background-weights", "background_weight", "--out", again)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (out / "explanations_shap/out.jsonl").read_bytes() == (again / "explanations_shap/out.jsonl").read_bytes()
