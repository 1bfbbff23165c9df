"""The benchmark workloads: a model, rows and backgrounds each, made with fixed seeds into a folder and reused.

    python bench/workloads.py --out bench/work [--only synth30,adult] [--adult FOLDER]

synth12, synth30  500 trees of depth 6 on 12 or 30 correlated normal features, logistic; 200,000 rows
adult             100 trees of depth 8 on the Adult census data, 14 label-encoded features; its test rows.
                  Needs `adult-train.csv` and `adult-test.csv` (the UCI files adult.data and adult.test) in FOLDER
loans             the generator of examples/loans: 80 trees of depth 4, 14 features; 50,000 rows

Each folder holds model.json, model.ubj, rows.csv, bg1.csv, bg100.csv, bg10000.csv (float32, header) and meta.json.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

REPOSITORY = Path(__file__).resolve().parent.parent
ADULT_COLUMNS = (
    "age workclass fnlwgt education education_num marital occupation relationship race sex gain loss hours country"
).split()
BACKGROUNDS = (1, 100, 10000)


def synthetic(features, rows=200_000, train=20_000):
    """Correlated normal features and a non-linear target with interactions and noise."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(train + rows, features)).astype(np.float32)
    x[:, 5:10] = x[:, :5] * 0.7 + x[:, 5:10] * 0.3
    target = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + 0.5 * x[:, 3] * (x[:, 4] > 0)
    target = target + x[:, 9] * x[:, 10] * x[:, 11] + 0.3 * rng.normal(size=train + rows)
    frame = pd.DataFrame(x, columns=[f"f{i}" for i in range(features)])
    label = (target > 0).astype("int8")
    return frame[:train], label[:train], frame[train:]


def adult(folder):
    """Adult census, strings label-encoded over both files."""
    frames = [
        pd.read_csv(folder / name, header=None, skipinitialspace=True, names=[*ADULT_COLUMNS, "y"]).dropna()
        for name in ("adult-train.csv", "adult-test.csv")
    ]
    label = frames[0].pop("y").str.rstrip(".").eq(">50K").astype("int8").to_numpy()
    frames[1].pop("y")
    for column in ADULT_COLUMNS:
        if not pd.api.types.is_numeric_dtype(frames[0][column]):
            codes = {v: i for i, v in enumerate(sorted(set(frames[0][column]) | set(frames[1][column])))}
            for frame in frames:
                frame[column] = frame[column].map(codes)
    return frames[0].astype("float32"), label, frames[1].astype("float32")


def loans(out):
    """The loans example: 60,000 generated rows, the last 50,000 to explain."""
    path = out / "loans.csv"
    generate = REPOSITORY / "examples/loans/generate.py"
    subprocess.run([sys.executable, generate, "--rows", "60000", "--seed", "11", "--out", path], check=True)
    frame = pd.read_csv(path).drop(columns=["loan_id"]).astype("float32")
    label = frame.pop("loan_approved").to_numpy()
    return frame[:10_000], label[:10_000], frame[10_000:]


def train(name, frame, label):
    """The workload's model, one thread, seed 0."""
    depth, eta, rounds = {"adult": (8, 0.01, 100), "loans": (4, 0.15, 80)}.get(name, (6, 0.1, 500))
    params = dict(objective="binary:logistic", max_depth=depth, eta=eta, max_bin=256, seed=0, nthread=1)
    return xgb.train(params | dict(tree_method="hist"), xgb.DMatrix(frame, label), rounds)


def make(name, out, adult_folder):
    """Writes one workload into out/name, unless it is there."""
    folder = out / name
    if (folder / "meta.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    if name == "adult":
        frame, label, rows = adult(adult_folder)
    elif name == "loans":
        frame, label, rows = loans(folder)
    else:
        frame, label, rows = synthetic(int(name.removeprefix("synth")))
    booster = train(name, frame, label)
    booster.save_model(folder / "model.json")
    booster.save_model(folder / "model.ubj")
    rows.to_csv(folder / "rows.csv", index=False, float_format="%.9g")
    order = np.random.default_rng(1).permutation(len(frame))
    for size in BACKGROUNDS:
        frame.iloc[order[:size]].to_csv(folder / f"bg{size}.csv", index=False, float_format="%.9g")
    trees = json.loads((folder / "model.json").read_text())["learner"]["gradient_booster"]["model"]["trees"]
    leaves = sum(child == -1 for tree in trees for child in tree["left_children"])
    meta = dict(name=name, trees=len(trees), leaves=leaves, features=frame.shape[1], rows=len(rows))
    (folder / "meta.json").write_text(json.dumps(meta | dict(xgboost=xgb.__version__), indent=1))
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=REPOSITORY / "bench/work")
    parser.add_argument("--only", default="synth12,synth30,loans")
    parser.add_argument("--adult", type=Path, help="folder with adult-train.csv and adult-test.csv")
    args = parser.parse_args()
    for name in args.only.split(","):
        print(make(name, args.out, args.adult) / "meta.json")


if __name__ == "__main__":
    main()
