"""limpid bench: its fields, its sums, what it leaves behind (nothing), its errors. No figure is judged."""

import csv
import json

import pytest
from limpid_program import FIXTURES, LOANS_DATA, LOANS_MODEL, MODEL, MULTI, NUMERIC, assert_error, run

QUICK = ["--seconds", "0.1", "--runs", "3"]
LOANS = [*LOANS_MODEL, *LOANS_DATA, *QUICK]


def bench(*args, **keywords):
    return run("bench", *args, **keywords)


def facts_of(*args, **keywords):
    done = bench(*args, "--json", **keywords)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def scratch(tmp_path):
    """Where the program puts its files: empty afterwards."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    yield {"TMPDIR": str(folder)}
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "question",
    [
        ["--space", "margin"],
        ["--method", "path-dependent"],
        ["--background", "sample:5"],
        ["--background", "sample:5", "--group", "means=credit_score,gender", "--group-mode", "sum", "--format", "csv"],
        ["--background", "sample:3", "--link", "logit"],
    ],
)
def test_shares_add_up_and_every_stage_is_there(question, scratch):
    facts = facts_of(*LOANS, *question, "--threads", "1", "--no-alternatives", env=scratch)
    stages = facts["stages"]
    names = [stage["stage"] for stage in stages]
    assert names == ["read", "bin", "values", "predict", "summarise", "format", "write", "wait"]
    assert abs(sum(stage["share"] for stage in stages) - 1) <= 1e-9
    assert all(stage["seconds"] >= 0 for stage in stages)
    assert sum(stage["seconds"] for stage in stages) <= facts["pipeline"]["seconds"]  # one thread
    assert list(facts["setup_seconds"])[0] == "model"
    assert {"compile", "engine"} <= set(facts["setup_seconds"])
    assert 0 < facts["rows"] <= 1000
    assert facts["pipeline"]["rows_per_second"] > 0
    assert facts["alternatives"] == []
    assert facts["threads"] == 1


def test_pairs_are_those_of_the_lattice_alone():
    lattice = facts_of(*LOANS, "--background", "sample:5", "--no-alternatives")
    assert lattice["background_rows"] == 5
    rates = lattice["pipeline"]
    assert abs(rates["pairs_per_second"] / rates["rows_per_second"] - 5) <= 1e-9
    assert facts_of(*LOANS, "--space", "margin", "--no-alternatives")["pipeline"]["pairs_per_second"] is None


def test_alternatives_of_probabilities():
    facts = facts_of(*LOANS, "--background", "sample:20", "--threads", "2", "--device", "cpu")
    changes = [one["change"] for one in facts["alternatives"]]
    assert changes[:3] == ["--space margin", "--background sample:2", "--threads 1"]
    assert all(one["rows_per_second"] > 0 and one["estimate_seconds"] > 0 for one in facts["alternatives"])


def test_an_estimate_for_many_rows():
    facts = facts_of(*LOANS, "--space", "margin", "--rows", "10000000", "--no-alternatives")
    assert facts["estimate"]["rows"] == 10_000_000
    assert facts["estimate"]["seconds"] > facts["pipeline"]["seconds"]
    assert facts_of(*LOANS, "--space", "margin", "--no-alternatives")["estimate"]["rows"] == 1000


def test_text_is_on_standard_output_and_says_the_bottleneck():
    done = bench(*LOANS, "--background", "sample:20", "--no-alternatives")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for words in ("response space, interventional, exact by lattice; 20 background rows", "before the first row",
                  "from file to file:", "pairs/s", "most of the time: ", "rows: about "):  # fmt: skip
        assert words in done.stdout, done.stdout
    assert "nan" not in done.stdout
    assert "inf" not in done.stdout.replace("information", "")


def test_several_outputs_and_a_background_file():
    numeric = ["--data", NUMERIC, "--background", NUMERIC, *QUICK, "--no-alternatives"]
    facts = facts_of("--model", MULTI, *numeric)
    assert facts["background_rows"] == 120
    assert 0 < facts["rows"] <= 120


def test_warnings_come_once(tmp_path):
    model = FIXTURES / "3.4.1/strings.ubj"
    columns = json.loads(run("inspect", "--json", model).stdout)["features"]
    names = [column["name"] for column in columns]
    codes = tmp_path / "codes.json"
    texts = {c["name"]: c["category_names"] for c in columns if "category_names" in c}
    codes.write_text(json.dumps(texts))
    cells = ["nobody knows" if name in texts else "1" for name in names]
    data = tmp_path / "rows.csv"
    with open(data, "w", newline="") as file:
        csv.writer(file).writerows([names, *[cells] * 300])
    done = bench("--model", model, "--data", data, "--categories", codes, *QUICK, "--background", "sample:2")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning[data.category]") == len(texts), done.stderr


@pytest.mark.parametrize(
    ("args", "code", "exit_code", "words"),
    [
        (["--model", MODEL], "usage.missing", 2, ["limpid bench needs --data FILE", "usage: limpid bench"]),
        (["--data", NUMERIC], "usage.missing", 2, ["--model FILE"]),
        (["--model", MODEL, "--data", "-"], "usage.value", 2, ["several times", "as a file"]),
        (["--model", MODEL, "--data", NUMERIC, "--rows", "0"], "usage.value", 2, ["--rows '0'", "at least 1"]),
        (["--model", MODEL, "--data", NUMERIC, "--seconds", "nan"], "usage.value", 2, ["--seconds 'nan'"]),
        (["--model", MODEL, "--data", NUMERIC, "--seconds", "0"], "usage.value", 2, ["--seconds '0'"]),
        (["--model", MODEL, "--data", NUMERIC, "--runs", "0"], "usage.value", 2, ["--runs '0'", "from 1 to 100"]),
        (["--model", MODEL, "--data", NUMERIC, "--out", "x"], "usage.option", 2, ["'--out'"]),
        (["--model", MODEL, "--data", NUMERIC, "--predictor", "cmd:x"], "usage.option", 2, ["'--predictor'"]),
        (["--model", MODEL, "--data", NUMERIC, "--group-by-separator", "_"], "usage.group", 2, ["--group-level K"]),
        (["--model", MODEL, "--data", "/nowhere.csv"], "data.open", 3, ["/nowhere.csv"]),
        (["--model", NUMERIC, "--data", NUMERIC], "model.format", 4, []),
    ],
)
def test_errors(args, code, exit_code, words, scratch):
    assert_error(bench(*args, env=scratch), code, exit_code, *words)


def test_more_players_than_the_lattice_takes_are_the_same_error_as_in_explain(scratch):
    options = ["--background", "sample:5", "--max-exact-players", "1", "--estimator", "exact"]
    assert_error(bench(*LOANS, *options, env=scratch), "usage.players", 2, "--max-exact-players")
