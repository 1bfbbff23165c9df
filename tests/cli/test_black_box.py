"""Models that only answer: a command's scores explained, beside the definition and beside the native values."""

import itertools
import json
import math
import sys

import pytest

from black_box_case import BACKGROUND, EXPRESSION, NAMES, ROWS, command, write_csv
from limpid_program import REPOSITORY, assert_error, explain, rows_of


def shapley(players, value):
    """By definition, over all coalitions."""
    n = len(players)
    phi = {}
    for player in players:
        others = [p for p in players if p != player]
        phi[player] = 0.0
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - 1 - size) / math.factorial(n)
            for members in itertools.combinations(others, size):
                phi[player] += weight * (value({*members, player}) - value(set(members)))
    return phi


def by_definition(score, row, background, groups):
    """Mean over the background of score at the row's columns of the coalition's groups."""

    def value(coalition):
        taken = {c for name in coalition for c in groups[name]}
        hybrids = [[row[c] if c in taken else z[c] for c in range(len(row))] for z in background]
        return sum(map(score, hybrids)) / len(hybrids)

    return shapley(list(groups), value)


def score(row):
    return eval(EXPRESSION, {}, {"row": [str(v) for v in row]})


@pytest.fixture
def files(tmp_path):
    return ["--data", write_csv(tmp_path / "rows.csv", NAMES, ROWS),
            "--background", write_csv(tmp_path / "background.csv", NAMES, BACKGROUND)]  # fmt: skip


@pytest.mark.parametrize("groups", [{n: [i] for i, n in enumerate(NAMES)}, {"a": [0], "pair": [1, 2], "c": [3]}])
def test_values_are_the_definitions(tmp_path, files, groups):
    """Numbers, missing ones, texts and groups of them."""
    options = ["--group", "pair=b,kind"] if "pair" in groups else []
    done = explain(*command(tmp_path, EXPRESSION), *files, *options, "--float64", "--out", "-")
    rows = rows_of(done.stdout)
    assert len(rows) == len(ROWS), done.stderr
    for row, found in zip(ROWS, rows, strict=True):
        truth = by_definition(score, row, BACKGROUND, groups)
        assert found["shap_values"] == pytest.approx(truth, abs=1e-12)
        assert found["prediction"] == score(row)
        assert "shap_values_se" not in found


def test_documents_name_the_predictor_and_its_cost(tmp_path, files):
    out = tmp_path / "out"
    predictor = command(tmp_path, EXPRESSION)
    done = explain(*predictor, *files, "--out", out)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["model"] is None
    assert manifest["predictor"] == {"kind": "command", "target": predictor[1][4:], "version": None,
                                     "text_columns": ["kind"]}  # fmt: skip
    assert manifest["method"]["algorithm"] == "coalitions"
    run = json.loads((out / "run.json").read_text())
    assert run["predictor"]["rows_sent"] <= 4 * 3 * 2**4
    assert f"sent {run['predictor']['rows_sent']} rows" in done.stderr
    assert (out / "explanations_shap/baseline.csv").read_text().split() == [
        "a,b,kind,c", "0,1,green,0.5", "1,,blue,1", "2,2,red,0"]  # fmt: skip
    again = explain(*predictor, *files[:2], "--background", out / "explanations_shap/baseline.csv", "--out",
                    tmp_path / "again")  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again/explanations_shap/out.jsonl").read_bytes() == (
        out / "explanations_shap/out.jsonl").read_bytes()  # fmt: skip


def test_several_outputs(tmp_path, files):
    expression = f"({EXPRESSION}), 2 * ({EXPRESSION}), sep=','"
    done = explain(*command(tmp_path, expression), *files, "--labels", "one,two", "--float64", "--out", "-")
    for row in rows_of(done.stdout):
        one, two = (row["outputs"][name]["shap_values"] for name in ("one", "two"))
        assert two == pytest.approx({name: 2 * value for name, value in one.items()}, abs=1e-12)
    only = explain(*command(tmp_path, expression), *files, "--labels", "one,two", "--outputs", "two", "--float64",
                   "--out", "-")  # fmt: skip
    assert [list(row["outputs"]) for row in rows_of(only.stdout)] == [["two"]] * len(ROWS)


def test_bytes_do_not_depend_on_memory_chunks_or_threads(tmp_path):
    rows = [[i % 7, i % 3 * 0.5, "red" if i % 2 else f"t{i % 5}", i % 11] for i in range(600)]
    data = ["--data", write_csv(tmp_path / "rows.csv", NAMES, rows), "--background", "sample:9"]
    outputs = set()
    for options in ([], ["--memory", "1M"], ["--chunk-rows", 512, "--threads", 3], ["--threads", 1]):
        done = explain(*command(tmp_path, EXPRESSION), *data, "--coalitions", 6, *options, "--out", tmp_path / "out",
                       "--overwrite")  # fmt: skip
        assert done.returncode == 0, done.stderr
        outputs.add((tmp_path / "out/manifest.json").read_bytes())
    assert len(outputs) == 1
    assert b'"estimator": {' in outputs.pop()


@pytest.mark.parametrize("estimator", ["gp", "wls"])
def test_values_are_the_native_ones_at_the_same_design(tmp_path, estimator):
    """A tree model beside a command that walks the same trees, both estimated from the same coalitions."""
    xgboost = pytest.importorskip("xgboost")
    numpy = pytest.importorskip("numpy")
    players = 14
    random = numpy.random.default_rng(5)
    x = random.integers(0, 2, (2000, players)).astype(float)
    y = numpy.sin(x @ random.normal(size=players) * 2) + x[:, 0] * x[:, 1] * x[:, 2] + x @ random.normal(size=players)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 4, "eta": 0.5, "base_score": 0.5},
                            xgboost.DMatrix(x, y > y.mean()), 60)  # fmt: skip
    used = booster.get_score()
    assert len(used) == players
    model = tmp_path / "model.json"
    booster.save_model(model)
    data = write_csv(tmp_path / "rows.csv", [f"f{i}" for i in range(players)], x[:12].astype(int))
    background = write_csv(tmp_path / "background.csv", [f"f{i}" for i in range(players)], x[100:110].astype(int))
    script = tmp_path / "predict.py"
    script.write_text(
        "import os, sys, numpy, xgboost\n"
        f"booster = xgboost.Booster(model_file={str(model)!r})\n"
        "rest = b''\n"
        "while chunk := os.read(0, 1 << 20):\n"
        "    *lines, rest = (rest + chunk).split(b'\\n')\n"
        "    rows = numpy.array([line.split(b',') for line in lines], dtype=float).reshape(len(lines), -1)\n"
        "    scores = booster.inplace_predict(rows) if len(rows) else []\n"
        "    sys.stdout.write(''.join('%r\\n' % float(score) for score in scores))\n"
        "    sys.stdout.flush()\n"
    )
    common = ["--data", data, "--background", background, "--estimator", estimator, "--coalitions", 60, "--seed", 3,
              "--float64", "--out", "-"]  # fmt: skip
    native = rows_of(explain("--model", model, "--max-exact-players", 4, *common).stdout)
    done = explain("--predictor", f"cmd:{sys.executable} {script}", *common)
    black = rows_of(done.stdout)
    assert len(black) == len(native) == 12, done.stderr
    for a, b in zip(native, black, strict=True):
        assert b["shap_values"] == pytest.approx(a["shap_values"], abs=1e-5)
        assert b["shap_values_se"] == pytest.approx(a["shap_values_se"], abs=1e-4)


def test_logit_of_the_mean(tmp_path, files):
    """--link logit: the log-odds of the mean probability, of a row's whole background in one game."""
    expression = f"1 / (1 + math.exp(-0.2 * ({EXPRESSION})))"

    def log_odds(row_score):
        return math.log(row_score / (1 - row_score))

    def probability(row):
        return 1 / (1 + math.exp(-0.2 * score(row)))

    done = explain(*command(tmp_path, expression), *files, "--link", "logit", "--float64", "--out", "-")
    rows = rows_of(done.stdout)
    assert len(rows) == len(ROWS), done.stderr
    for row, found in zip(ROWS, rows, strict=True):

        def value(coalition, row=row):
            taken = {NAMES.index(name) for name in coalition}
            hybrids = [[row[c] if c in taken else z[c] for c in range(len(row))] for z in BACKGROUND]
            return log_odds(sum(map(probability, hybrids)) / len(hybrids))

        assert found["shap_values"] == pytest.approx(shapley(NAMES, value), abs=1e-12)
        assert found["prediction"] == pytest.approx(log_odds(probability(row)), abs=1e-12)


def test_data_on_standard_input_and_without_a_header(tmp_path):
    background = tmp_path / "background.csv"
    background.write_text("0,0\n1,1\n")
    done = explain(*command(tmp_path, "float(row[0]) * float(row[1])"), "--data", "-", "--no-header", "--background",
                   background, "--float64", "--out", "-", stdin="2,3\n")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert rows_of(done.stdout)[0]["shap_values"] == pytest.approx({"f0": 2.5, "f1": 3}, abs=1e-12)


def test_a_command_with_a_header(tmp_path):
    write_csv(tmp_path / "rows.csv", ["a", "b"], [[1, 2]])
    script = tmp_path / "names.py"
    script.write_text("import csv, sys\nfor row in csv.DictReader(sys.stdin): print(row['b'], flush=True)\n")
    done = explain("--predictor", f"cmd:{sys.executable} {script}", "--predictor-header", "--data",
                   tmp_path / "rows.csv", "--background", tmp_path / "rows.csv", "--out", "-")  # fmt: skip
    assert rows_of(done.stdout)[0]["prediction"] == 2, done.stderr


def test_columns_may_be_declared_as_text(tmp_path):
    data = write_csv(tmp_path / "rows.csv", ["code", "b"], [["007", 1], ["7", 2]])
    done = explain(*command(tmp_path, "len(row[0])"), "--data", data, "--background", data, "--text-columns", "code",
                   "--out", "-")  # fmt: skip
    assert [row["prediction"] for row in rows_of(done.stdout)] == [3, 1], done.stderr
    done = explain(*command(tmp_path, "1"), "--data", data, "--text-columns", "cod", "--out", "-")
    assert_error(done, "usage.column", 2, "--text-columns", "did you mean 'code'?")


def test_the_example(tmp_path):
    """examples/black_box/score.py: a scikit-learn model, linear in its log-odds, whose values are known."""
    joblib = pytest.importorskip("joblib")
    linear = pytest.importorskip("sklearn.linear_model")
    numpy = pytest.importorskip("numpy")
    x = numpy.random.default_rng(1).normal(size=(200, 5)).round(3)
    model = linear.LogisticRegression().fit(x, x @ [1, -2, 0.5, 0, 1] > 0)
    joblib.dump(model, tmp_path / "model.joblib")
    names = list("abcde")
    data = write_csv(tmp_path / "rows.csv", names, x[:50])
    background = write_csv(tmp_path / "background.csv", names, x[60:61])
    script = REPOSITORY / "examples/black_box/score.py"
    done = explain("--predictor", f"cmd:{sys.executable} {script} {tmp_path / 'model.joblib'}", "--data", data,
                   "--background", background, "--link", "logit", "--out", "-")  # fmt: skip
    rows = rows_of(done.stdout)
    assert len(rows) == 50, done.stderr
    for row, found in zip(x, rows, strict=False):
        truth = dict(zip(names, model.coef_[0] * (row - x[60]), strict=True))
        assert found["shap_values"] == pytest.approx(truth, abs=1e-6)


def test_a_target_raises_the_rows_that_need_it_and_names_the_others(tmp_path):
    """--target-error: rows stop at their own number of coalitions; what stays above is counted and named."""
    names = [f"x{i}" for i in range(10)]
    values = [[(7 * r + 3 * c * c + r * c) % 11 / 4 for c in range(10)] for r in range(20)]
    data = write_csv(tmp_path / "rows.csv", names, values[:16])
    background = write_csv(tmp_path / "background.csv", names, values[16:18])
    score = "math.tanh(sum(float(a) * float(b) - 2 for a, b in zip(row, row[1:])) / 9) * float(row[0])"
    ask = [*command(tmp_path, score), "--data", data, "--background", background, "--float64"]
    few = rows_of(explain(*ask, "--coalitions", 60, "--out", "-").stdout)
    enough = rows_of(explain(*ask, "--coalitions", 240, "--out", "-").stdout)

    def worst(row):
        spread = max(row["shap_values"].values()) - min(row["shap_values"].values())
        return max(row.get("shap_values_se", {"": 0}).values()) / spread

    target = sorted(map(worst, enough))[12]
    done = explain(*ask, "--coalitions", 60, "--target-error", target, "--max-coalitions", 240, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    rows = rows_of((tmp_path / "out" / "explanations_shap" / "out.jsonl").read_text())
    above = [row["row"] for row in rows if worst(row) > target]
    assert 1 <= len(above) <= 3
    for row, first, last in zip(rows, few, enough, strict=True):
        if worst(first) <= target:
            assert row == first
        elif worst(row) > target:
            assert row == last
    found = json.loads((tmp_path / "out" / "manifest.json").read_text())["method"]["estimator"]["target"]
    assert found == {"error": target, "max_coalitions": 240, "rows_above": len(above), "first_rows_above": above}
    assert f"warning[estimate.target]: {len(above)} of 16 rows" in done.stderr
