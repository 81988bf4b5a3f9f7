"""A grade for an autograder, and a class as CSV, JSON and text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cgviz.errors import CgvizError
    from cgviz.grading.report import Grade

Graded = tuple[str, "Grade | CgvizError"]
"""The name of a file, and its grade or why it has none."""


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
