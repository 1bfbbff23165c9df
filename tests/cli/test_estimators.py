"""Pairs above the lattice's limit: estimated, with standard errors, told in every output; never when all is exact."""

import csv
import io
import json

import pytest

from limpid_program import LOANS_DATA, LOANS_MODEL, assert_error, explain, rows_of

ARGS = [*LOANS_MODEL, *LOANS_DATA, "--background", "sample:4"]
FEW = ["--max-exact-players", 6, "--estimator", "gp"]


@pytest.fixture(scope="module")
def exact():
    return rows_of(explain(*ARGS, "--max-exact-players", 20, "--out", "-").stdout)


def relative_errors(found, expected):
    """Of each row: the L2 norm of the difference beside that of the values."""
    out = []
    for a, b in zip(found, expected, strict=True):
        values = b["shap_values"]
        apart = sum((a["shap_values"][name] - value) ** 2 for name, value in values.items())
        out.append((apart / sum(value**2 for value in values.values())) ** 0.5)
    return sorted(out)


@pytest.mark.parametrize("estimator, median, covered", [("gp", 0.02, 0.93), ("wls", 0.06, 0.93),
                                                           ("focus", 0.002, 0.95)])  # fmt: skip
def test_estimates_are_close_and_say_how_close(exact, estimator, median, covered):
    done = explain(*ARGS, *FEW[:2], "--estimator", estimator, "--coalitions", 400, "--out", "-")
    rows = rows_of(done.stdout)
    errors = relative_errors(rows, exact)
    assert 0 < errors[len(errors) // 2] < median
    assert f"were estimated by {estimator}" in done.stderr
    inside = outside = 0
    for row, truth in zip(rows, exact, strict=True):
        assert sum(row["shap_values"].values()) == pytest.approx(row["prediction"] - row["expected_value"], abs=2e-6)
        for name, error in row.get("shap_values_se", {}).items():
            assert error >= 0
            near = abs(row["shap_values"][name] - truth["shap_values"][name]) <= 1.96 * error + 1e-6
            inside += near
            outside += not near
    assert inside / (inside + outside) > covered


def test_more_coalitions_are_closer(exact):
    medians = []
    for coalitions in (40, 150, 600):
        errors = relative_errors(rows_of(explain(*ARGS, *FEW, "--coalitions", coalitions, "--out", "-").stdout), exact)
        medians.append(errors[len(errors) // 2])
    assert medians[0] > medians[1] > medians[2]


@pytest.mark.parametrize("design", ["leverage", "kernel"])
def test_every_coalition_is_exact(exact, design):
    """A budget of 2^V - 2 or more enumerates all; the values are the lattice's."""
    rows = rows_of(explain(*ARGS, "--max-exact-players", 8, "--estimator", "wls", "--coalitions", 32768, "--design",
                           design, "--out", "-").stdout)  # fmt: skip
    few = [r for r, row in enumerate(rows) if max(row.get("shap_values_se", {"": 0}).values()) == 0]
    assert few
    for r in few:
        for name, value in exact[r]["shap_values"].items():
            assert rows[r]["shap_values"][name] == pytest.approx(value, abs=2e-6)


def test_the_same_bytes_whatever_the_threads_and_chunks():
    first = explain(*ARGS, *FEW, "--coalitions", 60, "--out", "-", "--threads", 1)
    for how in (["--threads", 2], ["--threads", 3, "--chunk-rows", 256]):
        assert explain(*ARGS, *FEW, "--coalitions", 60, "--out", "-", *how).stdout == first.stdout
    other = explain(*ARGS, *FEW, "--coalitions", 60, "--out", "-", "--seed", 1, "--background", "sample:4")
    assert other.stdout != first.stdout


def test_the_csv_and_the_manifest(tmp_path):
    out = tmp_path / "out"
    done = explain(*ARGS, *FEW, "--format", "csv", "--out", out)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO((out / "explanations_shap" / "out.csv").read_text())))
    names = list(rows[0])
    values = [name for name in names if name.endswith("_label0")]
    assert names[: len(values)] == values
    assert names[len(values) : 2 * len(values)] == [name + "_se" for name in values]
    assert names[2 * len(values) :] == ["loan_id"]
    estimator = json.loads((out / "manifest.json").read_text())["method"]["estimator"]
    assert estimator["name"] == "gp"
    assert estimator["pairs_by"] == {"gp": estimator["pairs"]}
    assert 0 < estimator["pairs"] <= 4 * len(rows)
    told = sum(any(float(row[name + "_se"]) > 0 for name in values) for row in rows)
    assert 0 < told <= estimator["rows"]  # a design that happens to hold all coalitions of a pair has no error
    mean = sum(float(row[values[0] + "_se"]) for row in rows) / len(rows)
    assert estimator["mean_standard_error"]["label0"][values[0].removesuffix("_label0")] == pytest.approx(mean, rel=1e-5)


def test_exact_runs_write_no_errors(tmp_path):
    done = explain(*ARGS, "--max-exact-players", 20, "--estimator", "gp", "--format", "csv", "--out", "-")
    assert "_se" not in done.stdout.splitlines()[0]
    assert "estimated" not in done.stderr
    assert "shap_values_se" not in explain(*ARGS, "--max-exact-players", 20, "--estimator", "gp", "--out",
                                                "-").stdout  # fmt: skip


def test_sums_of_groups_carry_errors_too():
    rows = rows_of(explain(*ARGS, *FEW, "--group", "money=income,credit_score", "--group-mode", "sum", "--out", "-").stdout)
    assert max(row["shap_values_se"]["money"] for row in rows if "shap_values_se" in row) > 0


@pytest.mark.parametrize("option, value", [("--estimator", "gps"), ("--coalitions", "1"), ("--design", "uniform"),
                                           ("--target-error", "0"), ("--target-error", "2"), ("--target-error", "nan"),
                                           ("--target-error", "1%"), ("--max-coalitions", "4000")])  # fmt: skip
def test_wrong_values(option, value):
    assert_error(explain(*ARGS, option, value, "--out", "-"), "usage.value", 2)


def test_options_that_contradict():
    assert_error(explain(*ARGS, "--target-error", 0.1, "--estimator", "exact", "--out", "-"), "usage.value", 2)
    assert_error(explain(*ARGS, "--target-error", 0.1, "--coalitions", 600, "--max-coalitions", 500, "--out", "-"),
                 "usage.value", 2, "--coalitions 600")  # fmt: skip


def test_estimates_are_the_default():
    done = explain(*ARGS, *FEW[:2], "--coalitions", 60, "--out", "-")
    assert done.returncode == 0, done.stderr
    assert " were estimated by " in done.stderr


def worst_part(row):
    """The largest standard error beside the spread of the row's values."""
    values = row["shap_values"].values()
    return max(row.get("shap_values_se", {"": 0}).values()) / (max(values) - min(values))


def test_a_row_above_the_target_gets_more_coalitions(tmp_path):
    args = [*ARGS, *FEW, "--coalitions", 60]
    few = rows_of(explain(*args, "--out", "-").stdout)
    target = sorted(worst_part(row) for row in few)[len(few) // 2]
    more = explain(*args, "--target-error", target, "--out", tmp_path / "more")
    assert more.returncode == 0, more.stderr
    rows = rows_of((tmp_path / "more" / "explanations_shap" / "out.jsonl").read_text())
    assert max(worst_part(row) for row in rows) <= target * (1 + 1e-5)
    for row, first in zip(rows, few, strict=True):
        if worst_part(first) <= target * (1 - 1e-5):
            assert row == first, "a row that meets the target at once is not played again"
    estimator = json.loads((tmp_path / "more" / "manifest.json").read_text())["method"]["estimator"]
    assert estimator["target"] == {"error": target, "max_coalitions": 16384, "rows_above": 0, "first_rows_above": []}
    assert "estimate.target" not in more.stderr
    for how in (["--threads", 1], ["--threads", 3, "--chunk-rows", 256]):
        again = explain(*args, "--target-error", target, "--out", "-", *how)
        assert rows_of(again.stdout) == rows


def test_rows_that_stay_above_the_target_are_named(tmp_path):
    args = [*ARGS, *FEW, "--coalitions", 60]
    few = rows_of(explain(*args, "--out", "-").stdout)
    target = sorted(worst_part(row) for row in few)[len(few) // 10]
    done = explain(*args, "--max-coalitions", 100, "--target-error", target, "--out", tmp_path / "out")
    rows = rows_of((tmp_path / "out" / "explanations_shap" / "out.jsonl").read_text())
    above = [row["row"] for row in rows if worst_part(row) > target]
    assert 10 < len(above) < len(rows)
    found = json.loads((tmp_path / "out" / "manifest.json").read_text())["method"]["estimator"]["target"]
    assert found == {"error": target, "max_coalitions": 100, "rows_above": len(above), "first_rows_above": above[:10]}
    assert f"warning[estimate.target]: {len(above):,} of " in done.stderr
    assert ", ".join(map(str, above[:10])) + ", ..." in done.stderr


def test_method_kernel_plays_the_game_where_leaf_tables_are_exact(tmp_path):
    margin = [*ARGS, "--space", "margin", "--float64"]
    tables = rows_of(explain(*margin, "--out", "-").stdout)
    done = explain(*margin, "--method", "kernel", "--max-exact-players", 20, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    played = rows_of((tmp_path / "out" / "explanations_shap" / "out.jsonl").read_text())
    for found, expected in zip(played, tables, strict=True):
        assert found["prediction"] == expected["prediction"]
        largest = max(1.0, *map(abs, expected["shap_values"].values()))
        assert found["shap_values"] == pytest.approx(expected["shap_values"], rel=0, abs=1e-6 * largest)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["method"]["name"], manifest["method"]["algorithm"]) == ("kernel", "lattice")
    assert (manifest["space"], manifest["link"]) == ("margin", "sigmoid")
    estimated = rows_of(explain(*margin, "--method", "kernel_shap", *FEW, "--coalitions", 400, "--out", "-").stdout)
    assert 0 < sorted(relative_errors(estimated, tables))[len(tables) // 2] < 0.05


def test_the_focus_is_the_default(exact):
    few = [*ARGS, *FEW[:2]]
    done = explain(*few, "--out", "-")
    assert "were estimated by focus" in done.stderr
    assert relative_errors(rows_of(done.stdout), exact)[-1] < 1e-4, "level 12 holds every pair of twelve players"


def test_the_focus_is_of_pairs():
    logit = [*ARGS, *FEW[:2], "--link", "logit", "--out", "-"]
    assert_error(explain(*logit, "--estimator", "focus"), "usage.value", 2, "--link logit")
    assert " were estimated by gp" in explain(*logit, "--coalitions", 60).stderr
