"""limpid beside its peers, one thread, same machine, same run: answers are checked first, then medians and ratios.

    python bench/peers.py [--program build/limpid] [--adult FOLDER] [--reps 5] [--only margin,response,accuracy]
                          [--json FILE]

margin    path-dependent and interventional values beside XGBoost's pred_contribs (whole process CSV to CSV, and the
          explain stage alone) and shap's TreeExplainer; table building by background size
response  exact probability values, one background row, 12 players, beside shap.KernelExplainer: rows/s and error
          against the definition

Workloads: bench/workloads.py. Everything is pinned to one processor. A peer is timed on fewer rows than limpid where
it is slow; its rows/s are what is compared. Absolute figures hold for the machine that the report names, ratios for
machines like it.
"""

import argparse
import itertools
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import workloads
import xgboost as xgb

REPOSITORY = Path(__file__).resolve().parent.parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# What a user of XGBoost runs today: a CSV in, a CSV of contributions out.
XGBOOST_PROCESS = """
import sys, numpy as np, pandas as pd, xgboost as xgb
rows, model, out = sys.argv[1:]
frame = pd.read_csv(rows, dtype=np.float32)
booster = xgb.Booster(); booster.load_model(model); booster.set_param({"nthread": 1})
contributions = booster.predict(xgb.DMatrix(frame, nthread=1), pred_contribs=True)
pd.DataFrame(contributions, columns=[*frame.columns, "bias"]).to_csv(out, index=False)
"""


class Bench:
    """The program, a scratch folder and how often to repeat."""

    def __init__(self, program, folder, reps):
        self.program, self.folder, self.reps = program, Path(folder), reps
        self.records = []

    def record(self, workload, what, tool, rows_s, **more):
        self.records.append(dict(workload=workload, what=what, tool=tool, rows_s=rows_s, **more))
        extra = "  ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in more.items())
        print(f"{workload:8}  {what:42} {tool:28} {rows_s:>12,.1f} rows/s  {extra}", flush=True)

    def limpid(self, model, rows, *options):
        """Runs `limpid explain` once into a fresh folder: (seconds of the whole process, run.json, output folder)."""
        out = self.folder / "out"
        command = [self.program, "explain", "--model", model, "--data", rows, "--out", out, "--overwrite",
                   "--threads", "1", "--device", "cpu", "--quiet", *options]  # fmt: skip
        start = time.perf_counter()
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return seconds, json.loads((out / "run.json").read_text()), out

    def median(self, call):
        """Median of `reps` results of call(), after one that is not counted."""
        call()
        return statistics.median(call() for _ in range(self.reps))

    def limpid_rates(self, model, rows, count, *options):
        """Median rows/s of (whole process, explain stage) and median seconds of preparing the engine."""
        self.limpid(model, rows, *options)
        runs = [self.limpid(model, rows, *options)[:2] for _ in range(self.reps)]
        whole = statistics.median(seconds for seconds, _ in runs)
        explain = statistics.median(run["stage_seconds"]["explain"] for _, run in runs)
        prepare = statistics.median(run["stage_seconds"]["engine"] for _, run in runs)
        return count / whole, count / explain, prepare


def head(source, target, rows):
    """The first rows of a CSV file."""
    with open(source) as lines:
        target.write_text("".join(line for _, line in zip(range(rows + 1), lines)))
    return target


def csv_values(out, features):
    """[R x P] values of an out.csv of one output."""
    table = pd.read_csv(out / "explanations_shap/out.csv")
    return table[[f"{name}_label0" for name in features]].to_numpy()


def largest_difference(found, expected):
    """Relative to max(1, largest |value| of the row)."""
    return float((np.abs(found - expected) / np.maximum(1.0, np.abs(expected).max(axis=1, keepdims=True))).max())


def require(error, allowed, what):
    if not error <= allowed:  # NaN fails
        raise SystemExit(f"{what}: answers differ by {error:.3g}, allowed {allowed:.3g}: nothing was timed")


def path_dependent(bench, name, folder, rows_csv, frame, booster):
    peer_rows = 3000
    peer_csv = head(rows_csv, bench.folder / "peer.csv", peer_rows)
    data = xgb.DMatrix(frame[:peer_rows], nthread=1)
    model = folder / "model.ubj"
    options = ("--method", "path-dependent", "--space", "margin", "--format", "csv")
    _, _, out = bench.limpid(model, peer_csv, *options)
    error = largest_difference(
        csv_values(out, frame.columns), booster.predict(data, pred_contribs=True)[:, :-1].astype(np.float64)
    )
    require(error, 1e-4, f"{name}, path-dependent beside XGBoost")

    def contribs():
        fresh = xgb.DMatrix(frame[:peer_rows], nthread=1)
        start = time.perf_counter()
        booster.predict(fresh, pred_contribs=True)
        return time.perf_counter() - start

    def process():
        start = time.perf_counter()
        command = [sys.executable, "-c", XGBOOST_PROCESS, rows_csv, model, bench.folder / "peer-out.csv"]
        subprocess.run(command, check=True, env=os.environ | ONE_THREAD)
        return time.perf_counter() - start

    peer = f"xgboost {xgb.__version__}"
    stage = peer_rows / bench.median(contribs)
    bench.record(name, "path-dependent, explain stage", peer, stage)
    whole_peer = len(frame) / statistics.median(process() for _ in range(min(3, bench.reps)))
    bench.record(name, "path-dependent, CSV to CSV", peer, whole_peer)
    whole, explain, prepare = bench.limpid_rates(model, rows_csv, len(frame), *options)
    bench.record(name, "path-dependent, explain stage", "limpid", explain, ratio=explain / stage, prepare_s=prepare,
                 difference=error)  # fmt: skip
    bench.record(name, "path-dependent, CSV to CSV", "limpid", whole, ratio=whole / whole_peer)
    return stage, whole_peer


def interventional(bench, name, folder, rows_csv, frame, booster, stage, whole_peer):
    import shap

    background = pd.read_csv(folder / "bg100.csv").astype("float32")
    few = frame[:200]
    explainer = shap.TreeExplainer(booster, background, feature_perturbation="interventional")
    expected = explainer.shap_values(few)
    options = ("--space", "margin", "--format", "csv")
    few_csv = head(rows_csv, bench.folder / "few.csv", len(few))
    model = folder / "model.ubj"
    _, _, out = bench.limpid(model, few_csv, *options, "--background", folder / "bg100.csv")
    error = largest_difference(csv_values(out, frame.columns), expected)
    require(error, 1e-5, f"{name}, interventional beside shap")
    seconds = bench.median(lambda: timed(lambda: explainer.shap_values(few)))
    bench.record(name, "interventional, B = 100, explain stage", f"shap {shap.__version__} TreeExplainer",
                 len(few) / seconds)  # fmt: skip
    for size in workloads.BACKGROUNDS:
        whole, explain, prepare = bench.limpid_rates(
            model, rows_csv, len(frame), *options, "--background", folder / f"bg{size}.csv"
        )
        bench.record(name, f"interventional, B = {size}, explain stage", "limpid", explain,
                     ratio_to_xgboost=explain / stage, prepare_s=prepare, difference=error)  # fmt: skip
        bench.record(name, f"interventional, B = {size}, CSV to CSV", "limpid", whole,
                     ratio_to_xgboost=whole / whole_peer)  # fmt: skip


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def margin(bench, name, folder, rows):
    rows_csv = head(folder / "rows.csv", bench.folder / "rows.csv", rows)
    frame = pd.read_csv(rows_csv).astype("float32")
    booster = xgb.Booster(model_file=folder / "model.ubj")
    booster.set_param({"nthread": 1})
    peers = path_dependent(bench, name, folder, rows_csv, frame, booster)
    interventional(bench, name, folder, rows_csv, frame, booster, *peers)


def definition(booster, row, reference):
    """Shapley values of the probability game of one pair, over all coalitions. [P]"""
    players = len(row)
    masks = np.array(list(itertools.product([False, True], repeat=players)))
    game = booster.inplace_predict(np.where(masks, row, reference)).astype(np.float64)
    sizes = masks.sum(axis=1)
    weight = [math.factorial(s) * math.factorial(players - 1 - s) / math.factorial(players) for s in range(players)]
    values = np.zeros(players)
    for player in range(players):
        without = ~masks[:, player]
        step = 1 << (players - 1 - player)  # product() counts the first player as the highest bit
        index = np.flatnonzero(without)
        values[player] = np.sum(np.array(weight)[sizes[index]] * (game[index + step] - game[index]))
    return values


def response(bench, folder, rows):
    """Exact probability values beside Kernel SHAP's estimate, V = 12, one background row."""
    import shap

    name, model = "synth12", folder / "model.ubj"
    rows_csv = head(folder / "rows.csv", bench.folder / "rows.csv", rows)
    frame = pd.read_csv(rows_csv).astype("float32")
    reference = pd.read_csv(folder / "bg1.csv").astype("float32").to_numpy()
    booster = xgb.Booster(model_file=model)
    booster.set_param({"nthread": 1})
    few = frame[:20].to_numpy()
    exact = np.array([definition(booster, row, reference[0]) for row in few])
    options = ("--format", "csv", "--background", folder / "bg1.csv")
    _, _, out = bench.limpid(model, head(rows_csv, bench.folder / "few.csv", len(few)), *options)
    found = csv_values(out, frame.columns)
    require(float(np.abs(found - exact).max()), 2e-6, "response beside the definition")

    explainer = shap.KernelExplainer(booster.inplace_predict, reference)
    estimate = np.array(explainer.shap_values(few, silent=True))
    seconds = timed(lambda: explainer.shap_values(few, silent=True))

    def relative(values):
        return float(np.median(np.linalg.norm(values - exact, axis=1) / np.linalg.norm(exact, axis=1)))

    what = "response, V = 12, one background row"
    bench.record(name, what, f"shap {shap.__version__} KernelExplainer", len(few) / seconds, error=relative(estimate))
    whole, explain, _ = bench.limpid_rates(model, rows_csv, rows, *options)
    bench.record(name, what + ", explain", "limpid", explain, ratio=explain * seconds / len(few), error=relative(found))
    bench.record(name, what + ", CSV to CSV", "limpid", whole, ratio=whole * seconds / len(few))


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, default=REPOSITORY / "build/limpid")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "bench/work")
    parser.add_argument("--adult", type=Path, help="folder with adult-train.csv and adult-test.csv")
    parser.add_argument("--only", default="margin,response")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ.update(ONE_THREAD)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(args.program.resolve(), folder, args.reps)
        names = ["synth12", "synth30", *(["adult"] if args.adult else [])]
        folders = {name: workloads.make(name, args.work, args.adult) for name in names}
        print(f"one thread on {processor()}, {platform.system()}, Python {platform.python_version()}", flush=True)
        if "margin" in args.only:
            for name in names:
                margin(bench, name, folders[name], args.rows)
        if "response" in args.only:
            response(bench, folders["synth12"], args.rows)
    if args.json:
        machine = dict(processor=processor(), cores=os.cpu_count(), python=platform.python_version())
        args.json.write_text(json.dumps(dict(machine=machine, results=bench.records), indent=1) + "\n")


if __name__ == "__main__":
    main()
