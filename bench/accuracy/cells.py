"""Measured cells, kept in small JSON files, one for each model and tool, written after every cell: a run that is
stopped goes on where it was."""

import json
import os
import platform
from pathlib import Path


def machine():
    name = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
    return dict(processor=name, system=platform.system(), python=platform.python_version())


class Cells:
    """The cells of one tool on one model. A file of another model (its SHA-256 differs) counts as empty."""

    def __init__(self, folder, meta, tool):
        self.path = Path(folder) / f"{meta['name']}-{tool}.json"
        about = {key: meta[key] for key in ("name", "features", "depth", "trees", "objective", "space", "model_sha256")}
        self.content = dict(model=about, tool=tool, machine=machine(), cells={})
        if self.path.exists():
            found = json.loads(self.path.read_text())
            if found["model"]["model_sha256"] == meta["model_sha256"]:
                self.content = found

    def __contains__(self, key):
        return key in self.content["cells"]

    def get(self, key):
        return self.content["cells"].get(key)

    def put(self, key, cell):
        self.content["cells"][key] = cell
        self.content["machine"] = machine()
        lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(self.content["cells"].items()))
        head = json.dumps({k: v for k, v in self.content.items() if k != "cells"}, indent=1)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".tmp")
        unfinished.write_text(f'{head[:-2]},\n "cells": {{\n{lines}\n}}}}\n')
        os.replace(unfinished, self.path)


def key_of(state, estimator, design, budget):
    """budget: a number, or "auto"."""
    return "/".join(part for part in (state, estimator, design, str(budget)) if part)
