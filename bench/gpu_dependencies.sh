#!/usr/bin/env bash
# gpu_dependencies.sh [FOLDER]: what a build needs beside a compiler, CMake, nvcc and pyarrow, unpacked from Debian's
# packages into FOLDER (default .gpu), for a GPU machine on which nothing can be installed. Copy the repository with
# that folder there and run bench/on_gpu.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$(realpath -m "${1:-.gpu}")

headers="libhwy-dev libcxxopts-dev nlohmann-json3-dev libarchive-dev libfmt-dev libssl-dev libgtest-dev libgmock-dev"
libraries="libhwy1 libfmt9 libarchive13 libssl3 libnettle8 libacl1 libxml2 libicu72 liblz4-1 libbz2-1.0 liblzma5 libzstd1 zlib1g"
rm -rf "$folder"
mkdir -p "$folder/packages"
chmod 777 "$folder/packages"  # apt downloads as a user of its own
# shellcheck disable=SC2086 # names are split on purpose
(cd "$folder/packages" && apt-get download -q $headers $libraries >/dev/null)
for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder"; done
rm -rf "$folder/packages" "$folder"/usr/share/{doc,man} "$folder"/usr/lib/*/lib{ssl,crypto,archive,xml2}.a \
  "$folder"/usr/lib/*/libicu{i18n,io,test,tu}.so* "$folder"/usr/lib/*/{engines-3,ossl-modules}
du -sh "$folder"
