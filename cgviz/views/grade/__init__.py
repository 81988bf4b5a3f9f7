"""A grade on paper: the table of a student's lines with the first wrong one underlined, JSON, and a class as CSV."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from cgviz.drawing.theme import Theme
    from cgviz.errors import CgvizError
    from cgviz.grading.report import Grade

Graded = tuple[str, "Grade | CgvizError"]
"""The name of a file, and its grade or why it has none."""


def text(grade: Grade, *, digits: int = DIGITS, width: int | None = None, hints: int = 3) -> str:
    """Returns the grade for a person, without colour, in at most `width` columns."""
    from cgviz.grading.hints import hinted
    from cgviz.views.grade.page import page, plain

    return plain(page(hinted(grade, hints), checked(digits), width))


def json(grade: Grade, hints: int = 3) -> str:
    """Returns the grade as JSON for autograders: full precision."""
    from cgviz.grading.hints import hinted
    from cgviz.views.grade.document import pretty

    return pretty(hinted(grade, hints))


def gradescope(found: Grade | CgvizError, hints: int = 2, credits: Mapping[str, float] | None = None) -> str:
    """Returns the grade of one file as Gradescope's autograders write it."""
    from cgviz.views.grade.gradescope import results

    return results(found, hints, credits or {})


def csv(graded: Sequence[Graded], hints: int = 2) -> str:
    """Returns a class as CSV: a row per file."""
    from cgviz.views.grade.sheet import table

    return table(graded, hints)


def class_text(graded: Sequence[Graded], hints: int = 2) -> str:
    """Returns a class for a person: a row per student, and which mistake was made how often."""
    from cgviz.views.grade.sheet import text

    return text(graded, hints)


def class_json(graded: Sequence[Graded], hints: int = 2) -> str:
    """Returns a class as JSON: the grade of every student, and the summary."""
    from cgviz.views.grade.document import of_class

    return of_class(graded, hints)


def show(grade: Grade, *, digits: int = DIGITS, theme: str | Theme = "light", hints: int = 3) -> None:
    """Prints the grade on standard output: in colour on a terminal, and as wide as that is."""
    from cgviz.grading.hints import hinted
    from cgviz.views.grade.page import encodable, page, plain, room

    lines = encodable(page(hinted(grade, hints), checked(digits), room()), sys.stdout.encoding or "utf-8")
    if not sys.stdout.isatty():
        sys.stdout.write(plain(lines))
        return
    from rich.console import Console
    from rich.text import Text

    from cgviz.drawing.theme import theme as named

    styles, console = named(theme).terminal, Console()
    for line in lines:
        written = Text.assemble(*((part, styles.get(role, "")) for part, role in line))
        console.print(written, soft_wrap=True, highlight=False)
