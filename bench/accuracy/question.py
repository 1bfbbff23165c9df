"""A question of models.py as arrays, and what an answer to it is measured by."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb


@dataclass
class Question:
    name: str
    model: Path
    rows_file: Path
    background_file: Path
    space: str
    rows: np.ndarray  # [R x M] float32
    background: np.ndarray  # [B x M]
    features: list


def questions(folder, state):
    """The questions of one state of one model."""
    meta = json.loads((folder / "meta.json").read_text())
    out = []
    for k, (rows, background) in enumerate(meta["questions"][state]):
        frames = [pd.read_csv(folder / file).astype("float32") for file in (rows, background)]
        arrays = [frame.to_numpy() for frame in frames]
        out.append(Question(f"{meta['name']}/{state}-{k}", folder / "model.json", folder / rows, folder / background,
                            meta["space"], *arrays, list(frames[0].columns)))  # fmt: skip
    return out


def states(folder):
    return list(json.loads((folder / "meta.json").read_text())["questions"])


class Games:
    """What an estimator may ask: the mean over the background of the model's output, one row at a time."""

    def __init__(self, question):
        self.question = question
        self.booster = xgb.Booster(model_file=question.model)
        self.booster.set_param({"nthread": 1})
        self.kind = "margin" if question.space == "margin" else "value"

    def predict(self, rows):
        return self.booster.inplace_predict(rows, predict_type=self.kind).astype(np.float64)

    def players(self, row):
        """The features in which the row differs from some background row: the others' values are 0."""
        return np.flatnonzero((self.question.background != row).any(axis=0))

    def of(self, row):
        """v(coalitions [S x V] of players(row)) -> [S]."""
        background, alive = self.question.background, self.players(row)

        def value(coalitions):
            out = np.empty(len(coalitions))
            step = max(1, 200_000 // len(background))  # hybrids at a time
            for begin in range(0, len(coalitions), step):
                part = np.asarray(coalitions[begin : begin + step], dtype=bool)
                hybrids = np.tile(background, (len(part), 1, 1))
                hybrids[:, :, alive] = np.where(part[:, None, :], row[alive], hybrids[:, :, alive])
                scores = self.predict(hybrids.reshape(-1, hybrids.shape[2]))
                out[begin : begin + step] = scores.reshape(len(part), -1).mean(axis=1)
            return out

        return value


def by_definition(game, players):
    """Shapley values of a game on few players, over all coalitions. [V]"""
    masks = (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(bool)  # player i is bit i
    values, sizes = game(masks), masks.sum(axis=1)
    weight = np.ones(players)
    for s in range(1, players):  # s! (V - 1 - s)! / (V - 1)!
        weight[s] = weight[s - 1] * s / (players - s)
    out = np.empty(players)
    for i in range(players):
        without = np.flatnonzero(~masks[:, i])
        out[i] = np.sum(weight[sizes[without]] * (values[without + 2**i] - values[without])) / players
    return out


def relative_errors(found, exact):
    """[R] relative L2 error; rows whose exact values are all 0 are left out."""
    size = np.linalg.norm(exact, axis=1)
    return np.linalg.norm(found - exact, axis=1)[size > 0] / size[size > 0]


def summary(errors):
    """Relative L2 error and its square."""
    square = np.square(errors)
    figures = dict(median=np.median(errors), p90=np.percentile(errors, 90), worst=errors.max(),
                   square_median=np.median(square), square_p90=np.percentile(square, 90),
                   square_mean=square.mean())  # fmt: skip
    return {key: float(f"{value:.4g}") for key, value in figures.items()}
