"""The benchmark workloads: a model, rows and backgrounds each, made with fixed seeds into a folder and reused.

    python bench/workloads.py --out bench/work [--only synth30,adult] [--data-dir FOLDER] [--threads 1]

synth12, synth30  500 trees of depth 6 on 12 or 30 correlated normal features, logistic; 200,000 rows
wide200           300 trees of depth 6 on 200 features, 100 of them weak; 10,000 rows
classes7          7 classes, 700 trees of depth 6 on 54 features, as the forest cover data have; 10,000 rows
adult             100 trees of depth 8 on the Adult census data, 14 label-encoded features; its test rows
adult-deep        1,000 trees of depth 16 on the same
adult-categories  LightGBM, 200 trees of 63 leaves on the same, 8 features by category
california        100 trees of depth 8 on California housing, 8 features; regression
german            200 trees of depth 4 on German credit, 20 label-encoded features
loans             the generator of examples/loans: 80 trees of depth 4, 14 features; 50,000 rows
synth<M>-d<D>-t<T>  T trees of depth D on M >= 12 features, for curves

adult*, california and german read FOLDER (data_sets.py), or what scikit-learn fetches. Each folder holds model.json and
model.ubj (LightGBM: model.txt), rows.csv, bg1.csv ... bg10000.csv (float32, header; as many as the data have) and
meta.json.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import data_sets
import numpy as np
import pandas as pd

REPOSITORY = Path(__file__).resolve().parent.parent
BACKGROUNDS = (1, 10, 100, 1000, 10000)
LOGISTIC = dict(objective="binary:logistic")
SETTINGS = {  # parameters of training beside the common ones, rounds
    "adult": (LOGISTIC | dict(max_depth=8, eta=0.01), 100),
    "adult-deep": (LOGISTIC | dict(max_depth=16, eta=0.01), 1000),
    "adult-categories": (dict(objective="binary", num_leaves=63, learning_rate=0.1, min_data_in_leaf=20), 200),
    "california": (dict(objective="reg:squarederror", max_depth=8, eta=0.01), 100),
    "german": (LOGISTIC | dict(max_depth=4, eta=0.1), 200),
    "classes7": (dict(objective="multi:softprob", num_class=7, max_depth=6, eta=0.1), 100),
    "wide200": (LOGISTIC | dict(max_depth=6, eta=0.1), 300),
    "loans": (LOGISTIC | dict(max_depth=4, eta=0.15), 80),
}


def synthetic(features, rows=200_000, train=20_000, weak=0):
    """Correlated normal features and a non-linear target with interactions and noise."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(train + rows, features)).astype(np.float32)
    x[:, 5:10] = x[:, :5] * 0.7 + x[:, 5:10] * 0.3
    target = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + 0.5 * x[:, 3] * (x[:, 4] > 0)
    target = target + x[:, 9] * x[:, 10] * x[:, 11] + 0.3 * rng.normal(size=train + rows)
    if weak:
        target = target + 0.1 * x[:, 12 : 12 + weak] @ rng.normal(size=weak)
    frame = pd.DataFrame(x, columns=[f"f{i}" for i in range(features)])
    label = (target > 0).astype("int8")
    return frame[:train], label[:train], frame[train:]


def classes7():
    """The size of the forest cover data: 54 features, 7 classes."""
    from sklearn.datasets import make_classification

    x, label = make_classification(40_000, 54, n_informative=20, n_redundant=10, n_classes=7, random_state=0)
    frame = pd.DataFrame(x.astype("float32"), columns=[f"f{i}" for i in range(54)])
    return frame[:30_000], label[:30_000], frame[30_000:]


def loans():
    """The loans example: 60,000 generated rows, the last 50,000 to explain."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "loans.csv"
        generate = REPOSITORY / "examples/loans/generate.py"
        subprocess.run([sys.executable, generate, "--rows", "60000", "--seed", "11", "--out", path], check=True)
        frame = pd.read_csv(path).drop(columns=["loan_id"]).astype("float32")
    label = frame.pop("loan_approved").to_numpy()
    return frame[:10_000], label[:10_000], frame[10_000:]


def curve_shape(name):
    """(features, depth, trees) of synth<M>-d<D>-t<T>, or None."""
    found = re.fullmatch(r"synth(\d+)-d(\d+)-t(\d+)", name)
    return tuple(map(int, found.groups())) if found else None


def load(name, data_folder):
    """(frame to train on, label, frame to explain)."""
    if name.startswith("adult"):
        return data_sets.adult(data_folder)
    if name in ("california", "german"):
        return getattr(data_sets, name)(data_folder)
    if name == "wide200":
        return synthetic(200, rows=10_000, weak=100)
    if name == "classes7":
        return classes7()
    if name == "loans":
        return loans()
    if shape := curve_shape(name):
        return synthetic(shape[0], rows=20_000)
    return synthetic(int(name.removeprefix("synth")))


def settings(name):
    """(parameters, rounds)."""
    if shape := curve_shape(name):
        return LOGISTIC | dict(max_depth=shape[1], eta=0.1), shape[2]
    return SETTINGS.get(name, (LOGISTIC | dict(max_depth=6, eta=0.1), 500))


def train_xgboost(name, folder, frame, label, threads):
    import xgboost as xgb

    parameters, rounds = settings(name)
    common = dict(max_bin=256, seed=0, nthread=threads, tree_method="hist")
    booster = xgb.train(parameters | common, xgb.DMatrix(frame, label), rounds)
    booster.save_model(folder / "model.json")
    booster.save_model(folder / "model.ubj")
    trees = json.loads((folder / "model.json").read_text())["learner"]["gradient_booster"]["model"]["trees"]
    leaves = sum(child == -1 for tree in trees for child in tree["left_children"])
    return dict(family="xgboost", version=xgb.__version__, model="model.json", trees=len(trees), leaves=leaves)


def train_lightgbm(name, folder, frame, label, threads, categories):
    import lightgbm as lgb

    parameters, rounds = settings(name)
    common = dict(seed=0, verbosity=-1, num_threads=threads, deterministic=True)
    data = lgb.Dataset(frame, label, categorical_feature=categories)
    booster = lgb.train(parameters | common, data, rounds)
    booster.save_model(folder / "model.txt")
    leaves = int(booster.trees_to_dataframe().left_child.isna().sum())
    return dict(family="lightgbm", version=lgb.__version__, model="model.txt", trees=booster.num_trees(), leaves=leaves)


def make(name, out, data_folder, threads=1):
    """Writes one workload into out/name, unless it is there."""
    folder = Path(out) / name
    if (folder / "meta.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    frame, label, rows = load(name, data_folder)
    if name == "adult-categories":
        categories = data_sets.texts_of(data_sets.adult_frames(data_folder)[0])
        facts = train_lightgbm(name, folder, frame, label, threads, categories)
    else:
        facts = train_xgboost(name, folder, frame, label, threads)
    rows.to_csv(folder / "rows.csv", index=False, float_format="%.9g")
    order = np.random.default_rng(1).permutation(len(frame))
    sizes = [size for size in BACKGROUNDS if size <= len(frame)]
    for size in sizes:
        frame.iloc[order[:size]].to_csv(folder / f"bg{size}.csv", index=False, float_format="%.9g")
    parameters, rounds = settings(name)
    depth = parameters.get("max_depth", "63 leaves")
    meta = dict(name=name, features=frame.shape[1], rows=len(rows), rounds=rounds, depth=depth, backgrounds=sizes,
                classes=parameters.get("num_class", 1), **facts)  # fmt: skip
    (folder / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=REPOSITORY / "bench/work")
    parser.add_argument("--only", default="synth12,synth30,loans")
    parser.add_argument("--data-dir", type=Path, help="folder of data sets (data_sets.py)")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    for name in args.only.split(","):
        print(make(name, args.out, args.data_dir, args.threads) / "meta.json")


if __name__ == "__main__":
    main()
