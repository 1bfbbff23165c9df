"""Loading a large XGBoost model beside XGBoost: 1,000 trees of depth 16, about 3 million leaves.

    python bench/load_model.py [--folder DIR] [--program build/limpid] [--bench build/bench/limpid_bench] [--reps 5]

Trains the model into the folder where it is not there yet (a few minutes; nothing of it is committed), checks that
limpid predicts what XGBoost predicts, and times both in turn: a fresh process each, the file in the page cache, the
median of `reps`. XGBoost: `xgb.Booster(model_file=...)` with the threads it takes by itself. limpid: load_model (one
thread). Peak: how far loading raises the largest resident set of the process.
"""

import argparse
import csv
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import xgboost as xgb

REPOSITORY = Path(__file__).resolve().parent.parent
FEATURES = 8
XGBOOST = r"""
import re, sys, time, json
import xgboost as xgb
peak_now = lambda: 1024 * int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
before = peak_now()
start, cpu = time.perf_counter(), time.process_time()
booster = xgb.Booster(model_file=sys.argv[1])
ms, cpu = 1e3 * (time.perf_counter() - start), 1e3 * (time.process_time() - cpu)
print(json.dumps({"ms": ms, "cpu": cpu, "peak": peak_now() - before}))
"""


def rows(count):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(count, FEATURES)).astype(np.float32)
    x[rng.random(x.shape) < 0.05] = np.nan
    return x, rng


def train(folder):
    """Gradients are noise, so that no tree runs out of something to learn."""
    x, rng = rows(11000)
    data = xgb.DMatrix(x, np.zeros(len(x), np.float32))
    parameters = dict(max_depth=16, eta=0.1, min_child_weight=0, tree_method="hist", max_bin=40, nthread=1, seed=1,
                      reg_lambda=0.1, base_score=0.5)  # fmt: skip
    noise = lambda *_: (rng.normal(size=len(x)).astype(np.float32), np.ones(len(x), np.float32))  # noqa: E731
    booster = xgb.train(parameters, data, 1000, obj=noise)
    booster.save_model(folder / "big.ubj")
    booster.save_model(folder / "big.json")


def largest_difference(program, path, folder):
    x = rows(200)[0]
    booster = xgb.Booster(model_file=path)
    wanted = booster.predict(xgb.DMatrix(x), output_margin=True)
    with open(folder / "rows.csv", "w") as out:
        out.write(",".join(f"f{i}" for i in range(FEATURES)) + "\n")
        for row in x:
            out.write(",".join("" if np.isnan(v) else f"{v:.9g}" for v in row) + "\n")
    done = subprocess.run(
        [program, "predict", "--model", path, "--data", folder / "rows.csv", "--space", "margin", "--format", "csv",
         "--quiet"], capture_output=True, text=True)  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    found = np.array([float(row[0]) for row in list(csv.reader(io.StringIO(done.stdout)))[1:]], dtype=np.float32)
    return float(np.abs(found - wanted).max())


def time_xgboost(path):
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", XGBOOST, path], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def time_limpid(bench, path):
    done = subprocess.run([bench, "--benchmark_filter=load_model_file", "--benchmark_format=json"],
                          capture_output=True, text=True, env=dict(os.environ, LIMPID_BENCH_MODEL=str(path)))  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)["benchmarks"][0]
    return {"ms": found["real_time"], "cpu": found["cpu_time"], "peak": found["peak"], "nodes": found["nodes"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "limpid-load-model")
    parser.add_argument("--program", default=REPOSITORY / "build/limpid")
    parser.add_argument("--bench", default=REPOSITORY / "build/bench/limpid_bench")
    parser.add_argument("--reps", type=int, default=5)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if not (arguments.folder / "big.json").exists():
        train(arguments.folder)
    print(f"xgboost {xgb.__version__}, {os.cpu_count()} processors")
    for name in ("big.ubj", "big.json"):
        path = arguments.folder / name
        size = path.stat().st_size
        difference = largest_difference(arguments.program, path, arguments.folder)
        found = {"xgboost": [], "limpid": []}
        for _ in range(arguments.reps):
            found["xgboost"].append(time_xgboost(path))
            found["limpid"].append(time_limpid(arguments.bench, path))
        nodes = found["limpid"][0]["nodes"]
        print(f"{name}: {size / 1e6:.0f} MB, {(nodes + 1000) / 2e6:.2f} million leaves; largest difference of 200 "
              f"predictions {difference:g}")  # fmt: skip
        for tool, runs in found.items():
            ms = [run["ms"] for run in runs]
            peak = statistics.median(run["peak"] for run in runs)
            cpu = statistics.median(run["cpu"] for run in runs)
            print(f"  {tool:8} {statistics.median(ms):8.0f} ms ({min(ms):.0f} to {max(ms):.0f}), {cpu:.0f} ms of a core   "
                  f"peak {peak / 1e6:6.0f} MB = {peak / size:.2f} bytes per byte")  # fmt: skip


if __name__ == "__main__":
    main()
