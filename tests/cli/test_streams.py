"""Standard input, standard output, pipes, messages and progress."""

import json
import re
import subprocess

from limpid_program import FIXTURES, LOANS_DATA, LOANS_MODEL, MODEL, NUMERIC, PROGRAM, explain, rows_of, run

PLAIN = ["--model", MODEL, "--data", NUMERIC, "--background", "sample:10"]


def test_standard_input(tmp_path):
    text = NUMERIC.read_text()
    piped = explain("--model", MODEL, "--data", "-", "--background", NUMERIC, "--out", "-", stdin=text)
    assert piped.returncode == 0, piped.stderr
    named = explain("--model", MODEL, "--data", NUMERIC, "--background", NUMERIC, "--out", "-")
    assert piped.stdout == named.stdout
    assert len(rows_of(piped.stdout)) == 120
    out = tmp_path / "out"
    done = explain("--model", MODEL, "--data", "-", "--background", NUMERIC, "--out", out, stdin=text)
    assert done.returncode == 0, done.stderr
    data = json.loads((out / "manifest.json").read_text())["data"]
    assert data["rows"] == 120


def test_path_dependent_needs_no_second_pass():
    done = explain("--model", MODEL, "--data", "-", "--method", "path-dependent", "--out", "-", stdin=NUMERIC.read_text())
    assert done.returncode == 0, done.stderr
    assert len(rows_of(done.stdout)) == 120


def test_csv_on_standard_output():
    done = explain(*PLAIN, "--format", "csv", "--out", "-")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("age_label0,income_label0,")
    assert len(lines) == 121


def test_a_reader_that_leaves_ends_the_program():
    command = [PROGRAM, "explain", *map(str, [*LOANS_MODEL, *LOANS_DATA]), "--space", "margin", "--out", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        program.stdout.readline()
        program.stdout.close()
        stderr = program.stderr.read()
    assert program.returncode in (0, -13), stderr  # done before, or SIGPIPE as any tool in a pipe
    assert "error" not in stderr


def test_what_was_chosen_is_said():
    done = explain(*PLAIN, "--out", "-")
    first, second = done.stderr.splitlines()[:2]
    assert first == "xgboost 3.2.0 binary:logistic: 6 features, 4 rounds"
    assert second.startswith("response space, interventional, exact by lattice; 10 background rows (sample:10); ")
    done = explain("--model", FIXTURES / "3.2.0/early_stopping.json", "--data", NUMERIC, "--out", "-")
    assert "1 of 4 rounds (up to best_iteration; --iterations all takes every round)" in done.stderr
    assert "100 background rows (sample:100, the default)" in done.stderr


def test_quiet_says_nothing():
    done = explain(*PLAIN, "--out", "-", "--quiet")
    assert done.returncode == 0
    assert done.stderr == ""


def test_verbose_says_where_the_time_went():
    done = explain(*PLAIN, "--out", "-", "--verbose")
    assert re.search(r"^seconds of all threads: read \d", done.stderr, re.MULTILINE)
    assert re.search(r"^largest additivity error \S+ \(tolerance 1e-06\) at row \d+$", done.stderr, re.MULTILINE)


def test_color():
    assert "\x1b[" not in explain("--modle", "x").stderr
    done = explain("--color", "always", "--model", "none", "--data", "x", "--out", "-")
    assert done.stderr.startswith("\x1b[1;31merror[model.open]\x1b[0m: ")


def slow_job(tmp_path, *options):
    """A run of several seconds: 2,000 rows against 2,000 background rows in response space, one thread."""
    lines = (LOANS_DATA[1]).read_text().splitlines()
    data = tmp_path / "rows.csv"
    data.write_text("\n".join([lines[0], *lines[1:], *lines[1:]]) + "\n")
    return ["explain", *map(str, LOANS_MODEL), "--data", str(data), *LOANS_DATA[2:], "--background", "sample:2000",
            "--threads", "1", *options]  # fmt: skip


def first_lines(tmp_path, pattern, *options):
    """Standard error of a slow job up to the first line that matches."""
    seen = []
    command = [PROGRAM, *slow_job(tmp_path, "--out", str(tmp_path / "out"), *options)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as program:
        for line in program.stderr:
            seen.append(line)
            if re.search(pattern, line):
                break
        program.terminate()
        program.communicate()
    return seen


def test_progress(tmp_path):
    assert re.search(r"^[\d,]+ rows, [\d,]+ rows/s, about \S+ (s|min|h) left$", first_lines(tmp_path, " left$")[-1])
    report = json.loads(first_lines(tmp_path, "^{", "--progress", "json", "--overwrite")[-1])
    assert report["rows_total"] == 2000
    assert set(report) == {"rows", "seconds", "rows_per_second", "rows_total", "seconds_left"}


def test_version():
    done = run("--version")
    assert done.returncode == 0
    keys = [line.split()[0] for line in done.stdout.splitlines()]
    assert keys == ["limpid", "cuda", "cuda", "gpu", "arrow", "simd", "compiler"]
    assert run("version").stdout == done.stdout
