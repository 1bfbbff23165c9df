"""Error against budget, and against time: one small figure per model, medians with the 90th percentile above."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
from pages import shorten_svg  # noqa: E402
from tables import BUDGETS, EXACT, LIMPID, SHAPIQ, asked, cell  # noqa: E402

LINES = {
    "limpid auto": "#000000",
    "limpid focus": "#0072b2",
    "limpid gp": "#009e73",
    "limpid wls": "#56b4e9",
    "shap": "#d55e00",
    "OddSHAP": "#cc79a7",
    "PolySHAP": "#e69f00",
    "RegressionMSR": "#999999",
    "ProxySHAP": "#b0a000",
    "LeverageSHAP": "#8c564b",
}


def points(results, model, state, line):
    """[(coalitions, seconds per row, median, p90)] by budget."""
    out = []
    for budget in BUDGETS:
        if line.startswith("limpid "):
            found = cell(results, model, "limpid", state, *LIMPID[line.removeprefix("limpid ")], budget)
        elif line in SHAPIQ:
            found = cell(results, model, "shapiq", state, line, None, budget)
        else:
            found = cell(results, model, "shap", state, "KernelExplainer", None, budget)
        if found and found["median"] > EXACT:
            count = {"V": found["players"], "4V": 4 * found["players"], "auto": 2 * found["players"] + 2048}
            size = count.get(budget, budget)
            out.append((size, found["cpu_s_per_row"], found["median"], found["p90"]))
    return sorted(out)


def against(results, state, axis, path):
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "limpid", "font.size": 8})
    names = [m for m in asked(results, state) if any(points(results, m, state, line) for line in LINES)]
    columns = 3
    rows = -(-len(names) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(9, 2.4 * rows + 0.6), squeeze=False, sharex=axis == "budget")
    for at, panel in enumerate(axes.flat):
        if at >= len(names):
            panel.set_axis_off()
            continue
        for line, colour in LINES.items():
            drawn = points(results, names[at], state, line)
            if not drawn:
                continue
            x = [point[0 if axis == "budget" else 1] for point in drawn]
            bold = 1.8 if line == "limpid auto" else 1
            panel.plot(x, [p[2] for p in drawn], color=colour, marker=".", markersize=4, linewidth=bold, label=line)
            panel.plot(x, [p[3] for p in drawn], color=colour, linestyle=":", linewidth=0.7)
        panel.set(xscale="log", yscale="log", title=names[at])
        panel.grid(True, linewidth=0.3)
        panel.minorticks_off()
    unit = "coalitions" if axis == "budget" else "processor seconds per row"
    figure.supxlabel(unit)
    figure.supylabel("relative L2 error: median, dotted 90th percentile")
    handles = {}
    for panel in axes.flat:
        handles |= {label: handle for handle, label in zip(*panel.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=5, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.94))
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    shorten_svg(path)
