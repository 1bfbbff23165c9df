#!/usr/bin/env bash
# clang-format over all C++ and CUDA files: reports differences as errors, or with --fix writes them.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

mode=(--dry-run -Werror)
[ "${1:-}" != --fix ] || mode=(-i)
git ls-files '*.h' '*.cpp' '*.cu' '*.cuh' | xargs --no-run-if-empty -P "$jobs" -n 20 clang-format "${mode[@]}"
