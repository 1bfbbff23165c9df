"""The peers, called as their users call them. A tool gives explain(frame) -> whatever it returns, which is what is
timed, and layout(that) -> [R x G x M] values or [R x G x M x M] interactions (diagonal: main effects)."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import definition
import numpy as np
import pandas as pd


@dataclass
class Tool:
    explain: object
    layout: object
    fixed_rows: int = 0  # a call that is only fair when it is large
    most_rows: int = 0  # a call that needs no more
    classes: int = 1  # that a call explains


class Work:
    """A workload's folder as a peer loads it."""

    def __init__(self, folder, question, threads, device, trees):
        self.folder, self.threads, self.device, self.trees = Path(folder), threads, device, trees
        self.meta = json.loads((self.folder / "meta.json").read_text())
        self.features = self.meta["features"]
        self.classes = self.meta["classes"]
        self.is_lightgbm = self.meta["family"] == "lightgbm"
        self.question = question

    def booster(self):
        return self.lightgbm() if self.is_lightgbm else self.xgboost()

    def lightgbm(self):
        import lightgbm as lgb

        return lgb.Booster(model_file=str(self.folder / "model.txt"))

    def xgboost(self):
        import xgboost as xgb

        booster = xgb.Booster()
        if int(xgb.__version__.split(".")[0]) >= 3:
            booster.load_model(self.folder / "model.json")
        else:
            load_into_old(booster, self.folder / "model.json")
        booster.set_param({"nthread": self.threads})
        if self.device != "cpu":
            booster.set_param({"device": self.device})
        return booster[: self.trees] if self.trees else booster

    def matrix(self, frame):
        import xgboost as xgb

        return xgb.DMatrix(frame, nthread=self.threads)

    def background(self):
        return pd.read_csv(self.folder / f"bg{self.question['background']}.csv", dtype=np.float32)

    def predict(self, space):
        booster = self.booster()
        if self.is_lightgbm:
            return lambda rows: booster.predict(rows, raw_score=space == "margin", num_threads=self.threads)
        kind = "value" if space == "response" else "margin"
        return lambda rows: booster.inplace_predict(np.ascontiguousarray(rows, np.float32), predict_type=kind)


def load_into_old(booster, path):
    """Before XGBoost 3 the base score is one number."""
    model = json.loads(path.read_text())
    parameters = model["learner"]["learner_model_param"]
    parameters["base_score"] = parameters["base_score"].strip("[]").split(",")[0]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(model, file)
        file.flush()
        booster.load_model(file.name)


def classes_second(out):
    """[R x M] or [R x M x G] to [R x G x M]."""
    out = np.asarray(out)
    return out[:, None] if out.ndim == 2 else np.moveaxis(out, 2, 1)


def one_output(out):
    return np.asarray(out)[:, None]


def library(work):
    """The contributions of XGBoost or LightGBM itself."""
    booster, features = work.booster(), work.features
    if work.is_lightgbm:
        options = dict(pred_contrib=True, num_threads=work.threads)
        return Tool(lambda frame: booster.predict(frame, **options), lambda out: out[:, None, :features])
    if work.question["interactions"]:
        return Tool(
            lambda frame: booster.predict(work.matrix(frame), pred_interactions=True, strict_shape=True),
            lambda out: out[:, :, :features, :features],
            classes=work.classes,
        )
    return Tool(
        lambda frame: booster.predict(work.matrix(frame), pred_contribs=True, strict_shape=True),
        lambda out: out[:, :, :features],
        classes=work.classes,
    )


def shap(work):
    """TreeExplainer's own C code; `data` as a masker, because an array is cut to 100 rows without a word."""
    import shap as package

    if work.question["method"] == "path-dependent":
        explainer = package.TreeExplainer(work.booster(), feature_perturbation="tree_path_dependent")
        explainer.model.model_type = "internal"  # else it calls the library's contributions
        if work.question["interactions"]:
            return Tool(lambda frame: explainer.shap_interaction_values(frame.to_numpy()), one_output)
    else:
        masker = package.maskers.Independent(work.background().to_numpy(), max_samples=work.question["background"])
        explainer = package.TreeExplainer(work.booster(), masker, feature_perturbation="interventional")
    return Tool(
        lambda frame: explainer.shap_values(frame.to_numpy(), check_additivity=False),
        classes_second,
        classes=work.classes,
    )


def shap_probability(work):
    """Its rescaled margin values: no Shapley values of the probability, so their error is part of the answer."""
    import shap as package

    background = work.background().to_numpy()
    masker = package.maskers.Independent(background, max_samples=len(background))
    explainer = package.TreeExplainer(work.booster(), masker, model_output="probability")
    return Tool(lambda frame: explainer.shap_values(frame.to_numpy(), check_additivity=False), classes_second)


def shap_kernel(work):
    """Its default number of samples, and least squares without selection, which is more accurate here."""
    import shap as package

    explainer = package.KernelExplainer(work.predict("response"), work.background().to_numpy())

    def explain(frame):
        np.random.seed(0)
        return explainer.shap_values(frame.to_numpy(), l1_reg=False, silent=True)

    return Tool(explain, one_output)


def shapiq(work):
    import shapiq as package

    options = dict(class_index=0) if work.classes > 1 else {}
    if work.question["interactions"]:
        options |= dict(index="k-SII", max_order=2)
    if work.question["method"] == "interventional":
        reference = work.background().to_numpy(np.float64)
        options |= dict(mode="interventional", backend="shapiq", reference_dataset=reference)
    explainer = package.TreeExplainer(work.booster(), **options)

    def layout(out):
        rows, features = len(out), work.features
        values = np.stack([np.broadcast_to(out.values.get((i,), 0.0), rows) for i in range(features)], 1)
        if not work.question["interactions"]:
            return values[:, None]
        pairs = np.zeros((rows, 1, features, features))
        pairs[:, 0, range(features), range(features)] = values
        for (i, j), value in ((key, value) for key, value in out.values.items() if len(key) == 2):
            pairs[:, 0, i, j] = pairs[:, 0, j, i] = 0.5 * np.asarray(value)
        return pairs

    most = 2000 if work.question["interactions"] else 0
    return Tool(lambda frame: explainer.explain_X(frame.to_numpy(np.float64)), layout, most_rows=most)


def woodelf(work):
    """Its cost of a call is seconds whatever the rows, so that it is timed at 10,000 (interactions: 4,000)."""
    import woodelf as package

    background = work.background() if work.question["method"] == "interventional" else None
    explainer = package.WoodelfExplainer(work.booster(), background)
    if work.question["interactions"]:
        return Tool(lambda frame: explainer.shap_interaction_values(frame, verbose=False), one_output, fixed_rows=4000)
    return Tool(lambda frame: explainer.shap_values(frame, verbose=False), one_output, fixed_rows=10_000)


def fasttreeshap(work):
    """Version 2 of its algorithm, which takes memory for time."""
    import fasttreeshap as package

    explainer = package.TreeExplainer(work.booster(), algorithm="v2", n_jobs=work.threads)
    return Tool(lambda frame: explainer.shap_values(frame, check_additivity=False), classes_second)


def gputree(work):
    import shap as package

    if work.question["method"] == "interventional":
        explainer = package.explainers.GPUTree(work.booster(), work.background().to_numpy())
    else:
        explainer = package.explainers.GPUTree(work.booster(), feature_perturbation="tree_path_dependent")
    return Tool(lambda frame: explainer.shap_values(frame.to_numpy(), check_additivity=False), classes_second)


def cuml(work):
    from cuml.explainer import TreeExplainer

    explainer = TreeExplainer(model=work.booster(), data=work.background().to_numpy())
    return Tool(lambda frame: explainer.shap_values(frame.to_numpy()), classes_second)


def by_definition(work):
    """Every coalition, played by the model's own library."""
    predict, order = work.predict(work.question["space"]), 2 if work.question["interactions"] else 1
    background = work.background().to_numpy()
    return Tool(lambda frame: definition.explain(predict, frame.to_numpy(), background, order), one_output)


MAKERS = {
    "library": library,
    "definition": by_definition,
    "shap": shap,
    "shap-kernel": shap_kernel,
    "shap-probability": shap_probability,
    "shapiq": shapiq,
    "woodelf": woodelf,
    "fasttreeshap": fasttreeshap,
    "gputree": gputree,
    "cuml": cuml,
}
