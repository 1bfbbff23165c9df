# Sourced by every script: strict mode, the repository's root as working directory, the number of jobs.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=${JOBS:-$(nproc)}

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# configure PRESET [OPTION...]: configures build/PRESET.
configure() {
  local preset=$1
  shift
  [ -z "${LIMPID_CUDA:-}" ] || [ "$preset" != release ] || set -- "-DLIMPID_CUDA=$LIMPID_CUDA" "$@"
  mkdir -p "build/$preset"
  cmake --preset "$preset" "$@" >"build/$preset/configure.log" 2>&1 || {
    cat "build/$preset/configure.log" >&2
    die "configuring build/$preset failed"
  }
}

# compile PRESET TARGET...: builds targets of build/PRESET.
compile() {
  local preset=$1
  shift
  cmake --build "build/$preset" --parallel "$jobs" --target "$@"
}
