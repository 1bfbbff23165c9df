"""bench/peers.py without a peer: the definition against hand-worked games, sizing of calls, the list of cells, what is
kept between runs, and the pages that are made of it."""

import json
import math
import sys
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("pandas")

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))
from peers import curves, definition, performance, readme, timing  # noqa: E402
from peers.environments import Environments, Failed, Missing  # noqa: E402
from peers.measure import difference, relative_errors  # noqa: E402
from peers.questions import QUESTIONS, Cell, cells  # noqa: E402
from peers.results import Results  # noqa: E402


def test_shapley_values_of_hand_worked_games():
    unanimous = [0.0] * 7 + [6.0]  # all three are needed
    assert np.allclose(definition.shapley(np.array(unanimous)), [2, 2, 2], rtol=0, atol=1e-12)
    glove = np.array([0, 0, 0, 1, 0, 1, 0, 1.0])  # player 0 has the left glove, 1 and 2 right ones
    assert np.allclose(definition.shapley(glove), [2 / 3, 1 / 6, 1 / 6], rtol=0, atol=1e-12)


def test_interactions_of_hand_worked_games():
    both = definition.interactions(np.array([0, 1.0, 2, 7]))  # 1 and 2 by themselves, 4 more together
    assert np.allclose(both, [[1, 2], [2, 2]], rtol=0, atol=1e-12)
    game = np.random.default_rng(0).normal(size=32)
    found = definition.interactions(game)
    assert np.allclose(found.sum(axis=1), definition.shapley(game), rtol=0, atol=1e-12)
    assert np.allclose(found, found.T, rtol=0, atol=0)


def test_only_players_that_differ_play():
    rows, background = np.array([[1.0, 2, np.nan]]), np.array([[1.0, 0, np.nan], [0, 0, np.nan]])
    product = definition.explain(lambda x: x[:, 0] * x[:, 1], rows, background, 1)
    assert np.allclose(product, [[0.5, 1.5, 0]], rtol=0, atol=1e-12)
    pairs = definition.explain(lambda x: x[:, 0] * x[:, 1], rows, background, 2)
    assert np.allclose(pairs[0], [[0, 0.5, 0], [0.5, 1, 0], [0, 0, 0]], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("per_row", "rows", "calls"), [(1e-4, 10_000, 5), (0.5, 4, 5), (4.0, 2, 3), (11.0, 2, 1)])
def test_calls_grow_to_the_target_and_slow_ones_are_few(per_row, rows, calls):
    def call(count):
        return count, count * per_row, 2 * count * per_row

    answer, cost = timing.measure(call, 2, 10_000, 1.0, 5)
    assert 0.5 <= answer * per_row or answer == 10_000
    assert cost["calls"] == (calls if per_row * answer <= timing.SLOW_S else 1)
    assert math.isclose(cost["rows_s"], 1 / per_row)
    assert cost["cpu_s"] == 2 * cost["seconds"]
    assert cost["rows"] <= rows


def test_a_fixed_number_of_rows_is_kept():
    asked = []
    timing.measure(lambda count: (asked.append(count), 0.01, 0.01), 2, 100_000, 1.0, 3, fixed=4000)
    assert asked == [4000] * 4


def test_cells_are_unique_and_the_most_important_come_first():
    keys = [cell.key for cell in cells([1, 2], [], gpu=True)]
    assert len(set(keys)) == len(keys)
    assert keys[0] == "synth30/path/limpid/cpu/1"
    assert "adult-categories/path/woodelf/cpu/1" not in keys
    assert all(key.split("/")[1] in QUESTIONS for key in keys)
    firsts = list(dict.fromkeys(key.split("/")[0] for key in keys))
    assert firsts[:8] == ["synth30", "adult", "adult-deep", "classes7", "wide200", "california", "german",
                          "adult-categories"]  # fmt: skip


def test_only_takes_words_and_patterns():
    assert {c.tool for c in cells([1], ["woodelf"], gpu=False)} == {"woodelf"}
    assert {c.question for c in cells([1], ["adult/interactions*"], gpu=False)} == {
        "interactions-path", "interactions-interventional-100", "interactions-response-100"}  # fmt: skip
    assert {c.workload for c in curves.cells(2, ["depth"])} == {f"synth30-d{d}-t100" for d in curves.DEPTHS}


def test_answers_that_differ_are_found():
    expected = np.ones((2, 3, 4))
    assert difference(expected + 1e-6, expected) < 2e-6
    assert difference(expected[:, :1], expected) == 0  # a peer that explains one class
    assert not difference(np.full_like(expected, np.nan), expected) <= 1
    with pytest.raises(Failed, match="shape"):
        difference(np.ones((2, 3, 5)), expected)
    assert relative_errors(np.array([[[3.0, 4.4]]]), np.array([[[3.0, 4.0]]])) == pytest.approx(0.08)


def test_results_are_kept_and_what_was_missing_is_tried_again(tmp_path):
    path = tmp_path / "machine.json"
    results = Results(path)
    results.put("a", dict(rows_s=1.23456789, calls=5))
    results.put("b", dict(missing="woodelf is not installed"))
    results.put("c", dict(failed="over 150 s"))
    again = Results(path)
    assert again.get("a")["rows_s"] == 1.2346
    assert [again.measured(key) for key in "abcd"] == [True, False, True, False]
    assert again.get("b") is None


def test_an_interpreter_for_each_tool(monkeypatch):
    monkeypatch.setenv("BENCH_PYTHON", "/a")
    monkeypatch.setenv("BENCH_PYTHON_FASTTREESHAP", "/b")
    found = Environments(["shap=/c"])
    assert [found.python(tool) for tool in ("shapiq", "fasttreeshap", "shap")] == ["/a", "/b", "/c"]
    found.found = {"/a": {"xgboost-cpu": "3.4.1"}}
    with pytest.raises(Missing, match="shapiq is not installed"):
        found.require("shapiq", "xgboost")
    with pytest.raises(Missing, match="lightgbm is not installed"):
        found.require("library", "lightgbm")
    found.require("library", "xgboost")


@pytest.fixture
def measured(tmp_path):
    """limpid is faster than XGBoost at values and slower than woodelf at probabilities of synth30."""
    results = Results(tmp_path / "machine.json")
    results.machine = dict(processor="a processor", threads=2, system="Linux")
    results.versions = dict(library={"xgboost-cpu": "3.4.1"}, woodelf={"woodelf_explainer": "0.4.8"})
    meta = dict(trees=500, depth=6, features=30, leaves=24_000, rows=200_000, family="xgboost", version="3.4.1")
    results.workloads = dict(synth30=meta)
    figures = dict(limpid=(50_000.0, 5), library=(1000.0, 5), woodelf=(80_000.0, 1))
    for tool, (rate, calls) in figures.items():
        record = dict(rows_s=rate, calls=calls)
        if tool == "limpid":
            record["whole_rows_s"] = 20_000.0
        results.cells[Cell("synth30", "path", tool).key] = record
    results.cells[Cell("synth30", "path", "shapiq").key] = dict(missing="shapiq is not installed")
    return results


def test_the_page_has_figures_losses_and_blanks(measured, tmp_path):
    pytest.importorskip("matplotlib")
    page = tmp_path / "performance.md"
    page.write_text((BENCH.parent / "docs/performance.md").read_text())
    performance.write(measured, tmp_path)
    text = page.read_text()
    for words in ("| synthetic: 500 trees x depth 6, 30 features | 50,000 | 20,000 | 1,000, 50x | 80,000 (1), 0.62x |",
                  "woodelf 0.4.8 80,000 rows/s, limpid 50,000 (values alone)",
                  "- shapiq is not installed: synth30/path/shapiq", "a processor, 2 threads, Linux",
                  "XGBoost 3.4.1"):  # fmt: skip
        assert words in text
    performance.write(measured, tmp_path)
    assert page.read_text() == text


def test_the_table_of_readme(measured):
    row = readme.table_of(measured).splitlines()[2]
    assert row == "| synthetic: 500 trees x depth 6, 30 features | 1,000 | 50,000 (50x) |  |  |  |  |"


def test_a_program_without_interactions_leaves_a_blank(tmp_path):
    from peers.program import Program

    fake = tmp_path / "limpid"
    fake.write_text("#!/bin/sh\necho 'limpid 0.1.0 --space'\n")
    fake.chmod(0o755)
    with pytest.raises(Missing, match="no --interactions"):
        Program(fake, 10).question_options(Cell("adult", "interactions-path", "limpid"), tmp_path)
    options = Program(fake, 10).question_options(Cell("adult", "response-100", "limpid", trees=7), tmp_path)
    assert options[:4] == ["--space", "response", "--method", "interventional"]
    assert json.loads(str(options[-1])) == 7
