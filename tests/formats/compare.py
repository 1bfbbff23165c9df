"""Every model file of a folder of fixtures beside its library's own answers: how far limpid is from them.

    python3 tests/formats/compare.py [FOLDER ...] [--all] [--markdown] [--update docs/formats.md]

FOLDER (default tests/fixtures) holds <library>/<version>/<case>.<ext>, <case>.expected.json beside it and the data
<library>/<data>.csv, as tests/fixtures/make_*.py write them. For each model the program predicts margins and responses
and explains margins path-dependent; compared with the library's answers for the first rows of the data are

- margin and response: the largest distance in ulps, of float32 where the library adds in float32 (XGBoost), else of
  float64, and the largest |difference| / max(1, |the library's|);
- contributions, the base value among them: the largest |difference| / max(1, largest |contribution| of the row).

tests/oracles/test_fixtures.py holds the committed fixtures to limits of these figures; docs/formats.md has the table over
1,000 rows each.
"""

import argparse
import atexit
import csv
import dataclasses
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from table import KINDS, differing, figure, relative_figure, table

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("LIMPID_PROGRAM", REPOSITORY / "build/limpid"))
FIXTURES = REPOSITORY / "tests/fixtures"


@dataclasses.dataclass
class Case:
    library: str
    version: str
    name: str
    model: Path
    data: Path
    expected: dict

    def __str__(self):
        return f"{self.library}/{self.version}/{self.model.name}"


@dataclasses.dataclass
class Distance:
    ulps: float = 0.0
    relative: float = 0.0
    rows: int = 0
    note: str = ""  # why there is no figure

    def merge(self, other):
        return Distance(
            max(self.ulps, other.ulps), max(self.relative, other.relative), self.rows + other.rows, self.note
        )


@dataclasses.dataclass
class Measured:
    case: Case
    model: dict  # what `limpid inspect --json` says
    margin: Distance
    response: Distance
    contributions: Distance
    kinds: tuple
    comparable: bool  # the library's contributions are those of the model that it predicts with


class Refused(Exception):
    """The program ended with an error."""


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise Refused(next((line for line in done.stderr.splitlines() if line.startswith("error")), done.stderr))
    return done.stdout


def cases(folder):
    """Every model file that has answers beside it."""
    for path in sorted(Path(folder).glob("*/*/*.expected.json")):
        expected = json.loads(path.read_text())
        library, version, name = path.parts[-3], path.parts[-2], path.name.removesuffix(".expected.json")
        for model in sorted(path.parent.glob(name + ".*")):
            if model != path:
                yield Case(library, version, name, model, path.parents[1] / (expected["data"] + ".csv"), expected)


def positions(values, float32):
    """Numbers as integers that count the representable ones; both zeros are 0."""
    bits = values.astype(np.float32).view(np.int32) if float32 else values.view(np.int64)
    magnitude = (bits & np.iinfo(bits.dtype).max).astype(object)  # of any size: differences do not overflow
    return np.where(bits < 0, -magnitude, magnitude)


def distance(found, expected, float32):
    """Of two [R x G] arrays; a number that is not finite on one side alone is infinitely far."""
    found = np.ascontiguousarray(found, dtype=np.float64)
    expected = np.ascontiguousarray(expected, dtype=np.float64)
    if found.shape != expected.shape:
        return Distance(np.inf, np.inf, len(expected), f"shape {found.shape} beside {expected.shape}")
    if not (np.isfinite(found).all() and np.isfinite(expected).all()):
        return Distance(np.inf, np.inf, len(expected), "not finite")
    ulps = np.abs(positions(found, float32) - positions(expected, float32)).max(initial=0)
    relative = (np.abs(found - expected) / np.maximum(1.0, np.abs(expected))).max(initial=0.0)
    return Distance(float(ulps), float(relative), len(expected))


def matrix(rows):
    return np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=np.float64)


def options_of(case):
    """How the rows are read: all rounds, and category names that the library damaged in the file."""
    options = ["--model", case.model, "--data", case.data, "--iterations", "all", "--float64", "--quiet"]
    if case.name == "strings_utf8" and case.version != "3.4.1":  # XGBoost before 3.4 loses what is not ASCII
        options += ["--categories", utf8_names()]
    return options


@functools.cache
def utf8_names():
    handle, path = tempfile.mkstemp(suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump({"region": ["region %d ß" % code for code in range(12)]}, out)
    atexit.register(os.remove, path)
    return path


def predicted(case, space):
    text = run("predict", "--space", space, *options_of(case))
    return matrix([[float(v) for v in row] for row in list(csv.reader(text.splitlines()))[1:]])


def compare_predictions(case, model, space, key):
    if key not in case.expected:
        return Distance(note="the library has none")
    if space == "response" and not model["has_response"]:
        return Distance(note="margin only")
    expected = matrix(case.expected[key])
    found = predicted(case, space)[: len(expected)]
    if expected.shape[1] == 1 and found.shape[1] > 1:  # the library predicts the class alone
        found = found.argmax(axis=1).astype(float)[:, None]
    return distance(found, expected, case.library == "xgboost")


def compare_contributions(case, model):
    if "contribs" not in case.expected:
        return Distance(note=case.expected.get("contribs_error", "the library has none"))
    expected = matrix(case.expected["contribs"])
    try:
        text = run("explain", "--method", "path-dependent", "--space", "margin", "--out", "-", *options_of(case))
    except Refused as refused:
        return Distance(np.inf, np.inf, len(expected), str(refused))
    found = []
    for line in text.splitlines()[: len(expected)]:
        row = json.loads(line)
        outputs = row["outputs"].values() if "outputs" in row else [row]
        found.append([v for o in outputs for v in (*in_model_order(o["shap_values"], model), o["expected_value"])])
    found = matrix(found)
    if case.library == "catboost" and case.name == "uncertainty":  # the library gives those of the mean alone
        found = found[:, : expected.shape[1]]
    if found.shape != expected.shape:
        return Distance(np.inf, np.inf, len(expected), f"shape {found.shape} beside {expected.shape}")
    usable = np.isfinite(expected).all(axis=1)  # XGBoost before 3.4 gives NaN where a node has no cover
    found, expected = found[usable], expected[usable]
    if not len(expected):
        return Distance(note="the library's are NaN")
    shape = (len(expected), -1, len(model["features"]) + 1)
    scale = np.maximum(1.0, np.abs(expected).reshape(shape)[:, :, :-1].max(axis=2, keepdims=True))
    difference = np.abs(found - expected).reshape(shape) / scale
    return Distance(np.nan, float(difference.max()) if np.isfinite(difference).all() else np.inf, len(expected))


def other_contributions(case):
    """Why a library's contributions are not those of the model that it predicts with; None where they are."""
    if case.library == "xgboost" and case.version == "0.90" and "dart" in case.name:
        return "XGBoost 0.90 leaves the weights of DART's trees out of its contributions"
    return None


def in_model_order(values, model):
    """A row's values, in the order of the model's features rather than of the data's columns."""
    names = [feature["name"] for feature in model["features"]]
    return [values[name] for name in names] if set(names) == set(values) else list(values.values())


@functools.cache
def has_missing(path):
    with open(path, encoding="utf-8", newline="") as lines:
        return any(cell in ("", "NaN", "nan") for row in csv.reader(lines) for cell in row)


def kinds_of(case, model):
    """The columns of the table that a model belongs to."""
    parameters = json.dumps(case.expected.get("parameters", {})).lower() + case.name
    categorical = any(f["kind"] == "categorical" and f["splits"] for f in model["features"])
    forest = any(word in parameters for word in ("forest", "num_parallel_tree", '"rf"', "bagging", "extratrees"))
    found = {
        "numeric": not categorical,
        "categorical": categorical,
        "missing": has_missing(case.data),
        "multi-output": model["outputs"] > 1,
        "DART": "dart" in parameters,
        "forest": forest,
    }
    return tuple(kind for kind in KINDS if found[kind])


def measure(case):
    """Throws Refused where the model cannot be read."""
    model = json.loads(run("inspect", "--json", case.model))
    return Measured(
        case,
        model,
        compare_predictions(case, model, "margin", "margin"),
        compare_predictions(case, model, "response", "predict"),
        compare_contributions(case, model),
        kinds_of(case, model),
        other_contributions(case) is None,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", default=[FIXTURES], metavar="FOLDER")
    parser.add_argument("--all", action="store_true", help="a line for each model too")
    parser.add_argument("--update", metavar="FILE", type=Path, help="put the table between the marks of a document")
    arguments = parser.parse_args()
    results, refused = [], []
    for case in (case for folder in arguments.folders for case in cases(folder)):
        try:
            results.append(measure(case))
        except Refused as error:
            refused.append(f"{case}: {error}")
            continue
        r = results[-1]
        if arguments.all:
            notes = "; ".join(filter(None, (r.margin.note, r.response.note, r.contributions.note)))
            print(f"{case!s:55} {figure(r.margin):>8} {figure(r.response):>8} {relative_figure(r.contributions):>9} {notes}")
    text = table(results) + "\n" + differing(results)
    print(text)
    print(*refused, sep="\n")
    if arguments.update:
        document = arguments.update.read_text()
        begin, end = "<!-- table: tests/formats/compare.py -->\n", "<!-- end -->"
        head, rest = document.split(begin)
        arguments.update.write_text(head + begin + text + end + rest.split(end, 1)[1])
    return 1 if any(r.margin.note.startswith(("shape", "not")) for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
