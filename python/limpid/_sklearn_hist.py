"""HistGradientBoosting of scikit-learn as fields of limpid's JSON."""

import math

import numpy as np

from ._sklearn_trees import labels, places

_HIST_LINKS = {"poisson": "exp", "gamma": "exp", "squared_error": "identity", "absolute_error": "identity",
               "quantile": "identity", "least_squares": "identity", "least_absolute_deviation": "identity",
               "log_loss": None, "auto": None, "binary_crossentropy": None, "categorical_crossentropy": None}


def hist_gradient_boosting(model, features):
    name = type(model).__name__
    base = np.ravel(model._baseline_prediction)
    if not isinstance(model.loss, str) or model.loss not in _HIST_LINKS:
        raise ValueError("the %s has the loss %r, whose link is not known" % (name, model.loss))
    link = _HIST_LINKS[model.loss] or ("sigmoid" if len(base) == 1 else "softmax")
    document = {"objective": "%s %s" % (name, model.loss), "input": "float64", "link": link,
                "base_margin": [float(value) for value in base]}
    if hasattr(model, "classes_"):
        document["labels"] = labels(model.classes_)
    columns, known = _hist_features(model, features)
    document["trees"] = (dict(place, **_hist_tree(predictor, columns, known))
                         for place, predictor in places(model._predictors))
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
