"""The newcomer: a model and a CSV as they come out of a notebook, a first call that is wrong, and messages whose
hints, followed in turn, end in values that sum to predict_proba."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = Path(os.environ.get("LIMPID_PROGRAM", REPOSITORY / "build/limpid"))
HINTED = re.compile(r"(--(?:id|label|exclude)) (\"[^\"]+\"|'[^']+'|[\w.]+)")
FIRST_ID = 2**53 + 1  # a double cannot hold it


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """Trains as notebooks do and writes model.json and customers.csv; returns their folder and predict_proba."""
    folder = tmp_path_factory.mktemp("notebook")
    rng = np.random.default_rng(1)
    rows = 900
    raw = pd.DataFrame({
        "tenure": rng.integers(0, 70, rows).astype(float),
        "monthly": np.round(rng.gamma(4, 15, rows), 2),
        "plan": rng.choice(["basic", "plus", "pro"], rows),
        "paperless": rng.random(rows) < 0.6,
        "support_calls": rng.poisson(1.2, rows),
    })  # fmt: skip
    raw.loc[rng.random(rows) < 0.08, "tenure"] = np.nan
    churn = rng.random(rows) < 1 / (1 + np.exp(raw["tenure"].fillna(30) / 15 - raw["support_calls"] + 0.5))
    features = pd.get_dummies(raw)  # True/False columns plan_basic, plan_plus, plan_pro
    model = xgb.XGBClassifier(n_estimators=400, max_depth=4, learning_rate=0.3, early_stopping_rounds=5, n_jobs=1)
    model.fit(features[:600], churn[:600], eval_set=[(features[600:], churn[600:])], verbose=False)
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    model.save_model(folder / "model.json")

    table = features.iloc[:, ::-1].copy()  # columns in another order
    table.insert(2, "churned", churn)
    table.insert(0, "customer_id", FIRST_ID + np.arange(rows))
    text = table.to_csv(lineterminator="\r\n")  # with its index, an unnamed first column
    (folder / "customers.csv").write_bytes(text.encode())
    return folder, model.predict_proba(features)[:, 1], list(table.columns)


def explain(folder, *options):
    return subprocess.run(
        [PROGRAM, "explain", "--model", folder / "model.json", "--data", folder / "customers.csv", "--out",
         folder / "out", *options], capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_following_the_hints_ends_in_values_that_sum_to_predict_proba(notebook):
    folder, probabilities, _ = notebook
    options = []
    for _ in range(6):
        done = explain(folder, *options)
        if done.returncode == 0:
            break
        assert done.returncode == 3, done.stderr
        assert "error[data.columns]" in done.stderr
        assert not (folder / "out").exists() or not any((folder / "out").iterdir())
        hinted = [(o, shlex.split(v)[0]) for o, v in HINTED.findall(done.stderr)]
        new = [pair for pair in hinted if list(pair) != options[-2:] and pair[0] not in options or pair[0] == "--exclude"]
        assert new, f"no hint left to follow: {done.stderr}"
        options += new[0]
    assert done.returncode == 0, f"{options}: {done.stderr}"
    assert "best_iteration" in done.stderr or "best iteration" in done.stderr  # rounds 0..best_iteration, and said

    lines = (folder / "out/explanations_shap/out.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == len(probabilities)
    sums = np.array([row["expected_value"] + sum(row["shap_values"].values()) for row in rows])
    assert np.abs(sums - probabilities).max() <= 4e-6
    assert np.abs(np.array([row["prediction"] for row in rows]) - probabilities).max() <= 4e-6


def test_ids_above_2_to_the_53_come_back_byte_for_byte(notebook):
    folder, _, _ = notebook
    done = explain(folder, "--id", "customer_id", "--label", "churned", "--exclude", "0", "--overwrite", "--format", "csv")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(folder / "out/explanations_shap/out.csv", dtype={"customer_id": str})
    assert table.columns[-1] == "customer_id"
    assert list(table["customer_id"][:3]) == [str(FIRST_ID + i) for i in range(3)]


def test_players_stand_in_the_order_of_the_data(notebook):
    folder, _, columns = notebook
    done = explain(folder, "--id", "customer_id", "--label", "churned", "--exclude", "0", "--overwrite")
    assert done.returncode == 0, done.stderr
    first = json.loads((folder / "out/explanations_shap/out.jsonl").read_text().splitlines()[0])
    assert list(first["shap_values"]) == [c for c in columns if c not in ("customer_id", "churned")]
    assert first["id"] == str(FIRST_ID)


def test_the_output_becomes_a_shap_picture(notebook):
    folder, _, _ = notebook
    done = explain(folder, "--id", "customer_id", "--label", "churned", "--exclude", "0", "--overwrite")
    assert done.returncode == 0, done.stderr
    picture = folder / "beeswarm.png"
    plotted = subprocess.run(
        [sys.executable, REPOSITORY / "examples/plots.py", folder / "out/explanations_shap/out.jsonl",
         folder / "customers.csv", picture], capture_output=True, text=True, env=os.environ | {"MPLBACKEND": "Agg"},
    )  # fmt: skip
    assert plotted.returncode == 0, plotted.stderr
    assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size > 10_000
