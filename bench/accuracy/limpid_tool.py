"""limpid as a user calls it: one command per question, its files read back."""

import json
import resource
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LIMIT_S = 900


class Refused(Exception):
    """The program gave no answer: an option it lacks, or time."""


@dataclass
class Answer:
    values: np.ndarray  # [R x M]
    errors: np.ndarray  # [R x M] standard errors; NaN: none
    cpu_s: float  # of the whole process
    explain_s: float  # of the explain stage, by the wall
    method: dict  # of the manifest: what was played how


class Limpid:
    def __init__(self, program):
        self.program = Path(program).resolve()

    def version(self):
        done = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return done.stdout.strip()

    def explain(self, question, *options):
        """The values of a question's rows, in all digits, on one thread."""
        with tempfile.TemporaryDirectory() as out:
            command = [self.program, "explain", "--model", question.model, "--data", question.rows_file,
                       "--background", question.background_file, "--space", question.space, "--out", out,
                       "--float64", "--threads", 1, "--device", "cpu", "--quiet", *options]  # fmt: skip
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            try:
                done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=LIMIT_S)
            except subprocess.TimeoutExpired as expired:
                raise Refused(f"over {LIMIT_S} s") from expired
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if done.returncode != 0:
                raise Refused(done.stderr.splitlines()[0])
            cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            return read_back(Path(out), question.features, cpu_s)


def read_back(out, features, cpu_s):
    values, errors = [], []
    for line in (out / "explanations_shap/out.jsonl").read_text().splitlines():
        row = json.loads(line)
        values.append([row["shap_values"][name] for name in features])
        standard = row.get("shap_values_se", {})
        errors.append([np.nan if standard.get(name) is None else standard[name] for name in features])
    manifest = json.loads((out / "manifest.json").read_text())
    stages = json.loads((out / "run.json").read_text())["stage_seconds"]
    method = manifest["method"]
    (method.get("estimator") or {}).pop("mean_standard_error", None)
    return Answer(np.array(values), np.array(errors, dtype=float), cpu_s, stages["explain"], method)


# Exact beside estimated: what every estimator is given, so that it is the estimator that is measured. "default" is the
# program with no option at all, which plays pairs up to its lattice limit exactly.
ESTIMATED = ("--max-exact-players", 1)


def settings(estimator, design, space):
    """The options of a cell's estimator."""
    if estimator == "default":
        return ()
    kernel = ("--method", "kernel") if space == "margin" else ()
    return (*kernel, *ESTIMATED, "--estimator", estimator, "--design", design)
