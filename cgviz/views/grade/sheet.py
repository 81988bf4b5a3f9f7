"""A class as CSV: a row per file, with its score, its first wrong line and the cause, or why it cannot be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from cgviz.errors import CgvizError
from cgviz.grading.report import Grade

HEADINGS = ("file", "score", "own_score", "right", "expected", "first_wrong", "cause", "says", "error")


def table(graded: Sequence[tuple[str, Grade | CgvizError]]) -> str:
    """Returns the rows of a class."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows([safe(name), *row(found)] for name, found in graded)
    return text.getvalue()


def row(found: Grade | CgvizError) -> list[str]:
    if isinstance(found, CgvizError):
        return ["", "", "", "", "", "", "", safe(str(found).partition("\n")[0])]
    first = found.first
    counts = [f"{found.score:.4g}", f"{found.own_score:.4g}", str(found.right), str(found.expected)]
    return [*counts, first.where if first else "", first.cause if first else "", safe(first.says) if first else "", ""]


def safe(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
