"""Shared by the oracle tests: running the program, reading what it wrote, models of every kind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "python"))
PROGRAM = Path(os.environ.get("LIMPID_PROGRAM", REPOSITORY / "build/limpid"))


class Limpid:
    """The program, with a folder of its own for files."""

    def __init__(self, folder):
        self.folder = folder
        self.runs = 0

    def csv(self, name, frame):
        """Writes a frame as CSV with every digit and returns the path."""
        path = self.folder / name
        frame.to_csv(path, index=False, float_format="%.9g")
        return path

    def model(self, booster, name="model.json"):
        path = self.folder / name
        booster.save_model(path)
        return path

    def run(self, *arguments):
        """Runs the program to its end, whatever the end."""
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)

    def explain(self, *arguments):
        """Explains into a fresh folder; returns it. The program must succeed."""
        self.runs += 1
        out = self.folder / f"out{self.runs}"
        done = self.run("explain", *arguments, "--out", out)
        assert done.returncode == 0, done.stderr
        return out


def jsonl(out):
    return [json.loads(line) for line in (out / "explanations_shap/out.jsonl").read_text().splitlines()]


def values_of(out, features):
    """[R x P] values and [R] base values and predictions of a one-output explanation, columns as in `features`."""
    rows = jsonl(out)
    values = np.array([[row["shap_values"][name] for name in features] for row in rows])
    return values, np.array([r["expected_value"] for r in rows]), np.array([r["prediction"] for r in rows])


def values_of_outputs(out, features):
    """The same of several outputs: [R x G x P], [R x G], [R x G]."""
    rows = [list(row["outputs"].values()) for row in jsonl(out)]
    values = np.array([[[o["shap_values"][name] for name in features] for o in row] for row in rows])
    base, prediction = (np.array([[o[k] for o in row] for row in rows]) for k in ("expected_value", "prediction"))
    return values, base, prediction


def close(found, expected, tolerance):
    """Within tolerance of max(1, largest |value| of the row); NaN never passes."""
    found, expected = np.atleast_2d(found), np.atleast_2d(expected)
    assert found.shape == expected.shape
    scale = np.maximum(1.0, np.abs(expected).max(axis=-1, keepdims=True))
    worst = (np.abs(found - expected) / scale).max()
    assert worst <= tolerance, f"largest difference {worst:.3g}, allowed {tolerance:.3g}"


def frame_of(rng, rows, features, missing=0.1):
    """Normal features, some on a coarse grid so that values meet thresholds, some missing."""
    x = rng.normal(size=(rows, features))
    x[:, ::3] = np.round(x[:, ::3], 1)
    x[rng.random(x.shape) < missing] = np.nan
    return pd.DataFrame(x.astype(np.float32), columns=[f"x{i}" for i in range(features)])


@pytest.fixture
def limpid(tmp_path):
    return Limpid(tmp_path)
