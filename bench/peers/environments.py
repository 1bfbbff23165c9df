"""The interpreters in which peers run: one for all unless a tool has its own, because some pin old packages."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

WORKER = Path(__file__).resolve().parent / "worker.py"
PROBE = WORKER.with_name("probe.py")
PACKAGES = {  # distributions that a tool needs beside the model's library
    "library": (),
    "definition": (),
    "shap": ("shap",),
    "shap-kernel": ("shap",),
    "shap-probability": ("shap",),
    "gputree": ("shap",),
    "shapiq": ("shapiq",),
    "woodelf": ("woodelf_explainer",),
    "fasttreeshap": ("fasttreeshap",),
    "cuml": ("cuml-cu12",),
}


class Failed(Exception):
    """A peer gave no answer: its last words."""


class Missing(Exception):
    """What a cell needs is not there."""


class Environments:
    """--python PATH, --python TOOL=PATH; BENCH_PYTHON, BENCH_PYTHON_FASTTREESHAP and the like."""

    def __init__(self, given):
        self.default = os.environ.get("BENCH_PYTHON") or sys.executable
        self.of_tool = {}
        for name, value in os.environ.items():
            if name.startswith("BENCH_PYTHON_"):
                self.of_tool[name.removeprefix("BENCH_PYTHON_").lower().replace("_", "-")] = value
        for text in given:
            tool, _, path = text.rpartition("=")
            if tool:
                self.of_tool[tool] = path
            else:
                self.default = path
        self.found = {}

    def python(self, tool):
        return self.of_tool.get(tool, self.default)

    def versions(self, tool):
        """{distribution: version} where the tool would run."""
        python = self.python(tool)
        if python not in self.found:
            try:
                done = subprocess.run([python, str(PROBE)], capture_output=True, text=True, timeout=600, check=True)
            except (subprocess.SubprocessError, OSError) as error:
                raise Missing(f"its interpreter does not run: {error}") from None
            self.found[python] = json.loads(done.stdout)
        return self.found[python]

    def require(self, tool, family):
        found = self.versions(tool)
        library = ("lightgbm",) if family == "lightgbm" else ("xgboost", "xgboost-cpu")
        if not any(name in found for name in library):
            raise Missing(f"{library[0]} is not installed")
        for name in PACKAGES[tool]:
            if name not in found:
                raise Missing(f"{name} is not installed")


def thread_variables(threads):
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    return dict.fromkeys(names, str(threads))


def pinned(threads):
    """One thread stays on one processor."""
    return (lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})) if threads == 1 else None


def start(python, what, job, threads, limit):
    """The worker's RESULT; an .npy that it leaves lies where the job says."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "job.json").write_text(json.dumps(job))
        command = [python, str(WORKER), what, str(Path(folder) / "job.json"), job["result"]]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit, preexec_fn=pinned(threads),
                                  env=os.environ | thread_variables(threads))  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Failed(f"over {limit:.0f} s") from None
        if done.returncode != 0:
            raise Failed(last_words(done))
        return json.loads(Path(job["result"]).read_text())


def last_words(done):
    lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"exit status {done.returncode}"


def children_seconds():
    """Processor seconds of the processes that were started and have ended."""
    found = os.times()
    return found.children_user + found.children_system
