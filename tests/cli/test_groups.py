"""Groups of features, --group and --groups: against brute force over the program's own predictions."""

import csv
import io
import itertools
import json
import math

import pytest
from limpid_program import LOANS_DATA, LOANS_MODEL, MODEL, MULTI, NUMERIC, assert_error, explain, rows_of

NAMES = ["age", "income", "größe", 'a "quoted", name', "debt ratio", "region"]
HEADER = NUMERIC.read_text().splitlines()[0]
ROWS = [list(row) for row in csv.reader(NUMERIC.read_text().splitlines()[1:])]
BACKGROUND = ROWS[40:43]


def write_rows(path, rows, header=NAMES):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("groups")
    write_rows(path / "rows.csv", ROWS[:4])
    write_rows(path / "background.csv", BACKGROUND)
    return path


def question(folder, model=MODEL, space="response"):
    return ["--model", model, "--data", folder / "rows.csv", "--background", folder / "background.csv", "--space", space,
            "--float64", "--out", "-", "--threads", 1]  # fmt: skip


def predictions(folder, model, space, rows):
    """[R][label] the program's own predictions of any rows."""
    data = write_rows(folder / "hybrids.csv", rows)
    done = explain("--model", model, "--data", data, "--background", folder / "background.csv", "--space", space,
                   "--float64", "--out", "-")  # fmt: skip
    assert done.returncode == 0, done.stderr
    outputs = [row.get("outputs", {"label0": row}) for row in rows_of(done.stdout)]
    return [{label: output["prediction"] for label, output in row.items()} for row in outputs]


def brute_force(folder, model, space, groups):
    """[R]{label: [P]} Shapley values by definition, every coalition and hybrid row predicted by the program."""
    coalitions = [s for n in range(len(groups) + 1) for s in itertools.combinations(range(len(groups)), n)]
    hybrids = []
    for row, coalition, z in itertools.product(ROWS[:4], coalitions, BACKGROUND):
        taken = {NAMES.index(name) for p in coalition for name in groups[p]}
        hybrids.append([row[f] if f in taken else z[f] for f in range(len(NAMES))])
    predicted = iter(predictions(folder, model, space, hybrids))
    out = []
    for _ in range(4):
        v = {s: [next(predicted) for _ in BACKGROUND] for s in coalitions}
        out.append({label: shapley(len(groups), {s: sum(p[label] for p in v[s]) / len(v[s]) for s in v})
                    for label in v[()][0]})  # fmt: skip
    return out


def shapley(players, v):
    values = []
    for i in range(players):
        value = 0.0
        for s in v:
            if i not in s:
                weight = math.factorial(len(s)) * math.factorial(players - len(s) - 1) / math.factorial(players)
                value += weight * (v[tuple(sorted((*s, i)))] - v[s])
        values.append(value)
    return values


def close(found, expected):
    scale = max(1.0, *map(abs, expected))
    return len(found) == len(expected) and all(abs(a - b) <= 2e-6 * scale for a, b in zip(found, expected))


def values_of(line):
    return {label: list(o["shap_values"].values()) for label, o in line.get("outputs", {"label0": line}).items()}


GROUPS = [["age"], ["income", "größe", "debt ratio"], ['a "quoted", name', "region"]]  # in column order
ASKED = ["--group", "money=debt ratio,income,2", "--group", "rest=region,3"]


@pytest.mark.parametrize("space", ["response", "margin"])
@pytest.mark.parametrize("model", [MODEL, MULTI], ids=["binary", "multi"])
def test_groups_are_players(folder, model, space):
    done = explain(*question(folder, model, space), *ASKED)
    assert done.returncode == 0, done.stderr
    lines = rows_of(done.stdout)
    expected = brute_force(folder, model, space, GROUPS)
    for line, wanted in zip(lines, expected):
        one = line.get("outputs", {"label0": line})["label0"]
        assert list(one["shap_values"]) == ["age", "money", "rest"]  # the data's order, by the first member
        for label, values in values_of(line).items():
            assert close(values, wanted[label]), (values, wanted[label])
    assert "each group is one player: money (income, größe, debt ratio); rest (" in done.stderr


def test_groups_are_no_sums_of_their_features(folder):
    """Otherwise the tests above would show nothing."""
    players = rows_of(explain(*question(folder), *ASKED).stdout)
    sums = rows_of(explain(*question(folder), *ASKED, "--group-mode", "sum").stdout)
    assert any(abs(a["shap_values"]["money"] - b["shap_values"]["money"]) > 1e-3 for a, b in zip(players, sums))


def test_csv_has_a_column_per_group(folder):
    lines = rows_of(explain(*question(folder, MULTI), *ASKED).stdout)
    done = explain(*question(folder, MULTI), *ASKED, "--format", "csv")
    assert done.returncode == 0, done.stderr
    table = list(csv.reader(io.StringIO(done.stdout)))
    assert table[0] == [f"{player}_label{g}" for g in range(3) for player in ("age", "money", "rest")]
    for row, line in zip(table[1:], lines):
        assert [float(x) for x in row] == [v for values in values_of(line).values() for v in values]


@pytest.mark.parametrize("method", ["interventional", "path-dependent"])
def test_sums_are_sums(folder, method, tmp_path):
    common = ["--model", MULTI, "--data", folder / "rows.csv", "--space", "margin", "--method", method, "--float64"]
    if method == "interventional":
        common += ["--background", folder / "background.csv"]
    features = rows_of(explain(*common, "--out", "-").stdout)
    done = explain(*common, *ASKED, "--group-mode", "sum", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "values of the features added up by group: money (income, größe, debt ratio); rest (" in done.stderr
    lines = rows_of((tmp_path / "out/explanations_shap/out.jsonl").read_text())
    analysis = json.loads((tmp_path / "out/analysis.json").read_text())["explanations"]["kernel_shap"]
    for line, feature_line in zip(lines, features):
        for label, output in line["outputs"].items():
            by_feature = feature_line["outputs"][label]["shap_values"]
            wanted = [sum(by_feature[name] for name in group) for group in GROUPS]  # the model's order is the data's
            assert list(output["shap_values"].values()) == wanted
            assert output["prediction"] == feature_line["outputs"][label]["prediction"]
    for label, found in analysis.items():
        for i, (player, mean) in enumerate(found["global_shap_values"].items()):
            values = [abs(values_of(line)[label][i]) for line in lines]
            assert abs(mean - sum(values) / len(values)) <= 1e-12, player
    groups = json.loads((tmp_path / "out/manifest.json").read_text())["groups"]
    assert groups == {"mode": "sum", "features": {"money": GROUPS[1], "rest": GROUPS[2]}}


def test_path_dependent_groups_add_up(folder):
    common = ["--model", MODEL, "--data", folder / "rows.csv", "--method", "path-dependent", "--float64", "--out", "-"]
    features = rows_of(explain(*common).stdout)
    everything = rows_of(explain(*common, "--group", "all=0,1,2,3,4,5").stdout)
    for one, all_of_them in zip(features, everything):
        whole = one["prediction"] - one["expected_value"]
        assert close([all_of_them["shap_values"]["all"]], [whole])
        assert close([sum(one["shap_values"].values())], [whole])


def test_a_file_of_groups(folder, tmp_path):
    by_option = explain(*question(folder), *ASKED)
    file = tmp_path / "groups.json"
    file.write_text(json.dumps({"money": ["debt ratio", "income", 2], "rest": ["region", 'a "quoted", name']}))
    done = explain(*question(folder), "--groups", file)
    assert done.returncode == 0, done.stderr
    assert done.stdout == by_option.stdout
    file.write_text('{"rest": ["region", 3]}')
    both = explain(*question(folder), "--groups", file, "--group", "money=debt ratio,income,2")
    assert both.stdout == by_option.stdout
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"group": ["money=debt ratio,income,2", "rest=region,3"]}))
    assert explain(*question(folder), "--config", config).stdout == by_option.stdout


def test_groups_and_the_order_of_columns_do_not_change_values(folder, tmp_path):
    """Columns in another order, an id among them: the same values by name, players in the new order."""
    order = [5, 4, 3, 2, 1, 0]
    for name, rows in (("rows", ROWS[:4]), ("background", BACKGROUND)):
        write_rows(tmp_path / f"{name}.csv", [["k", *[row[f] for f in order]] for row in rows],
                   ["key", *[NAMES[f] for f in order]])  # fmt: skip
    plain = rows_of(explain(*question(folder), *ASKED).stdout)
    done = explain(*question(tmp_path), "--id", "key", "--group", "money=debt ratio,income,4", "--group", "rest=region,3")
    assert done.returncode == 0, done.stderr
    for one, other in zip(plain, rows_of(done.stdout)):
        assert list(other["shap_values"]) == ["rest", "money", "age"]
        assert other["shap_values"] == one["shap_values"]


@pytest.mark.parametrize(
    "options, words",
    [
        (["--group", "money=incom"], ["'incom'", "no feature of the data", "did you mean 'income'?"]),
        (["--group", "money=income,17"], ["'17'", "no column of a feature"]),
        (["--group", "a1=age", "--group", "a2=0"], ["feature 'age' is in two groups, 'a1' and 'a2'"]),
        (["--group", "money=age,age"], ["group 'money' has 'age' twice"]),
        (["--group", "money="], ["group 'money' has no features", "--group money="]),
        (["--group", "m=age", "--group", "m=income"], ["two groups are named 'm'"]),
        (["--group", "region=age,income"], ["'region'", "the name of a feature that is in no group"]),
        (["--group-mode", "sum"], ["no groups to add up"]),
        (["--group-by-separator", "__"], ["standard output takes one", "--group-level 1"]),
        (["--group-by-separator", "__", "--group-level", "1"], ["no feature's name has the separator '__'"]),
        (["--group-by-separator", " ", "--group-level", "4"], ["--group-level 4: the names have 3 levels"]),
        (["--group-by-separator", "", "--group-level", "1"], ["needs the text between the parts"]),
        (["--group-level", "1"], ["--group-by-separator __ --group-level 1"]),
        (["--group", "m=age", "--group-by-separator", "_", "--group-level", "1"], ["leave one out"]),
    ],
)  # fmt: skip
def test_errors(folder, options, words):
    assert_error(explain(*question(folder), *options), "usage.group", 2, *words)


def test_errors_of_values(folder, tmp_path):
    assert_error(explain(*question(folder), "--group", "money"), "usage.value", 2, "NAME=feature,feature")
    assert_error(explain(*question(folder), "--group", "=age"), "usage.value", 2, "NAME=feature,feature")
    assert_error(explain(*question(folder), "--group-mode", "sums"), "usage.value", 2, "did you mean 'sum'?")
    assert_error(explain(*question(folder), "--group-level", "0", "--group-by-separator", "_"), "usage.value", 2)
    separator = ["--group-by-separator", "__", "--out", tmp_path / "out"]
    done = explain("--model", MODEL, "--data", "-", "--background", folder / "background.csv", *separator, stdin=HEADER)
    assert_error(done, "usage.group", 2, "standard input can be read once", "--group-level 1")


@pytest.mark.parametrize(
    "text, code, words",
    [
        ("[1, 2]", "config.format", ["holds array, not an object"]),
        ("{", "config.format", ["is not JSON"]),
        ('{"m": "age"}', "config.format", ["/m is string, not an array of features"]),
        ('{"m": [1.5]}', "config.format", ["/m has 1.5, not the name or the column"]),
        ('{"m": [["age"]]}', "config.format", ["not the name or the column"]),
        ('{"": ["age"]}', "config.format", ["empty name"]),
        ('{"m": ["age"], "m": ["income"]}', "usage.group", ["two groups are named 'm'"]),
        ('{"m": []}', "usage.group", ["group 'm' has no features"]),
        ("[" * 100000, "config.format", ["is not JSON"]),
    ],
)
def test_errors_of_the_file(folder, tmp_path, text, code, words):
    file = tmp_path / "groups.json"
    file.write_text(text)
    assert_error(explain(*question(folder), "--groups", file), code, 2, *words)


def test_a_file_that_is_not_there(folder):
    assert_error(explain(*question(folder), "--groups", "/nowhere.json"), "config.open", 2, "/nowhere.json")


def test_a_group_lowers_the_number_of_players(tmp_path):
    """The limit on players counts groups: what was too many features fits as groups."""
    few = [*LOANS_MODEL, *LOANS_DATA, "--estimator", "exact", "--max-exact-players", 3, "--background", "sample:5", "--out", "-"]
    assert_error(explain(*few), "usage.players", 2, "--group", "features that matter together")
    names = (LOANS_DATA[1]).read_text().splitlines()[0].split(",")
    features = [name for name in names if name not in ("loan_id", "loan_approved")]
    done = explain(*few, "--group", "a=" + ",".join(features[::2]), "--group", "b=" + ",".join(features[1::2]))
    assert done.returncode == 0, done.stderr
    assert list(rows_of(done.stdout)[0]["shap_values"]) == ["a", "b"]
    one = explain(*few[:-4], "--max-exact-players", 1, "--background", "sample:5", "--out", "-", "--group",
                  "a=" + ",".join(features[::2]))  # fmt: skip
    assert_error(one, "usage.players", 2, "players (groups, or features by themselves)")


def test_groups_without_a_header(folder, tmp_path):
    """By position: members are columns."""
    for name in ("rows", "background"):
        lines = (folder / f"{name}.csv").read_text().splitlines()[1:]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    done = explain(*question(tmp_path), "--no-header", "--group", "money=4,1,2", "--group", "rest=5,3")
    assert done.returncode == 0, done.stderr
    plain = rows_of(explain(*question(folder), *ASKED).stdout)
    found = rows_of(done.stdout)
    assert [list(row["shap_values"].values()) for row in found] == [list(row["shap_values"].values()) for row in plain]
