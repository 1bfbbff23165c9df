"""limpid beside its peers on the same machine in the same run: answers are checked first, then medians and ratios.

    python bench/peers.py [run] [--data-dir FOLDER] [--only synth30,adult] [--threads 1,all] [--budget-minutes 30]
    python bench/peers.py prepare [...]          the models and the judges' answers alone, which take no quiet machine
    python bench/peers.py curves [...]           rows, trees, depth, features, background, threads
    python bench/peers.py report [--readme]      docs/performance.md and its pictures; --readme: README's table to stdout
    python bench/peers.py list [--only ...]      the cells, with what is known of them

Every cell (workload / question / tool / device / threads) is measured once and kept in bench/results/<machine>.json; a
run that was stopped goes on, --redo measures again. A cell whose answers differ from the judge's has no figure, and the
exit status is 1 if that is limpid. Cells come in order of importance, so that --budget-minutes leaves out the last.

Peers: XGBoost and LightGBM themselves, shap, shapiq, woodelf, fasttreeshap; with --gpu also XGBoost on the GPU, shap's
GPUTree and cuML. What is not installed leaves a named blank. Peers that pin old packages have interpreters of their
own: --python fasttreeshap=PATH, or BENCH_PYTHON_FASTTREESHAP; --python PATH or BENCH_PYTHON is everybody else's.

One thread is pinned to one processor. Calls are sized to --seconds; medians of five after the call that sized them; a
call above 3 s is made three times, above 10 s once (the record says how often). Processor seconds and the load of
everything else on the machine stand beside the figures. The data sets: bench/data_sets.py.
"""

import argparse
import sys
import time
from pathlib import Path

import workloads

from peers import curves, performance, readme
from peers.environments import Environments, Failed, Missing
from peers.measure import Measurer
from peers.program import Program
from peers.questions import cells
from peers.results import Results, default_path, threads

REPOSITORY = Path(__file__).resolve().parent.parent


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="See the head of the file.")
    parser.add_argument("job", nargs="?", default="run", choices=["run", "prepare", "curves", "report", "list"])
    parser.add_argument("--program", type=Path, default=REPOSITORY / "build/limpid")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "bench/work/peers", help="models and rows, kept")
    parser.add_argument("--data-dir", type=Path, help="folder of data sets; without it scikit-learn fetches them")
    parser.add_argument("--results", type=Path, help="default: bench/results/<processor>-<n>-threads.json")
    parser.add_argument("--docs", type=Path, default=REPOSITORY / "docs")
    parser.add_argument("--python", action="append", default=[], metavar="[TOOL=]PATH")
    parser.add_argument("--only", default="", help="workloads, questions, tools, or patterns such as 'synth30/path/*'")
    parser.add_argument("--threads", default="1", help="counts with commas; all: every processor")
    parser.add_argument("--gpu", action="store_true", help="also cells on --device cuda")
    parser.add_argument("--seconds", type=float, default=1.0, help="that a timed call should last")
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--limit", type=float, default=150.0, help="seconds after which a cell is given up")
    parser.add_argument("--budget-minutes", type=float, help="no cell is begun after so long")
    parser.add_argument("--redo", action="store_true", help="measure again what is measured")
    parser.add_argument("--readme", action="store_true", help="report: README's table alone, to standard output")
    return parser.parse_args()


def chosen(args):
    counts = [threads() if word == "all" else int(word) for word in args.threads.split(",")]
    only = [word for word in args.only.split(",") if word]
    if args.job == "curves":
        return curves.cells(threads(), only)
    found = cells(sorted(set(counts)), only, args.gpu)
    return [*found, *curves.cells(threads(), only)] if args.job == "prepare" else found


def folders_of(args, wanted):
    """The workloads' folders; one that cannot be made is named and left out."""
    found = {}
    for name in dict.fromkeys(cell.workload for cell in wanted):
        try:
            found[name] = workloads.make(name, args.work, args.data_dir)
        except (OSError, ImportError) as error:
            print(f"{name}: left out: {error}", file=sys.stderr)
    return found


def tell(cell, record):
    if "rows_s" not in record:
        print(f"{cell.key:60} {record.get('missing') or record['failed']}", flush=True)
        return
    more = "  ".join(f"{k} {record[k]:.3g}" for k in ("error", "difference", "whole_rows_s", "spread", "other_load")
                     if k in record)  # fmt: skip
    print(f"{cell.key:60} {record['rows_s']:>12,.1f} rows/s  x{record['calls']}  {more}", flush=True)


def run(args, results, wanted, measure):
    """Whether limpid answered everything rightly."""
    begin, right = time.monotonic(), True
    for cell in wanted:
        if cell.workload not in measure.folders or (results.measured(cell.key) and not args.redo):
            continue
        if args.budget_minutes and time.monotonic() - begin > 60 * args.budget_minutes:
            print("the budget is spent; the rest is left for the next run", flush=True)
            break
        record = measure(cell)
        results.workloads[cell.workload] = measure.meta(cell.workload)
        is_peer = cell.tool != "limpid" and "missing" not in record
        versions = measure.environments.versions(cell.tool) if is_peer else dict(limpid=measure.program.version)
        results.versions[cell.tool if is_peer else "limpid"] = versions
        results.put(cell.key, record)
        tell(cell, record)
        right = right and not (cell.tool == "limpid" and "failed" in record)
    return right


def prepare(wanted, measure):
    seen = set()
    for cell in wanted:
        if (cell.workload, cell.question, cell.trees) in seen or cell.workload not in measure.folders:
            continue
        seen.add((cell.workload, cell.question, cell.trees))
        try:
            measure.expected(cell)
        except (Missing, Failed) as error:
            print(f"{cell.workload}/{cell.question}: {error}", file=sys.stderr)


def main():
    args = parse()
    results = Results(args.results or default_path(REPOSITORY / "bench/results"))
    if args.job == "report":
        return print(readme.table_of(results)) if args.readme else performance.write(results, args.docs)
    wanted = chosen(args)
    if args.job == "list":
        for cell in wanted:
            tell(cell, results.cells.get(cell.key, dict(missing="not measured")))
        return None
    measure = Measurer(Program(args.program, args.limit), Environments(args.python), folders_of(args, wanted),
                       args.seconds, args.reps, args.limit)  # fmt: skip
    if args.job == "prepare":
        return prepare(wanted, measure)
    return None if run(args, results, wanted, measure) else 1


if __name__ == "__main__":
    sys.exit(main())
