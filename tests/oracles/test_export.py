"""limpid.export: what it writes, and what it refuses with what to do."""

import ast
import itertools
import json
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import REPOSITORY
from limpid.export import export, to_dict
from sklearn import ensemble
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostRegressor, BaggingRegressor, GradientBoostingClassifier, GradientBoostingRegressor,
    HistGradientBoostingClassifier, HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier,
    RandomForestRegressor, RandomTreesEmbedding, StackingRegressor, VotingClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
REAL = X[:, 0] + X[:, 1] ** 2
TWO = (X[:, 0] > 0).astype(int)
THREE = np.digitize(X[:, 0], [-0.5, 0.5])


def test_hand_worked_tree():
    x = [[1.0], [2.0], [4.0], [5.0]]
    document = to_dict(DecisionTreeRegressor(max_depth=1).fit(x, [1.0, 3.0, 19.0, 21.0]), feature_names=["dose"])
    del document["library_version"]
    assert document == {
        "limpid_model": 1, "library": "scikit-learn", "objective": "DecisionTreeRegressor", "link": "identity",
        "input": "float32", "split": "<=", "unseen": "missing", "base_margin": [0.0],
        "features": [{"name": "dose"}],
        "trees": [{"left": [1, -1, -1], "right": [2, -1, -1], "feature": [0, -1, -1], "threshold": [3.0, 0.0, 0.0],
                   "missing_left": [0, 0, 0], "value": [0.0, 2.0, 20.0], "cover": [4.0, 2.0, 2.0]}],
    }  # fmt: skip


def test_classes_of_a_hand_worked_tree():
    x = [[1.0], [2.0], [4.0], [5.0]]
    tree = DecisionTreeClassifier(max_depth=1)
    document = to_dict(tree.fit(x, ["b", "b", "a", "a"]))
    assert document["labels"] == ["b"]
    assert document["features"] == [{}]
    assert document["trees"][0]["value"] == [0.0, 1.0, 0.0]
    document = to_dict(tree.fit(x, [7, 7, 9, 8]))
    assert document["labels"] == ["7", "8", "9"]
    assert document["base_margin"] == [0.0, 0.0, 0.0]
    assert document["trees"][0]["value"] == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.5, 0.5]


def test_the_same_model_gives_the_same_bytes(tmp_path):
    texts = set()
    for number in range(2):
        model = HistGradientBoostingClassifier(max_iter=3, random_state=1).fit(X, THREE)
        export(model, tmp_path / f"{number}.json")
        texts.add((tmp_path / f"{number}.json").read_bytes())
    assert len(texts) == 1
    document = json.loads(texts.pop())
    assert list(document)[0] == "limpid_model"
    assert [(tree["output"], tree["round"]) for tree in document["trees"]] == [
        (output, number) for number in range(3) for output in range(3)]  # fmt: skip


def test_names_come_from_the_model_or_the_caller(tmp_path):
    frame = pd.DataFrame(X, columns=["a", "größe", 'c "d"'])
    model = RandomForestRegressor(n_estimators=2, max_depth=2).fit(frame, REAL)
    export(model, tmp_path / "model.json")
    assert [f["name"] for f in json.loads((tmp_path / "model.json").read_text("utf-8"))["features"]] == list(frame)
    assert [f["name"] for f in to_dict(model, feature_names=pd.Index(["x", "y", "z"]))["features"]] == ["x", "y", "z"]
    for names, message in ((["a", "b"], "2 feature names for a model of 3"), (list("aba"), "two features are named"),
                           (["a", "b", 3], "names are texts"), (["a", "b", ""], "names are texts")):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            to_dict(model, feature_names=names)


def test_an_error_leaves_the_file_alone(tmp_path):
    path = tmp_path / "model.json"
    path.write_text("before")
    with pytest.raises(TypeError):
        export(LinearRegression().fit(X, REAL), path)
    with pytest.raises(UnicodeEncodeError):
        export(DecisionTreeRegressor().fit(X, REAL), path, feature_names=["a", "b", "\ud800"])
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


REFUSED = [
    (make_pipeline(StandardScaler(), RandomForestRegressor(2)), REAL, TypeError, r"export its last step, model\[-1\]"),
    (GridSearchCV(RandomForestRegressor(2), {"max_depth": [2]}), REAL, TypeError, "export model.best_estimator_"),
    (CalibratedClassifierCV(RandomForestClassifier(2)), TWO, TypeError, "no link of one margin"),
    (AdaBoostRegressor(n_estimators=2), REAL, TypeError, "weighted median"),
    (StackingRegressor([("a", DecisionTreeRegressor())]), REAL, TypeError, "one by one"),
    (VotingClassifier([("a", DecisionTreeClassifier())]), TWO, TypeError, "one by one"),
    (RandomTreesEmbedding(n_estimators=2), REAL, TypeError, "it predicts no number"),
    (LinearRegression(), REAL, TypeError, "limpid explains decision trees, forests"),
    (BaggingRegressor(LinearRegression(), n_estimators=2), REAL, TypeError, "its members must be decision trees"),
    (GradientBoostingRegressor(init=LinearRegression(), n_estimators=2), REAL, ValueError, "init=LinearRegression"),
    (GradientBoostingClassifier(init=LogisticRegression(), n_estimators=2), TWO, ValueError, "init=LogisticRegression"),
    (RandomForestClassifier(2), np.stack([TWO, THREE], axis=1), ValueError, "one classifier per target"),
    (RandomForestClassifier(2), np.zeros(60), ValueError, "one class only"),
    (IsolationForest(n_estimators=2, max_samples=1), REAL, ValueError, "one sample per tree"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("model,y,kind,message", REFUSED, ids=[f"{type(c[0]).__name__}-{c[3]}" for c in REFUSED])
def test_what_cannot_be_exported_says_what_to_do(model, y, kind, message):
    with pytest.raises(kind, match=message):
        to_dict(model.fit(X, y))


def test_models_that_are_not_fitted():
    for name in ("RandomForestClassifier", "HistGradientBoostingRegressor", "GradientBoostingClassifier",
                 "IsolationForest", "BaggingRegressor", "AdaBoostClassifier"):  # fmt: skip
        with pytest.raises(ValueError, match="is not fitted"):
            to_dict(getattr(ensemble, name)())


def test_categories_are_written_in_the_order_of_their_codes():
    rng = np.random.default_rng(1)
    colour = rng.choice(["red", "blue", "green"], size=300)
    frame = pd.DataFrame({"x": rng.normal(size=300), "colour": pd.Categorical(colour),
                          "size": pd.Categorical(rng.choice([10, 2, 7], size=300)), "y": rng.normal(size=300),
                          "new": pd.Categorical(rng.random(300) > 0.5)})  # fmt: skip
    target = (colour == "blue") + (frame["size"].astype(int) == 7) * 0.5 + frame["new"].astype(int)
    model = HistGradientBoostingRegressor(max_iter=2).fit(frame, target)
    document = to_dict(model)
    assert document["features"] == [
        {"name": "x"}, {"name": "colour", "kind": "categorical", "categories": ["blue", "green", "red"]},
        {"name": "size", "kind": "categorical", "categories": [2.0, 7.0, 10.0]}, {"name": "y"},
        {"name": "new", "kind": "categorical", "categories": [0.0, 1.0]},
    ]  # fmt: skip
    tested = {tree["feature"][node] for tree in document["trees"] for node, left in enumerate(tree["left"]) if left > 0}
    assert {1, 2, 4} <= tested  # the columns of the frame, not the library's own order


def test_missing_values_are_refused_where_the_library_refuses_them(limpid):
    rows = limpid.csv("rows.csv", pd.DataFrame([[0.5, np.nan, 1.0]], columns=["a", "b", "c"]))
    for model, refuses in ((GradientBoostingRegressor(n_estimators=2), True), (RandomForestRegressor(2), False),
                           (HistGradientBoostingRegressor(max_iter=2), False)):  # fmt: skip
        export(model.fit(X, REAL), limpid.folder / "model.json", feature_names=["a", "b", "c"])
        done = limpid.run("predict", "--model", limpid.folder / "model.json", "--data", rows)
        assert done.returncode == (3 if refuses else 0), done.stderr
        assert ("takes no missing values" in done.stderr) == refuses


def test_needs_numpy_and_scikit_learn_alone():
    modules = set()
    sources = [ast.parse(path.read_text("utf-8")) for path in (REPOSITORY / "python/limpid").glob("*.py")]
    for node in itertools.chain(*map(ast.walk, sources)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules.add(node.module.partition(".")[0])
    assert modules - sys.stdlib_module_names == {"numpy", "sklearn"}
