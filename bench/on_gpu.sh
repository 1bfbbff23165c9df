#!/usr/bin/env bash
# on_gpu.sh [OUT]: on a machine with a GPU: build (nothing is rebuilt when it is up to date), the tests labelled gpu,
# kernels by themselves beside their bounds (kernels/README.md), GPUTreeShap where its header is (gpu_dependencies.sh),
# whole runs, whose answers are compared with the CPU's bytes first, and XGBoost's own contributions on the same GPU
# where PYTHON has a build of it for CUDA; then compute-sanitizer over the tests and the time of each kernel. Prints a
# short table; logs and figures go to OUT (default build/gpu-results).
# Ends within BUDGET seconds (default 570; on 16 processors the build takes about half of them): a part that the time
# left is too short for is skipped with a line that says so, and a second call goes on where a build was cut off.
# Needs no package installed: headers and libraries may lie in .gpu (bench/gpu_dependencies.sh), Arrow comes from the
# pyarrow of PYTHON. REHEARSE=1: on a machine without a GPU, everything that does not need one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$(realpath -m "${1:-build/gpu-results}")
python=${PYTHON:-python3}
build=${BUILD:-build/gpu}
rows=${ROWS:-200000}
budget=${BUDGET:-570}
rehearse=${REHEARSE:-0}
failed=0
mkdir -p "$out" "$build"

# enough NAME SECONDS: is there time for a part that takes up to so many?
enough() {
  [ $((budget - SECONDS)) -ge "$2" ] || { printf '%-32s skipped, %d s are left of %d and it may take %d\n' "$1" $((budget - SECONDS)) "$budget" "$2"; return 1; }
}
# check NAME SECONDS COMMAND...: one line, ok, FAILED or CUT OFF; the output goes to OUT/NAME.log
check() {
  local name=$1 limit=$2 start=$SECONDS status=0 verdict=ok
  shift 2
  enough "$name" "$limit" || return 0
  timeout "$limit" "$@" >"$out/$name.log" 2>&1 || status=$?
  case $status in 0) ;; 124) verdict="CUT OFF" ;; *) verdict=FAILED ;; esac
  [ $status = 0 ] || failed=1
  printf '%-32s %-7s %4d s\n' "$name" "$verdict" $((SECONDS - start))
}
# figures NAME SECONDS COMMAND...: the same, with the output for all to see
figures() {
  check "$@"
  [ ! -s "$out/$1.log" ] || cat "$out/$1.log"
}

if [ "$rehearse" = 1 ]; then
  echo "rehearsal: no GPU, no figure is one of a GPU" | tee "$out/device.txt"
else
  nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | tee "$out/device.txt"
fi

options=()
if [ -e .gpu/packages.tar.gz ]; then
  packages=$PWD/build/gpu-packages
  if [ ! "$packages/unpacked" -nt .gpu/packages.tar.gz ]; then
    rm -rf "$packages"
    mkdir -p "$packages"
    tar -xzmf .gpu/packages.tar.gz -C "$packages" --no-same-owner
    touch "$packages/unpacked"
  fi
  libraries=$(echo "$packages"/usr/lib/*-linux-gnu)
  export LD_LIBRARY_PATH=$libraries:$packages/lib/x86_64-linux-gnu:${LD_LIBRARY_PATH:-}
  export CMAKE_PREFIX_PATH=$packages/usr
  options+=("-DBLAS_LIBRARIES=$libraries/libblas.so" "-DLAPACK_LIBRARIES=$libraries/liblapack.so;$libraries/libblas.so")
  [ ! -d "$packages/gputreeshap" ] || options+=("-DLIMPID_GPUTREESHAP=$packages/gputreeshap")
fi
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DLIMPID_CUDA=ON -DLIMPID_TESTS=ON -DLIMPID_EMULATOR=OFF \
  -DLIMPID_PYTHON="$(command -v "$python")" -DCMAKE_CUDA_ARCHITECTURES="${ARCHITECTURES:-90}" "${options[@]}" \
  >"$out/configure.log" 2>&1 || { tail -n 20 "$out/configure.log"; exit 1; }
targets=(limpid limpid_gpu_tests limpid_gpu_rates)
[[ ${options[*]} != *GPUTREESHAP* ]] || targets+=(limpid_gputreeshap_rates)
check build $((budget - SECONDS > 30 ? budget - SECONDS - 20 : 10)) cmake --build "$build" --target "${targets[@]}"
[ $failed = 0 ] || { tail -n 40 "$out/build.log"; exit 1; }
program=$build/limpid
tests=$build/tests/limpid_gpu_tests

check gpu-tests 120 "$tests" --gtest_brief=1
# Kernels by themselves: same-bytes or DIFFERENT, items/s, share of the bound. And a peer on the same model and rows.
figures kernels 60 "$build/bench/gpu/limpid_gpu_rates"
[[ ${options[*]} != *GPUTREESHAP* ]] || figures gputreeshap 60 "$build/bench/gpu/limpid_gputreeshap_rates"

# bench NAME OPTION...: the same values from CPU and GPU, byte for byte, then rows/s of both.
bench() {
  local name=$1 device
  shift
  enough "$name" 30 || return 0
  for device in cpu cuda; do
    if [ "$device$rehearse" = cuda1 ]; then
      cp -r "$out/$name.cpu" "$out/$name.cuda.rehearsed" && rm -rf "$out/$name.cuda" && mv "$out/$name.cuda.rehearsed" "$out/$name.cuda"
      continue
    fi
    timeout 60 "$program" explain "$@" --format csv --out "$out/$name.$device" --overwrite --device "$device" --quiet \
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
# gpus: how many there are; several: all of them give the bytes of one.
gpus=$(nvidia-smi --list-gpus 2>/dev/null | wc -l || true)
data=$out/loans.csv
"$python" examples/loans/generate.py --rows "$rows" --seed 12 --out "$data"
loans=(--model examples/loans/model.json --data "$data" --id loan_id --label loan_approved)
bench loans-path-dependent "${loans[@]}" --method path-dependent
bench loans-margin-100 "${loans[@]}" --space margin --background sample:100
bench loans-margin-10000 "${loans[@]}" --space margin --background sample:10000
bench loans-response-10 "${loans[@]}" --background sample:10
if [ "$gpus" -gt 1 ] && enough all-gpus 30; then
  timeout 60 "$program" explain "${loans[@]}" --background sample:10 --format csv --device cuda:all --quiet --overwrite \
    --out "$out/loans-response-10.all" || failed=1
  cmp "$out/loans-response-10.all/explanations_shap/out.csv" "$out/loans-response-10.cpu/explanations_shap/out.csv" || failed=1
  grep '"rows_per_second"' "$out/loans-response-10.all/run.json"
fi

# The peer, in the same run: XGBoost's contributions are those of --method path-dependent.
measured=0
! enough xgboost 40 || timeout 60 "$python" - "$data" "$out/loans-path-dependent.cuda/run.json" 2>"$out/xgboost.log" <<'PYTHON' || measured=$?
import json, statistics, sys, time
import numpy, xgboost
if not xgboost.build_info().get("USE_CUDA"):
    sys.exit(1)
booster = xgboost.Booster({"device": "cuda"}, model_file="examples/loans/model.json")
booster.set_param({"device": "cuda"})
names = booster.feature_names
with open(sys.argv[1]) as file:
    header = file.readline().strip().split(",")
columns = [header.index(name) for name in names]
values = numpy.genfromtxt(sys.argv[1], delimiter=",", skip_header=1, usecols=columns, dtype=numpy.float32)
matrix = xgboost.DMatrix(values, feature_names=names, feature_types=booster.feature_types or None)
seconds = []
for _ in range(6):
    start = time.perf_counter()
    booster.predict(matrix, pred_contribs=True)
    seconds.append(time.perf_counter() - start)
peer = len(values) / statistics.median(seconds[1:])
ours = json.load(open(sys.argv[2]))["rows_per_second"]
print(f"xgboost {xgboost.__version__} contributions {peer:,.0f} rows/s in memory; limpid {ours:,.0f} with reading and writing text, "
      f"{ours / peer:.1f} times")
PYTHON
[ $measured = 0 ] || echo "xgboost: not measured (no build for CUDA in $python)"

# Estimated pairs: byte for byte with the host's operators, then on the device alone with cuSOLVER's.
small=$out/loans-2000.csv
head -n 2001 "$data" >"$small"
for estimator in gp wls; do
  LIMPID_CUDA_LIBRARIES=none bench "loans-$estimator-10" --model examples/loans/model.json --data "$small" --id loan_id \
    --label loan_approved --background sample:10 --max-exact-players 3 --estimator "$estimator"
  if [ "$rehearse" = 1 ] || ! enough "loans-$estimator-solved" 30; then continue; fi
  timeout 60 "$program" explain --model examples/loans/model.json --data "$small" --id loan_id --label loan_approved \
    --background sample:10 --max-exact-players 3 --estimator "$estimator" --device cuda --quiet --overwrite \
    --out "$out/loans-$estimator-solved" || failed=1
  grep '"estimator_solver"' "$out/loans-$estimator-solved/run.json"
done

for tool in memcheck racecheck initcheck synccheck; do
  [ "$rehearse" = 0 ] || continue
  check "compute-sanitizer-$tool" 60 compute-sanitizer --tool "$tool" --error-exitcode 1 "$tests" --gtest_brief=1 \
    --gtest_filter='*:-*Large*'
done

# Time of each kernel, by Nsight Compute where it is there.
if [ "$rehearse" = 0 ] && command -v ncu >/dev/null && enough ncu 60; then
  head -n 20001 "$data" >"$out/loans-20000.csv"
  timeout 55 ncu --metrics gpu__time_duration.sum --csv "$program" explain --model examples/loans/model.json \
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
