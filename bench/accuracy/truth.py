"""Exact values: limpid's lattice up to 20 players, leaf tables for margins; held against the definition first."""

import hashlib

import numpy as np
from question import Games, by_definition

CHECKED_ROWS = 2
CHECKED_PLAYERS = 14  # 16,384 coalitions times the background rows, by the model's own library
TOLERANCE = 2e-5  # of the largest prediction, or 1: the library adds up and predicts in float32


def exact(limpid, question, cache):
    """[R x M] exact values, kept in a folder."""
    digest = hashlib.sha256()
    for file in (question.model, question.rows_file, question.background_file):
        digest.update(file.read_bytes())
    kept = cache / f"exact-{digest.hexdigest()[:16]}.npy"
    if kept.exists():
        return np.load(kept)
    options = ("--max-exact-players", 20) if question.space == "response" else ()
    values = limpid.explain(question, "--method", "interventional", *options).values
    check(question, values)
    cache.mkdir(parents=True, exist_ok=True)
    np.save(kept, values)
    return values


def check(question, values):
    """Stops when values are not those of the definition (rows with few players), or do not add up (all rows)."""
    games = Games(question)
    predictions = games.predict(question.rows)
    scale = max(1.0, np.abs(predictions).max())
    gap = np.abs(values.sum(axis=1) - (predictions - games.predict(question.background).mean()))
    require(gap.max(), scale, "sum")
    few = [r for r, row in enumerate(question.rows) if len(games.players(row)) <= CHECKED_PLAYERS][:CHECKED_ROWS]
    for r in few:
        alive = games.players(question.rows[r])
        defined = np.zeros(values.shape[1])
        defined[alive] = by_definition(games.of(question.rows[r]), len(alive))
        require(np.abs(values[r] - defined).max(), scale, f"row {r}")


def require(apart, scale, what):
    if not apart <= TOLERANCE * scale:  # NaN fails
        raise SystemExit(f"exact values are wrong ({what}): apart by {apart:.3g}; nothing was measured")
