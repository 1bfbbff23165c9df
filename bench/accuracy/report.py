"""Tables and plots from the cells: the sections of docs/accuracy.md between their marks, and SVG files beside it."""

import json

import models
import plots
import tables
from pages import replace


def load(folder):
    """{model: {tool: {"model": ..., "machine": ..., "cells": ...}}} in the order of models.MODELS."""
    out = {}
    for name in models.MODELS:
        files = {tool: folder / f"{name}-{tool}.json" for tool in ("limpid", "shap", "shapiq")}
        found = {tool: json.loads(file.read_text()) for tool, file in files.items() if file.exists()}
        if found:
            out[name] = found
    return out


def cells(results, model, tool):
    return results[model].get(tool, {}).get("cells", {})


def run(args):
    results = load(args.results)
    sections = {
        "models": tables.models(results),
        "shared": tables.shared(results),
        "behind": tables.behind(results),
        "budgets": tables.budgets(results),
        "coverage": tables.coverage(results),
        "blank": tables.blank(results),
    }
    if (args.results / "timing.json").exists():
        sections["timing"] = tables.timing(json.loads((args.results / "timing.json").read_text()))
    page = args.docs / "accuracy.md"
    text = page.read_text()
    for name, section in sections.items():
        text = replace(text, name, section, "bench/accuracy")
    page.write_text(text)
    for state in ("pairs", "B20"):
        plots.against(results, state, "budget", args.docs / f"accuracy-{state}-budget.svg")
        plots.against(results, state, "time", args.docs / f"accuracy-{state}-time.svg")
