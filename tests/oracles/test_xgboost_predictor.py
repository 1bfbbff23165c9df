"""--predictor xgboost: libxgboost's own predictions, explained as a black box, beside limpid's own reading of the file."""

import json

import numpy as np
import pandas as pd
import pytest

from conftest import jsonl, values_of

xgboost = pytest.importorskip("xgboost")

FEATURES = [f"x{i}" for i in range(9)]


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(7)
    values = rng.normal(size=(120, len(FEATURES))).astype(np.float32).round(2)
    values[rng.random(values.shape) < 0.05] = np.nan
    return pd.DataFrame(values, columns=FEATURES)


def target(frame):
    x = frame.fillna(0).to_numpy()
    return x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + x[:, 3] * (x[:, 4] > 0) * x[:, 5] + 0.3 * x[:, 6:].sum(axis=1)


def train(frame, objective, **parameters):
    y = target(frame)
    if objective == "binary:logistic":
        y = (y > 0).astype(float)
    if objective.startswith("multi:"):
        y = np.digitize(y, [-0.7, 0.7])
        parameters["num_class"] = 3
    data = xgboost.DMatrix(frame, label=y)
    parameters = {"objective": objective, "max_depth": 5, "nthread": 1, "seed": 1, **parameters}
    return xgboost.train(parameters, data, num_boost_round=40)


def both(limpid, frame, booster, *options):
    """The same question to the file and to libxgboost."""
    model = limpid.model(booster)
    rows = limpid.csv("rows.csv", frame.head(12))
    background = limpid.csv("background.csv", frame.tail(20))
    common = ["--model", model, "--data", rows, "--background", background, "--float64", *options]
    return limpid.explain(*common), limpid.explain(*common, "--predictor", "xgboost")


@pytest.mark.parametrize("space", ["response", "margin"])
def test_every_coalition_equals_the_tables_and_the_lattice(limpid, frame, space):
    own, library = both(limpid, frame, train(frame, "binary:logistic"), "--space", space)
    expected, base, prediction = values_of(own, FEATURES)
    found, found_base, found_prediction = values_of(library, FEATURES)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found_base, base, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found_prediction, prediction, rtol=0, atol=1e-5)
    assert all("shap_values_se" not in row for row in jsonl(library))


@pytest.mark.parametrize("estimator", ["gp", "wls"])
def test_the_same_design_gives_the_same_estimate(limpid, frame, estimator):
    # Two levels: where two values differ every test of the feature tells them apart, so that both see the same players.
    levels = (frame.fillna(0) > 0).astype(np.float32)
    model = train(levels, "binary:logistic")
    levels.iloc[:12] = 1  # rows that differ from the background in most features
    levels.iloc[-20:, :7] = 0
    options = ["--estimator", estimator, "--coalitions", "60", "--seed", "3", "--max-exact-players", "1"]
    own, library = both(limpid, levels, model, *options)
    expected, _, _ = values_of(own, FEATURES)
    found, _, _ = values_of(library, FEATURES)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    errors = np.array([[row["shap_values_se"][name] for row in jsonl(out) for name in FEATURES] for out in (own, library)],
                      dtype=float)
    np.testing.assert_allclose(errors[1], errors[0], rtol=0, atol=1e-5)
    assert errors[0].max() > 1e-4, "60 of 126 or more coalitions leave an error"


def test_softmax_explains_probabilities(limpid, frame):
    own, library = both(limpid, frame, train(frame, "multi:softmax", max_depth=3))
    for expected, found in zip(jsonl(own), jsonl(library)):
        assert expected["outputs"].keys() == found["outputs"].keys()
        for label, values in expected["outputs"].items():
            for name in FEATURES:
                other = found["outputs"][label]["shap_values"][name]
                assert abs(other - values["shap_values"][name]) <= 1e-5


def test_a_linear_booster_has_the_values_of_its_weights(limpid, frame):
    complete = frame.dropna().reset_index(drop=True)
    booster = train(complete, "reg:squarederror", booster="gblinear", max_depth=0)
    rows = limpid.csv("rows.csv", complete.head(5))
    background = limpid.csv("background.csv", complete.tail(10))
    out = limpid.explain("--predictor", "xgboost", "--model", limpid.model(booster), "--data", rows, "--background",
                         background)
    weights = np.array(json.loads(booster.get_dump(dump_format="json")[0])["weight"])
    means = complete.tail(10).to_numpy().mean(axis=0)
    found, _, _ = values_of(out, FEATURES)
    np.testing.assert_allclose(found, weights * (complete.head(5).to_numpy() - means), rtol=0, atol=1e-5)
    method = json.loads((out / "manifest.json").read_text())
    assert xgboost.__version__ in json.dumps(method), "the manifest names the library's version"


def test_columns_are_found_by_name_and_unknown_ones_are_refused(limpid, frame):
    booster = train(frame, "binary:logistic")
    model = limpid.model(booster)
    straight = limpid.csv("straight.csv", frame.head(4))
    turned = limpid.csv("turned.csv", frame.head(4)[FEATURES[::-1]])
    background = limpid.csv("background.csv", frame.tail(5))
    common = ["--predictor", "xgboost", "--model", model, "--background"]
    first = limpid.explain(*common, background, "--data", straight)
    turned_background = limpid.csv("turned_background.csv", frame.tail(5)[FEATURES[::-1]])
    second = limpid.explain(*common, turned_background, "--data", turned)
    np.testing.assert_allclose(values_of(first, FEATURES)[0], values_of(second, FEATURES)[0], rtol=0, atol=1e-6)

    wide = limpid.csv("wide.csv", frame.head(4).assign(other=1.0))
    refused = limpid.run("explain", *common, wide, "--data", wide, "--out", limpid.folder / "refused")
    assert refused.returncode == 3 and "'other'" in refused.stderr and "--exclude other" in refused.stderr
    narrow = limpid.csv("narrow.csv", frame.head(4).drop(columns="x3"))
    refused = limpid.run("explain", *common, narrow, "--data", narrow, "--out", limpid.folder / "refused2")
    assert refused.returncode == 3 and "'x3'" in refused.stderr


def test_a_library_that_is_not_there_is_one_clear_error(limpid, frame):
    model = limpid.model(train(frame, "binary:logistic"))
    rows = limpid.csv("rows.csv", frame.head(4))
    refused = limpid.run("explain", "--predictor", "xgboost", "--model", model, "--data", rows, "--out",
                         limpid.folder / "refused", "--xgboost-lib", "/no/such/libxgboost.so")
    assert refused.returncode == 2
    assert "error[usage.xgboost]" in refused.stderr and "/no/such/libxgboost.so" in refused.stderr
