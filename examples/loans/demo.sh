#!/usr/bin/env bash
# The main job on generated loans: 10,000 rows explained exactly in probability space against 100 background rows.
#   examples/loans/demo.sh [PROGRAM] [PYTHON]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=${1:-build/limpid}
python=${2:-python3}
here=examples/loans
out=$here/output

mkdir -p "$out"
"$python" $here/generate.py --rows 10000 --seed 9 --out $out/loans.csv
command=("$program" explain --model "$here/model.json" --data "$out/loans.csv" --background sample:100
  --id loan_id --label loan_approved --out "$out/explanation" --overwrite)
echo "\$ ${command[*]}"
"${command[@]}"
echo
"$python" examples/bars.py $out/explanation/analysis.json
echo
echo "one line a row:  $out/explanation/explanations_shap/out.jsonl"
echo "global values:   $out/explanation/analysis.json"
echo "what was done:   $out/explanation/manifest.json"
