"""--help and inspect, word for word. With UPDATE_GOLDENS=1 the files in goldens/ are written anew."""

import json
import os
from pathlib import Path

import pytest
from limpid_program import FIXTURES, run

GOLDENS = Path(__file__).parent / "goldens"
CASES = {
    "help.txt": ["--help"],
    "explain_help.txt": ["explain", "--help"],
    "inspect_help.txt": ["inspect", "--help"],
    "predict_help.txt": ["predict", "--help"],
    "bench_help.txt": ["bench", "--help"],
    "inspect_binary.txt": ["inspect", FIXTURES / "3.2.0/binary.json"],
    "inspect_early_stopping.txt": ["inspect", FIXTURES / "3.2.0/early_stopping.ubj"],
    "inspect_categorical.txt": ["inspect", "--model", FIXTURES / "3.2.0/categorical.json"],
    "inspect_multi.json": ["inspect", "--json", FIXTURES / "3.2.0/multi.json"],
    "inspect_hinge.txt": ["inspect", FIXTURES / "1.0.2/hinge.json"],
    "inspect_strings.txt": ["inspect", FIXTURES / "3.4.1/strings.ubj"],
    "inspect_vector_leaf.txt": ["inspect", FIXTURES / "3.4.1/vector_leaf.json"],
    "inspect_legacy.txt": ["inspect", FIXTURES / "0.90/dart.bin"],
    "inspect_catboost.txt": ["inspect", FIXTURES.parent / "catboost/1.2.10/one_hot.json"],
    "inspect_isolation_forest.txt": ["inspect", FIXTURES.parent / "sklearn/1.9.1/isolation.json"],
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name):
    done = run(*CASES[name])
    assert done.returncode == 0, done.stderr
    golden = GOLDENS / name
    if os.environ.get("UPDATE_GOLDENS"):
        GOLDENS.mkdir(exist_ok=True)
        golden.write_text(done.stdout)
    assert done.stdout == golden.read_text()


def test_help_lists_every_option_of_the_contract():
    options = """model data background background-weights space method format out overwrite id label exclude no-header delimiter missing categories
        iterations max-exact-players estimator coalitions design target-error max-coalitions interactions interactions-format device threads chunk-rows seed float64 model-format model-entry allow-unknown-version config quiet verbose progress
        color""".split()
    text = run("explain", "--help").stdout
    assert [option for option in options if f"  --{option}" not in text] == []
    assert "multiple of 256" in text
    assert max(len(line) for line in text.splitlines()) <= 120


def test_help_wins_over_what_is_missing():
    assert run("explain", "--model", "x", "--help").stdout == run("explain", "-h").stdout


def test_inspect_json_says_what_inspect_says():
    model = json.loads(run("inspect", "--json", FIXTURES / "3.2.0/early_stopping.json").stdout)
    assert model["rounds"] == 4
    assert model["best_rounds"] == 1
    assert model["trees"] == 4
    assert model["link"] == "sigmoid"
    assert model["sums"] == model["input"] == "float32"
    assert [feature["name"] for feature in model["features"]][:2] == ["age", "income"]


def test_inspect_json_has_every_category_and_counts_trees_as_the_file_does():
    model = json.loads(run("inspect", "--json", FIXTURES / "3.4.1/strings.json").stdout)
    assert model["unseen_category"] == "error"
    assert model["features"][5]["category_names"] == [f"region {code}" for code in range(12)]
    assert "category_names" not in model["features"][0]
    model = json.loads(run("inspect", "--json", FIXTURES / "3.4.1/vector_leaf.json").stdout)
    assert (model["trees"], model["outputs_per_tree"], model["outputs"]) == (3, 2, 2)
