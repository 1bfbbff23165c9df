"""shap.kmeans and shap.KernelExplainer, which counts a background row as often as its weight says."""

import numpy as np
import pandas as pd
import pytest
import shap
import xgboost as xgb
from conftest import close, values_of
from test_xgboost import train

CLUSTERS = 7


def weighted(background, weights):
    return background.assign(how_often=weights)


@pytest.mark.parametrize("space", ["margin", "response"])
def test_weighted_background_equals_kernel_explainer(limpid, space):
    booster, frame = train("binary:logistic", seed=3, rounds=30, depth=4)
    frame = frame.fillna(0.25)
    rows = frame[:10]
    summary = shap.kmeans(frame, CLUSTERS)
    background = pd.DataFrame(summary.data, columns=frame.columns)

    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", rows), "--space", space, "--float64",
        "--background", limpid.csv("background.csv", weighted(background, summary.weights)),
        "--background-weights", "how_often",
    )  # fmt: skip

    def predict(x):
        return booster.predict(xgb.DMatrix(x, feature_names=list(frame.columns)), output_margin=space == "margin")

    values, base, _ = values_of(out, rows.columns)
    explainer = shap.KernelExplainer(predict, summary)
    expected = explainer.shap_values(rows, nsamples=2**13, l1_reg=False, silent=True)
    close(values, expected, 2e-5)  # XGBoost's float32 predictions, and shap's weight of the ends
    close(base, np.full(len(rows), explainer.expected_value), 2e-5)


def test_clusters_stand_for_the_data_better_than_a_sample(limpid):
    """Values against K centres are nearer to those against every row than values against K rows, on average."""
    booster, frame = train("binary:logistic", seed=4, rounds=30, depth=4)
    model, data = limpid.model(booster), limpid.csv("rows.csv", frame)

    def values(background, *more):
        out = limpid.explain("--model", model, "--data", data, "--space", "margin", "--background", background, *more)
        return values_of(out, frame.columns)[0]

    exact = values(data)
    clustered = np.mean([np.abs(values("kmeans:12", "--seed", seed) - exact).mean() for seed in range(3)])
    sampled = np.mean([np.abs(values("sample:12", "--seed", seed) - exact).mean() for seed in range(3)])
    assert clustered < 0.9 * sampled
