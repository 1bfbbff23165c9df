"""Groups by the parts of names, --group-by-separator: a result per level."""

import csv
import json

import pytest
from limpid_program import NUMERIC, assert_error, explain, files_in, write_model

ROWS = [list(row) for row in csv.reader(NUMERIC.read_text().splitlines()[1:])]


def write_rows(path, rows, header):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="module")
def leveled(tmp_path_factory):
    """The binary model and its rows with names in three levels."""
    path = tmp_path_factory.mktemp("levels")
    names = ["person__age", "finance__accounts__checking", "finance__accounts__savings", "finance__debt", "person__name",
             "region"]  # fmt: skip

    def rename(model):
        model["learner"]["feature_names"] = names

    write_model(path / "model.json", rename)
    write_rows(path / "rows.csv", ROWS[:50], names)
    write_rows(path / "background.csv", ROWS[40:43], names)
    return path


LEVELS = [
    {"person": [0, 4], "finance": [1, 2, 3], "region": [5]},
    {"person__age": [0], "finance__accounts": [1, 2], "finance__debt": [3], "person__name": [4], "region": [5]},
]


def leveled_question(leveled, out, *more):
    return explain("--model", leveled / "model.json", "--data", leveled / "rows.csv", "--background",
                   leveled / "background.csv", "--float64", "--out", out, *more)  # fmt: skip


def test_every_level_is_a_result(leveled, tmp_path):
    done = leveled_question(leveled, tmp_path / "out", "--group-by-separator", "__")
    assert done.returncode == 0, done.stderr
    own = ["analysis.json", "explanations_shap/baseline.csv", "explanations_shap/out.jsonl", "manifest.json", "run.json"]
    assert files_in(tmp_path / "out") == [f"level-{k}/{name}" for k in (1, 2, 3) for name in own]
    for k, groups in enumerate(LEVELS, 1):
        named = [arg for name, members in groups.items() if len(members) > 1
                 for arg in ("--group", f"{name}={','.join(map(str, members))}")]  # fmt: skip
        wanted = leveled_question(leveled, "-", *named)
        level = tmp_path / f"out/level-{k}"
        assert (level / "explanations_shap/out.jsonl").read_text() == wanted.stdout
        manifest = json.loads((level / "manifest.json").read_text())
        assert manifest["players"] == list(groups)
        assert {key: manifest["groups"][key] for key in ("mode", "separator", "level", "levels")} == {
            "mode": "players", "separator": "__", "level": k, "levels": 3}  # fmt: skip
        assert list(manifest["groups"]["features"]) == [name for name, members in groups.items() if len(members) > 1]
        assert list(json.loads((level / "analysis.json").read_text())["explanations"]["kernel_shap"]["label0"]
                    ["global_shap_values"]) == list(groups)  # fmt: skip
        baseline = (level / "explanations_shap/baseline.csv").read_text().splitlines()
        assert baseline[0].startswith("person__age,finance__accounts__checking,") and len(baseline) == 4
    features = leveled_question(leveled, "-")
    assert (tmp_path / "out/level-3/explanations_shap/out.jsonl").read_text() == features.stdout
    assert "level 1 of 3: each group is one player: person (person__age, person__name); finance (" in done.stderr
    assert "level 3 of 3: every feature by itself" in done.stderr
    assert done.stderr.count("lattice") == 1  # what all levels share is said once


def test_one_level_goes_straight_out(leveled, tmp_path):
    done = leveled_question(leveled, tmp_path / "out", "--group-by-separator", "__", "--group-level", 2)
    assert done.returncode == 0, done.stderr
    assert "manifest.json" in files_in(tmp_path / "out")
    piped = leveled_question(leveled, "-", "--group-by-separator", "__", "--group-level", 2)
    assert piped.stdout == (tmp_path / "out/explanations_shap/out.jsonl").read_text()
    stdin = explain("--model", leveled / "model.json", "--data", "-", "--background", leveled / "background.csv",
                    "--float64", "--out", "-", "--group-by-separator", "__", "--group-level", 2,
                    stdin=(leveled / "rows.csv").read_text())  # fmt: skip
    assert stdin.stdout == piped.stdout
    sums = leveled_question(leveled, "-", "--group-by-separator", "__", "--group-level", 3, "--group-mode", "sum")
    assert sums.stdout == leveled_question(leveled, "-").stdout


def test_levels_of_an_earlier_run_go(leveled, tmp_path):
    out = tmp_path / "out"
    assert leveled_question(leveled, out, "--group-by-separator", "__").returncode == 0
    assert_error(leveled_question(leveled, out, "--group-by-separator", "__"), "output.exists", 7, "--overwrite")
    done = leveled_question(leveled, out, "--group-by-separator", "finance__", "--overwrite")
    assert done.returncode != 0, "no name has parts there"  # nothing was touched
    assert "level-3/manifest.json" in files_in(out)
    (out / "level-3/mine.txt").write_text("kept")
    done = leveled_question(leveled, out, "--group-by-separator", "s__", "--overwrite")
    assert done.returncode == 0, done.stderr  # finance__account|checking: two levels
    assert sorted({name.split("/")[0] for name in files_in(out)}) == ["level-1", "level-2", "level-3"]
    assert [name for name in files_in(out) if name.startswith("level-3")] == ["level-3/mine.txt"]
