#!/usr/bin/env bash
# runtime_packages.sh PROGRAM: the Debian packages whose libraries the program loads, one a line (for images).
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | xargs realpath | while read -r library; do
  dpkg-query --search "$library" 2>/dev/null | cut -d: -f1 || true
done | sort -u
