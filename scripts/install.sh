#!/usr/bin/env bash
# install.sh PREFIX: the program, the Arrow library it was built with, licence and documents.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cmake --install build/release --prefix "$(realpath -m "$1")" >build/install.log || die "see build/install.log"
say "installed: $1/bin/limpid"
