"""limpid's output as a shap.Explanation: python examples/plots.py OUT/explanations_shap/out.jsonl DATA.csv beeswarm.png"""

import sys, json, numpy as np, pandas as pd, shap, matplotlib.pyplot as plt  # noqa: E401

rows = [json.loads(line) for line in open(sys.argv[1])]
names = list(rows[0]["shap_values"])
values = np.array([list(row["shap_values"].values()) for row in rows])
base = np.array([row["expected_value"] for row in rows])
data = pd.read_csv(sys.argv[2])[names].astype(float).to_numpy()[: len(rows)]
shap.plots.beeswarm(shap.Explanation(values, base, data, feature_names=names), show=False)
plt.savefig(sys.argv[3], bbox_inches="tight")
