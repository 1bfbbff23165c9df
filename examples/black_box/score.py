"""A scikit-learn model as a command for `limpid explain --predictor`: CSV rows in, one probability a line out.

    python examples/black_box/score.py model.joblib

Answers in blocks of whatever rows have come, which is far faster than row by row.
"""

import os
import sys

import joblib
import numpy as np

model = joblib.load(sys.argv[1])
rest = b""
while chunk := os.read(0, 1 << 20):
    *lines, rest = (rest + chunk).split(b"\n")
    if not lines:
        continue
    rows = np.array([[float(value or "nan") for value in line.split(b",")] for line in lines])
    sys.stdout.write("".join(f"{score!r}\n" for score in model.predict_proba(rows)[:, 1].tolist()))
    sys.stdout.flush()
