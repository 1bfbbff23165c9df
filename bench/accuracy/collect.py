"""Measures the cells that are not there yet."""

import json
import time

import models
import numpy as np
import truth
from cells import Cells, key_of
from kernel_peers import Lacking, Shap, Shapiq
from limpid_tool import Limpid, Refused
from measure import limpid_cell, peer_cell
from question import questions, states

# (estimator, design): default is the program with no option
LIMPID = (
    ("default", None),
    ("auto", "leverage"),
    ("focus", "leverage"),
    ("gp", "leverage"),
    ("wls", "leverage"),
    ("wls", "kernel"),
)
BUDGETS = ("V", "4V", 128, 256, 512, 1024, "auto", 4096, 8192, 16384)  # auto: 2V + 2048
EFFORT = "effort"  # limpid's --coalitions auto, which a focused lattice exceeds 2V + 2048 with, in about the same time
PEER_BUDGETS = {"shap": BUDGETS, "shapiq": (512, "auto", 8192)}
PEER_ROWS = {"shap": 100, "shapiq": 20}
PEER_SEEDS = {"shap": 3, "shapiq": 1}
TOOLS = {"shap": Shap, "shapiq": Shapiq}


def wanted(args):
    """Names of the models, with what cannot be made said."""
    for name in args.models.split(",") if args.models else (m for m in models.MODELS if m != "synth12"):
        if models.MODELS[name].needs_folder and args.data_dir is None:
            print(f"{name}: blank, needs --data-dir", flush=True)
        else:
            yield name


def number(budget, players):
    """A budget in coalitions, of a state whose rows have so many players (median)."""
    named = {"V": players, "4V": 4 * players, "auto": 2 * players + 2048}
    return named.get(budget) or int(budget)


def run(args):
    limpid = Limpid(args.program)
    budgets = args.budgets.split(",") if args.budgets else None
    tools = {}
    for name in args.only.split(","):
        try:
            tools[name] = limpid if name == "limpid" else TOOLS[name]()
        except Lacking as lacking:
            print(f"{name}: blank, {lacking}", flush=True)
    for name in wanted(args):
        folder = models.make(name, args.work, args.data_dir)
        meta = json.loads((folder / "meta.json").read_text())
        for state in (s for s in args.states.split(",") if s in states(folder)):
            posed = questions(folder, state)
            exact = [truth.exact(limpid, question, args.work / "exact") for question in posed]
            players = players_of(posed)
            for tool_name, tool in tools.items():
                cells = Cells(args.results, meta, tool_name)
                of_tool = limpid_jobs if tool_name == "limpid" else peer_jobs
                for job in of_tool(args, tool, posed, exact, state, players, budgets):
                    measure(cells, args.redo, players, *job)


def players_of(posed):
    """The median of the rows' players: those whose values differ from some background row's."""
    return int(np.median([(q.background != row).any(axis=0).sum() for q in posed for row in q.rows]))


def measure(cells, redo, players, key, work):
    if key in cells and not redo and "blank" not in cells.get(key):
        return
    start = time.monotonic()
    try:
        cell = dict(players=players, **work())
        told = f"median {cell['median']:.2e}  p90 {cell['p90']:.2e}  {cell['cpu_s_per_row']:.2e} s/row"
        told += f"  covered {cell['coverage'].get('share', '-')}" if "coverage" in cell else ""
    except Refused as refused:
        cell = dict(blank=str(refused))
        told = f"blank: {refused}"
    except Exception as failed:  # a peer's own: it is named, the other cells go on
        cell = dict(blank=f"{type(failed).__name__}: {failed}"[:160])
        told = f"blank: {cell['blank']}"
    cells.put(key, cell)
    print(f"{cells.path.stem}  {key:34} {told}  ({time.monotonic() - start:.0f} s)", flush=True)


def focus_floor(players):
    """Coalitions of the least level of a focused lattice, 2: with fewer it would exceed its budget."""
    return 4 * players


def limpid_jobs(args, limpid, posed, exact, state, players, budgets):
    chosen = args.estimators.split(",") if args.estimators else None
    for budget in budgets or (*BUDGETS, EFFORT):
        for estimator, design in LIMPID:
            if (chosen and estimator not in chosen) or (estimator == "default" and budget != EFFORT):
                continue
            asked = "auto" if budget == EFFORT else number(budget, players)
            if estimator == "focus" and asked != "auto" and asked < focus_floor(players):
                continue
            what = (estimator, design, asked)
            yield (
                key_of(state, estimator, design, budget),
                lambda what=what: limpid_cell(limpid, posed, exact, what, args.seeds),
            )


def peer_jobs(args, tool, posed, exact, state, players, budgets):
    chosen = args.estimators.split(",") if args.estimators else tool.estimators
    rows = args.rows or PEER_ROWS[tool.name]
    seeds = min(args.seeds, PEER_SEEDS[tool.name])
    for budget in budgets or PEER_BUDGETS[tool.name]:
        for estimator in (e for e in tool.estimators if e in chosen):
            what = (estimator, number(budget, players))
            yield (
                key_of(state, estimator, None, budget),
                lambda what=what: peer_cell(tool, posed, exact, what, rows, seeds),
            )
