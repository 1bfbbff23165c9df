"""docs/performance.md: its sections and pictures from the cells of one machine."""

from peers import curves, plots, tables

MAKER = "bench/peers.py"


def sections(results):
    out = {
        "machine": tables.machine(results),
        "workloads": tables.workloads(results),
        "responses": tables.responses(results),
        "response interactions": tables.response_interactions(results),
        "files": tables.files(results),
        "threads": tables.all_threads(results),
        "losses": tables.losses(results),
        "blanks": tables.blanks(results),
    }
    return out | {question: tables.by_question(results, question) for question in tables.QUESTIONS}


def write(results, docs):
    import pages

    page = docs / "performance.md"
    text = page.read_text()
    for name, section in sections(results).items():
        text = pages.replace(text, name, section, MAKER)
    page.write_text(text)
    plots.draw(curves.all_points(results.machine["threads"]), results, docs)
