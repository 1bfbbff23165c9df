"""--link logit: log-odds of the mean probability, in every document; what it cannot be asked of; the rows' limit."""

import csv
import json
import math

import pytest

from limpid_program import FIXTURES, LOANS_DATA, LOANS_MODEL, MULTI, NUMERIC, assert_error, explain, rows_of

ARGS = [*LOANS_MODEL, *LOANS_DATA, "--background", "sample:7", "--max-exact-players", 20]


def logit(p):
    return math.log(p / (1 - p))


def test_predictions_and_base_values_are_log_odds():
    plain = rows_of(explain(*ARGS, "--float64", "--out", "-").stdout)
    done = explain(*ARGS, "--link", "logit", "--float64", "--out", "-")
    assert done.returncode == 0, done.stderr
    assert "response space, logit of the mean, interventional, exact by lattice of the whole row" in done.stderr
    rows = rows_of(done.stdout)
    for row, probability in zip(rows, plain, strict=True):
        assert row["prediction"] == pytest.approx(logit(probability["prediction"]), abs=1e-9)
        assert row["expected_value"] == pytest.approx(logit(probability["expected_value"]), abs=1e-9)
        total = row["expected_value"] + sum(row["shap_values"].values())
        assert total == pytest.approx(row["prediction"], rel=1e-6, abs=1e-6)


def test_link_identity_is_the_default():
    assert explain(*ARGS, "--link", "identity", "--out", "-").stdout == explain(*ARGS, "--out", "-").stdout


def test_one_background_row_gives_margin_values(tmp_path):
    """The logit undoes the sigmoid when there is no mean between them."""
    background = tmp_path / "one.csv"
    background.write_text("".join(NUMERIC.read_text().splitlines(keepends=True)[:2]))
    args = ["--model", FIXTURES / "3.2.0/binary.json", "--data", NUMERIC, "--background", background, "--out", "-"]
    logits = rows_of(explain(*args, "--link", "logit").stdout)
    margins = rows_of(explain(*args, "--space", "margin").stdout)
    for a, b in zip(logits, margins, strict=True):
        assert a["prediction"] == pytest.approx(b["prediction"], abs=1e-6)
        for name, value in b["shap_values"].items():
            assert a["shap_values"][name] == pytest.approx(value, abs=1e-6)


def test_softmax_outputs_each_have_their_log_odds():
    args = ["--model", MULTI, "--data", NUMERIC, "--background", "sample:9", "--float64", "--out", "-"]
    plain = rows_of(explain(*args).stdout)
    rows = rows_of(explain(*args, "--link", "logit").stdout)
    for row, probability in zip(rows, plain, strict=True):
        for label, output in row["outputs"].items():
            assert output["prediction"] == pytest.approx(logit(probability["outputs"][label]["prediction"]), abs=1e-9)
            total = output["expected_value"] + sum(output["shap_values"].values())
            assert total == pytest.approx(output["prediction"], rel=1e-6, abs=1e-6)


def test_manifest_and_csv(tmp_path):
    out = tmp_path / "out"
    assert explain(*ARGS, "--link", "logit", "--format", "csv", "--out", out).returncode == 0
    method = json.loads((out / "manifest.json").read_text())["method"]
    assert method["link"] == "logit"
    assert method["largest_players"] <= 20
    with open(out / "explanations_shap/out.csv") as file:
        assert len(list(csv.DictReader(file))) == 1000
    plain = tmp_path / "plain"
    assert explain(*ARGS, "--out", plain).returncode == 0
    assert json.loads((plain / "manifest.json").read_text())["method"]["link"] == "identity"


def test_chunks_and_threads_change_no_byte():
    one = explain(*ARGS, "--link", "logit", "--threads", 1, "--out", "-").stdout
    assert one == explain(*ARGS, "--link", "logit", "--threads", 2, "--chunk-rows", 256, "--out", "-").stdout


def test_other_questions_name_the_alternative(tmp_path):
    ask = [*LOANS_MODEL, *LOANS_DATA, "--link", "logit", "--out", "-"]
    assert_error(explain(*ask, "--space", "margin"), "usage.link", 2, "--space margin has no probabilities")
    assert_error(explain(*ask, "--method", "path-dependent"), "usage.link", 2, "--method interventional")
    poisson = ["--model", FIXTURES / "3.2.0/poisson.json", "--data", NUMERIC, "--link", "logit", "--out", "-"]
    assert_error(explain(*poisson), "usage.link", 2, "(its link: exp)", "--link identity")
    assert_error(explain(*LOANS_MODEL, *LOANS_DATA, "--link", "logits", "--out", "-"), "usage.value", 2, "logit")


def test_rows_above_the_limit_are_counted_over_the_whole_background():
    few = explain(*LOANS_MODEL, *LOANS_DATA, "--background", "sample:7", "--link", "logit", "--max-exact-players", 3,
                  "--estimator", "exact", "--out", "-")  # fmt: skip
    assert_error(few, "usage.players", 2, " of 1000 rows differ from the background rows, taken together, in more than 3",
                 "--max-exact-players 1")  # fmt: skip


@pytest.mark.parametrize("estimator, median, covered", [("gp", 0.04, 0.5), ("wls", 0.02, 0.9)])
def test_rows_above_the_limit_are_estimated_as_one_game(estimator, median, covered):
    """Values near the exact ones, whose errors say how near; the sum is exact."""
    ask = [*LOANS_MODEL, *LOANS_DATA, "--background", "sample:7", "--link", "logit", "--float64", "--out", "-"]
    exact = rows_of(explain(*ask, "--max-exact-players", 20).stdout)
    done = explain(*ask, "--max-exact-players", 8, "--estimator", estimator, "--coalitions", 400)
    assert done.returncode == 0, done.stderr
    errors, inside, values = [], 0, 0
    for row, truth in zip(rows_of(done.stdout), exact, strict=True):
        total = row["expected_value"] + sum(row["shap_values"].values())
        assert total == pytest.approx(row["prediction"], rel=1e-6, abs=1e-6)
        if "shap_values_se" not in row:
            assert row["shap_values"] == truth["shap_values"]
            continue
        apart = {name: row["shap_values"][name] - value for name, value in truth["shap_values"].items()}
        errors.append(math.hypot(*apart.values()) / math.hypot(*truth["shap_values"].values()))
        inside += sum(abs(apart[name]) <= 1.96 * error + 1e-9 for name, error in row["shap_values_se"].items())
        values += len(apart)
    assert len(errors) > 500
    assert 0 < sorted(errors)[len(errors) // 2] < median
    assert covered < inside / values
    assert "were estimated by " + estimator in done.stderr


def test_every_coalition_is_the_lattice():
    ask = [*LOANS_MODEL, *LOANS_DATA, "--background", "sample:3", "--link", "logit", "--float64", "--out", "-"]
    exact = rows_of(explain(*ask, "--max-exact-players", 20).stdout)
    done = explain(*ask, "--max-exact-players", 9, "--estimator", "wls", "--coalitions", 32768)
    for row, truth in zip(rows_of(done.stdout), exact, strict=True):
        for name, value in truth["shap_values"].items():
            assert row["shap_values"][name] == pytest.approx(value, abs=1e-9)
