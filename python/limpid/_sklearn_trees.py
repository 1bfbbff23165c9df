"""Trees, forests, gradient boosting, AdaBoost and isolation forests of scikit-learn as fields of limpid's JSON.

Each converter takes a fitted model and the list of its features in the document, and returns fields of the header and
"trees", an iterator: a forest may be larger than the memory that its lists would take. The features stay as they are:
all of them are numbers.
"""

import math

import numpy as np
from sklearn import tree as sklearn_tree
from sklearn.dummy import DummyClassifier, DummyRegressor


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
    if np.any(np.abs(proba.sum(axis=1) - 1.0) > 1e-9):  # before 1.4 these are weights, which predict_proba divides
        total = proba.sum(axis=1, keepdims=True)
        total[total == 0.0] = 1.0
        proba = proba / total
    return proba


def _classes(model):
    """How many classes; 0 for a regressor."""
    return len(model.classes_) if hasattr(model, "classes_") else 0


def _one_class(values):
    """The second of two classes; every class of more. Shape (n_nodes, n_outputs)."""
    return values[:, 1:] if values.shape[1] == 2 else values


def labels(classes):
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
    names = labels(model.classes_)
    return {"base_margin": [0.0] * len(names), "labels": names}


def _tree_of(estimator, classes, features=None):
    """A tree of a classifier of so many classes, or, with 0, of a regressor."""
    values = _leaf_values(estimator)
    return _arrays(estimator.tree_, _one_class(values) if classes else values, features)


def one_tree(model, features):
    del features
    return dict(_outputs(model), trees=iter([_tree_of(model, _classes(model))]))


def forest(model, features):
    del features
    return dict(_outputs(model), divisor=float(len(model.estimators_)),
                trees=(_tree_of(estimator, _classes(model)) for estimator in model.estimators_))


def _trees_only(model):
    for estimator in model.estimators_:
        if not isinstance(estimator, (sklearn_tree.DecisionTreeClassifier, sklearn_tree.DecisionTreeRegressor)):
            raise TypeError("cannot export a %s of %s: its members must be decision trees"
                            % (type(model).__name__, type(estimator).__name__))


def bagging(model, features):
    del features
    _trees_only(model)
    return dict(_outputs(model), divisor=float(len(model.estimators_)),
                trees=(_tree_of(estimator, _classes(model), chosen)
                       for estimator, chosen in zip(model.estimators_, model.estimators_features_)))


def ada_boost(model, features):
    del features
    _trees_only(model)
    if getattr(model, "algorithm", "SAMME") == "SAMME.R":
        raise ValueError("AdaBoostClassifier with algorithm=\"SAMME.R\" cannot be exported: train with \"SAMME\"")
    names, classes = labels(model.classes_), len(model.classes_)
    link = {"link": "sigmoid"} if classes == 2 else {"link": "softmax", "link_scale": 1.0 / (classes - 1)}
    return dict(link, base_margin=[0.0] * len(names), labels=names, divisor=float(np.sum(model.estimator_weights_)),
                trees=(_votes(estimator, weight, model.classes_)
                       for estimator, weight in zip(model.estimators_, model.estimator_weights_)))


def _votes(estimator, weight, classes):
    """A tree that votes for its most likely class and, so that votes sum to 0, against the others."""
    best = np.argmax(_leaf_values(estimator), axis=1)
    chosen = estimator.classes_.take(best)[:, None] == np.asarray(classes)[None, :]
    value = np.where(chosen, weight, -1.0 / (len(classes) - 1) * weight)
    if len(classes) == 2:
        value = (-value[:, 0] + value[:, 1])[:, None]
    return _arrays(estimator.tree_, value)


def gradient_boosting(model, features):
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
        document["labels"] = labels(model.classes_)
        document["link"] = "sigmoid" if len(base) == 1 else "softmax"
        if model.loss == "exponential":
            document["link_scale"] = 2.0
    document["trees"] = (
        dict(place, weight=float(model.learning_rate), **_arrays(estimator.tree_, estimator.tree_.value[:, 0, 0]))
        for place, estimator in places(model.estimators_))
    return document


def places(stages):
    """Each tree of the stages of boosting with its place: output and round."""
    for number, stage in enumerate(stages):
        for output, tree in enumerate(stage):
            yield {"output": output, "round": number}, tree


def _average_path_length(samples):
    """Expected depth of an isolation tree over so many samples, shape as `samples` (Liu, Ting, Zhou 2008, eq. 1)."""
    samples = np.asarray(samples)
    length = np.zeros(samples.shape)
    length[samples == 2] = 1.0
    many = samples > 2
    length[many] = (2.0 * (np.log(samples[many] - 1.0) + np.euler_gamma)
                    - 2.0 * (samples[many] - 1.0) / samples[many])
    return length


def isolation_forest(model, features):
    del features
    expected = float(_average_path_length(np.array([model._max_samples]))[0])
    if expected == 0.0:
        raise ValueError("the IsolationForest was trained on one sample per tree: it has no score")
    return {"link": "exp", "link_scale": -math.log(2.0) / expected, "base_margin": [0.0],
            "divisor": float(len(model.estimators_)), "labels": ["anomaly_score"],
            "trees": (_depths(estimator.tree_, chosen)
                      for estimator, chosen in zip(model.estimators_, model.estimators_features_))}


def _depths(tree, features):
    """A tree whose leaves hold their depth, in scikit-learn's order of operations: it counts nodes, the root is 1."""
    depth = tree.compute_node_depths() + _average_path_length(tree.n_node_samples) - 1.0
    return _arrays(tree, depth, features)
