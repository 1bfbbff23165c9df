#!/usr/bin/env bash
# Everything that must hold: the program and its tests, the sanitizers, the oracles. A part that fails does not stop
# the next; the table at the end has the time of each, and the last line counts the tests.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/parts.sh
source scripts/parts.sh

scripts/install_packages.sh build test
scripts/python_environment.sh build test xgboost xgboost
start_parts build/test-results

build() {
  configure release -DLIMPID_TESTS=ON || return 1
  compile release limpid || return 1
  ln -sfn release/limpid build/limpid
}
unit() { compile release limpid_tests && run_ctest release unit; }
sanitizers() {
  configure asan -DLIMPID_TESTS=ON && compile asan limpid_tests && run_ctest asan sanitizers
}
fuzzers() { LIMPID_FUZZ_SECONDS=${LIMPID_FUZZ_SECONDS:-6} scripts/fuzz.sh >&2; }
oracles() { run_pytest oracles tests/oracles tests/cli tests/scripts; }

part "build" build
part "unit and emulator tests" unit
part "address and undefined sanitizers" sanitizers
part "fuzzers" fuzzers
part "oracles and command line" oracles
finish_parts
