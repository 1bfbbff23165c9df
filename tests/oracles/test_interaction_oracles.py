"""XGBoost's pred_interactions and shap's TreeExplainer as oracles for interactions of the margin."""

import lightgbm as lgb
import numpy as np
import pytest
import shap
import xgboost as xgb
from conftest import close
from test_xgboost import train


def matrices_of(limpid, model, frame, *arguments):
    """[R x P x P], or [R x G x P x P] of several outputs; columns as in `frame`."""
    data = limpid.csv("rows.csv", frame)
    out = limpid.explain(
        "--model", model, "--data", data, "--interactions", "--interactions-format", "npy", "--float64", *arguments
    )
    return np.load(out / "explanations_shap/interactions.npy")


def close_matrices(found, expected, tolerance):
    assert found.shape == expected.shape
    close(found.reshape(-1, found.shape[-1] ** 2), expected.reshape(-1, expected.shape[-1] ** 2), tolerance)


@pytest.mark.parametrize("depth,rounds", [(2, 30), (5, 60), (9, 10), (14, 5)])
def test_path_dependent_interactions_equal_xgboost(limpid, depth, rounds):
    booster, frame = train("binary:logistic", seed=depth, depth=depth, rounds=rounds, min_child_weight=0)
    found = matrices_of(limpid, limpid.model(booster), frame, "--method", "path-dependent", "--space", "margin")
    expected = booster.predict(xgb.DMatrix(frame), pred_interactions=True)[:, :-1, :-1]
    # XGBoost takes differences of two sums in float32
    close_matrices(found, expected, 1e-4)


def test_classes_equal_xgboost(limpid):
    booster, frame = train("multi:softprob", seed=3, num_class=3, rounds=15)
    found = matrices_of(limpid, limpid.model(booster), frame, "--method", "path-dependent", "--space", "margin")
    expected = booster.predict(xgb.DMatrix(frame), pred_interactions=True)[:, :, :-1, :-1]
    close_matrices(found, expected, 1e-4)


def test_path_dependent_interactions_equal_tree_explainer(limpid):
    rng = np.random.default_rng(4)
    _, frame = train("binary:logistic", rounds=1)
    frame = frame.fillna(0.25)
    label = frame["x0"] * frame["x1"] + rng.normal(size=len(frame)) * 0.1
    booster = lgb.train({"verbosity": -1, "num_leaves": 31, "min_data_in_leaf": 5}, lgb.Dataset(frame, label), 30)
    rows = frame[:80]
    model = limpid.folder / "model.txt"
    booster.save_model(model)
    found = matrices_of(limpid, model, rows, "--method", "path-dependent", "--space", "margin")
    close_matrices(found, shap.TreeExplainer(booster).shap_interaction_values(rows), 1e-5)


def test_interventional_interactions_of_a_known_game(limpid):
    """A pair's interaction is half of what the one's value changes by when the other comes in: two explanations with
    backgrounds that hold the other's value, or not."""
    booster, frame = train("reg:squarederror", seed=6, depth=6)
    frame = frame.fillna(0.25)
    row, background = frame[:1], frame[100:101]
    model = limpid.model(booster)
    limpid.csv("z.csv", background)
    found = matrices_of(limpid, model, row, "--background", limpid.folder / "z.csv", "--space", "margin")[0]
    explain = shap.TreeExplainer
    for i, name in enumerate(frame.columns):
        inside, outside = background.copy(), row.copy()
        inside[name] = row[name].to_numpy()
        outside[name] = background[name].to_numpy()
        with_i = explain(booster, inside, feature_perturbation="interventional").shap_values(row)[0]
        without = explain(booster, background, feature_perturbation="interventional").shap_values(outside)[0]
        expected = (with_i - without) / 2
        others = np.arange(len(expected)) != i
        close(found[i][others], expected[others], 1e-5)
