"""Categorical features by the texts in the data: --categories for models trained on codes, unseen texts, the same for
the background."""

import csv
import json

import pytest
from limpid_program import FIXTURES, MODEL, assert_error, explain

CODES = FIXTURES / "3.4.1/categorical.json"  # trained on codes, with names
DATA = FIXTURES / "categorical.csv"
SIZE, REGION = "größe", "region"
TEXTS = {SIZE: [f"size {c}" for c in range(40)], REGION: {f"région {c} ß": c for c in range(12)}}


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


def test_a_model_without_categories(tmp_path):
    (tmp_path / "c.json").write_text('{"age": ["a"]}')
    done = explain("--model", MODEL, "--data", FIXTURES / "numeric.csv", "--categories", tmp_path / "c.json", "--out", "-")
    assert_error(done, "config.value", 2, "no categorical features")
