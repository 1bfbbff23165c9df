"""Print the most important features of an explanation as bars in the terminal.

    python examples/bars.py OUT/analysis.json [--top 10]

Importance is the mean |Shapley value| over all rows, as analysis.json holds it. Standard library only.
"""

import argparse
import json

WIDTH = 40  # characters of the longest bar


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("analysis")
    parser.add_argument("--top", type=int, default=10)
    args = parser.parse_args()
    with open(args.analysis) as file:
        outputs = json.load(file)["explanations"]["kernel_shap"]
    for label, result in outputs.items():
        ranked = sorted(result["global_shap_values"].items(), key=lambda item: -item[1])[: args.top]
        longest = max(len(name) for name, _ in ranked)
        largest = ranked[0][1] or 1.0
        print(f"mean |Shapley value|, {label} (expected value {result['expected_value']:.4f})")
        for name, value in ranked:
            bar = "█" * max(1, round(WIDTH * value / largest))
            print(f"  {name:<{longest}}  {value:.4f}  {bar}")


if __name__ == "__main__":
    main()
