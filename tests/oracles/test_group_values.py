"""Groups of features as players, against the definition over the library's own predictions: numbers, categories and
missing values in one group, and sums of the features' values."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from conftest import close, values_of, values_of_outputs

COLUMNS = ["amount", "region", "income", "kind", "age", "debt", "term"]
CATEGORIES = {"region": 40, "kind": 6}
GROUPS = {"money": ["income", "amount", "debt"], "where": ["region", "age"]}
PLAYERS = ["money", "where", "kind", "term"]  # the data's order, by the first member


def frame_of(rng, rows, unseen=0):
    """Numbers with zeros, categories (with `unseen` codes more), a fifth missing."""
    data = {}
    for name in COLUMNS:
        if name in CATEGORIES:
            data[name] = rng.integers(0, CATEGORIES[name] + unseen, rows).astype(float)
        else:
            data[name] = np.where(rng.random(rows) < 0.2, 0.0, np.round(rng.normal(size=rows), 2))
    frame = pd.DataFrame(data, columns=COLUMNS)
    return frame.mask(rng.random(frame.shape) < 0.2)


def label_of(rng, frame, classes):
    x = frame.fillna(-0.5)
    score = x["amount"] * x["income"] + (x["region"] % 3 == 0) * x["age"] + (x["kind"] > 2) * x["debt"] - 0.3 * x["term"]
    score += 0.3 * rng.normal(size=len(frame))
    return np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def train(classes):
    rng = np.random.default_rng(3 + classes)
    frame = frame_of(rng, 4000)
    types = ["c" if name in CATEGORIES else "q" for name in COLUMNS]
    data = xgb.DMatrix(frame, label_of(rng, frame, classes), feature_types=types, enable_categorical=True)
    objective = "binary:logistic" if classes == 2 else "multi:softprob"
    parameters = {"objective": objective, "max_depth": 5, "eta": 0.3, "max_cat_to_onehot": 4, "seed": 1}
    booster = xgb.train({**parameters, **({"num_class": classes} if classes > 2 else {})}, data, 12)

    def predict(x, space):
        hybrids = xgb.DMatrix(pd.DataFrame(x, columns=COLUMNS), feature_types=types, enable_categorical=True)
        return booster.predict(hybrids, output_margin=space == "margin").astype(np.float64).reshape(len(x), -1)

    return booster, predict


def grouped_values(predict, row, background):
    """[P x G] by definition: every coalition of the groups, every hybrid predicted by the library."""
    members = [[COLUMNS.index(name) for name in GROUPS.get(player, [player])] for player in PLAYERS]
    masks = np.array(list(itertools.product([False, True], repeat=len(PLAYERS))))
    of_feature = np.zeros((len(masks), len(COLUMNS)), bool)
    for p, features in enumerate(members):
        of_feature[:, features] = masks[:, [p]]
    hybrids = np.where(of_feature[:, None, :], row, background).reshape(-1, len(COLUMNS))
    game = predict(hybrids).reshape(len(masks), len(background), -1).mean(axis=1)
    index = {tuple(mask): i for i, mask in enumerate(masks)}
    values = np.zeros((len(PLAYERS), game.shape[1]))
    for i, mask in enumerate(masks[:-1]):  # who is in already brings nothing more
        size = int(mask.sum())
        weight = math.factorial(size) * math.factorial(len(PLAYERS) - 1 - size) / math.factorial(len(PLAYERS))
        for player in np.flatnonzero(~mask):
            joined = mask.copy()
            joined[player] = True
            values[player] += weight * (game[index[tuple(joined)]] - game[i])
    return values


def asked(limpid, model, rows, background, space):
    options = ["--model", model, "--data", limpid.csv("rows.csv", rows), "--space", space,
               "--background", limpid.csv("background.csv", background)]  # fmt: skip
    for name, members in GROUPS.items():
        options += ["--group", f"{name}={','.join(members)}"]
    return options


def found_values(out, classes, players):
    """[R x G x P]"""
    return values_of(out, players)[0][:, None] if classes == 2 else values_of_outputs(out, players)[0]


@pytest.mark.parametrize("space", ["margin", "response"])
@pytest.mark.parametrize("classes", [2, 3])
def test_groups_are_players(limpid, classes, space):
    booster, predict = train(classes)
    rng = np.random.default_rng(8)
    rows, background = frame_of(rng, 12, unseen=3), frame_of(rng, 6)
    out = limpid.explain(*asked(limpid, limpid.model(booster), rows, background, space))
    found = found_values(out, classes, PLAYERS)
    for row, values in zip(rows.to_numpy(), found):
        expected = grouped_values(lambda x: predict(x, space), row, background.to_numpy())
        close(values, expected.T, 4e-6)  # XGBoost's float32 predictions


def test_path_dependent_sums_are_those_of_the_library(limpid):
    """XGBoost's own contributions added up by group; as players, groups have other values with the same sum."""
    booster, _ = train(2)
    rows = frame_of(np.random.default_rng(9), 30)
    types = ["c" if name in CATEGORIES else "q" for name in COLUMNS]
    contributions = booster.predict(xgb.DMatrix(rows, feature_types=types, enable_categorical=True), pred_contribs=True)
    expected = np.zeros((30, len(PLAYERS)))
    for p, player in enumerate(PLAYERS):
        for name in GROUPS.get(player, [player]):
            expected[:, p] += contributions[:, COLUMNS.index(name)]
    options = asked(limpid, limpid.model(booster), rows, rows[:1], "margin")
    options = [*options[:4], "--method", "path-dependent", *options[8:]]
    sums, base, _ = values_of(limpid.explain(*options, "--group-mode", "sum"), PLAYERS)
    close(sums, expected, 1e-5)
    close(base[:, None], contributions[:, -1:], 1e-5)
    players, _, _ = values_of(limpid.explain(*options), PLAYERS)
    close(players.sum(axis=1)[:, None], expected.sum(axis=1)[:, None], 1e-5)
    assert np.abs(players - sums).max() > 1e-3
