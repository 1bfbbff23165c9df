"""JSON Lines as the data of a black box: lists and objects, texts, missing values, and what is wrong with a line."""

import csv
import gzip
import itertools
import json

import pytest
from endpoint import Endpoint, smooth

from limpid_program import LOANS_MODEL, assert_error, explain, rows_of

NAMES = ["review", "stars", "price"]
ROWS = [["a good product", 5, 12.5], ["bad", 1, None], ["größe \"XL\", ok", 3, 0.1], ["", 4, 7], ["a good product", 2, 1e-7],
        ["fine", 3, 99], ["bad", 5, None], ["worst, ever", 1, 20]]  # fmt: skip


def write(path, documents, end="\n"):
    path.write_text(end.join(json.dumps(each, ensure_ascii=False) for each in documents) + end, encoding="utf-8")
    return path


def ask(data, *options, endpoint=None, **keywords):
    with endpoint or Endpoint() as server:
        done = explain("--predictor", server.url, "--data", data, "--background", "sample:3", "--float64", "--out", "-",
                       *options, **keywords)  # fmt: skip
    return done


def values(done):
    assert done.returncode == 0, done.stderr
    return [list(row["shap_values"].values()) for row in rows_of(done.stdout)]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("lines") / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([NAMES, *ROWS])
    return values(ask(path))


FORMS = {
    "lists": ([{"features": row} for row in ROWS], []),
    "lists with names": ([{"features": row} for row in ROWS], ["--headers", ",".join(NAMES)]),
    "lists elsewhere": ([{"data": {"x": row}} for row in ROWS], ["--features", "data.x"]),
    "bare lists": (ROWS, ["--features", "@", "--data-format", "jsonl"]),
    "objects": ([dict(zip(NAMES, row, strict=True)) for row in ROWS], []),
    "objects elsewhere": ([{"features": dict(zip(NAMES, row, strict=True))} for row in ROWS], []),
    "objects in any order": ([dict(list(zip(NAMES, row, strict=True))[:: (-1) ** i]) for i, row in enumerate(ROWS)], []),
    "columns beside": ([{"id": i, **dict(zip(NAMES, row, strict=True)), "y": 1} for i, row in enumerate(ROWS)],
                       ["--exclude", "id", "--label", "y"]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_values_are_those_of_the_same_rows_in_csv(form, expected, tmp_path):
    documents, options = FORMS[form]
    assert values(ask(write(tmp_path / "rows.jsonl", documents), *options)) == expected


def test_names_ids_and_labels(tmp_path):
    documents = [{"key": {"id": f"r{i}"}, "features": row, "label": 1, "big one": 2**53 + i} for i, row in enumerate(ROWS)]
    data = write(tmp_path / "rows.jsonl", documents)
    rows = rows_of(ask(data, "--id", "key.id", "--label", "label").stdout)
    assert [row["id"] for row in rows] == [f"r{i}" for i in range(len(ROWS))]
    assert list(rows[0]["shap_values"]) == ["f0", "f1", "f2"]
    rows = rows_of(ask(data, "--id", "big one", "--headers", ",".join(NAMES)).stdout)
    assert [row["id"] for row in rows] == [str(2**53 + i) for i in range(len(ROWS))]
    assert list(rows[0]["shap_values"]) == NAMES


def test_gzip_standard_input_and_blank_lines(expected, tmp_path):
    text = "\ufeff" + "\r\n\r\n".join(json.dumps({"features": row}) for row in ROWS)
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    assert values(ask(tmp_path / "rows.jsonl.gz")) == expected
    write(tmp_path / "background.jsonl", [{"features": row} for row in ROWS[:3]])
    background = ["--background", tmp_path / "background.jsonl"]
    from_file = values(ask(tmp_path / "rows.jsonl.gz", *background))
    assert values(ask("-", "--data-format", "jsonl", *background, stdin=text)) == from_file
    csv_background = tmp_path / "background.csv"
    with csv_background.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([NAMES, *ROWS[:3]])
    names = ["--headers", ",".join(NAMES)]
    assert values(ask(tmp_path / "rows.jsonl.gz", "--background", csv_background, *names)) == from_file


def test_many_lines_are_read_in_pieces(tmp_path):
    rows = [[f"text {i % 7}" * 40, i % 11, None if i % 5 else i] for i in range(3000)]
    data = write(tmp_path / "rows.jsonl", [{"features": row} for row in rows])
    assert data.stat().st_size > 800_000
    with data.with_suffix(".csv").open("w", newline="") as file:
        csv.writer(file).writerows([["f0", "f1", "f2"], *rows])
    assert values(ask(data)) == values(ask(data.with_suffix(".csv")))


def test_what_the_endpoint_is_sent(tmp_path):
    data = write(tmp_path / "rows.jsonl", [{"features": ["x", 1, None, True, "1"]}, {"features": ["y", 2.5, 3, False, None]}])
    sent = []

    def read(body):
        sent.extend(json.loads(line)["features"] for line in body.splitlines())
        return sent[-len(body.splitlines()) :]

    server = Endpoint(read=read)
    done = ask(data, "--background", "sample:1", "--content-type", "jsonlines", "--accept", "csv", endpoint=server)
    assert done.returncode == 0, done.stderr
    assert {row[0] for row in sent} == {"x", "y"}
    assert {row[1] for row in sent} == {1, 2.5}
    assert {row[2] for row in sent} == {None, 3}
    assert {row[3] for row in sent} == {0, 1}
    assert {row[4] for row in sent} == {"1", ""}
    assert smooth(sent[0]) > 0


WRONG = {
    "no json": ('{"features": [1, 2]}\n{"features": [1, 2]\n', "data.value", ["rows.jsonl, line 2", "no JSON"]),
    "nan": ('{"features": [1, 2]}\n\n{"features": [NaN, 2]}\n', "data.value", ["line 3", "write null"]),
    "a count": ('{"features": [1, 2]}\n{"features": [1, 2, 3]}\n', "data.columns", ["line 2", "3 features, the first line has 2"]),
    "a missing name": ('{"a": 1, "b": 2}\n{"a": 1}\n', "data.columns", ["line 2", "no 'b'"]),
    "another name": ('{"a": 1, "b": 2}\n{"a": 1, "b": 2, "c": 3}\n', "data.columns", ["line 2", "'c'", "first line lacks"]),
    "no features": ('{"features": 7}\n', "data.columns", ["line 1", "neither a list nor an object", "--features"]),
    "no features later": ('{"features": [1]}\n{"x": [1]}\n', "data.columns", ["line 2", "null"]),
    "a list in a list": ('{"features": [1, 2]}\n{"features": [1, [2]]}\n', "data.value", ["line 2, column 1", "[2]"]),
    "a text late": ('{"a": 1}\n' * 60000 + '{"a": "x"}\n', "data.value", ["line 60001, column 'a'", "--text-columns a"]),
    "empty": ("\n\n", "data.empty", ["rows.jsonl"]),
    "twice": ('{"features": [1, 2]}\n', "data.columns", ["two columns are named 'a'"], ["--headers", "a,a"]),
    "headers": ('{"features": [1, 2]}\n', "data.columns", ["2 features, --headers has 3"], ["--headers", "a,b,c"]),
    "no column": ('{"a": 1}\n', "usage.column", ["--label 'y' is no column", "columns: a"], ["--label", "y"]),
    "nothing left": ('{"a": 1}\n', "data.columns", ["no column is left"], ["--exclude", "a"]),
    "no id": ('{"features": [1], "id": 1}\n{"features": [1]}\n', "data.value", ["line 2", "the id is null"], ["--id", "id"]),
    "a wrong path": ('{"features": [1]}\n', "usage.jmespath", ["--features 'a['", "character 3"], ["--features", "a["]),
    "overflow": ('{"features": [1e999]}\n', "data.value", ["line 1", "no JSON"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_line_is_named(case, tmp_path):
    text, code, words, *options = WRONG[case]
    (tmp_path / "rows.jsonl").write_text(text)
    done = ask(tmp_path / "rows.jsonl", "--data-format", "jsonl", *itertools.chain(*options))
    assert_error(done, code, 2 if code.startswith("usage") else 3, *words)


def test_a_model_file_reads_csv(tmp_path):
    data = write(tmp_path / "rows.jsonl", [{"features": [1]}])
    assert_error(explain(*LOANS_MODEL, "--data", data, "--out", "-"), "data.format", 3, "JSON (Lines)")
    done = explain(*LOANS_MODEL, "--data", data, "--features", "x", "--out", "-")
    assert_error(done, "usage.predictor", 2, "--features belongs to --predictor")
