"""Interventional values of models with categories against Shapley's definition over the library's own predictions, with
missing values and categories that the training never saw among the rows and in the background."""

import json

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from conftest import close, values_of, values_of_outputs
from test_shap import shapley_by_definition

COLUMNS = ["age", "plan", "size", "height", "town"]
PLANS = ["basic", "Plus", "café", "NA", "1", " gold", "x,\"y\""]  # "NA" is a plan, blanks count
SIZES = [3, 10, -7, 200, 1000]
TOWNS = [f"town {i}" for i in range(40)]
CATEGORIES = {"plan": PLANS, "size": SIZES, "town": TOWNS}


def texts_of(rng, rows, unseen):
    """[R x M] values as a data file has them; None: missing. `unseen`: the share of categories nobody knows."""
    frame = pd.DataFrame({
        "age": np.round(rng.normal(size=rows), 1), "plan": rng.choice(PLANS, rows), "size": rng.choice(SIZES, rows),
        "height": np.round(rng.normal(size=rows), 2), "town": rng.choice(TOWNS, rows),
    }).astype(object)  # fmt: skip
    for name, other in {"plan": "plus", "size": 11, "town": "Town 3"}.items():
        frame.loc[rng.random(rows) < unseen, name] = other
    for name in COLUMNS:
        frame.loc[rng.random(rows) < 0.15, name] = None
    return frame


def categorical(frame):
    """With pandas' fixed categories: what they lack is missing."""
    typed = pd.DataFrame({"age": frame["age"].astype(float), "height": frame["height"].astype(float)})
    for name, known in CATEGORIES.items():
        column = frame[name] if name != "size" else frame[name].astype(float)
        typed[name] = pd.Categorical(column, categories=known)
    return typed[COLUMNS]


def codes_of(frame):
    """The codes instead; unseen texts become codes that no split has: beyond the list, negative, broken."""
    typed = categorical(frame)
    rng = np.random.default_rng(9)
    out = typed[["age", "height"]].copy()
    for name, known in CATEGORIES.items():
        codes = typed[name].cat.codes.to_numpy().astype(float)
        odd = rng.choice([len(known), 99.0, -1.0, 2.7, -0.5, 1e9], len(codes))
        out[name] = np.where(frame[name].isna(), np.nan, np.where(codes < 0, odd, codes))
    return out[COLUMNS]


def label_of(frame, classes):
    plan = frame["plan"].map({text: i for i, text in enumerate(PLANS)}).astype(float)
    town = frame["town"].map({text: i for i, text in enumerate(TOWNS)}).astype(float)
    score = np.nan_to_num(frame["age"].astype(float)) + (plan % 3 == 1) - (town % 5 < 2) + frame["size"].isna()
    score = score + (frame["size"].astype(float) > 9) * (plan == 3)
    return np.digitize(score, [0.0, 1.0]) if classes == 3 else (score > 0.5).astype(int)


def train_xgboost(kind, classes, depth=5, **more):
    frame = texts_of(np.random.default_rng(1), 1500, 0.0)
    data = xgb.DMatrix(categorical(frame), label_of(frame, classes), enable_categorical=True)
    if kind == "codes":
        types = ["q", "c", "c", "q", "c"]
        data = xgb.DMatrix(codes_of(frame), label_of(frame, classes), feature_types=types, enable_categorical=True)
    objective = dict(objective="multi:softprob", num_class=3) if classes == 3 else dict(objective="binary:logistic")
    params = objective | dict(max_depth=depth, eta=0.4, tree_method="hist", nthread=1, max_cat_to_onehot=4) | more
    return xgb.train(params, data, 12)


def some_rows():
    rng = np.random.default_rng(2)
    return texts_of(rng, 8, 0.2), texts_of(rng, 5, 0.2)


def write(limpid, name, frame):
    path = limpid.folder / name
    frame.to_csv(path, index=False, float_format="%.9g")
    return path


def explained(limpid, classes, *arguments):
    out = limpid.explain(*arguments)
    if classes == 3:
        return values_of_outputs(out, COLUMNS)[0], out  # [R x G x P]
    return values_of(out, COLUMNS)[0][:, None], out


def assert_definition(values, predict, rows, background, tolerance=4e-6):
    """`predict`: [R x M] object array -> [R x G] in double; float32 predictions of the library set the tolerance."""
    for row, found in zip(rows.to_numpy(dtype=object), values):
        for g, of_output in enumerate(found):
            expected = shapley_by_definition(lambda x, g=g: predict(x)[:, g], row, background.to_numpy(dtype=object))
            close(of_output, expected, tolerance)


def two_dimensional(predictions):
    return np.asarray(predictions, dtype=np.float64).reshape(len(predictions), -1)


QUESTIONS = [("margin", 2), ("response", 2), ("margin", 3), ("response", 3)]


@pytest.mark.parametrize(("space", "classes"), QUESTIONS)
def test_xgboost_codes(limpid, space, classes):
    booster = train_xgboost("codes", classes)
    rows, background = map(codes_of, some_rows())

    def predict(x):
        data = xgb.DMatrix(pd.DataFrame(x, columns=COLUMNS).astype(float), feature_types=["q", "c", "c", "q", "c"],
                           enable_categorical=True)  # fmt: skip
        return two_dimensional(booster.predict(data, output_margin=space == "margin"))

    values, _ = explained(
        limpid, classes, "--model", limpid.model(booster), "--data", write(limpid, "rows.csv", rows),
        "--background", write(limpid, "background.csv", background), "--space", space,
    )  # fmt: skip
    assert_definition(values, predict, rows, background)


@pytest.mark.parametrize(("space", "classes"), QUESTIONS)
@pytest.mark.parametrize("kind", ["codes", "texts"])
def test_xgboost_texts(limpid, kind, space, classes):
    """Models with and without lists of their own, given texts: --categories makes of the unseen what pandas makes."""
    booster = train_xgboost(kind, classes)
    rows, background = some_rows()
    file = limpid.folder / "categories.json"
    file.write_text(json.dumps(CATEGORIES))

    def predict(x):
        frame = categorical(pd.DataFrame(x, columns=COLUMNS))
        if kind == "codes":
            frame = codes_of(frame.astype(object).where(frame.notna(), None))
            types = ["q", "c", "c", "q", "c"]
            data = xgb.DMatrix(frame, feature_types=types, enable_categorical=True)
        else:
            data = xgb.DMatrix(frame, enable_categorical=True)
        return two_dimensional(booster.predict(data, output_margin=space == "margin"))

    values, out = explained(
        limpid, classes, "--model", limpid.model(booster), "--data", write(limpid, "rows.csv", rows),
        "--background", write(limpid, "background.csv", background), "--space", space, "--categories", file,
    )  # fmt: skip
    assert_definition(values, predict, rows, background)
    manifest = json.loads((out / "manifest.json").read_text())
    for part, frame in (("data", rows), ("background", background)):
        counts = {name: int((frame[name].notna() & categorical(frame)[name].isna()).sum()) for name in CATEGORIES}
        assert manifest[part]["unseen_categories"] == {
            name: {"count": count, "rule": "missing"} for name, count in counts.items() if count
        }
    assert manifest["data"]["unseen_categories"]


def test_xgboost_refuses_what_limpid_refuses(limpid):
    """With the model's own lists an unseen text is an error on both sides."""
    booster = train_xgboost("texts", 2)
    rows, _ = some_rows()
    unseen = rows[(rows["plan"] == "plus").fillna(False)][:1]
    assert len(unseen) == 1
    done = limpid.run("explain", "--model", limpid.model(booster), "--data", write(limpid, "rows.csv", unseen),
                      "--method", "path-dependent", "--out", "-")  # fmt: skip
    assert done.returncode == 3
    assert "error[data.value]: 'plus' is none of the 7 categories" in done.stderr
    with pytest.raises(xgb.core.XGBoostError, match="category not in the training set"):
        typed = categorical(unseen)
        typed["plan"] = pd.Categorical(unseen["plan"])
        booster.predict(xgb.DMatrix(typed, enable_categorical=True))


def train_lightgbm(kind, classes):
    lightgbm = pytest.importorskip("lightgbm")
    frame = texts_of(np.random.default_rng(1), 1500, 0.0)
    if kind == "codes":
        data = lightgbm.Dataset(codes_of(frame), label_of(frame, classes), categorical_feature=["plan", "size", "town"])
    else:
        typed = categorical(frame)
        typed["plan"] = typed["plan"].cat.reorder_categories(PLANS[::-1])  # the file's order, not the alphabet's
        data = lightgbm.Dataset(typed, label_of(frame, classes))
    objective = dict(objective="multiclass", num_class=3) if classes == 3 else dict(objective="binary")
    params = objective | dict(num_leaves=15, learning_rate=0.3, num_threads=1, deterministic=True, verbose=-1,
                              min_data_in_leaf=5, min_data_per_group=5, cat_smooth=1, max_cat_to_onehot=4)  # fmt: skip
    return lightgbm.train(params, data, 10)


@pytest.mark.parametrize(("space", "classes"), QUESTIONS)
@pytest.mark.parametrize("kind", ["codes", "texts", "codes by text"])
def test_lightgbm(limpid, kind, space, classes):
    booster = train_lightgbm(kind.split()[0], classes)
    model = limpid.folder / "model.txt"
    booster.save_model(model)
    rows, background = some_rows()
    more = []
    if kind == "codes":
        rows, background = codes_of(rows), codes_of(background)
    if kind == "codes by text":
        (limpid.folder / "categories.json").write_text(json.dumps(CATEGORIES))
        more = ["--categories", limpid.folder / "categories.json"]

    def predict(x):
        frame = pd.DataFrame(x, columns=COLUMNS)
        if kind == "codes":
            typed = frame.astype(float)
        elif kind == "texts":  # LightGBM takes what its list lacks as missing
            typed = frame.astype({"age": float, "size": float, "height": float})
            typed = typed.astype({"plan": "category", "size": "category", "town": "category"})
        else:
            known = categorical(frame)
            typed = codes_of(known.astype(object).where(known.notna(), None)).astype(float)
        return two_dimensional(booster.predict(typed, raw_score=space == "margin"))

    values, out = explained(
        limpid, classes, "--model", model, "--data", write(limpid, "rows.csv", rows),
        "--background", write(limpid, "background.csv", background), "--space", space, *more,
    )  # fmt: skip
    assert np.abs(values).max() > 0.05
    assert_definition(values, predict, rows, background, 2e-6)
    unseen = json.loads((out / "manifest.json").read_text())["data"]["unseen_categories"]
    assert bool(unseen) == (kind != "codes")
    assert all(of_feature["rule"] == "missing" for of_feature in unseen.values())


def test_lightgbm_booleans(limpid):
    """A column of True and False, as pandas writes them, and in other cases."""
    lightgbm = pytest.importorskip("lightgbm")
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"a": rng.normal(size=400), "flag": pd.Categorical(rng.random(400) < 0.4)})
    label = (frame["a"] + 2.0 * frame["flag"].astype(float) > 1).astype(int)
    params = dict(objective="binary", verbose=-1, min_data_in_leaf=5, min_data_per_group=5, num_threads=1)
    booster = lightgbm.train(params, lightgbm.Dataset(frame, label), 5)
    model = limpid.folder / "model.txt"
    booster.save_model(model)
    frame = frame[:40]
    expected = booster.predict(frame, raw_score=True)
    other = frame.assign(flag=pd.Categorical(~frame["flag"].astype(bool)))
    assert np.abs(expected - booster.predict(other, raw_score=True)).max() > 0.1  # the flag matters
    for words in ({True: "True", False: "False"}, {True: "true", False: "FALSE"}):
        data = write(limpid, "rows.csv", frame.assign(flag=frame["flag"].map(words)))
        done = limpid.run("predict", "--model", model, "--data", data, "--space", "margin", "--float64")
        assert done.returncode == 0, done.stderr
        close(np.array([float(v) for v in done.stdout.split()[1:]]), expected, 1e-6)
