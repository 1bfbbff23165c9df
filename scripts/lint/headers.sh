#!/usr/bin/env bash
# Every consumable header compiles alone, with the project's warnings and without CUDA. Not among them: .cuh (CUDA
# alone) and *-inl.h (included once per SIMD target, inside that target's namespace).
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

arrow=$(.venv/bin/python -c 'import pyarrow; print(pyarrow.get_include())')
flags=(-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-unused-function
  -Iinclude -Isrc -I. -Itests -Itests/device/gpu -isystem "$arrow" -DLIMPID_VERSION='""' -DLIMPID_FIXTURES='""')
git ls-files 'include/*.h' 'src/*.h' 'kernels/*.h' 'tests/*.h' ':!*-inl.h' ':!tests/simt/*' |
  xargs --no-run-if-empty -P "$jobs" -I{} g++ "${flags[@]}" -include {} -x c++ /dev/null
