"""Prints the table of a test run (part, time, passed, failed, skipped) and, as the last line, the totals.

Reads parts.tsv (title, seconds, exit status, folder) and the JUnit files in each folder: one per GoogleTest program
part, one from pytest, and ctest's own. A part, or a program in it, that ends badly without naming a failed test (a
crash, a time-out, a leak found at exit, code that does not compile) counts as one failure: nothing is lost.
"""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def outcome(case):
    """passed, failed or skipped, for GoogleTest's and pytest's way of writing it."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped") is not None or case.get("status") in ("notrun", "disabled")
    return "skipped" if skipped or case.get("result") in ("skipped", "suppressed") else "passed"


def count_file(path):
    return Counter(outcome(case) for case in ElementTree.parse(path).iter("testcase"))


def crashed_programs(folder):
    """How many programs ctest saw fail whose own file is missing or names no failed test."""
    ctest = folder / "ctest.xml"
    if not ctest.exists():
        return 0
    crashed = 0
    for case in ElementTree.parse(ctest).iter("testcase"):
        own = folder / f"{case.get('name')}.xml"
        if case.get("status") == "fail" and (not own.exists() or count_file(own)["failed"] == 0):
            crashed += 1
    return crashed


def count_part(folder, status):
    counts = Counter()
    for path in sorted(folder.glob("*.xml")):
        if path.name != "ctest.xml":
            counts += count_file(path)
    counts["failed"] += crashed_programs(folder)
    if status != 0 and counts["failed"] == 0:
        counts["failed"] = 1
    return counts


def main(path):
    total = Counter()
    total_seconds = 0.0
    print(f"\n{'part':34} {'time':>8} {'passed':>8} {'failed':>8} {'skipped':>8}")
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        title, seconds, status, folder = line.split("\t")
        counts = count_part(Path(folder), int(status))
        total += counts
        total_seconds += float(seconds)
        print(f"{title:34} {clock(float(seconds)):>8} {counts['passed']:8} {counts['failed']:8} {counts['skipped']:8}")
    print(f"{'all':34} {clock(total_seconds):>8}")
    print(f"{total['passed']} passed, {total['failed']} failed")
    return 1 if total["failed"] else 0


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
