#!/usr/bin/env bash
# install_packages.sh GROUP...   groups: build, test, bench, lint, fuzz
# Installs the Debian packages that are missing (Debian 12 and later, Ubuntu 24.04): by apt where this is root or has
# sudo; otherwise prints the one line to run and stops. Does nothing, in a fraction of a second, when all are there.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A tool counts as present when it runs, wherever it comes from; a library when its package is installed.
declare -A tools=(
  [build]="g++:g++ cmake:cmake ninja:ninja-build make:make python3:python3"
  [fuzz]="clang++:clang"
  [lint]="clang-format:clang-format clang-tidy:clang-tidy shellcheck:shellcheck"
)
declare -A libraries=(
  [build]="libhwy-dev libcxxopts-dev nlohmann-json3-dev libarchive-dev libfmt-dev libssl-dev libcurl4-openssl-dev libopenblas-dev"
  [test]="libgtest-dev libgmock-dev"
  [bench]="libbenchmark-dev"
  [fuzz]="libclang-rt-dev"
)

missing=()
context=false
wanted=""
for group in "$@"; do
  for tool in ${tools[$group]:-}; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool#*:}")
  done
  wanted+=" ${libraries[$group]:-}"
  [ "$group" != build ] || python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  [ "$group" != test ] || context=true
done

# installed NAME-OR-PATTERN...: the names among them that are installed (dpkg-query fails where it knows one not at all).
installed() {
  { dpkg-query --show --showformat='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null || true; } |
    awk '$1 == "ii" {print $2}'
}
# newest_context: the newest libboost-context1.NN-dev of at least 1.81 among the names read.
newest_context() { sed -n 's/^\(libboost-context1\.\([0-9]*\)-dev\).*/\2 \1/p' | sort -n | awk '$1 >= 81 {last = $2} END {print last}'; }

if ! command -v dpkg-query >/dev/null; then
  [ ${#missing[@]} -eq 0 ] || die "this is not a Debian system: install the equivalents of ${missing[*]}$wanted"
  exit 0
fi
# shellcheck disable=SC2086 # names are split on purpose
have=$(installed $wanted)
for library in $wanted; do
  grep -qx "$library" <<<"$have" || missing+=("$library")
done
need_context=false
if $context && [ -z "$(installed 'libboost-context1.*-dev' | newest_context)" ]; then need_context=true; fi
if [ ${#missing[@]} -eq 0 ] && ! $need_context; then exit 0; fi

sudo=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then sudo=sudo; fi
fi
if [ "$(id -u)" = 0 ] || [ -n "$sudo" ]; then
  say "apt-get update"
  $sudo apt-get -qq update
fi
if $need_context; then
  found=$(apt-cache search --names-only '^libboost-context1\.[0-9]+-dev$' | newest_context)
  missing+=("${found:-libboost-context-dev}")
fi
if [ "$(id -u)" != 0 ] && [ -z "$sudo" ]; then
  say "packages are missing and this is neither root nor sudo without a password; run this line, then try again:"
  say "  sudo apt-get update && sudo apt-get install --no-install-recommends -y ${missing[*]}"
  exit 1
fi
say "apt-get install ${missing[*]}"
DEBIAN_FRONTEND=noninteractive $sudo apt-get -qq install --no-install-recommends -y "${missing[@]}" >/dev/null
