"""How throughput changes with one size at a time, everything else held."""

from peers.questions import QUESTIONS, Cell, wanted

ROWS = (100, 1000, 10_000, 100_000, 1_000_000, 10_000_000)
PEER_ROWS = (100, 1000, 10_000)
TREES = (10, 50, 100, 200, 500)
DEPTHS = (2, 4, 6, 8, 10, 12, 14, 16)
FEATURES = (12, 25, 50, 100, 200)
BASE = "synth30"
LINES = ("path", "interventional-100")
XGBOOST = "library"


def curve_workload(features=30, depth=6, trees=100):
    return f"synth{features}-d{depth}-t{trees}"


def points():
    """{curve: [(label of the line, x, cell)]}"""
    out = {"rows": [], "trees": [], "depth": [], "features": [], "background": [], "threads": []}

    def add(curve, x, workload, questions=LINES, peer=True, **fixed):
        for question in questions:
            out[curve].append((f"limpid, {question}", x, Cell(workload, question, "limpid", **fixed)))
        if peer:
            out[curve].append(("XGBoost, path", x, Cell(workload, "path", XGBOOST, **fixed)))

    for rows in ROWS:
        add("rows", rows, BASE, ("path",), rows in PEER_ROWS, rows=rows)
        if rows <= 10_000:
            out["rows"].append(("woodelf, path", rows, Cell(BASE, "path", "woodelf", rows=rows)))
    for trees in TREES:
        add("trees", trees, BASE, trees=trees)
    for depth in DEPTHS:
        add("depth", depth, curve_workload(depth=depth))
    for features in FEATURES:
        add("features", features, curve_workload(features=features))
    for size in (1, 10, 100, 1000, 10_000):
        add("background", size, BASE, (f"interventional-{size}",), False)
        if size in (1, 100, 10_000):
            out["background"].append(("shapiq, interventional", size, Cell(BASE, f"interventional-{size}", "shapiq")))
        if size <= 1000:
            add("background", size, "adult", (f"response-{size}",), False)
    return out


def thread_points(most):
    counts = [count for count in (1, 2, 4, 8, 16, 32, 64) if count < most] + [most]
    tools = (("limpid, path", "path", "limpid"), ("XGBoost, path", "path", XGBOOST))
    return [(label, n, Cell(BASE, question, tool, n)) for n in counts for label, question, tool in tools]


def all_points(most_threads):
    return points() | {"threads": thread_points(most_threads)}


def cells(most_threads, only):
    """Each once. Words of --only may name a curve, too."""
    found = {}
    for curve, members in all_points(most_threads).items():
        for _, _, cell in members:
            if not only or curve in only or wanted(cell, only):
                found[cell.key] = cell
    assert all(cell.question in QUESTIONS for cell in found.values())
    return list(found.values())
