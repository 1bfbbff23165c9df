"""Every committed model of every library beside that library's own answers (tests/formats/compare.py)."""

import math
import sys

import pytest
from conftest import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tests/formats"))
import compare  # noqa: E402

CASES = list(compare.cases(compare.FIXTURES))

# Largest distances in ulps. The margins are sums of the library's own numbers in its own order: not one bit may differ.
# A response passes through exp: XGBoost and LightGBM call the C library's, as limpid does (another machine's C library
# may round otherwise: one more), CatBoost and NumPy (scikit-learn) have their own.
RESPONSE_ULPS = {"xgboost": 1, "lightgbm": 1, "catboost": 4, "sklearn": 3}
CONTRIBUTIONS = 1e-6  # of max(1, the row's largest): limpid sums tables in float, XGBoost its own in float

# What limpid refuses by name: linear boosters and target statistics are no trees over features.
REFUSED = ("linear", "ctr", "no_pool")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_fixture(case):
    if case.name.startswith(REFUSED):
        with pytest.raises(compare.Refused, match=r"error\[model\.(format|tree)\]"):
            compare.measure(case)
        return
    measured = compare.measure(case)
    assert measured.margin.rows == len(case.expected["margin"])
    assert measured.margin.ulps == 0, measured.margin
    if measured.model["has_response"] and "predict" in case.expected:
        assert measured.response.ulps <= RESPONSE_ULPS[case.library], measured.response
    else:
        assert not measured.model["has_response"]
    reason = compare.other_contributions(case)
    if reason is None and "contribs" in case.expected:
        assert measured.contributions.relative <= CONTRIBUTIONS, measured.contributions
    elif reason:
        assert measured.contributions.relative > CONTRIBUTIONS, "the exception is no longer needed"


def test_all_libraries_are_here():
    assert {case.library for case in CASES} >= {"xgboost", "catboost", "sklearn"}


def test_a_difference_is_seen():
    """The comparison itself can fail."""
    case = next(c for c in CASES if str(c) == "xgboost/3.2.0/binary.json")
    model = compare.measure(case).model
    case.expected["margin"][7][0] += 1e-6
    assert compare.compare_predictions(case, model, "margin", "margin").ulps > 0
    case.expected["margin"][7][0] = math.nan
    assert compare.compare_predictions(case, model, "margin", "margin").ulps == math.inf
    case.expected["contribs"][3][2] += 1e-3
    assert compare.compare_contributions(case, model).relative > 5e-4
