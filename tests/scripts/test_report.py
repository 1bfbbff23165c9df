"""The totals of `make test` lose no failure: crashes and code that does not compile count as one each."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/test_report.py"
PASSED = '<testcase name="a" status="run" result="completed"/>'
SKIPPED = '<testcase name="b" status="run" result="skipped"><skipped message="no cuda device"/></testcase>'
FAILED = '<testcase name="c" status="run" result="completed"><failure message="x"/></testcase>'


def report(tmp_path, status, files):
    """Exit code and last line of the report of one part."""
    folder = tmp_path / "unit"
    folder.mkdir()
    for name, cases in files.items():
        (folder / name).write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    (tmp_path / "parts.tsv").write_text(f"unit tests\t1.5\t{status}\t{folder}\n")
    run = subprocess.run([sys.executable, SCRIPT, tmp_path / "parts.tsv"], capture_output=True, text=True)
    return run.returncode, run.stdout.splitlines()[-1]


def test_passed_and_skipped(tmp_path):
    assert report(tmp_path, 0, {"unit-0.xml": [PASSED, PASSED, SKIPPED]}) == (0, "2 passed, 0 failed")


def test_failed(tmp_path):
    assert report(tmp_path, 1, {"unit-0.xml": [PASSED, FAILED]}) == (1, "1 passed, 1 failed")


def test_a_crashed_program_counts(tmp_path):
    ctest = ['<testcase name="unit-0" status="run"/>', '<testcase name="unit-1" status="fail"/>']
    assert report(tmp_path, 8, {"unit-0.xml": [PASSED], "ctest.xml": ctest}) == (1, "1 passed, 1 failed")


def test_a_leak_found_at_exit_counts(tmp_path):
    ctest = ['<testcase name="unit-0" status="fail"/>']
    assert report(tmp_path, 8, {"unit-0.xml": [PASSED], "ctest.xml": ctest}) == (1, "1 passed, 1 failed")


def test_code_that_does_not_compile_counts(tmp_path):
    assert report(tmp_path, 1, {}) == (1, "0 passed, 1 failed")
