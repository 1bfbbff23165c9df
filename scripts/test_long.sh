#!/usr/bin/env bash
# What `make test` leaves out for time: the corners of the grid of models (LIMPID_LONG=1).
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/parts.sh
source scripts/parts.sh

scripts/install_packages.sh build test
scripts/python_environment.sh build test xgboost
start_parts build/test-long-results
export LIMPID_LONG=1

corners() {
  configure release -DLIMPID_TESTS=ON && compile release limpid limpid_tests || return 1
  ln -sfn release/limpid build/limpid
  run_ctest release corners --label-regex 'property|long' --timeout 7200
}
fuzzers() { LIMPID_FUZZ_SECONDS=${LIMPID_FUZZ_SECONDS:-300} scripts/fuzz.sh >&2; }
oracles() { run_pytest oracles tests/oracles tests/cli; }

part "corners of the grid" corners
part "fuzzers" fuzzers
part "oracles and command line" oracles
finish_parts
