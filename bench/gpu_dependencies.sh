#!/usr/bin/env bash
# gpu_dependencies.sh [FOLDER]: what a build needs beside a compiler, CMake, nvcc and pyarrow, from Debian's packages,
# as FOLDER/packages.tar.gz (default .gpu, about 20 MB), for a GPU machine on which nothing can be installed. Copy the
# repository with that folder there and run bench/on_gpu.sh, which unpacks it. With a copy of
# github.com/rapidsai/gputreeshap at GPUTREESHAP its header goes along, and so does that comparison.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$(realpath -m "${1:-.gpu}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

headers="libhwy-dev libcxxopts-dev nlohmann-json3-dev libarchive-dev libfmt-dev libssl-dev libgtest-dev libgmock-dev
  libcurl4-openssl-dev liblapack-dev libblas-dev"
# Those of the headers, and every library that they need in turn: the linker asks for all of them.
libraries="libhwy1 libfmt9 libarchive13 libssl3 libnettle8 libacl1 libxml2 libicu72 liblz4-1 libbz2-1.0 liblzma5 libzstd1
  zlib1g libcurl4 libbrotli1 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libidn2-0
  libunistring2 libldap-2.5-0 libsasl2-2 libnghttp2-14 libpsl5 librtmp1 libgnutls30 libhogweed6 libgmp10 libp11-kit0
  libtasn1-6 libffi8 libssh2-1 liblapack3 libblas3 libgfortran5 libquadmath0"
mkdir -p "$work/packages" "$work/root"
chmod 755 "$work"
chmod 777 "$work/packages"  # apt downloads as a user of its own
# shellcheck disable=SC2086 # names are split on purpose
(cd "$work/packages" && apt-get download -q $headers $libraries >/dev/null)
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$work/root"; done

cd "$work/root"
rm -rf etc usr/bin usr/sbin usr/share/{doc,man,lintian,locale} usr/lib/*/{engines-3,ossl-modules,sasl2,krb5} \
  usr/lib/*/libicu{i18n,io,test,tu}.so*
find usr/lib -name '*.a' ! -name 'libg*.a' -delete # only GoogleTest is linked statically
for library in lapack blas; do # where update-alternatives would have put them
  (cd usr/lib/*-linux-gnu && ln -sf "$library/lib$library.so.3" "lib$library.so.3" && ln -sf "lib$library.so.3" "lib$library.so")
done
if [ -n "${GPUTREESHAP:-}" ]; then
  mkdir -p gputreeshap/GPUTreeShap
  cp "$GPUTREESHAP/GPUTreeShap/gpu_treeshap.h" gputreeshap/GPUTreeShap/
fi
rm -rf "$folder"
mkdir -p "$folder"
tar -czf "$folder/packages.tar.gz" .
du -sh "$folder"
