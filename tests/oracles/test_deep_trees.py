"""XGBoost as oracle for deep trees: long paths, features that come again, and more features on a path than 64."""

import json

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from conftest import close, values_of


def deep_model(features, depth, rows=3000, rounds=6, **params):
    rng = np.random.default_rng(depth)
    x = rng.normal(size=(rows, features)).astype(np.float32)
    x[rng.random(x.shape) < 0.02] = np.nan
    label = np.nan_to_num(x).sum(axis=1) + rng.normal(size=rows)
    params = dict(max_depth=depth, eta=0.4, min_child_weight=0, seed=1, nthread=1, tree_method="hist") | params
    data = xgb.DMatrix(x, label, feature_names=[f"f{i}" for i in range(features)])
    return xgb.train(params, data, rounds), x


def frame_of(x):
    return pd.DataFrame(x, columns=[f"f{i}" for i in range(x.shape[1])])


@pytest.mark.parametrize("features, depth", [(3, 16), (14, 16), (30, 20), (60, 24)])
def test_path_dependent_values_of_deep_trees(limpid, features, depth):
    booster, x = deep_model(features, depth)
    frame = frame_of(x[:200])
    model = limpid.model(booster, "model.ubj")

    out = limpid.explain(
        "--model", model, "--data", limpid.csv("rows.csv", frame), "--method", "path-dependent", "--space", "margin"
    )

    values, base, _ = values_of(out, frame.columns)
    contributions = booster.predict(xgb.DMatrix(frame), pred_contribs=True)
    close(values, contributions[:, :-1], 1e-4)
    close(base[:, None], contributions[:, -1:], 1e-4)
    assert json.loads((out / "manifest.json").read_text())["additivity"]["holds"]


def chain(features, seed=0, objective="reg:squarederror", threshold=None):
    """A tree that tests one feature after the other, a leaf at each, as XGBoost's own model."""
    rng = np.random.default_rng(seed)
    names = [f"f{i}" for i in range(features)]
    data = xgb.DMatrix(rng.normal(size=(50, features)), rng.integers(0, 2, 50), feature_names=names)
    booster = xgb.train(dict(max_depth=1, nthread=1, base_score=0.5, objective=objective), data, 1)
    model = json.loads(booster.save_raw("json"))
    tree = model["learner"]["gradient_booster"]["model"]["trees"][0]
    nodes = 2 * features + 1
    inner = np.arange(nodes) % 2 == 0  # node 2 k tests feature k: leaf 2 k + 1 left, 2 k + 2 right
    inner[-1] = False
    covers = 1e5 * np.cumprod(np.r_[1, rng.uniform(0.9, 1, features)])
    value = rng.normal(size=nodes)
    tree.update(
        base_weights=value.tolist(),
        default_left=rng.integers(0, 2, nodes).tolist(),
        left_children=[n + 1 if inner[n] else -1 for n in range(nodes)],
        right_children=[n + 2 if inner[n] else -1 for n in range(nodes)],
        loss_changes=np.where(inner, 1.0, 0.0).tolist(),
        parents=[2147483647] + [(n - 1) // 2 * 2 for n in range(1, nodes)],
        split_conditions=np.where(inner, rng.normal(size=nodes) if threshold is None else -threshold, value).tolist(),
        split_indices=[n // 2 if inner[n] else 0 for n in range(nodes)],
        split_type=[0] * nodes,
        sum_hessian=[covers[n // 2] if n % 2 == 0 else covers[n // 2] - covers[n // 2 + 1] for n in range(nodes)],
    )
    tree["tree_param"]["num_nodes"] = str(nodes)
    return xgb.Booster(model_file=bytearray(json.dumps(model).encode()))


@pytest.mark.parametrize("features", [65, 128, 200])
def test_paths_of_more_than_64_features(limpid, features):
    booster = chain(features)
    frame = frame_of(np.random.default_rng(1).normal(size=(30, features)).astype(np.float32))
    model, rows = limpid.model(booster), limpid.csv("rows.csv", frame)
    facts = json.loads(limpid.run("inspect", model, "--json").stdout)
    assert facts["longest_path"] == features
    assert facts["routes"]["path_dependent"]["quadrature_trees"] == 1
    assert facts["routes"]["path_dependent"]["quadrature_nodes"] == [(features + 1) // 2] * 2

    out = limpid.explain("--model", model, "--data", rows, "--method", "path-dependent", "--space", "margin")

    values, base, _ = values_of(out, frame.columns)
    expected = booster.predict(xgb.DMatrix(frame), pred_contribs=True)
    close(values, expected[:, :-1], 1e-4)
    close(base[:, None], expected[:, -1:], 1e-4)
    out = limpid.explain("--model", model, "--data", rows, "--background", rows, "--space", "margin")
    values, base, _ = values_of(out, frame.columns)
    margins = booster.predict(xgb.DMatrix(frame), output_margin=True)
    close(values.sum(axis=-1), margins - margins.mean(), 1e-4)
    close(base, np.full(base.shape, margins.mean()), 1e-4)


def pairs_of(folder):
    lines = (folder / "explanations_shap" / "interactions.jsonl").read_text().splitlines()
    return np.array([json.loads(line)["interaction_values"] for line in lines])


@pytest.mark.parametrize("features", [65, 100])
def test_interactions_of_paths_of_more_than_64_features(limpid, features):
    booster = chain(features)
    frame = frame_of(np.random.default_rng(2).normal(size=(3, features)).astype(np.float32))
    model, rows = limpid.model(booster), limpid.csv("rows.csv", frame)

    out = limpid.explain(
        "--model", model, "--data", rows, "--method", "path-dependent", "--space", "margin", "--interactions"
    )
    expected = booster.predict(xgb.DMatrix(frame), pred_interactions=True)
    close(pairs_of(out), expected[:, :-1, :-1], 1e-4)

    out = limpid.explain("--model", model, "--data", rows, "--background", rows, "--space", "margin", "--interactions")
    margins = booster.predict(xgb.DMatrix(frame), output_margin=True)
    close(pairs_of(out).sum(axis=(1, 2)), margins - margins.mean(), 1e-4)


@pytest.mark.parametrize("options", [[], ["--link", "logit"], ["--interactions"]])
def test_responses_of_paths_of_more_than_64_features(limpid, options):
    booster = chain(100, objective="binary:logistic", threshold=2.0)
    frame = frame_of(np.random.default_rng(3).normal(size=(12, 100)).astype(np.float32))
    model, rows = limpid.model(booster), limpid.csv("rows.csv", frame)

    out = limpid.explain("--model", model, "--data", rows, "--background", rows, *options)

    values, base, _ = values_of(out, frame.columns)
    chances = booster.predict(xgb.DMatrix(frame))
    mean = chances.mean()
    if "logit" in options:
        chances, mean = (np.log(p / (1 - p)) for p in (chances, mean))
    close(values.sum(axis=-1), chances - mean, 1e-4)
    close(base, np.full(base.shape, mean), 1e-4)
    assert (np.abs(values).max(axis=0) > 0).sum() > 5
    assert json.loads((out / "manifest.json").read_text())["additivity"]["holds"]
