"""Sampled coalitions beside XGBoost predicting the rows that they stand for: 500 trees of depth 6, one background row,
pairs that differ in all 30 features, 2,048 coalitions, one thread.

    python bench/workloads.py --out bench/work --only synth30
    python bench/sampled_beside_xgboost.py [--work bench/work/synth30] [--program build/limpid] [--reps 5] [--json FILE]

The rows are the very ones: a command (`--predictor cmd:`) writes down what limpid asks a black box about, and answers
with XGBoost's predictions. The answer is checked first: limpid's values of the model file, which builds no row, are
within 1e-5 of those from these predictions. Then the processor time of limpid per pair, of the whole process (values
to JSON Lines included, what a run costs at its start left out: a run over many rows less one over few), and that of
XGBoost per 2,048 rows, the faster of a DMatrix that is ready and of inplace_predict. Medians; the ratio is what holds on
other machines.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

REPOSITORY = Path(__file__).resolve().parent.parent
COALITIONS = 2048
RECORD = """
import sys, numpy as np, xgboost as xgb
booster = xgb.Booster(model_file=sys.argv[1]); booster.set_param({"nthread": 1})
with open(sys.argv[2], "a") as file:
    while text := sys.stdin.buffer.raw.read(1 << 20):
        while not text.endswith(b"\\n"):
            text += sys.stdin.buffer.raw.read(1 << 20)
        file.write(text.decode()); file.flush()
        rows = np.array([line.split(b",") for line in text.splitlines()], dtype=np.float64).astype(np.float32)
        for score in booster.inplace_predict(rows): print(repr(float(score)))
        sys.stdout.flush()
"""


class Program:
    def __init__(self, path, work, scratch):
        self.path, self.work, self.scratch = path, work, Path(scratch)

    def explain(self, rows, *options):
        """The lines of the output, the manifest, and the processor seconds of the process."""
        rows.to_csv(self.scratch / "rows.csv", index=False)
        out = self.scratch / "out"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [self.path, "explain", "--data", self.scratch / "rows.csv", "--background", self.work / "bg1.csv",
             "--estimator", "gp", "--coalitions", str(COALITIONS), "--threads", "1", "--device", "cpu", "--quiet",
             "--overwrite", "--out", out, *map(str, options)], check=True)  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        lines = [json.loads(line) for line in (out / "explanations_shap" / "out.jsonl").open()]
        return lines, json.loads((out / "manifest.json").read_text()), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime  # fmt: skip


def pick_rows(program, model, count):
    """Rows whose game against the background row is of all features: none of them has no error at all."""
    rows = pd.read_csv(program.work / "rows.csv", nrows=8 * count)
    lines, _, _ = program.explain(rows, "--model", model, "--max-exact-players", 8)
    all_play = [all(error > 0 for error in line["shap_values_se"].values()) for line in lines]
    print(f"{sum(all_play)} of {len(rows)} rows differ from the background row in all {len(rows.columns)} features")
    picked = rows[all_play].head(count)
    if len(picked) < count:
        sys.exit(f"{count} are needed")
    return picked


def values(lines):
    return np.array([list(line["shap_values"].values()) for line in lines])


def check_answers(program, model, rows):
    """The perturbed rows [rows x COALITIONS, 30] that limpid asks a black box about, after the values were compared."""
    record, script = program.scratch / "asked.csv", program.scratch / "record.py"
    script.write_text(RECORD)
    black, _, _ = program.explain(rows, "--predictor", f"cmd:{sys.executable} {script} {model} {record}")
    native, manifest, _ = program.explain(rows, "--model", model, "--max-exact-players", 8)
    if manifest["method"]["estimator"]["pairs"] != len(rows):
        sys.exit("not every pair was estimated")
    apart = np.abs(values(black) - values(native)).max()
    if not apart <= 1e-5:
        sys.exit(f"values differ by {apart}")
    print(f"values of {len(rows)} pairs: at most {apart:.1e} from those of XGBoost's predictions")
    asked = np.loadtxt(record, delimiter=",", dtype=np.float32)
    ends = 1 + len(rows)  # the background row and the rows themselves go first
    if len(asked) != ends + len(rows) * COALITIONS:
        sys.exit(f"{len(asked)} rows were asked about")
    return asked[ends:]


def limpid_seconds(program, model, rows, few):
    """Of one pair."""
    much, little = (program.explain(part, "--model", model, "--max-exact-players", 8)[2] for part in (rows, rows.head(few)))
    return (much - little) / (len(rows) - few)


def xgboost_seconds(booster, rows):
    """Of COALITIONS rows, either way."""
    matrix = xgb.DMatrix(rows, nthread=1, feature_names=booster.feature_names)
    seconds = []
    for predict in (lambda: booster.inplace_predict(rows), lambda: booster.predict(matrix)):
        start = time.process_time()
        predict()
        seconds.append((time.process_time() - start) / len(rows) * COALITIONS)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=REPOSITORY / "bench/work/synth30")
    parser.add_argument("--program", default=REPOSITORY / "build/limpid")
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1024)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    model = options.work / "model.json"
    with tempfile.TemporaryDirectory() as scratch:
        program = Program(options.program, options.work, scratch)
        rows = pick_rows(program, model, options.rows)
        asked = check_answers(program, model, rows.head(8))
        booster = xgb.Booster(model_file=model)
        booster.set_param({"nthread": 1})
        xgboost_seconds(booster, asked)  # the first call sets the booster up
        own, peer = [], []
        for _ in range(options.reps):
            own.append(limpid_seconds(program, model, rows, options.rows // 8))
            peer.append(xgboost_seconds(booster, asked))
    pair = statistics.median(own)
    inplace, matrix = (statistics.median(column) for column in zip(*peer, strict=True))
    report = {
        "limpid_pairs_s": 1 / pair,
        "xgboost_inplace_pairs_s": 1 / inplace,
        "xgboost_dmatrix_pairs_s": 1 / matrix,
        "ratio": min(inplace, matrix) / pair,
        "ratios": sorted(min(theirs) / ours for ours, theirs in zip(own, peer, strict=True)),
        "coalitions": COALITIONS,
        "players": len(rows.columns),
        "xgboost": xgb.__version__,
        "machine": f"{platform.processor() or platform.machine()}, one thread, processor time",
    }
    print(json.dumps(report, indent=1))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
