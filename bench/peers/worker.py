"""One peer on one question, in an interpreter that has it:

    python worker.py time|answer|files JOB RESULT  JOB, RESULT: JSON files

time    sizes and times calls, and leaves the answers to the first rows beside RESULT (.npy)
answer  those answers alone
files   a CSV file in, a CSV file of values out, to be timed as a process
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import timing
import tools


class Rows:
    """The workload's rows, over again where a call asks for more."""

    def __init__(self, folder):
        self.frame = pd.read_csv(Path(folder) / "rows.csv", dtype=np.float32, nrows=20_000)
        self.cut = {}

    def __call__(self, count):
        if count not in self.cut:
            index = np.arange(count) % len(self.frame)
            self.cut = {count: self.frame.iloc[index].reset_index(drop=True)}
        return self.cut[count]


def make(job):
    question = job["question"]
    work = tools.Work(job["folder"], question, job["threads"], job["device"], job["trees"])
    return tools.MAKERS[job["tool"]](work)


def keep_answers(job, layout, answer, result):
    np.save(Path(result).with_suffix(".npy"), layout(answer)[: job["checked_rows"]])


def time_calls(job, result):
    rows = Rows(job["folder"])
    start = time.perf_counter()
    tool = make(job)
    setup = time.perf_counter() - start

    def call(count):
        frame = rows(count)
        return timing.clocked(lambda: tool.explain(frame))

    most = tool.most_rows or 200_000
    fixed = job["rows"] or tool.fixed_rows
    busy, own, wall = timing.busy_seconds(), time.process_time(), time.perf_counter()
    answer, out = timing.measure(call, job["checked_rows"], most, job["target_s"], job["reps"], fixed)
    others = (timing.busy_seconds() - busy) - (time.process_time() - own)
    out |= dict(setup_s=setup, other_load=others / (time.perf_counter() - wall), classes=tool.classes)
    keep_answers(job, tool.layout, answer, result)
    return out


def answer_rows(job, result):
    frame = Rows(job["folder"])(job["checked_rows"])
    tool = make(job)
    keep_answers(job, tool.layout, tool.explain(frame), result)
    return {}


def files(job, _):
    """What a user writes: read, explain, write."""
    frame = pd.read_csv(job["rows_file"], dtype=np.float32)
    tool = make(job)
    values = tool.layout(tool.explain(frame))[:, 0]
    pd.DataFrame(values, columns=frame.columns).to_csv(job["out_file"], index=False)
    return {}


def main():
    warnings.simplefilter("ignore")
    what, job_path, result = sys.argv[1:]
    job = json.loads(Path(job_path).read_text())
    out = dict(time=time_calls, answer=answer_rows, files=files)[what](job, result)
    Path(result).write_text(json.dumps(out))


if __name__ == "__main__":
    main()
