"""limpid as a user calls it: one command, its files read back."""

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pandas as pd

from peers import timing
from peers.environments import Failed, Missing, children_seconds, last_words, pinned, thread_variables

FIRST_ROWS = 1000
MOST_ROWS = 200_000
FILE_ROWS = 20_000  # of questions from file to file
MOST_CELLS = 20_000_000  # rows x features of a file


@dataclass
class Run:
    seconds: float  # of the whole process
    cpu_s: float  # of it, all threads
    stages: dict  # run.json's


def head(folder, count):
    """A file of the workload's first rows, which start over where there are no more."""
    path = folder / f"rows-{count}.csv"
    if not path.exists():
        with open(folder / "rows.csv") as lines:
            header, *rows = islice(lines, count + 1)
        with open(path, "w") as out:
            out.write(header)
            out.writelines(islice(cycle(rows), count))
    return path


class Program:
    def __init__(self, path, limit):
        self.path, self.limit = Path(path).resolve(), limit
        done = subprocess.run([self.path, "--version"], capture_output=True, text=True)
        self.version = done.stdout.split()[1] if done.returncode == 0 else "?"
        done = subprocess.run([self.path, "explain", "--help"], capture_output=True, text=True)
        self.options = done.stdout

    def question_options(self, cell, folder):
        question = cell.asked
        out = ["--space", question.space, "--method", question.method]
        if question.background:
            out += ["--background", folder / f"bg{question.background}.csv"]
        if question.space == "response":
            out += ["--max-exact-players", 20]  # no estimates: German credit has pairs of 18
        if question.interactions:
            if "--interactions" not in self.options:
                raise Missing("the program has no --interactions")
            out += ["--interactions=all"]
        if cell.trees:
            out += ["--iterations", cell.trees]
        return out

    def explain(self, cell, folder, model, rows_file, out, *more):
        command = [self.path, "explain", "--model", folder / model, "--data", rows_file, "--out", out, "--overwrite",
                   "--threads", cell.threads, "--device", cell.device, "--quiet",
                   *self.question_options(cell, folder), *more]  # fmt: skip
        start, before = time.perf_counter(), children_seconds()
        try:
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=self.limit,
                                  preexec_fn=pinned(cell.threads), env=thread_variables(cell.threads))  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Failed(f"over {self.limit:.0f} s") from None
        seconds, cpu_s = time.perf_counter() - start, children_seconds() - before
        if done.returncode != 0:
            first = done.stderr.splitlines()[0] if done.stderr else last_words(done)
            raise Missing(first) if first.startswith("error[device.") else Failed(first)
        stages = json.loads((Path(out) / "run.json").read_text())["stage_seconds"]
        return Run(seconds, cpu_s, stages)

    def answers(self, cell, folder, meta):
        """[R x G x M] or [R x G x M x M] of the first rows, in all digits."""
        with tempfile.TemporaryDirectory() as out:
            rows_file = head(folder, cell.asked.checked_rows)
            self.explain(cell, folder, meta["model"], rows_file, out, "--float64")
            results = Path(out) / "explanations_shap"
            names = pd.read_csv(rows_file, nrows=0).columns
            if cell.asked.interactions:
                return read_interactions(results / "interactions.jsonl", names)
            return read_values(results / "out.jsonl", names)

    def time(self, cell, folder, meta, target, reps):
        """The shortest files, CSV and NumPy. Seconds are those of the explain stage, of all threads over their number; `whole_s`: of the process."""
        with tempfile.TemporaryDirectory() as out:
            files = cell.asked.files
            written = ["--format", "csv", *(["--interactions-format", "npy"] if cell.asked.interactions else [])]
            runs = []

            def call(count):
                run = self.explain(cell, folder, meta["model"], head(folder, count), out, *written)
                runs.append(run)
                return None, run.seconds if files else run.stages["explain"] / cell.threads, run.cpu_s

            fixed = cell.rows or (min(FILE_ROWS, meta["rows"]) if files else 0)
            most = fixed or min(MOST_ROWS, MOST_CELLS // meta["features"])
            _, cost = timing.measure(call, FIRST_ROWS, most, target, reps, fixed)
        last = runs[-cost["calls"] :]
        cost["whole_s"] = float(np.median([run.seconds for run in last]))
        cost["whole_rows_s"] = cost["rows"] / cost["whole_s"]
        for stage in ("model", "background", "engine"):
            cost[f"{stage}_s"] = float(np.median([run.stages.get(stage, 0.0) for run in last]))
        return cost


def outputs_of(line):
    return line["outputs"].values() if "outputs" in line else [line]


def read_values(path, names):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return np.array([[[out["shap_values"][n] for n in names] for out in outputs_of(row)] for row in rows])


def read_interactions(path, names):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    out = []
    for row in rows:
        order = [row["features"].index(name) for name in names]
        out.append([np.array(found["interaction_values"])[np.ix_(order, order)] for found in outputs_of(row)])
    return np.array(out)
