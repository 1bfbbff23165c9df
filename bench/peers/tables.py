"""Cells as Markdown tables."""

from peers.questions import RESPONSE, TOOLS, WORKLOADS, Cell

TITLES = {
    "synth12": "synthetic",
    "synth30": "synthetic",
    "adult": "Adult",
    "adult-deep": "Adult",
    "adult-categories": "Adult, LightGBM by category",
    "california": "California housing",
    "german": "German credit",
    "classes7": "7 classes",
    "wide200": "wide",
}
NAMES = {
    "library": "the library itself",
    "shap": "shap TreeExplainer",
    "shap-kernel": "shap KernelExplainer",
    "shap-probability": "shap TreeExplainer, probability",
    "gputree": "shap GPUTree",
    "cuml": "cuML",
}
PACKAGE_OF = {"shap": "shap", "shapiq": "shapiq", "woodelf": "woodelf_explainer", "fasttreeshap": "fasttreeshap",
              "shap-kernel": "shap", "shap-probability": "shap"}  # fmt: skip
QUESTIONS = {
    "path": "Path-dependent margin values",
    "interventional-100": "Interventional margin values, 100 background rows",
    "interventional-10000": "Interventional margin values, 10,000 background rows",
    "interactions-path": "Path-dependent interactions, all pairs of features",
    "interactions-interventional-100": "Interventional interactions, 100 background rows",
}


def number(value):
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def ratio(value):
    return f"{value:,.0f}x" if value >= 10 else f"{value:.2g}x"


def title(results, workload):
    meta = results.workloads.get(workload)
    name = TITLES.get(workload, workload)
    if not meta:
        return name
    depth = f"depth {meta['depth']}" if isinstance(meta["depth"], int) else meta["depth"]
    return f"{name}: {meta['trees']:,} trees x {depth}, {meta['features']} features"


def library_name(results):
    found = results.versions.get("library", {})
    return f"XGBoost {found.get('xgboost-cpu') or found.get('xgboost', '')}".strip()


def tool_name(results, tool):
    if tool == "library":
        return f"{library_name(results)} (LightGBM's own for its model)"
    version = results.versions.get(tool, {}).get(PACKAGE_OF.get(tool, tool), "")
    return f"{NAMES.get(tool, tool)} {version}".strip()


def get(results, workload, question, tool, threads=1, device="cpu"):
    return results.get(Cell(workload, question, tool, threads, device=device).key)


def few(cell):
    """How a figure of fewer than five calls is marked."""
    return "" if cell["calls"] >= 5 else f" ({cell['calls']})"


def peer_text(cell, limpid):
    if not cell:
        return ""
    out = number(cell["rows_s"]) + few(cell)
    return out + (f", {ratio(limpid['rows_s'] / cell['rows_s'])}" if limpid else "")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def by_question(results, question, threads=1):
    """Workloads down, tools across: rows/s, number of calls where it is below five, and limpid's ratio to it."""
    tools = [tool for tool in TOOLS[question] if tool != "limpid"]
    tools = [t for t in tools if any(get(results, w, question, t, threads) for w in WORKLOADS)]
    rows = []
    for workload in WORKLOADS:
        limpid = get(results, workload, question, "limpid", threads)
        peers = [get(results, workload, question, tool, threads) for tool in tools]
        if not limpid and not any(peers):
            continue
        own = [number(limpid["rows_s"]), number(limpid["whole_rows_s"])] if limpid else ["", ""]
        rows.append([title(results, workload), *own, *(peer_text(peer, limpid) for peer in peers)])
    head = ["", "limpid: values", "limpid: CSV to CSV", *(tool_name(results, tool) for tool in tools)]
    return table(head, rows) if rows else "not measured"


def percent(error):
    return "exact" if error < 1e-5 else f"{100 * error:.2g} %"


def responses(results):
    rows = []
    for workload, sizes in RESPONSE.items():
        for size in sizes:
            cells = [get(results, workload, f"response-{size}", tool) for tool in TOOLS["response"]]
            limpid = cells[0]
            if not any(cells):
                continue
            texts = [f"{number(limpid['rows_s'])}, {percent(limpid['error'])}" if limpid else ""]
            texts += [f"{peer_text(c, limpid)}, {percent(c['error'])}" if c else "" for c in cells[1:]]
            rows.append([f"{title(results, workload)}; B = {size}", *texts])
    head = ["", *(tool_name(results, tool) for tool in TOOLS["response"])]
    return table(head, rows) if rows else "not measured"


def response_interactions(results):
    found = {w: get(results, w, "interactions-response-100", "limpid") for w in WORKLOADS}
    rows = [[title(results, w), number(c["rows_s"]), percent(c["error"])] for w, c in found.items() if c]
    return table(["B = 100", "limpid", "error"], rows) if rows else "not measured"


def files(results, threads=1):
    rows = []
    for question, what in (("csv-path", "path-dependent"), ("csv-interventional-100", "interventional, B = 100")):
        limpid = get(results, "synth30", question, "limpid", threads)
        for tool in TOOLS[question][1:]:
            peer = get(results, "synth30", question, tool, threads)
            if limpid and peer:
                rows.append([what, number(limpid["rows_s"]), f"{tool_name(results, tool)}: {peer_text(peer, limpid)}"])
    return table(["CSV file to CSV file, 20,000 rows", "limpid", "pandas and"], rows) if rows else "not measured"


def all_threads(results):
    """limpid and the peers that have threads: one, and as many as were measured."""
    counts = sorted({int(key.split("/")[4]) for key in results.cells if "/trees=" not in key})
    rows = []
    for question in ("path", "interventional-100", "response-100", "csv-path"):
        for workload in WORKLOADS:
            for tool in ("limpid", "library", "fasttreeshap"):
                cells = [get(results, workload, question, tool, count) for count in counts]
                if sum(cell is not None for cell in cells) < 2:
                    continue
                rates = [number(cell["rows_s"]) if cell else "" for cell in cells]
                gain = cells[-1]["rows_s"] / cells[0]["rows_s"] if cells[-1] and cells[0] else None
                name = "limpid" if tool == "limpid" else tool_name(results, tool)
                rows.append([question, title(results, workload), name, *rates, ratio(gain) if gain else ""])
    head = ["", "", "", *(f"{count} thread{'s' if count > 1 else ''}" for count in counts), "gain"]
    return table(head, rows) if rows else "not measured"


def losses(results):
    """Every question on which a peer is faster than limpid, values alone or the whole command."""
    lines = []
    for key, cell in results.cells.items():
        workload, question, tool, device, threads = key.split("/")[:5]
        if tool == "limpid" or "rows_s" not in cell:
            continue
        limpid = results.get("/".join([workload, question, "limpid", *key.split("/")[3:]]))
        if not limpid or "error" in cell and cell["error"] > 1e-3:
            continue
        for what, rate in (("values alone", limpid["rows_s"]), ("CSV to CSV", limpid["whole_rows_s"])):
            if rate < cell["rows_s"] and not question.startswith("csv"):
                at = f"{title(results, workload)}, {question}, {device}, {threads} thread(s)"
                more = "".join(f", {part}" for part in key.split("/")[5:])
                lines.append(f"- {at}{more}: {tool_name(results, tool)} {number(cell['rows_s'])} rows/s, limpid "
                             f"{number(rate)} ({what})")  # fmt: skip
                break
    return "\n".join(lines) if lines else "None of the cells that were measured."


def blanks(results):
    found = {}
    for key, cell in results.cells.items():
        reason = cell.get("missing") or cell.get("failed")
        if reason:
            found.setdefault(reason, []).append("/".join(key.split("/")[:3]))
    return "\n".join(f"- {reason}: {', '.join(keys)}" for reason, keys in found.items()) or "None."


def workloads(results):
    rows = []
    for name, meta in results.workloads.items():
        if name in TITLES:
            made = f"{meta['family']} {meta['version']}"
            rows.append([f"`{name}`", title(results, name), f"{meta['leaves']:,}", f"{meta['rows']:,}", made])
    return table(["", "", "leaves", "rows in the file", "trained with"], rows)


def machine(results):
    names = {found for versions in results.versions.values() for found in versions}
    versions = []
    for name in sorted(names):
        found = {versions[name] for versions in results.versions.values() if name in versions}
        versions.append(f"{name} {' and '.join(sorted(found))}")
    facts = results.machine
    about = f"{facts.get('processor', '?')}, {facts.get('threads', '?')} threads, {facts.get('system', '?')}"
    return f"{about}; {', '.join(versions)}."
