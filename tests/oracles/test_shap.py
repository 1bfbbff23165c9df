"""shap's TreeExplainer and the definition itself as oracles for interventional values."""

import itertools
import json
import math

import numpy as np
import pytest
import shap
import xgboost as xgb
from conftest import close, values_of
from test_xgboost import train


@pytest.mark.parametrize("depth,background_rows", [(4, 1), (5, 100), (10, 60)])
def test_interventional_margin_equals_tree_explainer(limpid, depth, background_rows):
    booster, frame = train("binary:logistic", seed=depth, depth=depth)
    # shap's interventional mode ignores a model's missing directions in the background: none are missing here
    frame = frame.fillna(0.25)
    background = frame[200 : 200 + background_rows]
    rows = frame[:60]

    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", rows), "--space", "margin",
        "--background", limpid.csv("background.csv", background),
    )  # fmt: skip

    values, base, _ = values_of(out, rows.columns)
    explainer = shap.TreeExplainer(booster, background, feature_perturbation="interventional")
    close(values, explainer.shap_values(rows), 1e-5)
    close(base[:, None], np.full((60, 1), explainer.expected_value), 1e-5)


def shapley_by_definition(predict, row, background):
    """Every coalition of every pair: v(S) = mean over z of predict(x_S z). [P]"""
    players = len(row)
    masks = np.array(list(itertools.product([False, True], repeat=players)))  # [2^P x P]
    hybrids = np.where(masks[:, None, :], row, background)  # [2^P x B x P]
    game = predict(hybrids.reshape(-1, players)).reshape(len(masks), len(background)).mean(axis=1)
    sizes = masks.sum(axis=1)
    weight = np.array([math.factorial(s) * math.factorial(players - 1 - s) for s in range(players)])
    weight = weight / math.factorial(players)
    values = np.zeros(players)
    index = {tuple(mask): i for i, mask in enumerate(masks)}
    for i, mask in enumerate(masks):
        for player in np.flatnonzero(~mask):
            joined = mask.copy()
            joined[player] = True
            values[player] += weight[sizes[i]] * (game[index[tuple(joined)]] - game[i])
    return values


@pytest.mark.parametrize("objective", ["binary:logistic", "count:poisson"])
def test_response_equals_the_definition(limpid, objective):
    booster, frame = train(objective, seed=5, rounds=40, depth=5)
    rows, background = frame[:6], frame[100:104]

    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", rows),
        "--background", limpid.csv("background.csv", background),
    )  # fmt: skip

    values, _, _ = values_of(out, rows.columns)

    def predict(x):
        return booster.predict(xgb.DMatrix(x, feature_names=list(frame.columns))).astype(np.float64)

    expected = [shapley_by_definition(predict, row, background.to_numpy()) for row in rows.to_numpy()]
    close(values, np.array(expected), 4e-6)  # XGBoost's float32 predictions


@pytest.mark.parametrize("estimator, tolerance", [("wls", 1e-6), ("gp", 2e-6)])
def test_the_kernel_design_with_every_coalition_equals_kernel_explainer(limpid, estimator, tolerance):
    booster, frame = train("binary:logistic", seed=5, rounds=40, depth=5)
    rows, background = frame[:5], frame[100:106]

    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", rows), "--max-exact-players", 1, "--float64",
        "--background", limpid.csv("background.csv", background), "--design", "kernel", "--estimator", estimator,
        "--coalitions", 32768,
    )  # fmt: skip

    values, _, _ = values_of(out, rows.columns)
    assert json.loads((out / "manifest.json").read_text())["method"]["estimator"]["pairs"] > 20

    def predict(x):
        return booster.predict(xgb.DMatrix(x, feature_names=list(frame.columns))).astype(np.float64)

    explainer = shap.KernelExplainer(predict, background.to_numpy())
    close(values, explainer.shap_values(rows.to_numpy(), nsamples=1 << 15, l1_reg=False, silent=True), tolerance)
