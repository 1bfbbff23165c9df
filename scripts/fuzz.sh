#!/usr/bin/env bash
# fuzz.sh [NAME...]: builds the fuzzers and runs each (or those named: xgboost-json, csv, ...) for LIMPID_FUZZ_SECONDS,
# from the fixtures and what earlier runs found. Prints executions and coverage of each. What crashes, hangs or takes
# more than 1 GB is kept in tests/fuzz/crashers/NAME, where a unit test reads it again.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/install_packages.sh build test fuzz
scripts/python_environment.sh build
seconds=${LIMPID_FUZZ_SECONDS:-20}
configure fuzz
compile fuzz limpid_fuzzers >build/fuzz/build.log 2>&1 || {
  tail -n 30 build/fuzz/build.log >&2
  die "the fuzzers do not build"
}
.venv/bin/python tests/fuzz/seeds.py build/fuzz/seeds
rm -rf build/fuzz/logs
mkdir -p build/fuzz/logs

# fuzz NAME: one bounded run; its exit status is libFuzzer's.
fuzz() {
  local name=$1 dictionary=()
  mkdir -p "build/fuzz/corpus/$name" "tests/fuzz/crashers/$name"
  [ ! -f "tests/fuzz/$name.dict" ] || dictionary=(-dict="tests/fuzz/$name.dict")
  "build/fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 \
    -max_len=12000 -print_final_stats=1 "${dictionary[@]}" -artifact_prefix="tests/fuzz/crashers/$name/" \
    "build/fuzz/corpus/$name" "build/fuzz/seeds/$name" >"build/fuzz/logs/$name.log" 2>&1
}

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for path in build/fuzz/tests/fuzz/fuzz_*; do [ ! -x "$path" ] || names+=("${path##*/fuzz_}"); done
fi
running=0
for name in "${names[@]}"; do
  { fuzz "$name" && touch "build/fuzz/logs/$name.held"; } &
  running=$((running + 1))
  if [ $running -ge "$jobs" ]; then
    wait -n || true
    running=$((running - 1))
  fi
done
wait

failed=0
printf '%-16s %12s %9s %9s  %s\n' fuzzer executions edges features result
for name in "${names[@]}"; do
  log=build/fuzz/logs/$name.log
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  read -r edges features < <(sed -n 's/.*cov: \([0-9]*\) ft: \([0-9]*\).*/\1 \2/p' "$log" | tail -n 1; echo)
  result=held
  if [ ! -e "build/fuzz/logs/$name.held" ]; then
    failed=1
    result="FAILED: $(grep -m 1 -E '^SUMMARY|ERROR' "$log" || tail -n 1 "$log")"
  fi
  printf '%-16s %12s %9s %9s  %s\n' "$name" "${runs:--}" "${edges:--}" "${features:--}" "$result"
done
exit $failed
