"""XGBoost as oracle: its own predictions and path-dependent contributions, for every objective limpid reads."""

import numpy as np
import pytest
import xgboost as xgb
from conftest import close, frame_of, values_of, values_of_outputs

ROWS, FEATURES = 400, 9


def train(objective, seed=0, rounds=30, depth=5, **params):
    rng = np.random.default_rng(seed)
    frame = frame_of(rng, 2000, FEATURES)
    signal = np.nan_to_num(frame["x0"] * frame["x1"]) + np.nan_to_num(frame["x2"]) - np.nan_to_num(np.sin(frame["x4"]))
    noise = rng.normal(size=len(frame)) * 0.3
    if "num_class" in params:
        label = np.clip(np.round(signal + noise), -1, params["num_class"] - 2) + 1
    elif objective.startswith(("binary", "rank")) or objective == "reg:logistic":
        label = (signal + noise > 0).astype(float)
    else:
        label = np.exp(0.3 * signal + 0.3 * noise)
    data = xgb.DMatrix(frame, label)
    if objective.startswith("rank"):
        data.set_group([20] * (len(frame) // 20))
    params = dict(objective=objective, max_depth=depth, eta=0.3, seed=seed, nthread=1) | params
    return xgb.train(params, data, rounds), frame[:ROWS]


SCALAR = [
    "binary:logistic", "reg:logistic", "binary:logitraw", "binary:hinge", "reg:squarederror", "reg:absoluteerror",
    "reg:pseudohubererror", "count:poisson", "reg:gamma", "reg:tweedie", "rank:pairwise", "rank:ndcg",
]  # fmt: skip


@pytest.mark.parametrize("objective", SCALAR)
@pytest.mark.parametrize("form", ["json", "ubj"])
def test_margin_and_path_dependent_contributions(limpid, objective, form):
    booster, frame = train(objective)
    data = xgb.DMatrix(frame)

    out = limpid.explain(
        "--model", limpid.model(booster, f"model.{form}"), "--data", limpid.csv("rows.csv", frame),
        "--method", "path-dependent", "--space", "margin",
    )  # fmt: skip

    values, base, prediction = values_of(out, frame.columns)
    contributions = booster.predict(data, pred_contribs=True)
    close(values, contributions[:, :-1], 1e-4)
    close(base[:, None], contributions[:, -1:], 1e-4)
    close(prediction[:, None], booster.predict(data, output_margin=True)[:, None], 1e-5)


@pytest.mark.parametrize("objective", [o for o in SCALAR if o != "binary:hinge"])
def test_response_is_what_predict_returns(limpid, objective):
    booster, frame = train(objective, rounds=8, depth=3)

    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", frame), "--background", "sample:5"
    )

    values, base, prediction = values_of(out, frame.columns)
    expected = booster.predict(xgb.DMatrix(frame))
    close(prediction[:, None], expected[:, None], 4e-6)
    scale = np.maximum(1.0, np.abs(expected))
    assert (np.abs(values.sum(axis=1) + base - prediction) / scale).max() <= 4e-6


@pytest.mark.parametrize("objective", ["multi:softprob", "multi:softmax"])
def test_classes(limpid, objective):
    booster, frame = train(objective, num_class=4, rounds=10)
    data = xgb.DMatrix(frame)
    model, rows = limpid.model(booster), limpid.csv("rows.csv", frame)

    out = limpid.explain("--model", model, "--data", rows, "--method", "path-dependent", "--space", "margin")
    values, base, _ = values_of_outputs(out, frame.columns)
    contributions = booster.predict(data, pred_contribs=True)  # [R x G x P+1]
    for output in range(4):
        close(values[:, output], contributions[:, output, :-1], 1e-4)
        close(base[:, output, None], contributions[:, output, -1:], 1e-4)

    out = limpid.explain("--model", model, "--data", rows, "--background", "sample:3")
    values, base, prediction = values_of_outputs(out, frame.columns)
    margins = booster.predict(data, output_margin=True)
    probabilities = np.exp(margins - margins.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    assert np.abs(prediction - probabilities).max() <= 4e-6
    assert np.abs(values.sum(axis=2) + base - prediction).max() <= 4e-6


def test_several_trees_per_round_and_rounds_chosen(limpid):
    booster, frame = train("reg:squarederror", num_parallel_tree=3, subsample=0.7, rounds=6)
    model, rows = limpid.model(booster), limpid.csv("rows.csv", frame)
    for chosen, (begin, end) in {"all": (0, 6), "4": (0, 4), "2:5": (2, 5)}.items():
        out = limpid.explain(
            "--model", model, "--data", rows, "--method", "path-dependent", "--iterations", chosen
        )
        values, _, _ = values_of(out, frame.columns)
        # XGBoost's contributions start at round 0; they are sums over rounds
        expected = booster.predict(xgb.DMatrix(frame), pred_contribs=True, iteration_range=(0, end))
        if begin > 0:
            expected -= booster.predict(xgb.DMatrix(frame), pred_contribs=True, iteration_range=(0, begin))
        close(values, expected[:, :-1], 1e-4)


def test_categorical_codes(limpid):
    rng = np.random.default_rng(3)
    frame = frame_of(rng, 3000, 4)
    frame["colour"] = rng.integers(0, 12, len(frame)).astype(float)
    frame["city"] = rng.integers(0, 300, len(frame)).astype(float)
    frame.loc[rng.random(len(frame)) < 0.05, ["colour", "city"]] = np.nan
    label = np.nan_to_num(frame["x0"]) + (frame["colour"] % 3 == 1) * 1.5 + (frame["city"] % 7 < 2) * 1.0
    types = ["q"] * 4 + ["c", "c"]
    data = xgb.DMatrix(frame, label, feature_types=types, enable_categorical=True)
    booster = xgb.train(dict(max_depth=6, eta=0.3, tree_method="hist", nthread=1, max_cat_to_onehot=4), data, 25)
    frame = frame[:500].copy()
    frame.loc[:20, "colour"] = 99.0  # a code the training never saw
    data = xgb.DMatrix(frame, feature_types=types, enable_categorical=True)

    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", frame), "--method", "path-dependent"
    )

    values, base, prediction = values_of(out, frame.columns)
    contributions = booster.predict(data, pred_contribs=True)
    close(values, contributions[:, :-1], 1e-4)
    close(prediction[:, None], booster.predict(data, output_margin=True)[:, None], 1e-5)


def test_deep_trees_take_the_long_paths(limpid):
    booster, frame = train("reg:squarederror", depth=14, rounds=5, min_child_weight=0)
    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", frame), "--method", "path-dependent"
    )
    values, _, _ = values_of(out, frame.columns)
    close(values, booster.predict(xgb.DMatrix(frame), pred_contribs=True)[:, :-1], 1e-4)
