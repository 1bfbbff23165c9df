"""The accuracy benchmark on its smallest model: it measures, goes on where it was, and writes its tables and plots."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import PROGRAM, REPOSITORY

DRIVER = REPOSITORY / "bench/accuracy/run.py"


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """run(job, *options): the driver in a folder of its own."""
    folder = tmp_path_factory.mktemp("accuracy")
    (folder / "docs").mkdir()
    (folder / "docs/accuracy.md").write_text((REPOSITORY / "docs/accuracy.md").read_text())

    def run(job, *options):
        command = [sys.executable, DRIVER, job, "--program", PROGRAM, "--work", folder / "work", "--results",
                   folder / "results", "--docs", folder / "docs", *options]  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if k not in ("BENCH_PYTHON", "LIMPID_BENCH_STARTED")}
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run.folder = folder
    return run


TINY = ("--models", "diabetes,adult", "--seeds", 1, "--rows", 4, "--states", "pairs,B20")


@pytest.fixture(scope="module")
def first(driver):
    return driver("collect", *TINY, "--budgets", "128,1024", "--estimators", "wls,gp,KernelExplainer,LeverageSHAP")


def cells(driver, tool):
    return json.loads((driver.folder / f"results/diabetes-{tool}.json").read_text())["cells"]


def test_errors_fall_with_the_budget_until_every_coalition_is_there(driver, first):
    """10 features: 1,024 coalitions are all of them."""
    found = cells(driver, "limpid")
    for estimator in ("gp", "wls"):
        few, all_of_them = (found[f"B20/{estimator}/leverage/{budget}"] for budget in (128, 1024))
        assert 1e-4 < few["median"] < 0.1
        assert all_of_them["worst"] < 1e-6  # gp: to its jitter
        assert few["rows"] == 100 and few["coverage"]["values"] > 500
        assert few["square_median"] == pytest.approx(few["median"] ** 2, rel=0.01)
    few, all_of_them = (cells(driver, "shap")[f"B20/KernelExplainer/{budget}"] for budget in (128, 1024))
    assert all_of_them["worst"] < 2e-5 < few["median"] < 0.2  # the library's float32


def test_what_is_lacking_is_named(first):
    assert "adult: blank, needs --data-dir" in first
    if importlib.util.find_spec("shapiq") is None:
        assert "shapiq: blank, shapiq is not installed" in first


def test_cells_are_not_measured_twice(driver, first):
    again = driver("collect", *TINY, "--budgets", "128,1024", "--estimators", "wls,gp,KernelExplainer,LeverageSHAP")
    assert "s/row" in first and "s/row" not in again


def test_the_report(driver, first):
    driver("report")
    text = (driver.folder / "docs/accuracy.md").read_text()
    assert "| diabetes | 10 | 100 | 3 | count:poisson | response |" in text
    assert "| diabetes | limpid wls |" in text
    for state in ("pairs", "B20"):
        for axis in ("budget", "time"):
            plot = (driver.folder / f"docs/accuracy-{state}-{axis}.svg").read_text()
            assert plot.startswith("<?xml") and "limpid wls" in plot


def test_the_definition_by_hand():
    """v = 1 where both of two players are in: each gets a half; a third player nothing."""
    sys.path.insert(0, str(DRIVER.parent))
    from question import by_definition

    values = by_definition(lambda masks: masks[:, 0] * masks[:, 1] * 1.0, 3)
    assert values == pytest.approx([0.5, 0.5, 0.0], abs=1e-15)
    three = by_definition(lambda masks: np.all(masks, axis=1) * 6.0, 3)
    assert three == pytest.approx([2.0, 2.0, 2.0], abs=1e-15)
