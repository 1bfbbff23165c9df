#!/usr/bin/env bash
# The tests that have threads, unit and emulator, under the thread sanitizer.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/parts.sh
source scripts/parts.sh

scripts/install_packages.sh build test
scripts/python_environment.sh build
# Arrow's own library is not instrumented: what happens inside it looks like races, and locks taken there as never
# released (the deadlock detector overflows).
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 detect_deadlocks=0 suppressions=$PWD/tests/thread_sanitizer.supp ${TSAN_OPTIONS:-}"
start_parts build/tsan-results

threads() { configure tsan -DLIMPID_TESTS=ON && compile tsan limpid_tests && run_ctest tsan threads; }

part "thread sanitizer" threads
finish_parts
