#!/usr/bin/env bash
# The program alone, from the release preset: build/limpid. Needs no tests, oracles or GPU.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/install_packages.sh build
scripts/python_environment.sh build
# A build folder that `make test` configured keeps its tests.
if [ ! -f build/release/build.ninja ] || [ -n "${LIMPID_CUDA:-}" ]; then
  tests=$(sed -n 's/^LIMPID_TESTS:BOOL=//p' build/release/CMakeCache.txt 2>/dev/null || true)
  configure release "-DLIMPID_TESTS=${tests:-OFF}"
fi
compile release limpid
ln -sfn release/limpid build/limpid
