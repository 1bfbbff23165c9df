# Parts of a test run: each is timed and counted, none stops the next (sourced after common.sh).
# shellcheck shell=bash disable=SC2154

start_parts() {
  results=$PWD/$1
  rm -rf "$results"
  mkdir -p "$results"
}

# part TITLE FUNCTION: runs it in a subshell and notes seconds, exit status and where its counts lie.
part() {
  local start status=0
  say ""
  say "== $1"
  start=$(date +%s.%N)
  # Without `set -e` in effect here, a function must return its failures itself.
  ("$2") || status=$?
  printf '%s\t%s\t%s\t%s\n' "$1" "$(awk "BEGIN {print $(date +%s.%N) - $start}")" "$status" "$results/$2" \
    >>"$results/parts.tsv"
}

# run_ctest PRESET FOLDER [CTEST-OPTION...]: the GoogleTest programs of a build; counts go to results/FOLDER.
run_ctest() {
  local preset=$1 folder=$results/$2 status=0
  shift 2
  rm -rf "build/$preset/results"
  ctest --test-dir "build/$preset" --parallel "$jobs" --output-on-failure --no-tests=error \
    --output-junit "$folder/ctest.xml" "$@" >"build/$preset/ctest.log" 2>&1 || status=$?
  if [ $status -ne 0 ]; then cat "build/$preset/ctest.log" >&2; else tail -n 12 "build/$preset/ctest.log" >&2; fi
  mkdir -p "$folder"
  cp build/"$preset"/results/*.xml "$folder/" 2>/dev/null
  return $status
}

# run_pytest FOLDER PATH...: those paths that exist, with the program at build/limpid, a module per process at a time.
run_pytest() {
  local folder=$results/$1 path existing=()
  shift
  for path in "$@"; do [ ! -e "$path" ] || existing+=("$path"); done
  .venv/bin/python -m pytest -q --numprocesses "$jobs" --dist loadscope --junitxml="$folder/pytest.xml" "${existing[@]}" >&2
}

finish_parts() { exec python3 scripts/test_report.py "$results/parts.tsv"; }
