"""Categorical features by the texts in the data: --categories for models trained on codes, unseen texts, the same for
the background."""

import csv
import json
import re
import struct

import pytest
from limpid_program import FIXTURES, MODEL, assert_error, explain, run

CODES = FIXTURES / "3.4.1/categorical.json"  # trained on codes, with names
DATA = FIXTURES / "categorical.csv"
SIZE, REGION = "größe", "region"
TEXTS = {SIZE: [f"size {c}" for c in range(40)], REGION: {f"région {c} ß": c for c in range(12)}}
NAMED = FIXTURES / "3.4.1/strings.json"  # trained on pandas categories: numbers 100 to 139, "region 0" to "region 11"
NAMED_DATA = FIXTURES / "strings.csv"


def rows_of(path=DATA):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def with_texts(rows):
    """Codes become the texts of TEXTS; codes that the lists lack stay, as texts that nobody knows."""
    regions = {str(code): text for text, code in TEXTS[REGION].items()}
    sizes = {str(code): text for code, text in enumerate(TEXTS[SIZE])}
    return [{**row, SIZE: sizes.get(row[SIZE], row[SIZE]), REGION: regions.get(row[REGION], row[REGION])}
            for row in rows]


def known(rows):
    return [row for row in rows if row[SIZE] in ("", *map(str, range(40))) and row[REGION] in ("", *map(str, range(12)))]


@pytest.fixture
def files(tmp_path):
    """The same rows by their codes and by their texts, and the file that says which is which."""
    rows = known(rows_of())
    assert len(rows) > 60
    texts = with_texts(rows)
    (tmp_path / "categories.json").write_text(json.dumps(TEXTS))
    return {
        "codes": write(tmp_path / "codes.csv", rows),
        "texts": write(tmp_path / "texts.csv", texts),
        "categories": tmp_path / "categories.json",
        "some codes": write(tmp_path / "some_codes.csv", rows[:30]),
        "some texts": write(tmp_path / "some_texts.csv", texts[:30]),
    }


def values(out, name="out.jsonl"):
    return (out / "explanations_shap" / name).read_bytes()


@pytest.mark.parametrize("question", [
    ["--background", "sample:20"],
    ["--space", "margin", "--background", "FILE", "--format", "csv"],
    ["--method", "path-dependent"],
])  # fmt: skip
def test_texts_give_the_bytes_of_their_codes(tmp_path, files, question):
    name = "out.csv" if "csv" in question else "out.jsonl"
    done = {}
    for kind, more in (("codes", []), ("texts", ["--categories", files["categories"]])):
        args = [files[f"some {kind}"] if arg == "FILE" else arg for arg in question]
        run = explain("--model", CODES, "--data", files[kind], *args, *more, "--out", tmp_path / kind)
        assert run.returncode == 0, run.stderr
        assert "warning" not in run.stderr
        done[kind] = values(tmp_path / kind, name)
        manifest = json.loads((tmp_path / kind / "manifest.json").read_text())
        assert (manifest["categories"] is None) == (kind == "codes")
        assert manifest["data"]["unseen_categories"] == {}
    assert done["codes"] == done["texts"]


def test_the_baseline_holds_texts_and_reads_back(tmp_path, files):
    common = ["--model", CODES, "--data", files["texts"], "--categories", files["categories"], "--space", "margin"]
    assert explain(*common, "--background", "sample:20", "--out", tmp_path / "one").returncode == 0
    baseline = tmp_path / "one/explanations_shap/baseline.csv"
    assert {row[REGION] for row in rows_of(baseline)} <= {"", *TEXTS[REGION]}
    assert explain(*common, "--background", baseline, "--out", tmp_path / "two").returncode == 0
    assert values(tmp_path / "one") == values(tmp_path / "two")


def test_unseen_texts_are_missing_and_counted(tmp_path, files):
    rows = rows_of(files["texts"])
    blank = [dict(row) for row in rows]
    for i in (3, 7, 40):
        rows[i][REGION] = "Atlantis" if i == 7 else "Mu"
        blank[i][REGION] = ""
    common = ["--model", CODES, "--categories", files["categories"], "--background"]
    outs = {}
    for threads, chunk in (("1", "256"), ("2", "1")):
        out = tmp_path / f"out{threads}"
        done = explain(*common, files["some texts"], "--data", write(tmp_path / "u.csv", rows), "--out", out,
                       "--threads", threads, "--chunk-rows", chunk)  # fmt: skip
        assert done.returncode == 0, done.stderr
        warnings = [line for line in done.stderr.splitlines() if line.startswith("warning")]
        assert len(warnings) == 1, done.stderr
        for word in ("warning[data.category]", "'region'", "3 of ", "'Mu'", "missing"):
            assert word in warnings[0]
        outs[threads] = out
    manifest = json.loads((outs["1"] / "manifest.json").read_text())
    assert manifest["data"]["unseen_categories"] == {REGION: {"count": 3, "rule": "missing"}}
    assert manifest["background"]["unseen_categories"] == {}
    assert (outs["1"] / "manifest.json").read_bytes() == (outs["2"] / "manifest.json").read_bytes()
    done = explain(*common, files["some texts"], "--data", write(tmp_path / "b.csv", blank), "--out", tmp_path / "blank")
    assert done.returncode == 0, done.stderr
    assert values(outs["1"]) == values(tmp_path / "blank")


def test_unseen_texts_of_the_background(tmp_path, files):
    done = explain("--model", CODES, "--categories", files["categories"], "--data", files["texts"],
                   "--background", files["some codes"], "--out", tmp_path / "out")  # fmt: skip
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning")]
    assert len(warnings) == 2, done.stderr
    assert all("--background" in line and "every value" in line and "codes" in line for line in warnings)
    background = json.loads((tmp_path / "out/manifest.json").read_text())["background"]
    assert background["unseen_categories"][REGION]["count"] == sum(r[REGION] != "" for r in rows_of(files["some codes"]))


def test_in_a_config_file(tmp_path, files):
    config = {"model": str(CODES), "data": str(files["texts"]), "categories": str(files["categories"]),
              "out": str(tmp_path / "out"), "space": "margin", "background": "sample:10"}  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = explain("--config", tmp_path / "config.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out/manifest.json").read_text())["categories"]["name"] == "categories.json"


def test_texts_without_the_option_are_an_error_that_names_it(tmp_path, files):
    done = explain("--model", CODES, "--data", files["texts"], "--out", tmp_path / "out")
    assert_error(done, "data.value", 3, "is text", "--categories FILE", "--data", "line ")


@pytest.mark.parametrize(
    ("categories", "code", "words"),
    [
        ('{"regoin": ["a"]}', "config.key", ["'regoin'", "did you mean 'region'"]),
        ('{"age": ["a"]}', "config.value", ["'age' is not categorical", "'größe', 'region'"]),
        ('{"region": {"a": 1, "a": 2}}', "config.value", ["'a' comes twice"]),
        ('{"region": {"a": 0.5}}', "config.value", ["'a' of feature 'region' has the code 0.5"]),
        ('{"region": "a"}', "config.value", ["for example"]),
        ("{", "config.format", ["not JSON"]),
        (None, "config.open", ["No such file"]),
    ],
)
def test_files_that_are_refused(tmp_path, categories, code, words):
    if categories is not None:
        (tmp_path / "c.json").write_text(categories)
    done = explain("--model", CODES, "--data", DATA, "--categories", tmp_path / "c.json", "--out", tmp_path / "out")
    assert_error(done, code, 2, "--categories", *words)
    assert not (tmp_path / "out").exists()


def head_of(path, rows):
    return "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[: rows + 1])


def as_float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def assert_answers(model, rows, key, tolerance=0.0):
    """Per row and value, within `tolerance` of the library's own."""
    expected = json.loads(model.with_suffix(".expected.json").read_text())[key]
    assert len(rows) == len(expected) == 40
    for row, want in zip(rows, expected):
        assert len(row) == len(want)
        assert all(abs(as_float32(a) - as_float32(b)) <= tolerance for a, b in zip(row, want)), (row, want)


@pytest.mark.parametrize(("model", "categories"), [
    ("3.2.0/strings.ubj", None),
    ("3.3.0/strings.json", None),
    ("3.4.1/strings.json", None),
    ("3.4.1/strings_utf8.ubj", None),
    # XGBoost 3.2 wrote these names damaged: the user's file heals the model
    ("3.2.0/strings_utf8.json", {"region": [f"region {c} ß" for c in range(12)]}),
])  # fmt: skip
def test_models_that_know_their_texts_answer_as_xgboost(tmp_path, model, categories):
    model = FIXTURES / model
    name = json.loads(model.with_suffix(".expected.json").read_text())["data"]
    data = tmp_path / "rows.csv"
    data.write_text(head_of(FIXTURES / f"{name}.csv", 40), encoding="utf-8")
    args = ["--model", model, "--data", data]
    if categories:
        (tmp_path / "c.json").write_text(json.dumps(categories))
        args += ["--categories", tmp_path / "c.json"]
    done = run("predict", *args, "--space", "margin")
    assert done.returncode == 0, done.stderr
    assert_answers(model, [[float(v) for v in line.split(",")] for line in done.stdout.splitlines()[1:]], "margin")
    done = explain(*args, "--method", "path-dependent", "--out", "-")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert_answers(model, [[*r["shap_values"].values(), r["expected_value"]] for r in rows], "contribs", 4e-6)


def test_a_text_that_xgboost_refuses(tmp_path):
    text = head_of(NAMED_DATA, 40).replace("region 1\n", "regoin 1\n", 1)
    assert "regoin" in text
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    args = ["--model", NAMED, "--data", tmp_path / "rows.csv", "--out"]
    line = text[: text.index("regoin")].count("\n") + 1
    done = explain(*args, tmp_path / "out")
    assert_error(done, "data.value", 3, "'regoin 1' is none of the 12 categories that the model knows: 'region 0', ",
                 f"line {line}, column 'region'", "did you mean 'region 1'?")  # fmt: skip
    assert run("predict", *args, "-").stderr.endswith(done.stderr)
    # the user's own list replaces the model's, and then the text is missing
    (tmp_path / "c.json").write_text(json.dumps({"region": [f"region {c}" for c in range(12)]}))
    done = run("predict", *args, "-", "--categories", tmp_path / "c.json")
    assert done.returncode == 0, done.stderr
    assert "replaces the model's own categories of feature 'region'" in done.stderr
    assert "warning[data.category]: feature 'region': 1 of " in done.stderr


def test_numbers_count_by_value_and_codes_are_no_texts(tmp_path):
    text = head_of(NAMED_DATA, 40)
    other = re.sub(r"(?m)^((?:[^,\n]*,){2})(\d+),", r"\1 \2.0,", text)
    assert other.count(".0,") > 20
    outs = []
    for i, content in enumerate((text, other)):
        (tmp_path / f"{i}.csv").write_text(content, encoding="utf-8")
        outs.append(run("predict", "--model", NAMED, "--data", tmp_path / f"{i}.csv").stdout)
    assert outs[0] == outs[1] != ""
    done = explain("--model", NAMED, "--data", DATA, "--out", "-")
    assert_error(done, "data.value", 3, "is none of the", "column")


def test_compare_with_a_file_that_has_no_categories(tmp_path, files):
    common = ["--model", CODES, "--data", files["texts"], "--categories", files["categories"]]
    (tmp_path / "p.csv").write_text(run("predict", "--model", CODES, "--data", files["codes"]).stdout)
    done = run("predict", *common, "--compare", f"{tmp_path / 'p.csv'}:label0", "--tolerance", "0")
    assert done.returncode == 0, done.stderr


def test_a_model_without_categories(tmp_path):
    (tmp_path / "c.json").write_text('{"age": ["a"]}')
    done = explain("--model", MODEL, "--data", FIXTURES / "numeric.csv", "--categories", tmp_path / "c.json", "--out", "-")
    assert_error(done, "config.value", 2, "no categorical features")
