#!/usr/bin/env bash
# python_environment.sh NAME...   names of requirements/NAME.txt
# Makes .venv and installs the pinned packages of each file that it does not have yet. Where .venv is a link, somebody
# keeps that environment: it is used as it is, and what it lacks is said.
# A first line `# pip: OPTIONS` in a requirements file is given to pip for that file.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -x .venv/bin/python ] || {
  say "python3 -m venv .venv"
  python3 -m venv .venv
}
for name in "$@"; do
  file=requirements/$name.txt
  [ -f "$file" ] || die "$file is missing"
  unmet=$(.venv/bin/python scripts/unmet_requirements.py "$file")
  [ -n "$unmet" ] || continue
  if [ -L .venv ]; then
    say "warning: .venv is a link to $(readlink .venv), used as it is; it lacks ${unmet//$'\n'/, } ($file)"
    continue
  fi
  say "pip install -r $file"
  read -ra options < <(sed -n '1s/^# pip: //p' "$file"; echo)
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "${options[@]}" -r "$file"
done
