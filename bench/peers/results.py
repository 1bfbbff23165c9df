"""Measured cells of one machine, in one file that is written after every cell: a run that is stopped goes on."""

import json
import os
import platform
import re
from pathlib import Path


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def threads():
    return len(os.sched_getaffinity(0))


def default_path(folder):
    name = re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
    return Path(folder) / f"{name}-{threads()}-threads.json"


class Results:
    """Keys are Cell.key. A cell that was left out for want of a program or package is tried again next time, and so is
    limpid where it failed: that is to be mended."""

    def __init__(self, path):
        self.path = Path(path)
        self.machine, self.versions, self.workloads, self.cells = {}, {}, {}, {}
        if self.path.exists():
            found = json.loads(self.path.read_text())
            self.machine, self.versions = found["machine"], found["versions"]
            self.workloads, self.cells = found["workloads"], found["cells"]

    def measured(self, key):
        cell = self.cells.get(key, {"missing": ""})
        return "missing" not in cell and not ("failed" in cell and "/limpid/" in key)

    def get(self, key):
        """A cell with figures, or None."""
        cell = self.cells.get(key)
        return cell if cell and "rows_s" in cell else None

    def put(self, key, cell):
        self.cells[key] = cell
        self.machine = dict(processor=processor(), threads=threads(), system=platform.system())
        self.write()

    def write(self):
        lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(rounded(v))}" for k, v in self.cells.items())
        head = dict(machine=self.machine, versions=self.versions, workloads=self.workloads)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".tmp")
        unfinished.write_text(f'{json.dumps(head, indent=1)[:-2]},\n "cells": {{\n{lines}\n}}}}\n')
        os.replace(unfinished, self.path)


def rounded(cell):
    return {k: float(f"{v:.5g}") if isinstance(v, float) else v for k, v in cell.items()}
