"""The scaling curves: a picture per size that grows, rows/s of limpid and of peers."""

XLABELS = {
    "rows": "rows of the job",
    "trees": "trees (depth 6, 30 features)",
    "depth": "depth (100 trees, 30 features)",
    "features": "features (100 trees of depth 6)",
    "background": "background rows",
    "threads": "threads",
}
COLOURS = {
    "limpid, path": "#000000",
    "limpid, path, CSV to CSV": "#777777",
    "XGBoost, path": "#d55e00",
    "woodelf, path": "#cc79a7",
    "shapiq, interventional": "#e69f00",
}
BACKGROUND_NAMES = {"interventional": "limpid, interventional", "response": "limpid, response"}


def line_of(curve, label):
    """Over the background, the size is on the axis and not in the line's name."""
    if curve == "background" and label.startswith("limpid, "):
        return BACKGROUND_NAMES[label.removeprefix("limpid, ").rsplit("-", 1)[0]]
    return label.replace("interventional-100", "interventional, B = 100")


def lines(curve, points, results):
    """{label: [(x, rows/s)]}"""
    out = {}
    for label, x, cell in points:
        found = results.get(cell.key)
        if not found:
            continue
        out.setdefault(line_of(curve, label), []).append((x, found["rows_s"]))
        if curve == "rows" and cell.tool == "limpid":
            out.setdefault(f"{label}, CSV to CSV", []).append((x, found["whole_rows_s"]))
    return {label: sorted(xy) for label, xy in out.items()}


def draw(curves, results, docs):
    """docs/performance-<curve>.svg for every curve that has points."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    import pages

    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "limpid", "font.size": 9})
    for curve, points in curves.items():
        drawn = lines(curve, points, results)
        if not drawn:
            continue
        figure, axes = plt.subplots(figsize=(6, 3.4))
        for label, xy in drawn.items():
            axes.plot(*zip(*xy), marker=".", label=label, color=COLOURS.get(label), linewidth=1.2)
        axes.set(yscale="log", xlabel=XLABELS[curve], ylabel="rows/s")
        axes.set_xscale("linear" if curve in ("depth", "threads") else "log")
        axes.grid(True, linewidth=0.3)
        axes.legend(frameon=False, fontsize=8)
        figure.tight_layout()
        path = docs / f"performance-{curve}.svg"
        figure.savefig(path, metadata={"Date": None, "Creator": None})
        plt.close(figure)
        pages.shorten_svg(path)
