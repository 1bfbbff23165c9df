"""Versions of what an interpreter has, as JSON on standard output. Nothing is imported: that takes seconds."""

import importlib.metadata
import json

DISTRIBUTIONS = ("xgboost", "xgboost-cpu", "lightgbm", "shap", "shapiq", "woodelf_explainer", "fasttreeshap", "cuml-cu12",
                 "numpy", "pandas", "scikit-learn")  # fmt: skip


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


found = {name: version(name) for name in DISTRIBUTIONS}
print(json.dumps({name: number for name, number in found.items() if number}))
