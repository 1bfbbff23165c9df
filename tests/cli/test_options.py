"""Options that change what is computed, and the other names they go by."""

import json

import pytest
from limpid_program import FIXTURES, LOANS_DATA, LOANS_MODEL, MODEL, NUMERIC, assert_error, explain, files_in, rows_of

PLAIN = ["--model", MODEL, "--data", NUMERIC, "--background", "sample:10", "--out", "-"]


def values(*args):
    done = explain(*args)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["--space", "raw"], ["--space", "margin"]),
        (["--space", "probability"], ["--space", "response"]),
        (["--baseline", "sample:5"], ["--background", "sample:5"]),
        (["--iterations", "2"], ["--iterations", "0:2"]),
        (["--iterations", "4"], ["--iterations", "all"]),
        (["--device", "cpu"], ["--device", "auto"]),
        (["--quiet=true"], ["--quiet"]),
        (["--seed=3"], ["--seed", "3"]),
        (["--background", "sample:500"], ["--background", NUMERIC]),  # the file has 120 rows
        (["--space", "margin", "--space", "response"], []),  # the last one counts
    ],
)
def test_other_words_same_values(one, other):
    assert values(*PLAIN, *one) == values(*PLAIN, *other)


def test_path_dependent_goes_by_the_name_of_shap():
    args = ["--model", MODEL, "--data", NUMERIC, "--out", "-"]
    assert values(*args, "--method", "tree_path_dependent") == values(*args, "--method", "path-dependent")


def test_rounds_of_early_stopping():
    args = ["--model", FIXTURES / "3.2.0/early_stopping.json", "--data", NUMERIC, "--out", "-"]
    assert values(*args) == values(*args, "--iterations", "1")
    assert values(*args) != values(*args, "--iterations", "all")


def test_missing_spellings(tmp_path):
    data = tmp_path / "data.csv"
    text = NUMERIC.read_text()
    data.write_text(text + "-999,?,1.2,0.5,3,2\n")
    args = ["--model", MODEL, "--background", NUMERIC, "--out", "-"]
    assert_error(explain(*args, "--data", data), "data.value", 3, "'?'")
    found = values(*args, "--data", data, "--missing", "?", "--missing", "-999")
    data.write_text(text + ",,1.2,0.5,3,2\n")
    assert found == values(*args, "--data", data)


def test_exclude_by_commas_or_again(tmp_path):
    lines = NUMERIC.read_text().splitlines()
    data = tmp_path / "data.csv"
    data.write_text("\n".join(["one,two," + lines[0], *("a,b," + line for line in lines[1:])]) + "\n")
    args = ["--model", MODEL, "--background", NUMERIC, "--out", "-", "--data", data]
    plain = values(*args[:4], "--out", "-", "--data", NUMERIC)
    assert values(*args, "--exclude", "one,two") == plain
    assert values(*args, "--exclude", "one", "--exclude", "two") == plain
    assert values(*args, "--exclude", "0,1") == plain


def test_config_file_and_the_command_line_over_it(tmp_path):
    config = tmp_path / "job.json"
    config.write_text(json.dumps({"model": str(MODEL), "data": str(NUMERIC), "baseline": "sample:10", "space": "raw",
                                  "missing": ["?", -999], "seed": 3, "quiet": True, "float64": False}))  # fmt: skip
    plain = [*PLAIN, "--seed", "3"]
    assert values("--config", config, "--out", "-") == values(*plain, "--space", "margin")
    assert values("--config", config, "--out", "-", "--space", "response") == values(*plain)
    assert explain("--config", config, "--out", "-").stderr == ""


def test_float64_has_more_digits_of_the_same_values():
    short, full = rows_of(values(*PLAIN)), rows_of(values(*PLAIN, "--float64"))
    for a, b in zip(short, full, strict=True):
        for name, value in a["shap_values"].items():
            assert abs(value - b["shap_values"][name]) <= 1e-7 * max(1, abs(value))
    assert max(len(repr(row["prediction"])) for row in full) > max(len(repr(row["prediction"])) for row in short)


def test_rows_above_the_lattice_limit(tmp_path):
    out = tmp_path / "out"
    args = [*LOANS_MODEL, *LOANS_DATA, "--background", "sample:3", "--out", out, "--estimator", "exact"]
    done = explain(*args, "--max-exact-players", "8", "--threads", "2", "--chunk-rows", "256")
    assert_error(done, "usage.players", 2, " of 1000 rows ", "more than 8 features", "--max-exact-players 1",
                 "--estimator auto", "--space margin")  # fmt: skip
    assert files_in(out) == []
    largest = done.stderr.split("(up to ")[1].split(")")[0]
    assert explain(*args, "--max-exact-players", largest).returncode == 0
    method = json.loads((out / "manifest.json").read_text())["method"]
    assert method["largest_players"] == int(largest)
    assert method["pairs"] == 3000
    assert method["estimator"] is None
