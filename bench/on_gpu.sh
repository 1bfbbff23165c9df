#!/usr/bin/env bash
# on_gpu.sh [OUT]: on a machine with a GPU, in under ten minutes: build (nothing is rebuilt when it is up to date), the
# tests labelled gpu, compute-sanitizer over them, then benchmarks whose answers are compared with the CPU's bytes
# first. Prints a short table; logs and figures go to OUT (default build/gpu-results). Needs no package installed:
# headers and libraries may lie in .gpu (bench/gpu_dependencies.sh), Arrow comes from the pyarrow of PYTHON.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$(realpath -m "${1:-build/gpu-results}")
python=${PYTHON:-python3}
build=build/gpu
rows=${ROWS:-200000}
mkdir -p "$out" "$build"

nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | tee "$out/device.txt"

if [ -d .gpu ]; then
  libraries=$(echo "$PWD"/.gpu/usr/lib/*-linux-gnu)
  export LD_LIBRARY_PATH=$libraries:$PWD/.gpu/lib/x86_64-linux-gnu:${LD_LIBRARY_PATH:-}
  export CMAKE_PREFIX_PATH=$PWD/.gpu/usr
fi
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DLIMPID_CUDA=ON -DLIMPID_TESTS=ON -DLIMPID_EMULATOR=OFF \
  -DLIMPID_PYTHON="$(command -v "$python")" -DCMAKE_CUDA_ARCHITECTURES="${ARCHITECTURES:-90}" >"$out/configure.log"
cmake --build "$build" --target limpid limpid_gpu_tests >"$out/build.log" 2>&1 || { tail -n 40 "$out/build.log"; exit 1; }
program=$build/limpid
tests=$build/tests/limpid_gpu_tests

failed=0
# check NAME COMMAND...: one line, ok or FAILED; the output goes to OUT/NAME.log
check() {
  local name=$1 start=$SECONDS verdict=ok
  shift
  "$@" >"$out/$name.log" 2>&1 || { verdict=FAILED; failed=1; }
  printf '%-32s %-7s %4d s\n' "$name" "$verdict" $((SECONDS - start))
}
check gpu-tests "$tests" --gtest_brief=1
for tool in memcheck racecheck initcheck synccheck; do
  check "compute-sanitizer-$tool" timeout 90 compute-sanitizer --tool "$tool" --error-exitcode 1 "$tests" \
    --gtest_brief=1 --gtest_filter='*:-*Large*'
done

# bench NAME OPTION...: the same values from CPU and GPU, byte for byte, then rows/s of both.
bench() {
  local name=$1 device
  shift
  for device in cpu cuda; do
    "$program" explain "$@" --format csv --out "$out/$name.$device" --overwrite --device "$device" --quiet \
      2>"$out/$name.$device.log" || { echo "$name on $device FAILED: $(tail -n 1 "$out/$name.$device.log")"; failed=1; return; }
  done
  local same=same-bytes
  cmp -s "$out/$name.cpu/explanations_shap/out.csv" "$out/$name.cuda/explanations_shap/out.csv" || { same=DIFFERENT; failed=1; }
  "$python" - "$name" "$same" "$out/$name.cpu/run.json" "$out/$name.cuda/run.json" <<'PYTHON'
import json, sys
name, same, *runs = sys.argv[1:]
cpu, gpu = (json.load(open(run)) for run in runs)
print(f"{name:32} {same:11} {gpu['rows_per_second']:>12,.0f} rows/s on the GPU, {cpu['rows_per_second']:>12,.0f} on "
      f"{cpu['threads']} threads; explain {gpu['stage_seconds']['explain']:.2f} s, engine {gpu['stage_seconds']['engine']:.2f} s")
PYTHON
}
data=$out/loans.csv
"$python" examples/loans/generate.py --rows "$rows" --seed 12 --out "$data"
loans=(--model examples/loans/model.json --data "$data" --id loan_id --label loan_approved)
bench loans-path-dependent "${loans[@]}" --method path-dependent
bench loans-margin-100 "${loans[@]}" --space margin --background sample:100
bench loans-margin-10000 "${loans[@]}" --space margin --background sample:10000
bench loans-response-10 "${loans[@]}" --background sample:10
# Estimated pairs: byte for byte with the host's operators, then on the device alone with cuSOLVER's.
small=$out/loans-2000.csv
head -n 2001 "$data" >"$small"
for estimator in gp wls; do
  LIMPID_CUDA_LIBRARIES=none bench "loans-$estimator-10" --model examples/loans/model.json --data "$small" --id loan_id \
    --label loan_approved --background sample:10 --max-exact-players 3 --estimator "$estimator"
  "$program" explain --model examples/loans/model.json --data "$small" --id loan_id --label loan_approved \
    --background sample:10 --max-exact-players 3 --estimator "$estimator" --device cuda --quiet --overwrite \
    --out "$out/loans-$estimator-solved" || failed=1
  grep '"estimator_solver"' "$out/loans-$estimator-solved/run.json"
done

# Time of each kernel, by Nsight Compute where it is there.
if command -v ncu >/dev/null; then
  head -n 20001 "$data" >"$out/loans-20000.csv"
  timeout 90 ncu --metrics gpu__time_duration.sum --csv "$program" explain --model examples/loans/model.json \
    --data "$out/loans-20000.csv" --id loan_id --label loan_approved --background sample:10 --device cuda --quiet \
    --out "$out/ncu" --overwrite >"$out/ncu.csv" 2>"$out/ncu.log" || true
  "$python" - "$out/ncu.csv" <<'PYTHON'
import collections, csv, sys
lines = [line for line in open(sys.argv[1]) if line.startswith('"')]
total = collections.Counter()
for row in csv.DictReader(lines):
    total[row["Kernel Name"].split("(")[0]] += float(row["Metric Value"].replace(",", ""))
for name, nanoseconds in total.most_common():
    print(f"kernel {name:48} {nanoseconds / 1e6:10.3f} ms for 20,000 rows")
PYTHON
fi
exit $failed
