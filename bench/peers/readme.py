"""The table of README: the best peer beside limpid, one thread."""

from peers.questions import TOOLS, WORKLOADS
from peers.tables import get, library_name, number, ratio, table, title, tool_name

QUESTIONS = {
    "interventional-100": "B = 100: best peer",
    "interventional-10000": "B = 10,000: best peer",
}


def best_peer(results, workload, question):
    """(tool, cell) of the fastest with right answers."""
    found = {t: get(results, workload, question, t) for t in TOOLS[question] if t not in ("limpid", "library")}
    found = {tool: cell for tool, cell in found.items() if cell}
    return max(found.items(), key=lambda item: item[1]["rows_s"]) if found else (None, None)


def peer_and_limpid(results, workload, question):
    tool, peer = best_peer(results, workload, question)
    limpid = get(results, workload, question, "limpid")
    text = f"{tool_name(results, tool)}: {number(peer['rows_s'])}" if peer else ""
    if not limpid:
        return [text, ""]
    return [text, number(limpid["rows_s"]) + (f" ({ratio(limpid['rows_s'] / peer['rows_s'])})" if peer else "")]


def own_and_limpid(results, workload):
    library, limpid = (get(results, workload, "path", tool) for tool in ("library", "limpid"))
    if not limpid:
        return [number(library["rows_s"]) if library else "", ""]
    gain = f" ({ratio(limpid['rows_s'] / library['rows_s'])})" if library else ""
    return [number(library["rows_s"]) if library else "", number(limpid["rows_s"]) + gain]


def table_of(results):
    rows = []
    for workload in WORKLOADS:
        if not get(results, workload, "path", "limpid"):
            continue
        cells = own_and_limpid(results, workload)
        for question in QUESTIONS:
            cells += peer_and_limpid(results, workload, question)
        rows.append([title(results, workload), *cells])
    head = ["values alone, rows/s, one thread", f"path-dependent: {library_name(results)}", "limpid"]
    for text in QUESTIONS.values():
        head += [text, "limpid"]
    return table(head, rows)
