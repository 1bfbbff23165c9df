"""Writes tree ensembles of scikit-learn as limpid's own JSON, which the program limpid reads.

    from limpid.export import export

    export(model, "model.json")                                   # then: limpid explain --model model.json ...
    export(model, "model.json", feature_names=["age", "income"])  # where the model was trained without names

A pickle is a program and is never loaded by limpid: call export where you trust the model, in the process that has
it. Only numpy and scikit-learn are needed. The same model gives the same bytes. docs/model_json.md describes the file.

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
import math
import os

import numpy as np

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
    document = to_dict(model, feature_names)
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
    name = type(model).__name__
    convert = _find_converter(model)
    _check_fitted(model)
    document = {"limpid_model": SCHEMA, "library": "scikit-learn", "library_version": _version(), "objective": name,
                "link": "identity", "input": "float32", "split": "<=", "unseen": "missing"}
    document["features"] = [{"name": text} for text in _names(model, feature_names)] or [
        {} for _ in range(model.n_features_in_)]
    document.update(convert(model, document["features"]))
    document["features"] = document.pop("features")  # after what is short, before the trees
    document["trees"] = document.pop("trees")
    return document


# ---------------------------------------------------------------------------------------------------- which model


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


def _find_converter(model):
    from sklearn import ensemble, tree

    table = [
        (ensemble.IsolationForest, _isolation_forest),
        ((tree.DecisionTreeClassifier, tree.DecisionTreeRegressor), _one_tree),  # and ExtraTree
        ((ensemble.RandomForestClassifier, ensemble.RandomForestRegressor, ensemble.ExtraTreesClassifier,
          ensemble.ExtraTreesRegressor), _forest),
        ((ensemble.BaggingClassifier, ensemble.BaggingRegressor), _bagging),
        ((ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor), _gradient_boosting),
        ((ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor), _hist_gradient_boosting),
        (ensemble.AdaBoostClassifier, _ada_boost),
    ]
    for kinds, convert in table:
        if isinstance(model, kinds):
            return convert
    name = type(model).__name__
    hint = _HINTS.get(name, "limpid explains decision trees, forests, gradient boosting and isolation forests")
    raise TypeError("cannot export a %s: %s" % (name, hint))


def _check_fitted(model):
    if not hasattr(model, "n_features_in_") or not any(
            hasattr(model, name) for name in ("tree_", "estimators_", "_predictors")):
        raise ValueError("the %s is not fitted: call fit before export" % type(model).__name__)


def _version():
    import sklearn
    return sklearn.__version__


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


# ------------------------------------------------------------------------------------------------- trees and forests


def _arrays(tree, value, features=None):
    """The structure of a `sklearn.tree._tree.Tree` with leaf values.

    Parameters
    ----------
    tree : the tree_ of an estimator
    value : array, shape (n_nodes,) or (n_nodes, n_outputs)
    features : array of int, shape (features of the tree,), optional
        Which features of the model the tree was given.
    """
    leaf = tree.children_left < 0
    feature = np.where(leaf, -1, tree.feature)
    if features is not None:
        feature = np.where(leaf, -1, np.asarray(features)[feature])
    value = np.where(leaf[:, None], np.reshape(value, (len(leaf), -1)), 0.0)
    arrays = {
        "left": tree.children_left,
        "right": np.where(leaf, -1, tree.children_right),
        "feature": feature,
        "threshold": np.where(leaf, 0.0, tree.threshold),
        "missing_left": np.where(leaf, 0, _missing_left(tree)),
        "value": value.ravel(),
        "cover": tree.weighted_n_node_samples,
    }
    return {name: np.asarray(array).tolist() for name, array in arrays.items()}


def _missing_left(tree):
    """1 where NaN goes left, shape (n_nodes,); before scikit-learn 1.3 there are no missing values: NaN goes right."""
    flags = getattr(tree, "missing_go_to_left", None)
    return np.zeros(tree.node_count, dtype=int) if flags is None else np.asarray(flags).astype(int)


def _leaf_values(estimator):
    """What the tree's predict_proba or predict returns at each node, shape (n_nodes, n_outputs)."""
    value = estimator.tree_.value
    if not hasattr(estimator, "classes_"):
        return value[:, :, 0]
    proba = value[:, 0, :estimator.n_classes_]
    if np.any(np.abs(proba.sum(axis=1) - 1.0) > 1e-9):  # before 1.3 these are weights, which predict_proba divides
        total = proba.sum(axis=1, keepdims=True)
        total[total == 0.0] = 1.0
        proba = proba / total
    return proba


def _one_class(values):
    """The second of two classes; every class of more. Shape (n_nodes, n_outputs)."""
    return values[:, 1:] if values.shape[1] == 2 else values


def _labels(classes):
    """Names of the outputs: of the second of two classes, of every class of more."""
    texts = [str(text) for text in np.asarray(classes).tolist()]
    return texts[1:] if len(texts) == 2 else texts


def _outputs(model):
    """Header fields of a model whose trees hold what it predicts."""
    if np.size(getattr(model, "n_outputs_", 1)) != 1 or np.ndim(getattr(model, "n_classes_", 1)) != 0:
        raise ValueError("a classifier of several targets cannot be exported: train one classifier per target")
    if not hasattr(model, "classes_"):
        return {"base_margin": [0.0] * int(getattr(model, "n_outputs_", 1))}
    if len(model.classes_) < 2:
        raise ValueError("the classifier knows one class only: there is nothing to explain")
    labels = _labels(model.classes_)
    return {"base_margin": [0.0] * len(labels), "labels": labels}


def _tree_of(estimator, classifier, features=None):
    values = _leaf_values(estimator)
    return _arrays(estimator.tree_, _one_class(values) if classifier else values, features)


def _one_tree(model, features):
    del features
    return dict(_outputs(model), trees=[_tree_of(model, hasattr(model, "classes_"))])


def _forest(model, features):
    del features
    classifier = hasattr(model, "classes_")
    return dict(_outputs(model), divisor=float(len(model.estimators_)),
                trees=[_tree_of(estimator, classifier) for estimator in model.estimators_])


def _trees_only(model):
    from sklearn import tree
    for estimator in model.estimators_:
        if not isinstance(estimator, (tree.DecisionTreeClassifier, tree.DecisionTreeRegressor)):
            raise TypeError("cannot export a %s of %s: its members must be decision trees"
                            % (type(model).__name__, type(estimator).__name__))


def _bagging(model, features):
    del features
    _trees_only(model)
    classifier = hasattr(model, "classes_")
    if classifier:
        for estimator in model.estimators_:
            if len(estimator.classes_) != len(model.classes_):
                raise ValueError("a member of the BaggingClassifier saw %d of %d classes: train it with more data per "
                                 "member (max_samples)" % (len(estimator.classes_), len(model.classes_)))
    return dict(_outputs(model), divisor=float(len(model.estimators_)),
                trees=[_tree_of(estimator, classifier, chosen)
                       for estimator, chosen in zip(model.estimators_, model.estimators_features_)])


def _ada_boost(model, features):
    del features
    _trees_only(model)
    if getattr(model, "algorithm", "SAMME") == "SAMME.R":
        raise ValueError("AdaBoostClassifier with algorithm=\"SAMME.R\" cannot be exported: train with \"SAMME\"")
    labels = _labels(model.classes_)
    classes = len(model.classes_)
    trees = []
    for estimator, weight in zip(model.estimators_, model.estimator_weights_):
        best = np.argmax(_leaf_values(estimator), axis=1)
        names = estimator.classes_.take(best)  # a member may have seen fewer classes
        chosen = names[:, None] == np.asarray(model.classes_)[None, :]
        value = np.where(chosen, weight, -1.0 / (classes - 1) * weight)
        if classes == 2:
            value = (-value[:, 0] + value[:, 1])[:, None]
        trees.append(_arrays(estimator.tree_, value))
    divisor = float(np.sum(model.estimator_weights_))
    link = {"link": "sigmoid"} if classes == 2 else {"link": "softmax", "link_scale": 1.0 / (classes - 1)}
    return dict(link, base_margin=[0.0] * len(labels), labels=labels, divisor=divisor, trees=trees)


# ------------------------------------------------------------------------------------------------------- boosting


def _gradient_boosting(model, features):
    from sklearn.dummy import DummyClassifier, DummyRegressor

    name = type(model).__name__
    init = getattr(model, "init_", None)
    constant = (isinstance(init, DummyRegressor) or init is None or init == "zero" or
                (isinstance(init, DummyClassifier) and init.strategy in ("prior", "most_frequent", "constant")))
    if not constant:
        raise ValueError("the %s starts from init=%s, whose predictions depend on the row: train with the default init "
                         "or init=\"zero\"" % (name, type(init).__name__))
    base = model._raw_predict_init(np.zeros((1, len(features)), dtype=np.float32))[0]
    document = {"objective": "%s %s" % (name, model.loss), "base_margin": [float(value) for value in base]}
    if hasattr(model, "classes_"):
        document["labels"] = _labels(model.classes_)
        document["link"] = "sigmoid" if len(base) == 1 else "softmax"
        if model.loss == "exponential":
            document["link_scale"] = 2.0
    trees = []
    for number, stage in enumerate(model.estimators_):
        for output, estimator in enumerate(stage):
            tree = _arrays(estimator.tree_, estimator.tree_.value[:, 0, 0])
            trees.append(dict(_position(output, number), weight=float(model.learning_rate), **tree))
    document["trees"] = trees
    return document


def _position(output, number):
    return {"output": output, "round": number}


_HIST_LINKS = {"poisson": "exp", "gamma": "exp", "squared_error": "identity", "absolute_error": "identity",
               "quantile": "identity", "least_squares": "identity", "least_absolute_deviation": "identity",
               "log_loss": None, "auto": None, "binary_crossentropy": None, "categorical_crossentropy": None}


def _hist_gradient_boosting(model, features):
    name = type(model).__name__
    base = np.ravel(model._baseline_prediction)
    if not isinstance(model.loss, str) or model.loss not in _HIST_LINKS:
        raise ValueError("the %s has the loss %r, whose link is not known" % (name, model.loss))
    link = _HIST_LINKS[model.loss] or ("sigmoid" if len(base) == 1 else "softmax")
    document = {"objective": "%s %s" % (name, model.loss), "input": "float64", "link": link,
                "base_margin": [float(value) for value in base]}
    if hasattr(model, "classes_"):
        document["labels"] = _labels(model.classes_)
    columns, known = _hist_features(model, features)
    trees = []
    for number, stage in enumerate(model._predictors):
        for output, predictor in enumerate(stage):
            trees.append(dict(_position(output, number), **_hist_tree(predictor, columns, known)))
    document["trees"] = trees
    return document


def _hist_features(model, features):
    """Marks the categorical features.

    Returns
    -------
    columns : array of int, shape (n_features,)
        The feature of the model that each column is which the trees test: from scikit-learn 1.4 on the categorical
        features come first.
    known : dict, column -> array of int
        The codes that training saw.
    """
    count = len(features)
    columns = np.arange(count)
    categorical = model.is_categorical_
    if categorical is None or not np.any(categorical):
        return columns, {}
    categorical = np.asarray(categorical, dtype=bool)
    encoder = None
    if getattr(model, "_preprocessor", None) is not None:
        columns = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
        encoder = model._preprocessor.named_transformers_["encoder"]
    known = {}
    bitsets, rows = model._bin_mapper.make_known_categories_bitsets()
    for column in range(count):
        feature = columns[column]
        if not categorical[feature]:
            continue
        features[feature]["kind"] = "categorical"
        known[column] = _codes(bitsets[rows[column]])
        if encoder is not None:
            features[feature]["categories"] = _categories(encoder.categories_[column], features[feature], feature)
    return columns, known


def _categories(values, feature, number):
    """The encoder's categories in the order of their codes: texts, or numbers. Missing is none of them."""
    out = []
    for value in values.tolist():
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue  # always last
        if isinstance(value, bool):
            value = str(value)
        if not isinstance(value, (str, int, float)):
            raise ValueError("feature %s has the category %r: categories are texts or numbers"
                             % (feature.get("name", number), value))
        out.append(value)
    if len({isinstance(value, str) for value in out}) > 1:
        raise ValueError("feature %s has both texts and numbers as categories" % feature.get("name", number))
    if not out:
        raise ValueError("feature %s has no category but missing: train without it" % feature.get("name", number))
    return [value if isinstance(value, str) else float(value) for value in out]


def _codes(words):
    """The codes in a set of 8 words of 32 bits, sorted."""
    bits = np.unpackbits(np.ascontiguousarray(words, dtype="<u4").view(np.uint8), bitorder="little")
    return np.flatnonzero(bits)


def _hist_tree(predictor, columns, known):
    """A `TreePredictor`.

    Its category sets go left, known categories outside go right, all others where NaN goes. limpid's sets go left and
    all others right: where NaN goes left, the set is of the codes that go right, and the children change places.
    """
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    category = nodes["is_categorical"].astype(bool) & ~leaf
    left = np.where(leaf, -1, nodes["left"].astype(np.int64))
    right = np.where(leaf, -1, nodes["right"].astype(np.int64))
    missing = np.where(leaf, 0, nodes["missing_go_to_left"].astype(np.int64))
    sets, which = [], np.full(len(nodes), -1)
    for node in np.flatnonzero(category):
        codes = _codes(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]])
        if missing[node]:
            codes = np.setdiff1d(known[int(nodes["feature_idx"][node])], codes)
            left[node], right[node] = right[node], left[node]
            missing[node] = 0
        which[node] = len(sets)
        sets.append(codes.tolist())
    arrays = {
        "left": left,
        "right": right,
        "feature": np.where(leaf, -1, columns[nodes["feature_idx"].astype(np.int64)]),
        "threshold": np.where(leaf | category, 0.0, nodes["num_threshold"]),
        "missing_left": missing,
        "value": np.where(leaf, nodes["value"], 0.0),
        "cover": nodes["count"].astype(np.float64),
    }
    tree = {key: array.tolist() for key, array in arrays.items()}
    if sets:
        tree["category_set"] = which.tolist()
        tree["sets"] = sets
    return tree


# ---------------------------------------------------------------------------------------------------- isolation


def _average_path_length(samples):
    """Expected depth of an isolation tree over so many samples, shape as `samples` (Liu, Ting, Zhou 2008, eq. 1)."""
    samples = np.asarray(samples)
    length = np.zeros(samples.shape)
    length[samples == 2] = 1.0
    many = samples > 2
    length[many] = (2.0 * (np.log(samples[many] - 1.0) + np.euler_gamma)
                    - 2.0 * (samples[many] - 1.0) / samples[many])
    return length


def _isolation_forest(model, features):
    del features
    trees = []
    for estimator, chosen in zip(model.estimators_, model.estimators_features_):
        tree = estimator.tree_
        # in scikit-learn's order of operations: the depth counts nodes, the root is 1
        depth = tree.compute_node_depths() + _average_path_length(tree.n_node_samples) - 1.0
        trees.append(_arrays(tree, depth, chosen))
    expected = float(_average_path_length(np.array([model._max_samples]))[0])
    if expected == 0.0:
        raise ValueError("the IsolationForest was trained on one sample per tree: it has no score")
    return {"link": "exp", "link_scale": -math.log(2.0) / expected, "base_margin": [0.0],
            "divisor": float(len(trees)), "labels": ["anomaly score"], "trees": trees}


# ---------------------------------------------------------------------------------------------------------- text


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
