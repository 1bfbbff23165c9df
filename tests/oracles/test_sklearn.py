"""scikit-learn as oracle: models that limpid.export wrote give its own predictions, on rows that lie on thresholds too,
and shap's path-dependent and interventional values."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
import shap
from conftest import close, values_of, values_of_outputs
from limpid.export import export, to_dict
from sklearn.ensemble import (
    AdaBoostClassifier, BaggingClassifier, BaggingRegressor, ExtraTreesClassifier, ExtraTreesRegressor,
    GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier,
    HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier, RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor
from test_shap import shapley_by_definition

FEATURES = ["x0", "x1", "x2", "x3", "x4"]
FOREST = dict(n_estimators=9, max_depth=7, random_state=0)
HIST = dict(max_iter=12, max_leaf_nodes=15, random_state=0)

# name: model, label ("two" classes, "three" classes, "real", "pair" of reals, "count", None), missing values
MODELS = {
    "tree": (DecisionTreeClassifier(max_depth=6, random_state=0), "three", True),
    "tree_pair": (DecisionTreeRegressor(max_depth=6, random_state=0), "pair", True),
    "extra_tree": (ExtraTreeClassifier(max_depth=6, random_state=0), "two", True),
    "extra_tree_real": (ExtraTreeRegressor(max_depth=6, random_state=0), "real", False),
    "stump": (DecisionTreeRegressor(max_depth=1), "real", False),
    "single_leaf": (DecisionTreeClassifier(min_samples_leaf=10000), "three", False),
    "forest": (RandomForestClassifier(**FOREST), "three", True),
    "forest_two": (RandomForestClassifier(class_weight="balanced_subsample", **FOREST), "two", True),
    "forest_real": (RandomForestRegressor(**FOREST), "real", True),
    "forest_absolute": (RandomForestRegressor(criterion="absolute_error", **FOREST), "real", False),
    "forest_pair": (RandomForestRegressor(**FOREST), "pair", False),
    "extra_trees": (ExtraTreesClassifier(bootstrap=True, **FOREST), "three", True),
    "extra_trees_real": (ExtraTreesRegressor(**FOREST), "real", False),
    "bagging": (BaggingClassifier(n_estimators=5, max_features=0.6, random_state=0), "three", False),
    "bagging_real": (BaggingRegressor(DecisionTreeRegressor(max_depth=5), n_estimators=5, random_state=0), "real",
                     True),
    "boosting": (GradientBoostingClassifier(n_estimators=15, random_state=0), "two", False),
    "boosting_exponential": (GradientBoostingClassifier(n_estimators=15, loss="exponential", random_state=0), "two",
                             False),
    "boosting_three": (GradientBoostingClassifier(n_estimators=8, subsample=0.6, random_state=0), "three", False),
    "boosting_zero": (GradientBoostingRegressor(n_estimators=15, init="zero", random_state=0), "real", False),
    "boosting_quantile": (GradientBoostingRegressor(n_estimators=15, loss="quantile", random_state=0), "real", False),
    "hist": (HistGradientBoostingClassifier(**HIST), "two", True),
    "hist_three": (HistGradientBoostingClassifier(early_stopping=True, **HIST), "three", True),
    "hist_real": (HistGradientBoostingRegressor(interaction_cst="pairwise", **HIST), "real", True),
    "hist_quantile": (HistGradientBoostingRegressor(loss="quantile", quantile=0.3, **HIST), "real", True),
    "hist_poisson": (HistGradientBoostingRegressor(loss="poisson", **HIST), "count", True),
    "isolation": (IsolationForest(n_estimators=20, max_samples=100, random_state=0), None, False),
    "isolation_subset": (IsolationForest(n_estimators=20, max_features=3, random_state=0), None, False),
    "ada": (AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=7, random_state=0), "two", False),
    "ada_three": (AdaBoostClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=7, random_state=0), "three",
                  False),
}  # fmt: skip
SHAP_LACKS = {"bagging", "bagging_real", "boosting_three", "boosting_exponential", "boosting_zero", "ada", "ada_three"}


def label_of(kind, x, rng):
    score = np.nan_to_num(x[:, 0]) * 2 + np.nan_to_num(x[:, 1] * x[:, 2]) + rng.normal(size=len(x)) * 0.3
    return {
        None: lambda: None,
        "two": lambda: np.where(score > 0.3, "yes", "no"),
        "three": lambda: np.digitize(score, [-1.0, 1.0]),
        "real": lambda: score,
        "pair": lambda: np.stack([score, np.abs(score)], axis=1),
        "count": lambda: rng.poisson(np.exp(0.5 * score)),
    }[kind]()


def rows_of(rng, rows, missing):
    x = rng.normal(size=(rows, len(FEATURES)))
    x[:, 0] = np.round(x[:, 0], 1)
    if missing:
        x[rng.random(x.shape) < 0.1] = np.nan
    return x


def rows_on_thresholds(document, x):
    """Rows with one value put on a threshold of the model or next to it, as a double and as a float32. [rows x M]"""
    tests = sorted({(f, t) for tree in document["trees"]
                    for f, t, left in zip(tree["feature"], tree["threshold"], tree["left"])
                    if left >= 0 and np.isfinite(t)})
    out = []
    for number, (feature, threshold) in enumerate(tests[:: max(1, len(tests) // 60)]):
        near = [threshold, np.nextafter(threshold, np.inf), np.nextafter(threshold, -np.inf), np.float32(threshold),
                np.nextafter(np.float32(threshold), np.float32(np.inf))]
        for value in near:
            row = x[number % len(x)].copy()
            row[feature] = value
            out.append(row)
    return np.array(out).reshape(-1, x.shape[1])


def fit(name):
    model, label, missing = MODELS[name]
    rng = np.random.default_rng(len(name))
    x = rows_of(rng, 800, missing)
    y = label_of(label, x, rng)
    model.fit(x) if y is None else model.fit(x, y)
    rows = rows_of(rng, 300, missing)
    return model, np.concatenate([rows, rows_on_thresholds(to_dict(model), rows)])


def answers(model, x):
    """Margin and response by the library's own functions, [R x G] each."""
    if isinstance(model, IsolationForest):
        score = -model.score_samples(x)
        return np.log(score)[:, None] / to_dict(model)["link_scale"], score[:, None]
    if hasattr(model, "predict_proba"):
        response = model.predict_proba(x)
        response = response[:, 1:] if response.shape[1] == 2 else response
        margin = model.decision_function(x) if hasattr(model, "decision_function") else response
    else:
        response = model.predict(x)
        margin = model._raw_predict(x) if isinstance(model, HistGradientBoostingRegressor) else response
    return margin.reshape(len(x), -1), response.reshape(len(x), -1)


def cast(model, x):
    """The values that the library's trees compare with their thresholds; shap does not round them everywhere."""
    return x if isinstance(model, (HistGradientBoostingClassifier, HistGradientBoostingRegressor)) else np.float32(x)


def exact_csv(limpid, x, name="rows.csv"):
    path = limpid.folder / name
    pd.DataFrame(x, columns=FEATURES).to_csv(path, index=False, float_format="%.17g")
    return path


def exported(limpid, model):
    path = limpid.folder / "model.json"
    export(model, path, feature_names=FEATURES)
    return path


def predict(limpid, *arguments):
    done = limpid.run("predict", *arguments, "--float64")
    assert done.returncode == 0, done.stderr
    return np.array([[float(cell) for cell in row] for row in list(csv.reader(io.StringIO(done.stdout)))[1:]])


@pytest.mark.parametrize("name", MODELS)
def test_predictions_are_the_librarys(limpid, name):
    model, x = fit(name)
    margin, response = answers(model, x)
    arguments = ["--model", exported(limpid, model), "--data", exact_csv(limpid, x)]

    found = predict(limpid, *arguments, "--space", "margin")

    if name.startswith(("ada", "isolation")):  # votes are divided one by one; the depth was had back by a logarithm
        close(found, margin, 1e-13)
    else:
        np.testing.assert_array_equal(found, margin)
    close(predict(limpid, *arguments), response, 1e-15)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in SHAP_LACKS])
def test_path_dependent_values_are_those_of_shap(limpid, name):
    model, x = fit(name)
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    expected = np.asarray(explainer.shap_values(cast(model, x), check_additivity=False))
    expected = expected.reshape(len(x), len(FEATURES), -1)
    base = np.ravel(explainer.expected_value)

    out = limpid.explain("--model", exported(limpid, model), "--data", exact_csv(limpid, x), "--method",
                         "path-dependent", "--space", "margin")  # fmt: skip

    if len(to_dict(model)["base_margin"]) == 1:
        values, found_base, _ = values_of(out, FEATURES)
        close(values, expected[:, :, -1], 1e-5)
        close(found_base[:, None], np.full((len(x), 1), base[-1]), 1e-5)
        return
    values, found_base, _ = values_of_outputs(out, FEATURES)
    for output in range(values.shape[1]):
        close(values[:, output], expected[:, :, output], 1e-5)
        close(found_base[:, output, None], np.full((len(x), 1), base[output]), 1e-5)


@pytest.mark.parametrize("name", ["forest_absolute", "boosting", "isolation"])
def test_interventional_values_are_those_of_shap(limpid, name):
    model, x = fit(name)
    rows, background = x[:50], x[100:140]
    explainer = shap.TreeExplainer(model, cast(model, background), feature_perturbation="interventional")

    out = limpid.explain("--model", exported(limpid, model), "--data", exact_csv(limpid, rows), "--space", "margin",
                         "--background", exact_csv(limpid, background, "background.csv"))  # fmt: skip

    values, base, _ = values_of(out, FEATURES)
    close(values, np.asarray(explainer.shap_values(cast(model, rows))).reshape(50, -1), 1e-5)
    close(base[:, None], np.full((50, 1), np.ravel(explainer.expected_value)[0]), 1e-5)


def test_anomaly_scores_are_explained(limpid):
    model, x = fit("isolation")
    background = exact_csv(limpid, x[:10], "background.csv")
    out = limpid.explain("--model", exported(limpid, model), "--data", exact_csv(limpid, x[:80]), "--background",
                         background)  # fmt: skip
    values, base, prediction = values_of(out, FEATURES)
    close(prediction[:, None], -model.score_samples(x[:80])[:, None], 1e-6)
    close((values.sum(axis=1) + base)[:, None], prediction[:, None], 1e-6)
    close(base[:, None], np.full((80, 1), np.mean(-model.score_samples(x[:10]))), 1e-6)


# Missing spellings, blanks and quotes: all are texts.
PLANS = ["NA", "None", "plus, yearly", ' "pro" ', "größer", "0", "00"]
COLUMNS = ["age", "plan", "size", "flag", "height"]


def categorical_frame(rng, rows, training):
    """Two numbers, a text of PLANS, a number of ten sizes, a truth; unless for training, texts and sizes not seen."""
    plans, sizes = PLANS + ["NAN", "plus", "01"] * (not training), 10 if training else 13
    plan = rng.choice(plans, rows).astype(object)
    plan[rng.random(rows) < 0.1] = np.nan
    size = rng.integers(0, sizes, rows) * 2.5
    size[rng.random(rows) < 0.1] = np.nan
    columns = [np.round(rng.normal(size=rows), 1), pd.Categorical(plan), pd.Categorical(size),
               pd.Categorical(rng.random(rows) < 0.4), rng.normal(size=rows)]  # fmt: skip
    return pd.DataFrame(dict(zip(COLUMNS, columns)))


def fit_categorical(kind, label):
    rng = np.random.default_rng(4)
    frame = categorical_frame(rng, 900, True)
    score = frame["age"] + frame["plan"].cat.codes % 3 + (frame["size"].cat.codes % 4 == 1) - frame["flag"].cat.codes
    score += rng.normal(size=len(score)) * 0.2
    y = {"two": lambda: score > 1, "three": lambda: np.digitize(score, [0, 2]), "real": lambda: score}[label]()
    model = kind(max_iter=15, max_leaf_nodes=15, random_state=0, min_samples_leaf=5)
    return model.fit(frame, y), categorical_frame(rng, 400, False)


@pytest.mark.parametrize("label", ["two", "three", "real"])
def test_categories_by_name(limpid, label):
    kind = HistGradientBoostingRegressor if label == "real" else HistGradientBoostingClassifier
    model, frame = fit_categorical(kind, label)
    margin, response = answers(model, frame)
    path = limpid.folder / "model.json"
    export(model, path)
    data = limpid.folder / "rows.csv"
    frame.to_csv(data, index=False, float_format="%.17g")
    assert to_dict(model)["features"][2]["categories"] == [2.5 * size for size in range(10)]

    np.testing.assert_array_equal(predict(limpid, "--model", path, "--data", data, "--space", "margin"), margin)
    close(predict(limpid, "--model", path, "--data", data), response, 1e-15)


@pytest.mark.parametrize("space", ["margin", "response"])
def test_interventional_values_of_categories_are_those_of_the_definition(limpid, space):
    model, frame = fit_categorical(HistGradientBoostingClassifier, "two")
    rows, background = frame[:8], frame[100:105]
    path = limpid.folder / "model.json"
    export(model, path)
    rows.to_csv(limpid.folder / "rows.csv", index=False, float_format="%.17g")
    background.to_csv(limpid.folder / "background.csv", index=False, float_format="%.17g")

    out = limpid.explain("--model", path, "--data", limpid.folder / "rows.csv", "--background",
                         limpid.folder / "background.csv", "--space", space)  # fmt: skip

    def library(x):
        hybrids = pd.DataFrame(x, columns=COLUMNS).astype({"age": float, "height": float, "size": float})
        hybrids = hybrids.astype({"plan": "category", "size": "category", "flag": "category"})
        return model.decision_function(hybrids) if space == "margin" else model.predict_proba(hybrids)[:, 1]

    z = background.astype(object).to_numpy()
    expected = [shapley_by_definition(library, row, z) for row in rows.astype(object).to_numpy()]
    values, _, _ = values_of(out, COLUMNS)
    close(values, np.array(expected), 1e-6)
