"""Shared by the tests of --predictor http://...: a table with texts and missing numbers, its background, and the question."""

import csv
import itertools
import random

import pytest

from limpid_program import explain

NAMES = ["age", "job", "debt", "town"]
JOBS = ["cook", 'so-called "chef"', "größe, klein", ""]


@pytest.fixture(scope="module")
def rows():
    draw = random.Random(3)
    return [[draw.randint(18, 80), draw.choice(JOBS), draw.choice([None, draw.random()]), draw.choice("ABC")]
            for _ in range(60)]  # fmt: skip


@pytest.fixture(scope="module")
def table(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("http") / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([NAMES, *rows])
    return path


def ask(endpoint, data, *options, out="-"):
    return explain("--predictor", endpoint.url, "--data", data, "--background", data.with_name("background.csv"),
                   "--retry-wait", 0.01, "--out", out, *options)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def background(rows, table):
    path = table.with_name("background.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([NAMES, *rows[:5]])


def shapley(model, row, background):
    """By the definition, over the columns; the mean over the background."""
    m = len(row)
    permutations = list(itertools.permutations(range(m)))
    out = [0.0] * m
    for z in background:
        for order in permutations:
            hybrid = list(z)
            before = model(hybrid)
            for j in order:
                hybrid[j] = row[j]
                after = model(hybrid)
                out[j] += (after - before) / len(permutations) / len(background)
                before = after
    return out
