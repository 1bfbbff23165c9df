#!/usr/bin/env bash
# limpid-emulated on the example: --device cuda (emulated) writes the bytes of --device cpu, but for run.json.
# Usage: end_to_end.sh PROGRAM REPOSITORY
set -euo pipefail
program=$1
example=$2/examples/loans
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
head -61 "$example/rows.csv" > "$work/rows.csv"
head -9 "$example/rows.csv" > "$work/background.csv"

explain() {
  "$program" explain --model "$example/model.json" --data "$work/rows.csv" --background "$work/background.csv" \
    --id loan_id --label loan_approved --space "$1" --device "$2" --threads 2 --quiet --out "$work/$1-$2"
  rm "$work/$1-$2/run.json"
}

for space in response margin; do
  explain "$space" cpu
  for settings in t4,forward a100,shuffled,3; do
    LIMPID_SIMT=$settings explain "$space" cuda
    diff -r "$work/$space-cpu" "$work/$space-cuda"
    rm -r "$work/$space-cuda"
  done
done
