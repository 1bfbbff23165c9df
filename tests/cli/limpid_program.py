"""Shared by the command line's tests: running the program and judging what it says."""

import json
import os
import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("LIMPID_PROGRAM", REPOSITORY / "build/limpid")).absolute()
FIXTURES = REPOSITORY / "tests/fixtures/xgboost"
MODEL = FIXTURES / "3.2.0/binary.json"  # 6 features, 4 rounds, binary:logistic
MULTI = FIXTURES / "3.2.0/multi.json"  # three outputs
NUMERIC = FIXTURES / "numeric.csv"  # 120 rows of those 6 features
LOANS = REPOSITORY / "examples/loans"
LOANS_MODEL = ["--model", LOANS / "model.json"]
LOANS_DATA = ["--data", LOANS / "rows.csv", "--id", "loan_id", "--label", "loan_approved"]  # 1,000 rows


def run(*args, stdin=None, env=None, cwd=None, text=True):
    """Runs limpid to its end, whatever the end."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        [PROGRAM, *map(str, args)], input=stdin, capture_output=True, text=text, timeout=120, env=environment, cwd=cwd
    )  # fmt: skip


def explain(*args, **keywords):
    return run("explain", *args, **keywords)


def assert_error(done, code, exit_code, *words):
    """One error with its code and exit code, every word in it, nothing on standard output."""
    assert done.returncode == exit_code, f"exit {done.returncode}: {done.stderr}"
    errors = re.findall(r"^error\[([^\]]+)\]: .+$", done.stderr, re.MULTILINE)
    assert errors == [code], done.stderr
    for word in words:
        assert word in done.stderr, f"{word!r} is not in: {done.stderr}"
    assert done.stdout == ""


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file())


def write_model(path, change, source=MODEL):
    """A copy of a model with one change; returns its path."""
    model = json.loads(source.read_text())
    change(model)
    path.write_text(json.dumps(model))
    return path


def rows_of(text):
    return [json.loads(line) for line in text.splitlines()]
