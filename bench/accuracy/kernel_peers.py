"""Kernel SHAP as others have it: shap.KernelExplainer and the estimators of shapiq, on the same games as limpid's.

Both get the mean over the background of the output of the model's own library, on one thread, and a budget that counts
the coalitions beside the empty and the full one. shapiq is told which features a row has in common with its whole
background, as shap finds out by itself: it estimates the others alone.
"""

import math
import time
import warnings

import numpy as np
from question import Games


class Lacking(Exception):
    """A package that this interpreter has not."""


def package(name):
    try:
        return __import__(name)
    except ImportError as error:
        raise Lacking(f"{name} is not installed for this interpreter") from error


class Shap:
    name = "shap"

    def __init__(self):
        self.shap = package("shap")
        self.version = self.shap.__version__

    estimators = ("KernelExplainer",)

    def answer(self, question, rows, _, budget, seed):
        """[R x M] values of some rows, and processor seconds."""
        games = Games(question)
        explainer = self.shap.KernelExplainer(games.predict, question.background)
        np.random.seed(seed)
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # singular fits of the smallest budgets
            values = explainer.shap_values(question.rows[rows], nsamples=budget, l1_reg=False, silent=True)
        return np.asarray(values), time.process_time() - start


class Shapiq:
    name = "shapiq"
    estimators = ("LeverageSHAP", "PolySHAP", "OddSHAP", "RegressionMSR", "ProxySHAP", "KernelSHAP")

    def __init__(self):
        self.approximators = package("shapiq").approximator
        self.version = package("shapiq").__version__

    def approximator(self, name, players, budget, seed):
        options = {
            "KernelSHAP": dict(pairing_trick=True),
            "PolySHAP": dict(pairing_trick=True, max_order=3),
            "RegressionMSR": dict(index="SV"),
            "ProxySHAP": dict(index="SV", max_order=1),
        }.get(name, {})
        terms = sum(math.comb(players, order) for order in (1, 2, 3))
        if name == "PolySHAP" and terms > budget:
            options["max_terms"] = budget // 2
        if not hasattr(self.approximators, name):
            raise Lacking(f"shapiq {self.version} has no {name}")
        return getattr(self.approximators, name)(n=players, random_state=seed, **options)

    def answer(self, question, rows, estimator, budget, seed):
        games = Games(question)
        values = np.zeros((len(rows), question.rows.shape[1]))
        start = time.process_time()
        for at, row in enumerate(question.rows[rows]):
            alive = games.players(row)
            if len(alive) < 2:
                values[at, alive] = games.predict(row[None])[0] - games.predict(question.background).mean()
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                approximator = self.approximator(estimator, len(alive), budget, seed)
                result = approximator.approximate(min(budget + 2, 2 ** len(alive)), games.of(row))
            values[at, alive] = result.get_n_order_values(1)
        return values, time.process_time() - start
