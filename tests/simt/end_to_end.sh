#!/usr/bin/env bash
# limpid-emulated on the example: --device cuda (emulated) writes the bytes of --device cpu, but for run.json.
# Usage: end_to_end.sh PROGRAM REPOSITORY LIBRARIES (those of the emulated device: tests/simt/libraries)
set -euo pipefail
program=$1
example=$2/examples/loans
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
head -31 "$example/rows.csv" > "$work/rows.csv"
head -9 "$example/rows.csv" > "$work/background.csv"

explain() { # SPACE DEVICE [more options]
  "$program" explain --model "$example/model.json" --data "$work/rows.csv" --background "$work/background.csv" \
    --id loan_id --label loan_approved --space "$1" --device "$2" --threads 2 --quiet --out "$work/$1-$2" "${@:3}"
  mv "$work/$1-$2/run.json" "$work/run.json"
}

compare() { # SPACE [more options]
  explain "$1" cpu "${@:2}"
  for settings in t4,forward a100,shuffled,3; do
    LIMPID_CUDA_LIBRARIES=none LIMPID_SIMT=$settings explain "$1" cuda "${@:2}"
    diff -r "$work/$1-cpu" "$work/$1-cuda"
    rm -r "$work/$1-cuda"
  done
  rm -r "$work/$1-cpu"
}

groups=(--group "money=income,loan_amount,debt_to_income" --group "history=employment_years,credit_score")
for space in response margin; do
  compare "$space"
  compare "$space" "${groups[@]}"
  compare "$space" "${groups[@]}" --group-mode sum
done

compare response --interactions
compare margin --interactions
compare response --interactions --link logit "${groups[@]}" --max-exact-players 11
compare response --interactions=top:5 "${groups[@]}" --group-mode sum

# Two devices: the same, and run.json names both.
for space in response margin; do
  explain "$space" cpu --chunk-rows 8
  for devices in cuda:all cuda:1,0; do
    LIMPID_CUDA_LIBRARIES=none LIMPID_SIMT=t4,shuffled,4,2 explain "$space" "$devices" --chunk-rows 8
    diff -r "$work/$space-cpu" "$work/$space-$devices"
    grep -q '"device": "cuda:[01] t4, cuda:[01] t4"' "$work/run.json"
    rm -r "$work/$space-$devices"
  done
  rm -r "$work/$space-cpu"
done

# Pairs above the lattice's limit: the same with the host's operators, and with those of the device's libraries.
for estimator in gp wls; do
  compare response --estimator "$estimator" --max-exact-players 3 --coalitions 40
  grep -q '"estimator_solver": "LAPACK (libcusolver.so was not found' "$work/run.json"
done
LIMPID_CUDA_LIBRARIES=$3 explain response cuda --estimator gp --max-exact-players 3 --coalitions 40
grep -q '"estimator_solver": "cuSOLVER"' "$work/run.json"

# A libxgboost without CUDA, where one is found: refused with --device cuda in its own words, told with auto.
black_box() { # DEVICE
  "$program" explain --predictor xgboost --model "$example/model.json" --data "$work/rows.csv" --id loan_id --label \
    loan_approved --background "$work/background.csv" --coalitions 40 --device "$1" --out "$work/xgboost-$1"
}
if black_box cpu 2> "$work/messages" && ! black_box cuda 2> "$work/messages"; then
  grep -q 'error\[device.unavailable\]: libxgboost .* does not predict on GPU 0' "$work/messages"
  grep -q -- 'hint: --device cpu predicts on the CPU' "$work/messages"
  [ -z "$(ls "$work/xgboost-cuda")" ]
  black_box auto 2> "$work/messages"
  grep -q 'warning\[device.unavailable\]: .*--device auto goes on on the CPU' "$work/messages"
  grep -q '"device": "cpu"' "$work/xgboost-auto/run.json"
  grep -q '"device_note": "libxgboost' "$work/xgboost-auto/run.json"
  cmp "$work/xgboost-cpu/explanations_shap/out.jsonl" "$work/xgboost-auto/explanations_shap/out.jsonl"
else
  grep -q 'usage.xgboost' "$work/messages"
fi
