#!/usr/bin/env bash
# Every check of the sources; each is timed and none stops the next. `lint.sh NAME...` runs only those.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

scripts/install_packages.sh build test bench lint
scripts/python_environment.sh build
checks=("$@")
[ ${#checks[@]} -gt 0 ] || checks=(format layout shell headers tidy)

failed=()
for check in "${checks[@]}"; do
  start=$SECONDS
  say "== lint: $check"
  case $check in
    format) scripts/lint/format.sh ;;
    layout) python3 scripts/lint/layout.py ;;
    shell) git ls-files '*.sh' .ci/run | xargs shellcheck --external-sources ;;
    headers) scripts/lint/headers.sh ;;
    tidy) scripts/lint/tidy.sh ;;
    *) die "no such check: $check" ;;
  esac || failed+=("$check")
  say "   $((SECONDS - start)) s"
done
[ ${#failed[@]} -eq 0 ] || die "lint: ${failed[*]}"
say "lint: all passed"
