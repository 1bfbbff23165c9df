#!/usr/bin/env bash
# Micro benchmarks of every kernel (Google Benchmark); arguments go to the program, e.g. --benchmark_filter=lattice.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/install_packages.sh build bench
scripts/python_environment.sh build
configure release -DLIMPID_BENCH=ON
compile release limpid_bench
exec build/release/bench/limpid_bench "$@"
