"""Shapley values and interactions of the response game by their definition: every coalition of the features in which a
row and a background row differ is played by the model's own library."""

import math

import numpy as np

CHUNK = 1 << 15  # hybrid rows at a time


def game(predict, row, reference):
    """(players that differ, [2^V] value of every coalition; bit q of its index: player q is there)."""
    players = np.flatnonzero(~((row == reference) | (np.isnan(row) & np.isnan(reference))))
    coalitions = np.arange(1 << len(players))
    values = np.empty(len(coalitions))
    for begin in range(0, len(coalitions), CHUNK):
        part = coalitions[begin : begin + CHUNK]
        hybrid = np.tile(reference, (len(part), 1))
        for q, player in enumerate(players):
            hybrid[(part >> q) & 1 == 1, player] = row[player]
        values[begin : begin + CHUNK] = predict(hybrid)
    return players, values


def sizes_of(count):
    return np.array([index.bit_count() for index in range(count)])


def shapley(values):
    """[V] of a game given as 2^V values."""
    players = len(values).bit_length() - 1
    sizes = sizes_of(len(values))
    weights = np.array([1.0 / (players * math.comb(players - 1, s)) for s in range(players)])
    out = np.empty(players)
    for q in range(players):
        pairs = values.reshape(-1, 2, 1 << q)
        out[q] = ((pairs[:, 1] - pairs[:, 0]) * weights[sizes.reshape(-1, 2, 1 << q)[:, 0]]).sum()
    return out


def interactions(values):
    """[V x V] SHAP interaction values: half of each pair's Shapley interaction index, rows that sum to the values."""
    players = len(values).bit_length() - 1
    sizes = sizes_of(len(values))
    weights = np.array([1.0 / ((players - 1) * math.comb(players - 2, s)) for s in range(players - 1)])
    out = np.zeros((players, players))
    for q in range(players):
        for r in range(q):
            shape = (-1, 2, 1 << (q - r - 1), 2, 1 << r)
            v, s = values.reshape(shape), sizes.reshape(shape)[:, 0, :, 0]
            change = v[:, 1, :, 1] - v[:, 1, :, 0] - v[:, 0, :, 1] + v[:, 0, :, 0]
            out[q, r] = out[r, q] = 0.5 * (change * weights[s]).sum()
    values = shapley(values)
    out[np.diag_indices(players)] = values - out.sum(axis=1)
    return out


def explain(predict, rows, background, order):
    """Means over the background: [R x M] values, or with order 2 [R x M x M] interactions."""
    features = rows.shape[1]
    out = np.zeros((len(rows), *[features] * order))
    for r, row in enumerate(rows):
        for reference in background:
            players, values = game(predict, row, reference)
            if len(players) == 0:
                continue
            if order == 1:
                out[r][players] += shapley(values)
            elif len(players) == 1:
                out[r][players, players] += values[1] - values[0]
            else:
                out[r][np.ix_(players, players)] += interactions(values)
    return out / len(background)
