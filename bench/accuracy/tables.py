"""Markdown tables of the cells."""

from cells import key_of
from collect import BUDGETS, EFFORT

STATES = {"pairs": "pairs (B = 1)", "B20": "rows, B = 20", "B100": "rows, B = 100"}
LIMPID = {
    "auto": ("auto", "leverage"),
    "focus": ("focus", "leverage"),
    "gp": ("gp", "leverage"),
    "wls": ("wls", "leverage"),
    "wls, kernel design": ("wls", "kernel"),
}
SHAPIQ = ("OddSHAP", "PolySHAP", "RegressionMSR", "ProxySHAP", "LeverageSHAP", "KernelSHAP")
SHARED_BUDGETS = (512, "auto", 8192)
ALL_BUDGETS = (*BUDGETS, EFFORT)
EXACT = 2e-5  # relative error at which an estimate is called exact: the peers play the game in float32
CLOSE = 1.1


def spell(budget):
    return {"auto": "2V + 2048", EFFORT: "default effort"}.get(budget, str(budget))


def percent(value):
    if value is None:
        return ""
    if value < EXACT:
        return "exact"
    return f"{100 * value:.2g}" if value < 0.1 else f"{100 * value:.0f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def cell(results, model, tool, state, estimator, design, budget):
    """The measured cell, or None where it is blank or missing."""
    cells = results[model].get(tool, {}).get("cells", {})
    found = cells.get(key_of(state, estimator, design, budget))
    return None if found is None or "blank" in found else found


def asked(results, state):
    return [model for model in results if any(
        key.startswith(f"{state}/") for tool in results[model].values() for key in tool["cells"]
    )]  # fmt: skip


def models(results):
    rows = []
    for name, tools in results.items():
        about = next(iter(tools.values()))["model"]
        players = {state: next((c["players"] for tool in tools.values() for key, c in tool["cells"].items()
                                if key.startswith(f"{state}/") and "players" in c), "") for state in STATES}  # fmt: skip
        rows.append((name, about["features"], about["trees"], about["depth"], about["objective"], about["space"],
                     players["pairs"], players["B20"]))  # fmt: skip
    return table(("model", "features", "trees", "depth", "objective", "game", "V, pairs", "V, rows"), rows)


def shared_entries(results, model, state, budget):
    """{estimator: median error on the rows that every tool answers}, limpid's first."""
    out = {}
    for name, (estimator, design) in LIMPID.items():
        found = cell(results, model, "limpid", state, estimator, design, budget)
        out[f"limpid {name}"] = found and found["shared"]
    if budget == "auto":
        found = cell(results, model, "limpid", state, "auto", "leverage", EFFORT)
        out["limpid, default effort"] = found and found["shared"]
    found = cell(results, model, "shap", state, "KernelExplainer", None, budget)
    out["shap"] = found and found["shared"]
    for name in SHAPIQ:
        found = cell(results, model, "shapiq", state, name, None, budget)
        out[name] = found and found["shared"]
    return out


def shared(results):
    parts = []
    for state in ("pairs", "B20", "B100"):
        for budget in SHARED_BUDGETS:
            rows = []
            for model in asked(results, state):
                entries = shared_entries(results, model, state, budget)
                known = [e["median"] for n, e in entries.items() if e and not n.endswith("effort")]
                if not known:
                    continue
                marked = [mark(e, min(known)) for e in entries.values()]
                rows.append((model, *marked))
            if rows:
                head = ("model", *entries)
                parts.append(f"{STATES[state]}, {spell(budget)} coalitions:\n\n" + table(head, rows))
    return "\n\n".join(parts)


def mark(entry, best):
    if entry is None:
        return ""
    text = f"{percent(entry['median'])} ({percent(entry['p90'])})"
    return f"**{text}**" if entry["median"] <= max(CLOSE * best, EXACT) else text


def behind(results):
    """Where limpid's auto is more than a tenth above the best of the others, on the rows that all answer."""
    strict = [(budget, "limpid auto") for budget in SHARED_BUDGETS]
    return "\n\n".join((
        compared(results, strict, "limpid's `auto`, kept to the budget,"),
        compared(results, [("auto", "limpid, default effort")], "limpid's default effort beside 2V + 2048 of the others"),
    ))  # fmt: skip


def compared(results, pairings, who):
    rows, count = [], 0
    for state in ("pairs", "B20"):
        for budget, name in pairings:
            for model in asked(results, state):
                entries = shared_entries(results, model, state, budget)
                ours = entries.get(name)
                others = {n: e["median"] for n, e in entries.items() if e and not n.startswith("limpid")}
                if ours is None or not others:
                    continue
                count += 1
                best = min(others, key=others.get)
                if ours["median"] > max(CLOSE * others[best], EXACT):
                    rows.append((STATES[state], model, spell(budget), percent(ours["median"]), best,
                                 percent(others[best]), f"{ours['median'] / others[best]:.2g}"))  # fmt: skip
    text = f"Of {count} comparisons (model, state, budget) {who} is best or within a tenth of the best in"
    text += f" {count - len(rows)}."
    head = ("state", "model", "coalitions", "limpid, %", "best other", "its error, %", "ratio")
    return text + ("\n\n" + table(head, rows) if rows else "")


def budgets(results):
    """All rows and seeds: limpid and shap."""
    parts = []
    for state in ("pairs", "B20"):
        rows = []
        for model in asked(results, state):
            tools = [("limpid", name, *what) for name, what in LIMPID.items()]
            for tool, name, estimator, design in [*tools, ("shap", "", "KernelExplainer", None)]:
                found = [cell(results, model, tool, state, estimator, design, budget) for budget in ALL_BUDGETS]
                if any(found):
                    figures = [f and f"{percent(f['median'])} ({percent(f['p90'])})" or "" for f in found]
                    rows.append((model, f"{tool} {name}".strip(), *figures))
        if rows:
            parts.append(f"{STATES[state]}:\n\n" + table(("model", "estimator", *map(spell, ALL_BUDGETS)), rows))
    return "\n\n".join(parts)


def coverage(results):
    parts = []
    for estimator in ("wls", "gp", "focus", "auto"):
        rows = []
        for model in results:
            for state in STATES:
                found = [cell(results, model, "limpid", state, estimator, "leverage", b) for b in ALL_BUDGETS]
                shares = [f and f["coverage"].get("share") for f in found]
                if any(s is not None for s in shares):
                    counts = [f["coverage"]["values"] if f else 0 for f in found]
                    told = [cover(s, n) for s, n in zip(shares, counts)]
                    rows.append((model, STATES[state], *told))
        if rows:
            parts.append(f"`{estimator}`:\n\n" + table(("model", "state", *map(spell, ALL_BUDGETS)), rows))
    return "\n\n".join(parts)


def cover(share, values):
    """A share in per cent; in brackets where it rests on few values."""
    if not share or values < 50:
        return ""
    text = f"{100 * share:.1f}"
    return f"({text})" if values < 400 else text


def blank(results):
    """What could not be measured, each reason once."""
    reasons = {}
    for model, tools in results.items():
        for tool, content in tools.items():
            for key, found in content["cells"].items():
                if "blank" in found:
                    reasons.setdefault((tool, found["blank"]), []).append(f"{model} {key}")
    lines = [f"- {tool}: {why} ({len(where)} cells, the first {where[0]})" for (tool, why), where in reasons.items()]
    return "\n".join(lines) or "None."


def timing(records):
    rows = [(r["model"], r["state"], r["limpid"], played(r["by"]), percent(r["limpid_error"]), r["shap_budget"],
             percent(r["shap_error"]) + ("" if r["reached"] else " (1 % not reached)"), f"{r['ratio_stage']:.0f}",
             f"{r['ratio_command']:.0f}") for r in records["records"]]  # fmt: skip
    head = ("model", "state", "limpid's options", "played by", "its error, %", "shap's coalitions", "its error, %",
            "times faster", "with start-up")  # fmt: skip
    return f"On {records['machine']['processor']}, one core, shap {records['shap']}:\n\n" + table(head, rows)


def played(by):
    """What the manifest says of the estimated pairs, in short."""
    if by == "lattice":
        return by
    return ", ".join(f"{name} {pairs}" for name, pairs in by["pairs_by"].items())
