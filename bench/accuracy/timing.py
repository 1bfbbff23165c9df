"""Seconds per row until the median relative error is at most 1 %: limpid beside shap.KernelExplainer, on one core.

500 trees of depth 6 (bench/workloads.py's synthetic target). On 20 features nearly every pair differs in more players
than the lattice's default limit of 16, so that limpid estimates; on 12 it is exact. Each tool climbs a ladder of
budgets until its error is at most 1 %, by exact values; limpid with no option at all is timed too. Medians of three, and
the times of one row are compared: of the explain stage, and of the whole command with its start, reading and writing.
"""

import json
import os
import statistics
import time

import models
import numpy as np
import truth
from cells import machine
from kernel_peers import Shap
from limpid_tool import Limpid
from question import questions, relative_errors

GOAL = 0.01
LIMPID_LADDER = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
SHAP_LADDER = (512, 1024, 2048, 2896, 4096, 5793, 8192, 11585, 16384, 23170, 32768, 46341, 65536, 92682, 131072)
SHAP_ROWS = {"timed-B1": 12, "timed-B100": 4}
REPETITIONS = 3
MODELS = ("synth20", "synth12")


def run(args):
    core = args.core if args.core is not None else max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    limpid, shap = Limpid(args.program), Shap()
    records = []
    for name in MODELS:
        folder = models.make(name, args.work, args.data_dir)
        for state in SHAP_ROWS:
            (question,) = questions(folder, state)
            exact = truth.exact(limpid, question, args.work / "exact")
            theirs = shap_seconds(shap, question, exact, SHAP_ROWS[state])
            for asked in ((), climbed(limpid, question, exact)):
                ours = limpid_seconds(limpid, question, exact, asked)
                records.append(record(name, state, ours, theirs))
                print(json.dumps(records[-1]), flush=True)
    args.results.mkdir(parents=True, exist_ok=True)
    about = dict(machine=machine(), shap=shap.version, goal=GOAL, records=records)
    (args.results / "timing.json").write_text(json.dumps(about, indent=1) + "\n")


def climbed(limpid, question, exact):
    """limpid's options at the fewest coalitions that reach the goal."""
    for budget in LIMPID_LADDER:
        asked = ("--coalitions", budget)
        if median_error(limpid.explain(question, *asked).values, exact) <= GOAL:
            break
    return asked


def limpid_seconds(limpid, question, exact, asked):
    stages, commands = [], []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        answer = limpid.explain(question, *asked)
        commands.append(time.perf_counter() - start)
        stages.append(answer.explain_s)
    rows = len(exact)
    return dict(asked=" ".join(map(str, asked)) or "no option", error=median_error(answer.values, exact),
                stage=statistics.median(stages) / rows, command=statistics.median(commands) / rows,
                by=answer.method.get("estimator") or "lattice")  # fmt: skip


def median_error(values, exact):
    return float(np.median(relative_errors(values, exact)))


def shap_seconds(shap, question, exact, rows):
    index = np.arange(rows)
    for budget in SHAP_LADDER:
        start = time.perf_counter()
        values, _ = shap.answer(question, index, None, budget, 0)
        seconds = [time.perf_counter() - start]
        error = median_error(values, exact[index])
        if error <= GOAL:
            break
    while len(seconds) < REPETITIONS and sum(seconds) < 30:
        start = time.perf_counter()
        shap.answer(question, index, None, budget, 0)
        seconds.append(time.perf_counter() - start)
    return dict(budget=budget, error=error, seconds=statistics.median(seconds) / rows)


def record(model, state, ours, theirs):
    """Ratios alone: seconds hold for one machine."""
    return dict(model=model, state=state.removeprefix("timed-"), limpid=ours["asked"], by=ours["by"],
                limpid_error=ours["error"], shap_budget=theirs["budget"], shap_error=theirs["error"],
                reached=bool(max(ours["error"], theirs["error"]) <= GOAL),
                ratio_stage=theirs["seconds"] / ours["stage"], ratio_command=theirs["seconds"] / ours["command"])  # fmt: skip
