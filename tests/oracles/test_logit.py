"""shap.KernelExplainer(link="logit") over every coalition as the oracle of --link logit."""

import numpy as np
import pytest
import shap
import xgboost as xgb
from conftest import close, values_of, values_of_outputs
from test_xgboost import train


def probabilities(booster):
    """float64 from the float32 margin: float32 probabilities would lose digits in the logit."""

    def predict(rows):
        margin = booster.predict(xgb.DMatrix(rows, feature_names=booster.feature_names), output_margin=True)
        margin = np.float64(margin)
        if margin.ndim == 1:
            return 1 / (1 + np.exp(-margin))
        power = np.exp(margin - margin.max(axis=1, keepdims=True))
        return power / power.sum(axis=1, keepdims=True)

    return predict


@pytest.mark.parametrize("outputs, background_rows", [(1, 1), (1, 25), (3, 12)])
def test_logit_of_the_mean_equals_kernel_explainer(limpid, outputs, background_rows):
    params = {"num_class": outputs} if outputs > 1 else {}
    booster, frame = train("multi:softprob" if params else "binary:logistic", seed=8, rounds=20, depth=4, **params)
    frame = frame.fillna(0.25)
    rows, background = frame[:8], frame[200 : 200 + background_rows]

    out = limpid.explain(
        "--model", limpid.model(booster), "--data", limpid.csv("rows.csv", rows), "--link", "logit", "--float64",
        "--background", limpid.csv("background.csv", background),
    )  # fmt: skip

    explainer = shap.KernelExplainer(probabilities(booster), background.to_numpy(), link="logit")
    players = rows.shape[1]
    expected = explainer.shap_values(rows.to_numpy(), nsamples=2**players, l1_reg=False, silent=True)
    p = probabilities(booster)(rows.to_numpy())
    if outputs == 1:
        values, base, predictions = values_of(out, rows.columns)
        close(values, expected, 1e-5)
    else:
        values, base, predictions = values_of_outputs(out, rows.columns)
        close(values, np.moveaxis(expected, 2, 1), 1e-5)  # shap: [R x P x G]
    close(base, np.broadcast_to(explainer.expected_value, base.shape), 1e-5)
    close(predictions, np.log(p / (1 - p)), 1e-5)
