"""XGBoost's pred_interactions and shap's TreeExplainer as oracles of --interactions."""

import numpy as np
import pytest
import shap
import xgboost as xgb
from conftest import close
from test_xgboost import train


def matrices_of(out):
    return np.load(out / "explanations_shap/interactions.npy").astype(float)


def asked(limpid, booster, rows, *options):
    """[R x P x P] or [R x G x P x P]"""
    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", rows), "--float64",
        "--interactions", "--interactions-format", "npy", *options,
    )  # fmt: skip
    return matrices_of(out)


def flat(matrices):
    return matrices.reshape(-1, matrices.shape[-1] ** 2)


@pytest.mark.parametrize("depth", [4, 9])
def test_path_dependent_equals_pred_interactions(limpid, depth):
    booster, frame = train("binary:logistic", seed=5, rounds=25, depth=depth)
    rows = frame[:40]
    found = asked(limpid, booster, rows, "--method", "path-dependent")
    expected = booster.predict(xgb.DMatrix(rows), pred_interactions=True)[:, :-1, :-1]  # the last: the base value
    close(flat(found), flat(expected), 1e-5)


def test_several_outputs_equal_pred_interactions(limpid):
    booster, frame = train("multi:softprob", seed=6, rounds=8, depth=4, num_class=3)
    rows = frame[:30]
    found = asked(limpid, booster, rows, "--method", "path-dependent")
    expected = booster.predict(xgb.DMatrix(rows), pred_interactions=True)[:, :, :-1, :-1]
    assert found.shape == expected.shape
    close(flat(found), flat(expected), 1e-5)


def test_path_dependent_equals_shap(limpid):
    booster, frame = train("reg:squarederror", seed=7, rounds=20, depth=5)
    rows = frame[:30]
    found = asked(limpid, booster, rows, "--method", "path-dependent")
    close(flat(found), flat(shap.TreeExplainer(booster).shap_interaction_values(rows)), 1e-5)


def test_margin_by_tables_equals_the_lattice(limpid):
    """Two algorithms, one game."""
    booster, frame = train("binary:logistic", seed=8, rounds=20, depth=5)
    rows = frame[:25]
    margin = ["--space", "margin", "--background", limpid.csv("background.csv", frame[100:130])]
    tables = asked(limpid, booster, rows, *margin)
    close(flat(tables), flat(asked(limpid, booster, rows, *margin, "--method", "kernel")), 1e-6)
