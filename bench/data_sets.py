"""Public data sets of the benchmarks: (frame to train on, label, frame to explain), numbers alone.

`folder` holds adult-train.csv and adult-test.csv, german.data (UCI's files) and california_housing.csv (StatLib's with a
header); None: scikit-learn fetches them (from OpenML and figshare, kept in its own data folder).
"""

import numpy as np
import pandas as pd

ADULT_COLUMNS = (
    "age workclass fnlwgt education education_num marital occupation relationship race sex gain loss hours country"
).split()
ADULT_TRAIN = 32561  # rows of UCI's adult.data
GERMAN_TRAIN = 800
CALIFORNIA_TRAIN = 16512


def adult_frames(folder):
    """Both frames in one, and the label of the first, which is as long as the training data."""
    if folder is None:
        frame = fetched("adult", 2)
        label = frame.pop("class").astype(str).str.rstrip(".").eq(">50K").astype("int8").to_numpy()
        return frame, label[:ADULT_TRAIN]
    names = ("adult-train.csv", "adult-test.csv")
    read = dict(header=None, skipinitialspace=True, names=[*ADULT_COLUMNS, "y"])
    frames = [pd.read_csv(folder / name, **read).dropna() for name in names]
    label = frames[0].pop("y").str.rstrip(".").eq(">50K").astype("int8").to_numpy()
    frames[1].pop("y")
    return pd.concat(frames, ignore_index=True), label


def fetched(name, version):
    from sklearn.datasets import fetch_openml

    return fetch_openml(name, version=version, as_frame=True).frame


def texts_of(frame):
    """The columns that hold no numbers."""
    return [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]


def label_encoded(frame):
    """Texts become the rank among the column's sorted texts."""
    codes = {c: pd.Categorical(frame[c].astype(str)).codes for c in texts_of(frame)}
    return frame.assign(**codes).astype("float32")


def split(frame, label, train):
    order = np.random.default_rng(0).permutation(len(frame))
    return frame.iloc[order[:train]], label[order[:train]], frame.iloc[order[train:]]


def adult(folder):
    frame, label = adult_frames(folder)
    frame = label_encoded(frame)
    return frame[: len(label)], label, frame[len(label) :]


def adult_one_hot(folder):
    frame, label = adult_frames(folder)
    frame = pd.get_dummies(frame).astype("float32")
    return frame[: len(label)], label, frame[len(label) :]


def german(folder):
    if folder is None:
        frame = fetched("credit-g", 1)
        label = (frame.pop("class").astype(str) == "bad").astype("int8").to_numpy()
    else:
        frame = pd.read_csv(folder / "german.data", sep=r"\s+", header=None)
        label = (frame.pop(20) == 2).astype("int8").to_numpy()
    frame.columns = [f"f{i}" for i in range(20)]
    return split(label_encoded(frame), label, GERMAN_TRAIN)


def california(folder):
    if folder is None:
        from sklearn.datasets import fetch_california_housing

        frame = fetch_california_housing(as_frame=True).frame.astype("float32")
    else:
        frame = pd.read_csv(folder / "california_housing.csv").astype("float32")
    return split(frame, frame.pop("MedHouseVal").to_numpy(), CALIFORNIA_TRAIN)
