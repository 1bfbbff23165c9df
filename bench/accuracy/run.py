"""How accurate limpid's estimates are, beside shap's and shapiq's: errors against exact values by model and budget.

    python bench/accuracy/run.py collect [--data-dir FOLDER] [--only limpid,shap,shapiq] [--models adult,german]
    python bench/accuracy/run.py report     tables and plots from the cells that are there
    python bench/accuracy/run.py timing     time to reach 1 % error, limpid beside shap, one core

Cells lie in bench/results/accuracy and are not measured twice; --redo measures again. BENCH_PYTHON names the
interpreter to run under: shapiq 1.8 needs Python 3.12 or later. What an interpreter or the program lacks is named, and
its cells are left blank. --data-dir holds adult-train.csv, adult-test.csv, german.data, california_housing.csv and
winequality-white.csv (UCI's files, StatLib's with a header); without it only models of data that scikit-learn brings.
"""

import argparse
import os
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def under_the_named_interpreter():
    """Starts again, once, under BENCH_PYTHON and on one thread: numpy reads those variables when it is loaded."""
    if os.environ.get("LIMPID_BENCH_STARTED"):
        return
    python = os.environ.get("BENCH_PYTHON") or sys.executable
    os.execvpe(python, [python, *sys.argv], os.environ | ONE_THREAD | {"LIMPID_BENCH_STARTED": "1"})


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("job", choices=["collect", "report", "timing"])
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--program", type=Path, default=REPOSITORY / "build/limpid")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "bench/work/accuracy")
    parser.add_argument("--results", type=Path, default=REPOSITORY / "bench/results/accuracy")
    parser.add_argument("--docs", type=Path, default=REPOSITORY / "docs")
    parser.add_argument("--only", default="limpid,shap,shapiq", help="tools")
    parser.add_argument("--models", help="default: all that the data allow")
    parser.add_argument("--states", default="pairs,B20")
    parser.add_argument("--estimators", help="default: all of each tool")
    parser.add_argument("--budgets", help="default: all of each tool; V and auto are understood")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, help="rows that shap and shapiq answer (default: 100 and 20)")
    parser.add_argument("--redo", action="store_true")
    parser.add_argument("--core", type=int, help="timing: the processor to run on")
    return parser.parse_args()


def main():
    under_the_named_interpreter()
    args = parse()
    start = time.monotonic()
    if args.job == "collect":
        import collect

        collect.run(args)
    elif args.job == "timing":
        import timing

        timing.run(args)
    else:
        import report

        report.run(args)
    print(f"{args.job}: {time.monotonic() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
