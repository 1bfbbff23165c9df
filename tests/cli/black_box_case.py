"""What the tests of black boxes share: commands that score rows, and a small table with texts."""

import sys

SCORES = '''
import csv, math, sys
for row in csv.reader(sys.stdin):
    print({expression}, flush=True)
'''


def command(folder, expression):
    """A predictor that prints `expression` of `row`, a list of texts."""
    path = folder / "score.py"
    path.write_text(SCORES.format(expression=expression))
    return ["--predictor", f"cmd:{sys.executable} {path}"]


def write_csv(path, names, rows):
    path.write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]) + "\n")
    return path


NAMES = ["a", "b", "kind", "c"]
ROWS = [[1, 2, "red", 0.5], [3, "", "green", 0.25], [1, 2, "", 4], [-2, 0.1, "red", 0.5]]
BACKGROUND = [[0, 1, "green", 0.5], [1, "", "blue", 1], [2, 2, "red", 0]]
EXPRESSION = 'float(row[0]) * float(row[1] or 7) + (3 if row[2] == "red" else len(row[2])) * float(row[3]) ** 2'
