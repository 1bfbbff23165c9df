"""Write a synthetic loan data set with a known bias, as CSV.

    python examples/loans/generate.py --rows 50000 --seed 7 --out loans.csv

Needs nothing but Python's standard library. The same seed gives the same file everywhere.

Applicants have an income, a credit history and a request; the bank's past decision `loan_approved` follows a logistic
rule on them. The rule is biased on purpose: two applicants that differ in nothing but `gender` differ by GENDER_BIAS
in log-odds, and `region` 3 is treated worse by REGION_BIAS. An explanation of a model trained on these decisions
should show both.

Columns: loan_id, then 14 features (codes for the categories), then loan_approved (0 or 1). Some employment_years and
credit_score values are missing (empty), as in real files.
"""

import argparse
import csv
import math
import random
import sys

GENDER_BIAS = -0.8  # log-odds of gender 1 beside gender 0, everything else equal
REGION_BIAS = -0.6  # log-odds of region 3 beside the others

FEATURES = [
    "income", "credit_score", "employment_years", "age", "debt_to_income", "obligations", "loan_amount",
    "loan_term_months", "gender", "region", "purpose", "education", "credit_lines", "late_payments",
]  # fmt: skip
PURPOSES = ["car", "home", "education", "business", "medical", "other"]  # code = position
PURPOSE_EFFECT = [0.2, 0.5, 0.1, -0.5, 0.0, -0.2]


def applicant(rng):
    """One applicant's features, as a dict in FEATURES order."""
    age = min(80, max(18, round(rng.gauss(41, 12))))
    education = min(4, max(0, round(rng.gauss(1.8, 1.0))))
    employment = max(0.0, min(age - 18, rng.gammavariate(2.0, 4.0)))
    income = round(math.exp(rng.gauss(10.3 + 0.16 * education + 0.012 * employment, 0.42)), 2)
    late = min(12, int(rng.expovariate(1.1)))
    lines = min(20, 1 + int(rng.expovariate(0.22)))
    score = min(850, max(300, round(rng.gauss(690 + 1.1 * (age - 40) - 26 * late + 4 * education, 55))))
    obligations = round(income / 12 * min(0.9, rng.betavariate(2.0, 6.0)), 2)
    amount = round(income * rng.uniform(0.1, 1.6), -2)
    term = rng.choice([12, 24, 36, 48, 60, 84])
    ratio = round((obligations + amount / term) / (income / 12), 4)
    return {
        "income": income, "credit_score": score, "employment_years": round(employment, 1), "age": age,
        "debt_to_income": ratio, "obligations": obligations, "loan_amount": amount, "loan_term_months": term,
        "gender": int(rng.random() < 0.48), "region": rng.choices(range(5), [30, 25, 20, 15, 10])[0],
        "purpose": rng.choices(range(6), [28, 22, 14, 12, 9, 15])[0], "education": education,
        "credit_lines": lines, "late_payments": late,
    }  # fmt: skip


def log_odds(a):
    """The bank's rule, bias included."""
    z = 0.9 + 0.014 * (a["credit_score"] - 680) + 0.9 * math.log(a["income"] / 40000)
    z -= 1.3 * max(0.0, a["debt_to_income"] - 0.35) * (1.6 if a["employment_years"] < 2 else 1.0)
    z += 0.06 * min(a["employment_years"], 12) - 0.35 * a["late_payments"]
    z += PURPOSE_EFFECT[a["purpose"]] + 0.12 * a["education"]
    z -= 0.5 * (a["loan_term_months"] >= 60) * (a["purpose"] == PURPOSES.index("business"))
    return z + GENDER_BIAS * a["gender"] + REGION_BIAS * (a["region"] == 3)


def rows(count, seed):
    """Yields `count` rows: loan_id, features, decision."""
    rng = random.Random(seed)
    for i in range(count):
        a = applicant(rng)
        approved = int(rng.random() < 1.0 / (1.0 + math.exp(-log_odds(a))))
        if rng.random() < 0.03:
            a["employment_years"] = ""
        if rng.random() < 0.01:
            a["credit_score"] = ""
        yield [f"L{seed:02d}-{i:06d}", *(a[name] for name in FEATURES), approved]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", default="-", help="a file, or - for standard output")
    args = parser.parse_args()
    with sys.stdout if args.out == "-" else open(args.out, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["loan_id", *FEATURES, "loan_approved"])
        writer.writerows(rows(args.rows, args.seed))


if __name__ == "__main__":
    main()
