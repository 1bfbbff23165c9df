"""Pages of docs/ with sections that a benchmark makes, and the pictures beside them."""

import re


def replace(text, name, section, maker):
    """The page with the section between its two marks made anew."""
    begin, end = f"<!-- {name}: made by {maker} -->", f"<!-- end of {name} -->"
    if begin not in text:
        raise SystemExit(f"the page has no section '{name}' made by {maker}")
    head, rest = text.split(begin)
    return f"{head}{begin}\n{section}\n{end}{rest.split(end)[1]}"


def shorten_svg(path):
    """Coordinates to a tenth of a point, and no blanks at the ends of lines: a third of the size."""
    text = re.sub(r"(-?\d+\.\d)\d+", r"\1", path.read_text())
    path.write_text("\n".join(line.strip() for line in text.splitlines()) + "\n")
