"""The table of docs/formats.md, as Markdown, of what compare.py measured."""

import collections
import functools

KINDS = ("numeric", "categorical", "missing", "multi-output", "DART", "forest")


def version_key(version):
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]


def figure(distance):
    return "–" if distance is None or distance.note else f"{distance.ulps:.3g}"


def relative_figure(distance):
    return "–" if distance is None or distance.note else f"{distance.relative:.1e}"


def cell(measured):
    """Largest distances of some models: margin / response / contributions."""
    if not measured:
        return ""
    parts = []
    for name in ("margin", "response", "contributions"):
        known = [getattr(m, name) for m in measured if not getattr(m, name).note]
        if name == "contributions":
            known = [m.contributions for m in measured if m.comparable and not m.contributions.note]
        parts.append(functools.reduce(lambda a, b: a.merge(b), known) if known else None)
    return f"{figure(parts[0])} / {figure(parts[1])} / {relative_figure(parts[2])}"


def table(results):
    """Markdown: a line per library, version and format, a column per kind of model."""
    lines = collections.defaultdict(list)
    for result in results:
        lines[(result.case.library, result.case.version, result.model["format"])].append(result)
    out = [
        "| library | version | format | models | rows | " + " | ".join(KINDS) + " |",
        "|---" * (5 + len(KINDS)) + "|",
    ]
    for (library, version, form), line in sorted(lines.items(), key=lambda i: (i[0][0], version_key(i[0][1]), i[0][2])):
        rows = max(result.margin.rows for result in line)
        cells = [cell([result for result in line if kind in result.kinds]) for kind in KINDS]
        out.append(f"| {library} | {version} | {form} | {len(line)} | {rows} | " + " | ".join(cells) + " |")
    return "\n".join(out) + "\n"


def differing(results):
    """The models that are not equal to the last bit, worst first."""
    found = [r for r in results if max(r.margin.ulps, r.response.ulps) > 0]
    out = ["| model | objective | margin (ulps, relative) | response (ulps, relative) |", "|---|---|---|---|"]
    for r in sorted(found, key=lambda r: (r.case.library, -max(r.margin.relative, r.response.relative))):
        margin, response = (f"{figure(d)}, {relative_figure(d)}" for d in (r.margin, r.response))
        out.append(f"| {r.case} | {r.model['objective']} | {margin} | {response} |")
    return "\n".join(out) + "\n"
