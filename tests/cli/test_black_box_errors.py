"""Models that only answer, when they do not, and questions that they cannot answer."""

import signal
import subprocess
import time

import pytest

from black_box_case import BACKGROUND, EXPRESSION, NAMES, ROWS, command, write_csv
from limpid_program import PROGRAM, assert_error, explain, files_in


@pytest.fixture
def files(tmp_path):
    return ["--data", write_csv(tmp_path / "rows.csv", NAMES, ROWS),
            "--background", write_csv(tmp_path / "background.csv", NAMES, BACKGROUND)]  # fmt: skip


def test_a_late_text_is_an_error_that_names_the_option(tmp_path):
    rows = [[i, i] for i in range(100000)] + [["oops", 1]]
    data = write_csv(tmp_path / "rows.csv", ["first", "second"], rows)
    background = write_csv(tmp_path / "background.csv", ["first", "second"], [["0", "0"]])
    arguments = [*command(tmp_path, "len(row[0])"), "--data", data, "--background", background]
    done = explain(*arguments, "--out", tmp_path / "out")
    assert_error(done, "data.value", 3, "oops", "line 100002", "--text-columns first")
    assert files_in(tmp_path / "out") == []


@pytest.mark.parametrize("expression, word", [("3 * float(row[0])", "is 3"), ("1.0", "infinite")])
def test_logit_needs_probabilities(tmp_path, files, expression, word):
    done = explain(*command(tmp_path, expression), *files, "--link", "logit", "--out", tmp_path / "out")
    assert_error(done, "endpoint.score", 8, word, "--link")


def test_exact_refuses_pairs_of_too_many_players(tmp_path, files):
    done = explain(*command(tmp_path, EXPRESSION), *files, "--estimator", "exact", "--max-exact-players", 2, "--out",
                   tmp_path / "out")  # fmt: skip
    assert_error(done, "usage.players", 2, "--estimator auto")


@pytest.mark.parametrize(
    "expression, code, words",
    [
        ("sys.exit(3)", "endpoint.command", ["exit status 3"]),
        ("1 / 0", "endpoint.command", ["ZeroDivisionError"]),
        ("'high'", "endpoint.score", ["'high'"]),
        ("float('nan')", "endpoint.score", ["finite"]),
        ("1, 2, 3", "endpoint.score", ["'1 2 3'"]),
    ],
)
def test_a_command_that_fails_leaves_nothing(tmp_path, files, expression, code, words):
    out = tmp_path / "out"
    assert_error(explain(*command(tmp_path, expression), *files, "--out", out), code, 8, *words)
    assert files_in(out) == []


@pytest.mark.parametrize(
    "options, word",
    [
        (["--model", "m.json"], "--model"),
        (["--method", "path-dependent"], "path-dependent"),
        (["--space", "margin"], "margin"),
        (["--iterations", 3], "--iterations"),
        (["--categories", "c.json"], "--text-columns"),
        (["--device", "cuda"], "--device"),
    ],
)
def test_options_without_a_meaning_are_refused(tmp_path, files, options, word):
    done = explain(*command(tmp_path, "1"), *files, *options, "--out", tmp_path / "out")
    assert_error(done, "usage.predictor", 2, word, "hint: ")


@pytest.mark.parametrize("option", [["--text-columns", "a"], ["--predictor-header"], ["--memory", "2G"]])
def test_options_of_a_predictor_need_one(tmp_path, files, option):
    done = explain("--model", "m.json", *files, *option, "--out", tmp_path / "out")
    assert_error(done, "usage.predictor", 2, option[0])


@pytest.mark.parametrize("size", ["1", "lots", "10K", "-1G", "1Q", "G"])
def test_a_memory_that_is_none(tmp_path, files, size):
    done = explain(*command(tmp_path, "1"), *files, "--memory", size, "--out", tmp_path / "out")
    assert_error(done, "usage.value", 2, "--memory")


def test_an_index_column_is_named(tmp_path):
    data = write_csv(tmp_path / "rows.csv", ["", "b"], [[0, 1], [1, 2], [2, 5]])
    assert_error(explain(*command(tmp_path, "1"), "--data", data, "--out", "-"), "data.columns", 3, "--id 0")


def test_an_interrupt_ends_the_command_too(tmp_path, files):
    expression = "__import__('time').sleep(0.2) or 1"
    process = subprocess.Popen([PROGRAM, "explain", *map(str, [*command(tmp_path, expression), *files, "--out",
                                tmp_path / "out"])], stderr=subprocess.PIPE, text=True)  # fmt: skip
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert files_in(tmp_path / "out") == []
