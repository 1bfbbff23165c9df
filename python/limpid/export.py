"""Writes tree ensembles of scikit-learn as limpid's own JSON, which the program limpid reads.

    from limpid.export import export

    export(model, "model.json")                                   # then: limpid explain --model model.json ...
    export(model, "model.json", feature_names=["age", "income"])  # where the model was trained without names

A pickle is a program and is never loaded by limpid: call export where you trust the model, in the process that has
it. Only numpy and scikit-learn are needed. The same model gives the same bytes. docs/model_json.md describes the file.
Where predict refuses missing values (gradient boosting that is not histogram-based, forests before 1.4), limpid does.

What limpid calls the margin and the response of each model, and what scikit-learn calls them:

=================================  ==========================================  =================================
model                              margin                                      response
=================================  ==========================================  =================================
DecisionTree, ExtraTree,           predict_proba of the second class (two      the same
RandomForest, ExtraTrees,          classes) or of every class
Bagging Classifier
the same, Regressor                predict, one output per target              the same
GradientBoostingClassifier,        decision_function                           predict_proba, as above
HistGradientBoostingClassifier
GradientBoostingRegressor,         the sum of the trees                        predict (poisson, gamma: exp of
HistGradientBoostingRegressor                                                  the margin)
AdaBoostClassifier (SAMME)         decision_function                           predict_proba, as above
IsolationForest                    mean depth of the leaves, with the          anomaly score, -score_samples:
                                   expected depth below them                   2 ** (-mean depth / c)
=================================  ==========================================  =================================
"""

import json
import os

import sklearn
from sklearn import ensemble, tree

from . import _sklearn_trees as trees
from ._sklearn_hist import hist_gradient_boosting

__all__ = ["export", "to_dict"]

SCHEMA = 1


def export(model, path, feature_names=None):
    """Writes a fitted model of scikit-learn to `path`.

    Parameters
    ----------
    model : a fitted estimator of the table above
    path : str or path
        The file to write, in JSON; it is replaced as a whole or, after an error, left alone.
    feature_names : sequence of str, shape (n_features,), optional
        Names of the columns, in the order of the training data. By default `model.feature_names_in_` where the model
        was trained with names; without any, limpid takes the columns by position.

    Raises
    ------
    TypeError
        The model is of a kind that cannot be exported; the message says what to do.
    ValueError
        The model is not fitted, or uses an option that cannot be exported.
    """
    document = _document(model, feature_names)
    path = os.fspath(path)
    part = path + ".part"
    try:
        with open(part, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(_write(document))
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)


def to_dict(model, feature_names=None):
    """The document that `export` writes, as a dict of lists, numbers and texts."""
    document = _document(model, feature_names)
    return dict(document, trees=list(document["trees"]))


def _document(model, feature_names):
    """The same with an iterator of trees, which are made as they are written."""
    convert = _find_converter(model)
    _check_fitted(model)
    document = {"limpid_model": SCHEMA, "library": "scikit-learn", "library_version": sklearn.__version__,
                "objective": type(model).__name__, "link": "identity", "input": "float32", "split": "<=",
                "unseen": "missing"}
    if not _takes_missing(model):
        document["missing"] = "error"
    document["features"] = [{"name": text} for text in _names(model, feature_names)] or [
        {} for _ in range(model.n_features_in_)]
    document.update(convert(model, document["features"]))
    document["features"] = document.pop("features")  # after what is short, before the trees
    document["trees"] = document.pop("trees")
    return document


_HINTS = {
    "Pipeline": "export its last step, model[-1], and give limpid the data as the steps before it made them",
    "GridSearchCV": "export model.best_estimator_",
    "RandomizedSearchCV": "export model.best_estimator_",
    "HalvingGridSearchCV": "export model.best_estimator_",
    "HalvingRandomSearchCV": "export model.best_estimator_",
    "CalibratedClassifierCV": "its calibration is no link of one margin: export the estimator in it",
    "AdaBoostRegressor": "it predicts a weighted median, which is no sum of trees; train GradientBoostingRegressor",
    "StackingClassifier": "export its tree models one by one",
    "StackingRegressor": "export its tree models one by one",
    "VotingClassifier": "export its tree models one by one",
    "VotingRegressor": "export its tree models one by one",
    "RandomTreesEmbedding": "it predicts no number; export a forest",
    "MultiOutputClassifier": "export each of model.estimators_",
    "MultiOutputRegressor": "export each of model.estimators_",
    "OneVsRestClassifier": "export each of model.estimators_",
    "XGBClassifier": "save it with model.save_model(\"model.json\"), which limpid reads",
    "XGBRegressor": "save it with model.save_model(\"model.json\"), which limpid reads",
    "LGBMClassifier": "save it with model.booster_.save_model(\"model.txt\"), which limpid reads",
    "LGBMRegressor": "save it with model.booster_.save_model(\"model.txt\"), which limpid reads",
    "CatBoostClassifier": "save it with model.save_model(\"model.json\", format=\"json\"), which limpid reads",
    "CatBoostRegressor": "save it with model.save_model(\"model.json\", format=\"json\"), which limpid reads",
}


_CONVERTERS = [
    (ensemble.IsolationForest, trees.isolation_forest),
    ((tree.DecisionTreeClassifier, tree.DecisionTreeRegressor), trees.one_tree),  # and ExtraTree
    ((ensemble.RandomForestClassifier, ensemble.RandomForestRegressor, ensemble.ExtraTreesClassifier,
      ensemble.ExtraTreesRegressor), trees.forest),
    ((ensemble.BaggingClassifier, ensemble.BaggingRegressor), trees.bagging),
    ((ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor), trees.gradient_boosting),
    ((ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor), hist_gradient_boosting),
    (ensemble.AdaBoostClassifier, trees.ada_boost),
]


def _find_converter(model):
    for kinds, convert in _CONVERTERS:
        if isinstance(model, kinds):
            return convert
    name = type(model).__name__
    hint = _HINTS.get(name, "limpid explains decision trees, forests, gradient boosting and isolation forests")
    raise TypeError("cannot export a %s: %s" % (name, hint))


def _check_fitted(model):
    if not hasattr(model, "n_features_in_") or not any(
            hasattr(model, name) for name in ("tree_", "estimators_", "_predictors")):
        raise ValueError("the %s is not fitted: call fit before export" % type(model).__name__)


def _takes_missing(model):
    """Whether the model's own predict takes missing values."""
    if hasattr(model, "__sklearn_tags__"):  # from scikit-learn 1.6
        return bool(model.__sklearn_tags__().input_tags.allow_nan)
    return bool(model._get_tags()["allow_nan"])


def _names(model, feature_names):
    """Texts, shape (n_features,), or [] without names."""
    if feature_names is None:
        feature_names = getattr(model, "feature_names_in_", [])
    names = list(feature_names)
    if not names:
        return []
    for name in names:
        if not isinstance(name, str) or not name:
            raise ValueError("a feature name is %r: names are texts" % (name,))
    if len(names) != model.n_features_in_:
        raise ValueError("%d feature names for a model of %d features" % (len(names), model.n_features_in_))
    twins = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twins:
        raise ValueError("two features are named %r" % twins[0])
    return names


def _write(document):
    """The document as pieces of JSON: one line per field, feature and tree."""
    yield "{"
    for number, (key, value) in enumerate(document.items()):
        yield "%s\n%s: " % ("," if number else "", json.dumps(key))
        if key in ("features", "trees"):
            yield "["
            for item, part in enumerate(value):
                yield ("," if item else "") + "\n" + _line(part)
            yield "\n]"
        else:
            yield _line(value)
    yield "\n}\n"


def _line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
