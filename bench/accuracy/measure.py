"""One cell: an estimator's errors over the questions of a state, and whether its standard errors are honest."""

import numpy as np
from limpid_tool import settings
from question import relative_errors, summary

SHARED_ROWS = 20  # that every tool answers, seed 0
INTERVAL = 1.96
ROUNDING = 1e-6  # of the row's largest value: below it a standard error is rounding, and the pair was enumerated


def limpid_cell(limpid, posed, exact, what, seeds):
    """what: (estimator, design, budget). The cell of all rows and seeds, with the rows shared with slower tools."""
    estimator, design, budget = what
    options = (*settings(estimator, design, posed[0].space), "--coalitions", budget)
    errors, shared, cpu_s, counts, used = [], [], 0.0, Coverage(), {}
    for seed in range(seeds):
        for question, truth in zip(posed, exact):
            answer = limpid.explain(question, *options, "--seed", seed)
            cpu_s += answer.cpu_s
            errors.append(relative_errors(answer.values, truth))
            if seed == 0:
                few = SHARED_ROWS // len(posed)
                shared.append(relative_errors(answer.values[:few], truth[:few]))
            counts.add(answer, truth)
            used = answer.method
    rows = sum(len(truth) for truth in exact) * seeds
    cell = dict(rows=rows // seeds, seeds=seeds, **summary(np.concatenate(errors)))
    cell |= dict(shared=summary(np.concatenate(shared)), cpu_s_per_row=cpu_s / rows, coverage=counts.figures())
    return cell | dict(method=used)


class Coverage:
    """How many estimated values lie within 1.96 standard errors of the exact ones."""

    def __init__(self):
        self.inside = self.values = self.without = 0
        self.ratios = []

    def add(self, answer, truth):
        apart = np.abs(answer.values - truth)
        least = ROUNDING * np.abs(truth).max(axis=1, keepdims=True) + 0 * truth
        given = answer.errors > least  # 0 and NaN: exact, or none
        self.inside += int((apart[given] <= INTERVAL * answer.errors[given] + least[given]).sum())
        self.values += int(given.sum())
        self.without += int((np.isnan(answer.errors) & (apart > 10 * least)).sum())
        self.ratios.append(apart[given] / answer.errors[given])

    def figures(self):
        if not self.values:
            return dict(values=0, without=self.without)
        ratios = np.concatenate(self.ratios)
        return dict(values=self.values, without=self.without, share=round(self.inside / self.values, 4),
                    rms_z=float(f"{np.sqrt(np.mean(np.square(ratios))):.3g}"))  # fmt: skip


def peer_cell(tool, posed, exact, what, rows, seeds):
    """The same of another tool. rows: of each state, the first of every question."""
    estimator, budget = what
    errors, shared, cpu_s, answered = [], [], 0.0, 0
    for seed in range(seeds):
        for question, truth in zip(posed, exact):
            index = np.arange(min(rows // len(posed), len(truth)))
            values, seconds = tool.answer(question, index, estimator, budget, seed)
            cpu_s += seconds
            answered += len(index)
            errors.append(relative_errors(values, truth[index]))
            if seed == 0:
                few = SHARED_ROWS // len(posed)
                shared.append(relative_errors(values[:few], truth[index][:few]))
    cell = dict(rows=answered // seeds, seeds=seeds, **summary(np.concatenate(errors)))
    return cell | dict(shared=summary(np.concatenate(shared)), cpu_s_per_row=cpu_s / answered)
