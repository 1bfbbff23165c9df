"""The examples of the repository, run as README prints them."""

import json
import subprocess
import sys

from conftest import PROGRAM, REPOSITORY

LOANS = REPOSITORY / "examples/loans"


def test_generator_gives_the_committed_rows(tmp_path):
    path = tmp_path / "rows.csv"
    subprocess.run(
        [sys.executable, LOANS / "generate.py", "--rows", "1000", "--seed", "8", "--out", path], check=True
    )
    assert path.read_bytes() == (LOANS / "rows.csv").read_bytes()


def test_explaining_the_committed_rows_shows_the_bias(limpid):
    out = limpid.explain(
        "--model", LOANS / "model.json", "--data", LOANS / "rows.csv", "--id", "loan_id", "--label", "loan_approved"
    )
    analysis = json.loads((out / "analysis.json").read_text())
    importance = analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    ranked = sorted(importance, key=importance.get, reverse=True)
    assert "gender" in ranked[:6], ranked  # GENDER_BIAS of generate.py
    rows = [json.loads(line) for line in (out / "explanations_shap/out.jsonl").read_text().splitlines()]
    genders = [line.split(",")[9] for line in (LOANS / "rows.csv").read_text().splitlines()[1:]]
    for row, gender in zip(rows, genders, strict=True):
        assert (row["shap_values"]["gender"] < 0) == (gender == "1")

    bars = subprocess.run(
        [sys.executable, REPOSITORY / "examples/bars.py", out / "analysis.json"], capture_output=True, text=True
    )
    assert bars.returncode == 0 and len(bars.stdout.splitlines()) == 11, bars.stderr


def test_program_is_the_built_one():
    assert PROGRAM.exists(), f"{PROGRAM} is missing: run `make build`"
