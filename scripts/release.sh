#!/usr/bin/env bash
# An archive of an installed limpid: build/limpid-VERSION-linux-ARCH[-cuda].tar.gz.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/install_packages.sh build
scripts/python_environment.sh build
configure release -DLIMPID_TESTS=OFF
preset=release
suffix=""
if grep -q '^CMAKE_CUDA_COMPILER:[A-Z]*=/' build/release/CMakeCache.txt; then
  preset=cuda
  suffix=-cuda
  configure cuda -DLIMPID_TESTS=OFF
fi
compile "$preset" limpid
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "build/$preset/CMakeCache.txt")
name=limpid-$version-linux-$(uname -m)$suffix
rm -rf "build/$name"
cmake --install "build/$preset" --strip --prefix "$PWD/build/$name" >build/install.log
tar -C build -czf "build/$name.tar.gz" "$name"
say "build/$name.tar.gz"
