"""One cell: answers against the judge's, then figures. A cell that gives no right answer gives no figure."""

import json
import os
import subprocess
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from peers.environments import WORKER, Failed, Missing, children_seconds, last_words, pinned, start, thread_variables
from peers.program import FILE_ROWS, head
from peers.timing import busy_seconds, repeats, summary

ALLOWED = 1e-4  # of max(1, the row's largest value): XGBoost's contributions are float32 sums
ALLOWED_EXACT = 1e-5  # where both are double


def difference(found, expected):
    """The largest, relative to max(1, largest |value| of the row and output). A peer may give the first class alone."""
    expected = expected[: len(found), : found.shape[1]]
    found = found[: len(expected)]
    if found.shape != expected.shape:
        raise Failed(f"answers have the shape {found.shape}, {expected.shape} was expected")
    axes = tuple(range(2, expected.ndim))
    scale = np.maximum(1.0, np.abs(expected).max(axis=axes, keepdims=True))
    return float((np.abs(found - expected) / scale).max())


def relative_errors(found, expected):
    """Median over the rows of the relative L2 error."""
    rows = len(expected)
    off = np.linalg.norm((found[:rows] - expected).reshape(rows, -1), axis=1)
    return float(np.median(off / np.linalg.norm(expected.reshape(rows, -1), axis=1)))


class Measurer:
    def __init__(self, program, environments, folders, target, reps, limit):
        self.program, self.environments, self.folders = program, environments, folders
        self.target, self.reps, self.limit = target, reps, limit

    def meta(self, workload):
        return json.loads((self.folders[workload] / "meta.json").read_text())

    def job(self, cell, tool, result):
        return dict(tool=tool, question=asdict(cell.asked), folder=str(self.folders[cell.workload]), result=str(result),
                    threads=cell.threads, device=cell.device, trees=cell.trees, rows=cell.rows,
                    checked_rows=cell.asked.checked_rows, target_s=self.target, reps=self.reps)  # fmt: skip

    def expected(self, cell):
        """The judge's answers, made once and kept beside the workload."""
        judge = cell.asked.judge
        meta = self.meta(cell.workload)
        if meta["family"] == "lightgbm" and judge == "shap":
            judge = "shapiq"  # shap's interventional values are wrong for categorical splits
        folder = self.folders[cell.workload] / "answers"
        folder.mkdir(exist_ok=True)
        trees = f"-{cell.trees}" if cell.trees else ""
        path = folder / f"{cell.question.removeprefix('csv-')}-{judge}{trees}.npy"
        if not path.exists():
            self.environments.require(judge, meta["family"])
            one = type(cell)(cell.workload, cell.question, judge, trees=cell.trees)
            start(self.environments.python(judge), "answer", self.job(one, judge, path.with_suffix(".json")), 1, 1200)
        return np.load(path)

    def __call__(self, cell):
        """The cell's record; Missing and Failed become records too."""
        begin = time.perf_counter()
        try:
            out = self.of_limpid(cell) if cell.tool == "limpid" else self.of_peer(cell)
        except Missing as missing:
            return dict(missing=str(missing))
        except Failed as failed:
            return dict(failed=str(failed))
        return out | dict(took_s=time.perf_counter() - begin)

    def judged(self, cell, found):
        """What the record says of the answers."""
        expected = self.expected(cell)
        if cell.asked.space == "response":
            out = dict(error=relative_errors(found, expected))
            if cell.tool == "limpid" and not out["error"] <= ALLOWED_EXACT:
                raise Failed(f"answers are {out['error']:.3g} from the definition")
            return out
        off = difference(found, expected)
        allowed = ALLOWED_EXACT if cell.tool == "limpid" and cell.asked.method == "interventional" else ALLOWED
        if not off <= allowed:  # NaN fails
            raise Failed(f"answers differ by {off:.3g}, {allowed:g} is allowed")
        return dict(difference=off)

    def of_limpid(self, cell):
        folder, meta = self.folders[cell.workload], self.meta(cell.workload)
        checked = self.judged(cell, self.program.answers(cell, folder, meta))
        busy, begin = busy_seconds(), time.perf_counter()
        before = children_seconds()
        out = self.program.time(cell, folder, meta, self.target, self.reps)
        others = busy_seconds() - busy - (children_seconds() - before)
        return out | checked | dict(classes=meta["classes"], other_load=others / (time.perf_counter() - begin))

    def of_peer(self, cell):
        meta = self.meta(cell.workload)
        self.environments.require(cell.tool, meta["family"])
        if cell.asked.files:
            return self.of_files(cell)
        with tempfile.TemporaryDirectory() as scratch:
            result = Path(scratch) / "result.json"
            python = self.environments.python(cell.tool)
            out = start(python, "time", self.job(cell, cell.tool, result), cell.threads, self.limit)
            checked = self.judged(cell, np.load(result.with_suffix(".npy")))
        if out["classes"] < meta["classes"]:  # a call explained one of them: all take as many calls
            out["rows_s"] *= out["classes"] / meta["classes"]
        return out | checked

    def of_files(self, cell):
        """CSV to CSV. Nothing is checked again: the same calls are, in cells of their own."""
        folder = self.folders[cell.workload]
        rows = min(FILE_ROWS, self.meta(cell.workload)["rows"])
        with tempfile.TemporaryDirectory() as scratch:
            job = self.job(cell, cell.tool, Path(scratch) / "result.json")
            job |= dict(rows_file=str(head(folder, rows)), out_file=str(Path(scratch) / "out.csv"))
            (Path(scratch) / "job.json").write_text(json.dumps(job))
            command = [self.environments.python(cell.tool), WORKER, "files", Path(scratch) / "job.json", job["result"]]

            def run():
                before, begin = children_seconds(), time.perf_counter()
                done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=self.limit,
                                      preexec_fn=pinned(cell.threads),
                                      env=os.environ | thread_variables(cell.threads))  # fmt: skip
                if done.returncode != 0:
                    raise Failed(last_words(done))
                return time.perf_counter() - begin, children_seconds() - before

            try:
                first = run()
                runs = [first, *(run() for _ in range(repeats(first[0], self.reps) - 1))]
            except subprocess.TimeoutExpired:
                raise Failed(f"over {self.limit:.0f} s") from None
        return summary(rows, runs)
