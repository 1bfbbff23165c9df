"""LightGBM as oracle: its own raw scores, predictions and path-dependent contributions, for models trained here."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from conftest import close, values_of, values_of_outputs

lightgbm = pytest.importorskip("lightgbm", reason="lightgbm is not installed: tests/fixtures/lightgbm is the check")

ROWS = 250
FEATURES = ["x0", "x1", "x2", "x3", "zero", "colour", "plan"]
COLOURS = ["red", "green", "blau", "N\u00e4he", "7"]


def frame_of(rng, rows, unseen=False):
    frame = pd.DataFrame({f"x{i}": rng.normal(size=rows) for i in range(4)})
    frame["x1"] = np.round(frame["x1"] * 8) / 8
    frame["zero"] = rng.choice([0.0, -0.0, 1e-36, 2e-35, 1.0, -1.0], rows)
    for name in ("x0", "x1", "zero"):
        frame.loc[rng.random(rows) < 0.1, name] = np.nan
    frame["colour"] = rng.choice(COLOURS + (["violet"] if unseen else []), rows)
    frame["plan"] = rng.choice([10, 25, 40] + ([77] if unseen else []), rows)
    frame.loc[rng.random(rows) < 0.05, "colour"] = None
    return frame


def coded(frame):
    """As pandas categories; texts that training did not have are categories of their own here."""
    frame = frame.copy()
    for name in ("colour", "plan"):
        frame[name] = frame[name].astype("category")
    return frame


def train(objective, label="real", rounds=20, numeric=False, **parameters):
    rng = np.random.default_rng(7)
    frame = frame_of(rng, 2000)
    signal = np.nan_to_num(frame["x0"] * frame["x2"], nan=0.8) + (frame["colour"] == "blau") - np.abs(frame["x3"])
    signal += (frame["plan"] == 25) * 0.7 + (frame["zero"] > 0.5) + rng.normal(size=len(frame)) * 0.2
    label = {
        "real": lambda: signal,
        "two": lambda: (signal > 0).astype(float),
        "three": lambda: np.digitize(signal, [-0.5, 0.5]).astype(float),
        "count": lambda: np.floor(np.exp(np.clip(signal, -2, 2))) + 1,
        "share": lambda: 1 / (1 + np.exp(-signal)),
    }[label]()
    options = dict(objective=objective, num_leaves=12, learning_rate=0.2, verbose=-1, num_threads=1, seed=1,
                   min_data_per_group=20)  # fmt: skip
    options |= parameters
    columns = FEATURES[:5] if numeric else FEATURES
    group = [20] * (len(frame) // 20) if objective == "lambdarank" else None
    data = lightgbm.Dataset(coded(frame)[columns], label, group=group, params=options)
    return lightgbm.train(options, data, rounds), frame_of(rng, ROWS, unseen=True)[columns]


def files(limpid, booster, frame):
    """The model's and the data's paths, and the model as it stands in its file."""
    path, rows = limpid.model(booster, "model.txt"), limpid.folder / "rows.csv"
    frame.to_csv(rows, index=False, float_format="%.17g")
    return path, rows, lightgbm.Booster(model_file=path)


def expected_of(booster, frame, **options):
    """The library's answers, for the codes that its own pandas path makes. [R x G]"""
    data = coded(frame) if "colour" in frame else frame
    return np.asarray(booster.predict(data, num_threads=1, **options)).reshape(len(frame), -1)


MODELS = {
    "binary": ("binary", "two", {}),
    "sigmoid": ("binary", "two", {"sigmoid": 1.25}),
    "regression": ("regression", "real", {}),
    "sqrt": ("regression", "real", {"reg_sqrt": True}),
    "poisson": ("poisson", "count", {}),
    "tweedie": ("tweedie", "count", {}),
    "cross_entropy": ("cross_entropy", "share", {}),
    "cross_entropy_lambda": ("cross_entropy_lambda", "share", {}),
    "lambdarank": ("lambdarank", "three", {}),
    "zero_as_missing": ("binary", "two", {"zero_as_missing": True}),
    "no_missing": ("regression", "real", {"use_missing": False}),
    "dart": ("binary", "two", {"boosting": "dart", "drop_rate": 0.3}),
    "forest": ("binary", "two", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}),
    "forest_regression": ("regression", "real", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}),
    "multiclass": ("multiclass", "three", {"num_class": 3, "rounds": 8}),
    "multiclassova": ("multiclassova", "three", {"num_class": 3, "rounds": 8, "sigmoid": 0.7}),
}


@pytest.mark.parametrize("name", MODELS)
def test_predictions_to_the_last_bit(limpid, name):
    objective, label, parameters = MODELS[name]
    booster, frame = train(objective, label, **parameters)
    model, rows, booster = files(limpid, booster, frame)
    for space, options in (("margin", {"raw_score": True}), ("response", {})):
        done = limpid.run("predict", "--model", model, "--data", rows, "--space", space, "--float64",
                          "--format", "csv", "--out", "-")  # fmt: skip
        assert done.returncode == 0, done.stderr
        table = list(csv.reader(io.StringIO(done.stdout)))
        expected = expected_of(booster, frame, **options)
        found = np.array([[float(cell) for cell in line[-expected.shape[1] :]] for line in table[1:]])
        assert np.array_equal(found, expected), np.abs(found - expected).max()


@pytest.mark.parametrize("name", MODELS)
def test_path_dependent_values_are_its_contributions(limpid, name):
    objective, label, parameters = MODELS[name]
    booster, frame = train(objective, label, **parameters)
    model, rows, booster = files(limpid, booster, frame)

    out = limpid.explain(
        "--model", model, "--data", rows, "--method", "path-dependent", "--space", "margin", "--float64"
    )

    expected = expected_of(booster, frame, pred_contrib=True)
    outputs = booster.num_model_per_iteration()
    expected = expected.reshape(len(frame), outputs, len(FEATURES) + 1)
    if outputs == 1:
        values, base, _ = (np.expand_dims(a, 1) for a in values_of(out, FEATURES))
    else:
        values, base, _ = values_of_outputs(out, FEATURES)
    for g in range(outputs):
        close(values[:, g], expected[:, g, :-1], 1e-6)  # float tables
        close(base[:, g, None], expected[:, g, -1:], 1e-9)


@pytest.mark.parametrize("name", ["binary", "sigmoid", "sqrt", "cross_entropy_lambda", "poisson", "forest"])
def test_response_values_add_up_to_the_prediction(limpid, name):
    objective, label, parameters = MODELS[name]
    booster, frame = train(objective, label, **(parameters | {"rounds": 8}))
    model, rows, booster = files(limpid, booster, frame)

    out = limpid.explain("--model", model, "--data", rows, "--background", "sample:5", "--float64")

    values, base, prediction = values_of(out, FEATURES)
    expected = expected_of(booster, frame)[:, 0]
    scale = np.maximum(1.0, np.abs(expected))
    assert (np.abs(prediction - expected) / scale).max() <= 1e-12
    assert (np.abs(values.sum(axis=1) + base - expected) / scale).max() <= 1e-6


def test_continued_training_mixes_missing_types_on_one_feature(limpid):
    booster, frame = train("regression", numeric=True, zero_as_missing=True, rounds=6)
    rng = np.random.default_rng(9)
    again = frame_of(rng, 2000)[FEATURES[:5]].fillna(0.25)
    label = again["x0"] * again["x2"] + again["zero"]
    options = dict(objective="regression", num_leaves=12, verbose=-1, num_threads=1, zero_as_missing=False)
    booster = lightgbm.train(options, lightgbm.Dataset(again, label, params=options), 6, init_model=booster)
    model, rows, booster = files(limpid, booster, frame)

    out = limpid.explain("--model", model, "--data", rows, "--method", "path-dependent", "--float64")

    values, base, prediction = values_of(out, FEATURES[:5])
    expected = expected_of(booster, frame, pred_contrib=True)
    close(values, expected[:, :-1], 1e-6)
    close(prediction[:, None], expected_of(booster, frame, raw_score=True), 1e-12)


def test_linear_trees_are_refused(limpid):
    booster, frame = train("regression", numeric=True, linear_tree=True, rounds=2)
    model, rows, _ = files(limpid, booster, frame)
    done = limpid.run("predict", "--model", model, "--data", rows)
    assert done.returncode == 4
    assert "linear_tree=false" in done.stderr
