"""CatBoost as oracle, where it is installed: its own raw values, predictions and contributions, path-dependent and
interventional, for models trained here."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from conftest import close, values_of, values_of_outputs

catboost = pytest.importorskip("catboost", reason="catboost is not installed: tests/fixtures/catboost is the check")

ROWS = 300
FEATURES = ["x0", "x1", "x2", "x3", "colour", "city"]
COLOURS = ["red", "green", "NA", "blau", "", "7"]


def frame_of(rng, rows, unseen=False):
    frame = pd.DataFrame({f"x{i}": rng.normal(size=rows) for i in range(4)})
    frame["x1"] = np.round(frame["x1"] * 8) / 8
    for name in ("x0", "x1"):
        frame.loc[rng.random(rows) < 0.1, name] = np.nan
    frame["colour"] = rng.choice(COLOURS + (["violet"] if unseen else []), rows)
    frame["city"] = rng.choice([f"city {i}" for i in range(40 if unseen else 30)], rows)
    return frame


def pool_of(frame, label=None):
    return catboost.Pool(frame, label, cat_features=["colour", "city"])


def train(loss, label="real", rounds=25, **parameters):
    rng = np.random.default_rng(5)
    frame = frame_of(rng, 2000)
    signal = np.nan_to_num(frame["x0"] * frame["x2"], nan=0.8) + (frame["colour"] == "NA") - np.abs(frame["x3"])
    signal += frame["city"].str[-1].isin(list("159")) * 0.7 + rng.normal(size=len(frame)) * 0.2
    label = {
        "real": lambda: signal,
        "two": lambda: np.where(signal > 0, "yes", "no"),
        "three": lambda: np.array(["low", "middle", "high"])[np.digitize(signal, [-0.5, 0.5])],
        "pair": lambda: np.stack([signal, signal**2], axis=1),
        "count": lambda: np.floor(np.exp(np.clip(signal, -2, 2))),
    }[label]()
    options = dict(loss_function=loss, iterations=rounds, depth=5, one_hot_max_size=255, thread_count=1, verbose=0,
                   allow_writing_files=False, random_seed=1)  # fmt: skip
    pool = pool_of(frame, label)
    model = catboost.CatBoost(options | parameters).fit(pool)
    return model, pool, frame_of(rng, ROWS, unseen=True)


def files(limpid, model, pool, frame):
    path, rows = limpid.folder / "model.json", limpid.folder / "rows.csv"
    model.save_model(path, format="json", pool=pool)
    frame.to_csv(rows, index=False)
    return path, rows


MODELS = {
    "binary": ("Logloss", "two", {}),
    "nan_max": ("RMSE", "real", dict(nan_mode="Max")),
    "depthwise": ("RMSE", "real", dict(grow_policy="Depthwise")),
    "lossguide": ("Logloss", "two", dict(grow_policy="Lossguide", max_leaves=20)),
    "poisson": ("Poisson", "count", {}),
    "multi": ("MultiClass", "three", {}),
    "one_vs_all": ("MultiClassOneVsAll", "three", {}),
    "pair": ("MultiRMSE", "pair", {}),
}


def predictions(limpid, model, rows, space):
    done = limpid.run("predict", "--model", model, "--data", rows, "--space", space, "--float64")
    assert done.returncode == 0, done.stderr
    return np.array([[float(v) for v in row] for row in list(csv.reader(io.StringIO(done.stdout)))[1:]])


@pytest.mark.parametrize("name", MODELS)
def test_predictions(limpid, name):
    loss, label, parameters = MODELS[name]
    model, pool, frame = train(loss, label, **parameters)
    path, rows = files(limpid, model, pool, frame)

    margins = predictions(limpid, path, rows, "margin")
    assert (margins == np.reshape(model.predict(pool_of(frame)), margins.shape)).all()

    kind = {"Poisson": "Exponent"}.get(loss, "Probability" if label in ("two", "three") else "RawFormulaVal")
    expected = np.asarray(model.predict(pool_of(frame), prediction_type=kind))
    expected = expected[:, 1:] if label == "two" else np.reshape(expected, margins.shape)
    close(predictions(limpid, path, rows, "response"), expected, 1e-15)


@pytest.mark.parametrize("name", MODELS)
def test_path_dependent_contributions(limpid, name):
    loss, label, parameters = MODELS[name]
    model, pool, frame = train(loss, label, **parameters)
    path, rows = files(limpid, model, pool, frame)
    # As trained, CatBoost's contributions of a non-symmetric tree leave out a split; as read from JSON they do not.
    model = catboost.CatBoost().load_model(path, format="json")

    out = limpid.explain("--model", path, "--data", rows, "--method", "path-dependent", "--space", "margin")

    expected = model.get_feature_importance(pool_of(frame), type="ShapValues", thread_count=1)
    if expected.ndim == 2:
        values, base, _ = values_of(out, FEATURES)
    else:
        values, base, _ = values_of_outputs(out, FEATURES)
    close(values.reshape(ROWS, -1), expected[..., :-1].reshape(ROWS, -1), 1e-6)
    close(base.reshape(ROWS, -1), expected[..., -1].reshape(ROWS, -1), 1e-6)


@pytest.mark.parametrize("name", ["binary", "nan_max", "one_vs_all", "pair"])  # CatBoost aborts on depthwise
def test_interventional_margin_values(limpid, name):
    loss, label, parameters = MODELS[name]
    model, pool, frame = train(loss, label, **parameters)
    path, rows = files(limpid, model, pool, frame)
    background = frame.tail(20)
    background.to_csv(limpid.folder / "background.csv", index=False)

    out = limpid.explain(
        "--model", path, "--data", rows, "--background", limpid.folder / "background.csv", "--space", "margin"
    )

    label = np.asarray(pool.get_label())  # of no use, but CatBoost asks for one
    expected = model.get_feature_importance(
        pool_of(frame, label[:ROWS]), type="ShapValues", reference_data=pool_of(background, label[:20]), thread_count=1
    )
    values, base, _ = values_of(out, FEATURES) if expected.ndim == 2 else values_of_outputs(out, FEATURES)
    close(values.reshape(ROWS, -1), expected[..., :-1].reshape(ROWS, -1), 1e-6)
    close(base.reshape(ROWS, -1), expected[..., -1].reshape(ROWS, -1), 1e-6)


def test_labels_and_unseen_categories(limpid):
    model, pool, frame = train("MultiClass", "three", rounds=3)
    path, rows = files(limpid, model, pool, frame)
    inspected = limpid.run("inspect", path)
    assert inspected.returncode == 0, inspected.stderr
    out = limpid.explain("--model", path, "--data", rows, "--background", "sample:3")
    assert set(pd.read_json(out / "explanations_shap/out.jsonl", lines=True)["outputs"][0]) == {"high", "low", "middle"}
