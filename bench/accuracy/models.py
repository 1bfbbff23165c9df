"""The models of the accuracy benchmark, trained on public data sets with fixed seeds, and the questions put to them.

A question is a file of rows and a file of background rows. State "pairs" has one background row each: four questions of
25 rows, pairs that differ in many players. States "B20" and "B100" are one question each, rows drawn at random. Where
the game is the response, rows that differ from a background row in more than 20 players are not drawn: their exact
values are out of reach. Where it is the margin, leaf tables give those for any number.
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

sys.path.append(str(Path(__file__).resolve().parent.parent))
from data_sets import adult, adult_one_hot, california, german, split  # noqa: E402

ROWS = 100
PAIR_SETS = 4
MOST_EXACT = 20  # players, limpid's largest --max-exact-players
FEWEST_IN_PAIRS = 10  # players in which a pair of state "pairs" differs, or the median where that is less

def wine(folder):
    frame = pd.read_csv(folder / "winequality-white.csv", header=None).astype("float32")
    label = (frame.pop(11) >= 7).astype("int8").to_numpy()
    frame.columns = [f"f{i}" for i in range(11)]
    return split(frame, label, 4000)


def bundled(name, train, label=lambda y: y):
    """A data set that scikit-learn brings along."""

    def load(_):
        import sklearn.datasets

        data = getattr(sklearn.datasets, f"load_{name}")()
        columns = [f"f{i}" for i in range(data.data.shape[1])]
        return split(pd.DataFrame(data.data.astype("float32"), columns=columns), label(data.target), train)

    return load


def synthetic(features):
    """bench/workloads.py's synthetic target: on 20 features almost every pair differs in 17 to 20."""

    def load(_):
        import workloads

        return workloads.synthetic(features, rows=20_000)

    return load


LOGISTIC = "binary:logistic"


@dataclass(frozen=True)
class Recipe:
    data: object  # folder of data -> (frame to train on, label, frame to explain)
    depth: int
    rounds: int = 100
    eta: float = 0.1
    objective: str = LOGISTIC
    space: str = "response"  # the game: response or margin
    needs_folder: bool = True  # else bundled with scikit-learn, or made
    backgrounds: tuple = (20, 100)
    timed: bool = False  # has rows for timing.py too


MODELS = {
    "california": Recipe(california, 10, objective="reg:gamma"),
    "diabetes": Recipe(bundled("diabetes", 300), 3, objective="count:poisson", needs_folder=False),
    "wine": Recipe(wine, 6, 200),
    "adult": Recipe(adult, 8, eta=0.01),
    "german": Recipe(german, 4, 200),
    "breast": Recipe(bundled("breast_cancer", 400), 3, 30, 0.2, needs_folder=False, backgrounds=(20,)),
    "adult-onehot": Recipe(adult_one_hot, 6),
    "digits": Recipe(bundled("digits", 1400, lambda y: y % 2), 5, space="margin", needs_folder=False),
    "synth20": Recipe(synthetic(20), 6, 500, needs_folder=False, timed=True),
    "synth12": Recipe(synthetic(12), 6, 500, needs_folder=False, timed=True, backgrounds=(100,)),
}


def bins(booster, rows):
    """[R x M] the rank of each value among the model's thresholds of its feature."""
    trees = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    thresholds = [set() for _ in range(rows.shape[1])]
    for tree in trees:
        for feature, value, left in zip(tree["split_indices"], tree["split_conditions"], tree["left_children"]):
            if left != -1:
                thresholds[feature].add(np.float32(value))
    ranks = [np.searchsorted(np.sort(list(t)), column, side="right") for t, column in zip(thresholds, rows.T)]
    return np.stack(ranks, axis=1)


def draw(booster, recipe, train, rows):
    """{state: [(rows, background)]}, frames. Rows that differ too much for exact values are left out."""
    rng = np.random.default_rng(1)
    rows = rows.iloc[rng.permutation(len(rows))[:2000]]
    background = train.iloc[rng.permutation(len(train))[: max(recipe.backgrounds)]]
    row_bins, background_bins = (bins(booster, frame.to_numpy(np.float32)) for frame in (rows, background))
    players = (row_bins[:, None, :] != background_bins).sum(axis=2)  # [R x B]
    most = MOST_EXACT if recipe.space == "response" else players.max()
    kept = rows[(players <= most).all(axis=1)][:ROWS]
    states = {"pairs": []}
    fewest = min(FEWEST_IN_PAIRS, np.median(players))
    for k in range(PAIR_SETS):
        fit = (players[:, k] >= fewest) & (players[:, k] <= most)
        states["pairs"].append((rows[fit][: ROWS // PAIR_SETS], background[k : k + 1]))
    for size in recipe.backgrounds:
        states[f"B{size}"] = [(kept, background[:size])]
    if recipe.timed:
        states["timed-B1"] = [(rows[players[:, 0] <= most][:1000], background[:1])]
        states["timed-B100"] = [(kept[:30], background[:100])]
    return states


def make(name, out, data_folder):
    """The folder of a model, made unless it is there: model.json, the questions' files, meta.json."""
    folder, recipe = Path(out) / name, MODELS[name]
    if (folder / "meta.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    train, label, rows = recipe.data(data_folder)
    settings = dict(objective=recipe.objective, max_depth=recipe.depth, eta=recipe.eta, seed=0, nthread=1,
                    tree_method="hist", max_bin=256)  # fmt: skip
    booster = xgb.train(settings, xgb.DMatrix(train, label), recipe.rounds)
    booster.save_model(folder / "model.json")
    questions = {}
    for state, frames in draw(booster, recipe, train, rows).items():
        questions[state] = []
        for k, pair in enumerate(frames):
            files = [f"{state}-{k}-rows.csv", f"{state}-{k}-background.csv"]
            for frame, file in zip(pair, files):
                frame.to_csv(folder / file, index=False, float_format="%.9g")
            questions[state].append(files)
    digest = hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()
    meta = dict(name=name, features=train.shape[1], depth=recipe.depth, trees=recipe.rounds, space=recipe.space,
                objective=recipe.objective, model_sha256=digest, xgboost=xgb.__version__, questions=questions)  # fmt: skip
    (folder / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    return folder
