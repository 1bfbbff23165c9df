"""--outputs: all, predicted or named outputs; values of classes against Shapley's definition, by brute force."""

import csv
import itertools
import json
import math

import numpy as np
import pytest
from limpid_program import FIXTURES, MULTI, NUMERIC, assert_error, explain, rows_of, run

ARGS = ["--model", MULTI, "--data", NUMERIC, "--background", "sample:7"]
MARGIN = [*ARGS, "--space", "margin"]
QUANTILE = FIXTURES / "3.2.0/quantile.json"  # three outputs, identity link: each is computed alone


def csv_of(done):
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(done.stdout.splitlines()))
    return rows[0], rows[1:]


def to_csv(*args):
    return csv_of(explain(*args, "--format", "csv", "--out", "-"))


def columns(header, rows, suffix):
    places = [i for i, name in enumerate(header) if name.endswith(suffix)]
    return [[row[i] for i in places] for row in rows]


@pytest.mark.parametrize(
    "args",
    [
        MARGIN,
        [*ARGS[:4], "--method", "path-dependent"],
        ARGS,  # softmax: all outputs are computed, one is written
        ["--model", QUANTILE, "--data", NUMERIC, "--background", "sample:7"],
    ],
)
@pytest.mark.parametrize("float64", [[], ["--float64"]])
def test_named_outputs_have_the_bytes_they_have_among_all(args, float64):
    header, rows = to_csv(*args, *float64)
    for names in (["label1"], ["label2", "label0"]):
        found_header, found = to_csv(*args, *float64, "--outputs", ",".join(names))
        expected = sorted(names)
        assert found_header == [n for name in expected for n in header if n.endswith(name)]
        wanted = [sum(parts, []) for parts in zip(*(columns(header, rows, name) for name in expected), strict=True)]
        assert found == wanted


def test_json_lines_hold_the_named_outputs_only():
    everything = rows_of(explain(*MARGIN, "--out", "-").stdout)
    found = rows_of(explain(*MARGIN, "--outputs", "label2", "--out", "-").stdout)
    assert [row["outputs"] for row in found] == [{"label2": row["outputs"]["label2"]} for row in everything]
    assert [row["row"] for row in found] == list(range(120))


def test_names_are_those_of_the_labels_option():
    header, rows = to_csv(*MARGIN, "--labels", "red,green,blue", "--outputs", "green")
    assert {name.rsplit("_", 1)[1] for name in header} == {"green"}
    assert rows == columns(*to_csv(*MARGIN), "label1")


@pytest.mark.parametrize("args", [ARGS, MARGIN])
def test_predicted_is_the_output_with_the_largest_prediction(args):
    everything = rows_of(explain(*args, "--out", "-").stdout)
    best = [max(row["outputs"], key=lambda name: row["outputs"][name]["prediction"]) for row in everything]
    assert len(set(best)) == 3
    found = rows_of(explain(*args, "--outputs", "predicted", "--out", "-").stdout)
    wanted = [{name: row["outputs"][name]} for row, name in zip(everything, best, strict=True)]
    assert [row["outputs"] for row in found] == wanted
    header, rows = to_csv(*args, "--outputs", "predicted")
    assert header[-1] == "predicted"
    assert header[:-1] == [f"{name}_predicted" for name in everything[0]["outputs"]["label0"]["shap_values"]]
    assert [row[-1] for row in rows] == best
    values = [[float(v) for v in row[:-1]] for row in rows]
    assert values == [list(w[b]["shap_values"].values()) for w, b in zip(wanted, best, strict=True)]


def test_of_equal_predictions_the_first_is_predicted(tmp_path):
    model = json.loads(MULTI.read_text())
    model["learner"]["learner_model_param"]["base_score"] = "[5E-1,5E-1,5E-1]"
    trees = model["learner"]["gradient_booster"]["model"]["trees"]
    for tree in trees:
        leaf = [i for i, left in enumerate(tree["left_children"]) if left == -1]
        for i in leaf:
            tree["split_conditions"][i] = 0.5
    path = tmp_path / "flat.json"
    path.write_text(json.dumps(model))
    _, rows = to_csv("--model", path, *ARGS[2:], "--outputs", "predicted")
    assert {row[-1] for row in rows} == {"label0"}


def test_the_id_stays_last(tmp_path):
    data = tmp_path / "rows.csv"
    lines = NUMERIC.read_text().splitlines()
    data.write_text("\n".join([f"key,{lines[0]}", *(f"k{i},{line}" for i, line in enumerate(lines[1:5]))]) + "\n")
    header, rows = to_csv(*MARGIN[:2], "--data", data, *MARGIN[4:], "--id", "key", "--outputs", "predicted")
    assert header[-2:] == ["predicted", "key"]
    assert [row[-1] for row in rows] == ["k0", "k1", "k2", "k3"]


def test_one_output_is_its_own_prediction():
    args = ["--model", FIXTURES / "3.2.0/binary.json", *ARGS[2:], "--out", "-"]
    plain = explain(*args).stdout
    assert explain(*args, "--outputs", "predicted").stdout == plain
    assert explain(*args, "--outputs", "label0").stdout == plain


def documents(folder):
    return [json.loads((folder / name).read_text()) for name in ("analysis.json", "manifest.json")]


def test_documents_follow(tmp_path):
    assert explain(*MARGIN, "--out", tmp_path / "all").returncode == 0
    analysis, manifest = documents(tmp_path / "all")
    assert manifest["outputs"] == ["label0", "label1", "label2"]
    assert manifest["predicted_only"] is False
    everything = analysis["explanations"]["kernel_shap"]

    assert explain(*MARGIN, "--out", tmp_path / "named", "--outputs", "label1").returncode == 0
    analysis, manifest = documents(tmp_path / "named")
    assert manifest["outputs"] == ["label1"]
    assert list(manifest["expected_value"]) == ["label1"]
    assert manifest["additivity"]["output"] == "label1"
    assert analysis["explanations"]["kernel_shap"] == {"label1": everything["label1"]}

    assert explain(*MARGIN, "--out", tmp_path / "predicted", "--outputs", "predicted").returncode == 0
    analysis, manifest = documents(tmp_path / "predicted")
    assert manifest["outputs"] == ["label0", "label1", "label2"]
    assert manifest["predicted_only"] is True
    assert analysis["explanations"]["kernel_shap"] == everything


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("labell1", ["'labell1' is not an output of the model", "did you mean 'label1'?"]),
        ("label1,zzzzzz", ["'zzzzzz'", "label0, label1, label2", "predicted"]),
        ("all,label1", ["'all' is not an output"]),
    ],
)
def test_unknown_names(tmp_path, value, words):
    assert_error(explain(*MARGIN, "--outputs", value, "--out", tmp_path / "out"), "usage.value", 2, *words)
    assert not (tmp_path / "out").exists()


class Booster:
    """XGBoost's JSON, walked: the definition's own model."""

    def __init__(self, path):
        learner = json.loads(path.read_text())["learner"]
        model = learner["gradient_booster"]["model"]
        self.trees = list(zip(model["trees"], model["tree_info"], strict=True))
        base = json.loads(learner["learner_model_param"]["base_score"].lower())
        self.base = base if isinstance(base, list) else [base] * 3

    def probabilities(self, row):
        margins = list(map(float, self.base))
        for tree, output in self.trees:
            node = 0
            while tree["left_children"][node] != -1:
                value, default = row[tree["split_indices"][node]], tree["default_left"][node]
                left = default if math.isnan(value) else np.float32(value) < np.float32(tree["split_conditions"][node])
                node = tree["left_children" if left else "right_children"][node]
            margins[output] += tree["split_conditions"][node]
        powers = np.exp(np.array(margins) - max(margins))
        return powers / powers.sum()


def shapley(game, players):
    """[players x G] values of v(frozenset) by the definition."""
    values = []
    for player in range(players):
        rest = [p for p in range(players) if p != player]
        total = 0.0
        for size in range(players):
            weight = math.factorial(size) * math.factorial(players - 1 - size) / math.factorial(players)
            for chosen in itertools.combinations(rest, size):
                total = total + weight * (game[frozenset({*chosen, player})] - game[frozenset(chosen)])
        values.append(total)
    return np.array(values)


@pytest.mark.parametrize("outputs", ["all", "label1", "predicted"])
def test_class_probabilities_are_shapley_values_by_definition(tmp_path, outputs):
    lines = NUMERIC.read_text().splitlines(keepends=True)
    for name, part in (("rows.csv", lines[3:7]), ("background.csv", lines[50:54])):
        (tmp_path / name).write_text(lines[0] + "".join(part))
    done = run(
        "explain", "--model", MULTI, "--data", tmp_path / "rows.csv", "--background", tmp_path / "background.csv",
        "--outputs", outputs, "--float64", "--out", "-",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    def numbers(part):
        return [[float(v) if v else math.nan for v in line.strip().split(",")] for line in part]

    booster = Booster(MULTI)
    everyone = range(6)
    coalitions = [frozenset(c) for size in range(7) for c in itertools.combinations(everyone, size)]
    for x, row in zip(numbers(lines[3:7]), rows_of(done.stdout), strict=True):
        game = {}
        for coalition in coalitions:
            hybrids = [[x[f] if f in coalition else z[f] for f in everyone] for z in numbers(lines[50:54])]
            game[coalition] = sum(booster.probabilities(hybrid) for hybrid in hybrids) / len(hybrids)
        expected = shapley(game, 6)
        prediction = game[frozenset(everyone)]
        if outputs == "predicted":
            assert list(row["outputs"]) == [f"label{prediction.argmax()}"]
        for name, found in row["outputs"].items():
            output = int(name[-1])
            assert np.abs(list(found["shap_values"].values()) - expected[:, output]).max() <= 1e-7
            assert abs(found["prediction"] - prediction[output]) <= 1e-7
            assert abs(found["expected_value"] - game[frozenset()][output]) <= 1e-7
