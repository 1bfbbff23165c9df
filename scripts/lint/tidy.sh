#!/usr/bin/env bash
# clang-tidy, warnings as errors, over the C++ of src, include, kernels, tests and bench. Not over .cu files, nor over
# files that Highway includes again for every SIMD target.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

mkdir -p build
export CC=clang CXX=clang++
cmake -S . -B build/lint -G Ninja -DCMAKE_BUILD_TYPE=Debug -DLIMPID_CUDA=OFF -DLIMPID_BENCH=ON \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >build/lint.log ||
  { cat build/lint.log; die "configuring build/lint failed"; }
python3 scripts/lint/tidy.py build/lint "$@" --jobs "$jobs"
