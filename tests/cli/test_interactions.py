"""--interactions: matrices whose rows add up to the values, the largest pairs, NumPy's arrays, means, refusals."""

import csv
import json
import math
from itertools import combinations

import numpy as np
import pytest
from limpid_program import LOANS_DATA, LOANS_MODEL, MODEL, MULTI, NUMERIC, assert_error, explain, files_in, rows_of

BINARY = ["--model", MODEL, "--data", NUMERIC, "--background", "sample:9"]
THREE = ["--model", MULTI, "--data", NUMERIC, "--background", "sample:7"]
LINES = "explanations_shap/interactions.jsonl"
ARRAY = "explanations_shap/interactions.npy"


def written(out, *args):
    done = explain(*args, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def lines_of(out):
    return rows_of((out / LINES).read_text())


def values_of(out):
    """[rows x P] of a model with one output."""
    rows = rows_of((out / "explanations_shap/out.jsonl").read_text())
    return np.array([list(row["shap_values"].values()) for row in rows])


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    return written(tmp_path_factory.mktemp("binary") / "out", *BINARY, "--interactions", "--float64")


def test_rows_add_up_to_the_values(binary):
    values = rows_of((binary / "explanations_shap/out.jsonl").read_text())
    lines = lines_of(binary)
    assert len(lines) == len(values) == 120
    for line, row in zip(lines, values, strict=True):
        assert list(line) == ["row", "features", "interaction_values"]
        assert line["row"] == row["row"]
        assert line["features"] == list(row["shap_values"])
        matrix = np.array(line["interaction_values"])
        assert (matrix == matrix.T).all()
        assert np.abs(matrix.sum(axis=1) - list(row["shap_values"].values())).max() <= 1e-15
        assert matrix.sum() + row["expected_value"] == pytest.approx(row["prediction"], abs=1e-6)


def logit(p):
    return math.log(p / (1 - p))


def tree_margin(model, row):
    """The margin in double: float32 thresholds against float32 values, missing values by default_left."""
    total = 0.0
    for tree in model["learner"]["gradient_booster"]["model"]["trees"]:
        node = 0
        while tree["left_children"][node] >= 0:
            value, threshold = row[tree["split_indices"][node]], np.float32(tree["split_conditions"][node])
            left = tree["default_left"][node] if math.isnan(value) else value < threshold
            node = tree["left_children" if left else "right_children"][node]
        total += tree["split_conditions"][node]
    return total


def interactions_by_definition(game, players):
    """Half of sum over S of |S|! (P-|S|-2)! / (P-1)! (v(S+i+j) - v(S+i) - v(S+j) + v(S)), off the diagonal."""
    v = {s: game(s) for s in range(1 << players)}
    out = np.zeros((players, players))
    for i, j in combinations(range(players), 2):
        others = [k for k in range(players) if k not in (i, j)]
        for size in range(players - 1):
            weight = math.factorial(size) * math.factorial(players - size - 2) / math.factorial(players - 1)
            for members in combinations(others, size):
                s = sum(1 << k for k in members)
                a, b = 1 << i, 1 << j
                out[i, j] += weight / 2 * (v[s | a | b] - v[s | a] - v[s | b] + v[s])
        out[j, i] = out[i, j]
    return out


QUESTIONS = {
    "response": (["--space", "response", "--method", "kernel"], lambda margins: np.mean(1 / (1 + np.exp(-margins)))),
    "margin": (["--space", "margin", "--method", "kernel"], np.mean),
    "logit": (["--link", "logit"], lambda margins: logit(np.mean(1 / (1 + np.exp(-margins))))),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_are_the_shapley_interaction_index(tmp_path, question):
    """Against the definition, over hybrids of the raw rows and trees walked here."""
    options, answer = QUESTIONS[question]
    out = written(tmp_path / "out", *BINARY, *options, "--interactions", "--float64")
    model = json.loads(MODEL.read_text())
    base = float(str(model["learner"]["learner_model_param"]["base_score"]).strip("[]"))
    base = logit(base)

    def read(path):
        with open(path) as file:
            names, *rows = csv.reader(file)
        return names, np.array([[float(cell or "nan") for cell in row] for row in rows], dtype=np.float32)

    names, rows = read(NUMERIC)
    order, background = read(out / "explanations_shap/baseline.csv")
    background = background[:, [order.index(name) for name in names]]

    for r in (0, 17):
        def game(s, x=rows[r]):
            inside = [bool(s >> k & 1) for k in range(len(names))]
            return answer(np.array([base + tree_margin(model, np.where(inside, x, z)) for z in background]))

        line = lines_of(out)[r]
        found = np.array(line["interaction_values"])
        place = [line["features"].index(name) for name in names]
        found = found[np.ix_(place, place)]
        expected = interactions_by_definition(game, len(names))
        np.fill_diagonal(found, 0.0)
        assert np.abs(found - expected).max() <= 1e-6


def test_each_output_has_its_matrix(tmp_path):
    out = written(tmp_path / "out", *THREE, "--interactions", "--float64")
    for line, row in zip(lines_of(out), rows_of((out / "explanations_shap/out.jsonl").read_text()), strict=True):
        assert list(line["outputs"]) == list(row["outputs"]) == ["label0", "label1", "label2"]
        for label, values in row["outputs"].items():
            matrix = np.array(line["outputs"][label]["interaction_values"])
            assert np.abs(matrix.sum(axis=1) - list(values["shap_values"].values())).max() <= 1e-15


def test_outputs_that_are_not_written_are_not_there(tmp_path):
    every = lines_of(written(tmp_path / "all", *THREE, "--interactions"))
    one = lines_of(written(tmp_path / "one", *THREE, "--interactions", "--outputs", "label1"))
    for all_outputs, named in zip(every, one, strict=True):
        assert named["outputs"] == {"label1": all_outputs["outputs"]["label1"]}
    out = written(tmp_path / "predicted", *THREE, "--interactions", "--outputs", "predicted")
    rows = rows_of((out / "explanations_shap/out.jsonl").read_text())
    for all_outputs, named, row in zip(every, lines_of(out), rows, strict=True):
        (label,) = row["outputs"]
        assert named["outputs"] == {label: all_outputs["outputs"][label]}


def test_top_pairs_are_the_largest(binary, tmp_path):
    lines = lines_of(written(tmp_path / "top", *BINARY, "--interactions=top:4", "--float64"))
    for line, all_pairs in zip(lines, lines_of(binary), strict=True):
        names, matrix = all_pairs["features"], all_pairs["interaction_values"]
        pairs = [[names[i], names[j], matrix[i][j]] for i, j in combinations(range(len(names)), 2)]
        assert line == {"row": all_pairs["row"], "pairs": sorted(pairs, key=lambda pair: -abs(pair[2]))[:4]}
    many = lines_of(written(tmp_path / "many", *BINARY, "--interactions=top:1000"))
    assert {len(line["pairs"]) for line in many} == {15}


def test_numpy_maps_the_same_numbers(binary, tmp_path):
    matrices = np.array([line["interaction_values"] for line in lines_of(binary)])
    out = written(tmp_path / "f4", *BINARY, "--interactions", "--interactions-format", "npy")
    single = np.load(out / ARRAY, mmap_mode="r")
    assert single.dtype == np.float32
    assert (single == matrices.astype(np.float32)).all()
    assert (out / ARRAY).stat().st_size == 128 + single.nbytes
    array = ["--interactions", "--interactions-format", "npy"]
    double = np.load(written(tmp_path / "f8", *BINARY, *array, "--float64") / ARRAY)
    assert (double == matrices).all()
    three = np.load(written(tmp_path / "three", *THREE, *array) / ARRAY)
    assert three.shape == (120, 3, 6, 6)


def test_means_and_manifest(binary, tmp_path):
    matrices = np.array([line["interaction_values"] for line in lines_of(binary)])
    means = json.loads((binary / "interactions.json").read_text())
    assert means["features"] == lines_of(binary)[0]["features"]
    found = np.array(means["outputs"]["label0"]["global_interaction_values"])
    assert np.abs(found - np.abs(matrices).mean(axis=0)).max() <= 1e-15
    manifest = json.loads((binary / "manifest.json").read_text())
    assert manifest["interactions"] == {"pairs": "all", "format": "jsonl"}
    assert {"interactions.json", LINES} <= {file["name"] for file in manifest["files"]}
    plain = written(tmp_path / "plain", *BINARY)
    assert json.loads((plain / "manifest.json").read_text())["interactions"] is None


def test_values_are_what_they_are_without(binary, tmp_path):
    plain = written(tmp_path / "plain", *BINARY, "--float64")
    for name in ("analysis.json", "explanations_shap/out.jsonl"):
        assert (plain / name).read_bytes() == (binary / name).read_bytes()


def test_ids_and_csv_values(tmp_path):
    args = [*LOANS_MODEL, *LOANS_DATA, "--background", "sample:3", "--format", "csv", "--interactions=top:1"]
    lines = lines_of(written(tmp_path / "out", *args))
    assert lines[0]["id"] == "L08-000000"
    assert "explanations_shap/out.csv" in files_in(tmp_path / "out")


def test_overwrite_leaves_no_interactions_behind(tmp_path):
    out = written(tmp_path / "out", *BINARY, "--interactions", "--interactions-format", "npy")
    assert ARRAY in files_in(out)
    written(out, *BINARY, "--interactions=top:2", "--overwrite")
    assert ARRAY not in files_in(out)
    written(out, *BINARY, "--overwrite")
    assert not [name for name in files_in(out) if "interactions" in name]


def test_sums_of_groups_add_up_their_features_pairs(tmp_path):
    with open(NUMERIC) as file:
        names = next(csv.reader(file))
    group = ["--group", f"ab={names[0]},{names[1]}", "--group-mode", "sum"]
    out = written(tmp_path / "sum", *BINARY, "--interactions", "--float64", *group)
    features = written(tmp_path / "features", *BINARY, "--interactions", "--float64")
    for line, apart in zip(lines_of(out), lines_of(features), strict=True):
        matrix = np.array(line["interaction_values"])
        single = np.array(apart["interaction_values"])
        of = np.array([[name == own or (own == "ab" and name in names[:2]) for name in apart["features"]]
                       for own in line["features"]], dtype=float)  # fmt: skip
        assert np.abs(matrix - of @ single @ of.T).max() <= 1e-12
    sums = np.array([np.sum(line["interaction_values"], axis=1) for line in lines_of(out)])
    assert np.abs(sums - values_of(out)).max() <= 1e-12


def test_every_level_has_its_own(tmp_path):
    out = tmp_path / "out"
    written(out, *BINARY, "--interactions", "--group-by-separator", " ")
    levels = [name for name in files_in(out) if name.endswith(LINES)]
    assert levels
    assert len(levels) == len([name for name in files_in(out) if name.endswith("manifest.json")])


def test_config_says_it_too(tmp_path):
    config = tmp_path / "config.json"
    for value, key in [(True, "interaction_values"), ("top:2", "pairs")]:
        config.write_text(json.dumps({"interactions": value}))
        assert key in lines_of(written(tmp_path / key, *BINARY, "--config", config))[0]
    config.write_text(json.dumps({"interactions": False}))
    assert LINES not in files_in(written(tmp_path / "none", *BINARY, "--config", config))


@pytest.mark.parametrize(
    "options, code, words",
    [
        (["--interactions=top:0"], "usage.value", "--interactions=top:10"),
        (["--interactions=most"], "usage.value", "'most' is not a known value"),
        (["--interactions", "top:3"], "usage.argument", "--interactions=top:3"),
        (["--interactions=top:3", "--interactions-format", "npy"], "usage.interactions", "--interactions-format jsonl"),
        (["--interactions-format", "npy"], "usage.interactions", "add --interactions"),
        (["--interactions", "--estimator", "gp"], "usage.interactions", "leave out --estimator"),
        (["--interactions", "--target-error", "0.1"], "usage.interactions", "interactions are exact"),
    ],
)
def test_refusals_name_the_alternative(tmp_path, options, code, words):
    assert_error(explain(*BINARY, *options, "--out", tmp_path / "out"), code, 2, words)


def test_of_the_logit_of_the_mean_in_every_form(tmp_path):
    """Matrices add up to values in log-odds, in text as in arrays; the manifest says of what; chunks change no byte."""
    ask = [*THREE, "--link", "logit"]
    out = written(tmp_path / "out", *ask, "--interactions", "--interactions-format", "npy", "--float64", "--threads", 1)
    arrays = np.load(out / ARRAY)
    rows = rows_of((out / "explanations_shap/out.jsonl").read_text())
    values = np.array([[list(o["shap_values"].values()) for o in row["outputs"].values()] for row in rows])
    assert np.abs(arrays.sum(axis=3) - values).max() <= 1e-14
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["method"]["link"] == "logit" and manifest["interactions"] == {"pairs": "all", "format": "npy"}
    text = written(tmp_path / "text", *ask, "--interactions", "--float64", "--threads", 2, "--chunk-rows", 64)
    for line, array in zip(lines_of(text), arrays, strict=True):
        assert [output["interaction_values"] for output in line["outputs"].values()] == array.tolist()
    top = lines_of(written(tmp_path / "top", *ask, "--interactions=top:2", "--float64"))
    names = json.loads((text / "interactions.json").read_text())["features"]
    for line, array in zip(top, arrays, strict=True):
        for output, matrix in zip(line["outputs"].values(), array, strict=True):
            (a, b, value), second = output["pairs"]
            assert value == matrix[names.index(a), names.index(b)]
            assert abs(value) == np.abs(np.triu(matrix, 1)).max() >= abs(second[2])


def test_standard_output_takes_values_alone(tmp_path):
    assert_error(explain(*BINARY, "--interactions", "--out", "-"), "usage.interactions", 2, "--out DIR")


def test_above_the_lattice_a_row_is_named(tmp_path):
    done = explain(*BINARY, "--interactions", "--max-exact-players", 2, "--out", tmp_path / "out")
    words = ["the first is row ", "too many for exact interactions", "--max-exact-players ", "--space margin (no limit)"]
    assert_error(done, "usage.players", 2, *words)
    assert files_in(tmp_path / "out") == []
    ask = [*BINARY, "--interactions", "--link", "logit", "--max-exact-players", 2, "--out", tmp_path / "out"]
    words[2:2] = ["differ from the background rows, taken together, in more than 2"]
    assert_error(explain(*ask), "usage.players", 2, *words)


def test_a_black_box_has_none(tmp_path):
    done = explain("--predictor", "cmd:cat", "--data", NUMERIC, "--interactions", "--out", tmp_path / "out")
    assert_error(done, "usage.predictor", 2, "--model FILE")
