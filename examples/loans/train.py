"""Train XGBoost on the generated loans and save the model.

    python examples/loans/generate.py --out loans.csv
    python examples/loans/train.py loans.csv examples/loans/model.json

Needs xgboost and numpy (requirements/test.txt). The model in this folder was written by it.
"""

import csv
import sys

import numpy as np
import xgboost as xgb


def main(data, model):
    with open(data, newline="") as file:
        header, *lines = csv.reader(file)
    table = np.array([[float(v) if v else np.nan for v in line[1:]] for line in lines], dtype=np.float32)
    features, approved = table[:, :-1], table[:, -1]
    cut = len(table) * 4 // 5
    names = header[1:-1]
    train = xgb.DMatrix(features[:cut], approved[:cut], feature_names=names)
    test = xgb.DMatrix(features[cut:], approved[cut:], feature_names=names)
    params = dict(objective="binary:logistic", max_depth=4, eta=0.15, max_bin=64, eval_metric="auc", nthread=1, seed=0)
    booster = xgb.train(params, train, num_boost_round=80, evals=[(test, "test")], verbose_eval=79)
    booster.save_model(model)


if __name__ == "__main__":
    main(*sys.argv[1:])
