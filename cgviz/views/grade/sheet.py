"""A class as CSV: a row per file, with its score, its first wrong line and the cause, or why it cannot be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from cgviz.errors import CgvizError, cells, printable
from cgviz.grading.class_summary import summarized
from cgviz.grading.hints import CAUSE, hinted
from cgviz.grading.report import Grade

HEADINGS = ("file", "score", "own_score", "right", "expected", "first_wrong", "cause", "says", "error")


def table(graded: Sequence[tuple[str, Grade | CgvizError]], hints: int = 2) -> str:
    """Returns the rows of a class."""
    graded = [(name, found if isinstance(found, CgvizError) else hinted(found, hints)) for name, found in graded]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows([safe(name), *row(found)] for name, found in graded)
    return text.getvalue()


def row(found: Grade | CgvizError) -> list[str]:
    if isinstance(found, CgvizError):
        return ["", "", "", "", "", "", "", safe(found.typed.partition("\n")[0])]
    first = found.first
    counts = [f"{found.score:.4g}", f"{found.own_score:.4g}", str(found.right), str(found.expected)]
    return [*counts, first.where if first else "", first.cause if first else "", safe(first.says) if first else "", ""]


def text(graded: Sequence[tuple[str, Grade | CgvizError]], hints: int = 2) -> str:
    """Returns a class for a person: a row per student, then which mistake was made how often."""
    wide = max((cells(printable(name)) for name, _ in graded), default=4)
    lines = [
        one_line(printable(name), found if isinstance(found, CgvizError) else hinted(found, hints), wide)
        for name, found in graded
    ]
    made = summarized(graded)
    said = f"{made.right} of {made.students} are all right; the mean score is {made.mean:.2f}"
    lines += ["", f"{said}; {made.refused} could not be graded." if made.refused else f"{said}."]
    if made.gradients:
        lines.append("wrong or missing: " + ", ".join(f"{name} {count}" for name, count in made.gradients))
    if made.causes and hints >= CAUSE:
        lines.append("first mistakes: " + ", ".join(f"{name} {count}" for name, count in made.causes))
    return "\n".join(lines) + "\n"


def one_line(name: str, found: Grade | CgvizError, wide: int) -> str:
    pad = " " * (wide - cells(name))
    if isinstance(found, CgvizError):
        return f"{name}{pad}  not graded: {printable(found.typed.partition(chr(10))[0])}"
    first = f"  {found.first.where}: {found.first.cause}" if found.first else ""
    return f"{name}{pad}  {found.right} of {found.expected}{first}"


def safe(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula, and no terminal for a command."""
    shown = printable(text).replace("\n", "\\n")
    return f"'{shown}" if shown.lstrip().startswith(("=", "+", "-", "@")) else shown
