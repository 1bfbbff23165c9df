"""Prints the pins of a requirements file that this environment does not satisfy, one a line.

A line is `name==version`, perhaps with `; python_version >= "3.12"` (or `<`); `#` starts a comment.
Reads only metadata on disk, so that a second call of `make` costs milliseconds.
"""

import re
import sys
from importlib import metadata

LINE = re.compile(r"""([\w.-]+)==([\w.+!]+)\s*(?:;\s*python_version\s*(>=|<)\s*["'](\d+)\.(\d+)["'])?$""")


def applies(relation, major, minor):
    """Whether the marker holds for this interpreter; a line without a marker always applies."""
    if relation is None:
        return True
    at_least = sys.version_info[:2] >= (int(major), int(minor))
    return at_least if relation == ">=" else not at_least


def installed(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def main(path):
    with open(path, encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            text = text.split("#")[0].strip()
            if not text:
                continue
            match = LINE.match(text)
            if not match:
                sys.exit(f"{path}:{number}: expected name==version, found '{text}'")
            name, version, *marker = match.groups()
            if applies(*marker) and installed(name) != version:
                print(f"{name}=={version}")


if __name__ == "__main__":
    main(sys.argv[1])
