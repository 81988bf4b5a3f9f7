"""A class in short: how many are right, and which mistake was made how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.errors import CgvizError
from cgviz.grading.selecting import Graded


@dataclass(frozen=True)
class ClassSummary:
    """Counts of a class: students, those all right, those without a verdict; gradients wrong by name; causes."""

    students: int
    right: int
    refused: int
    mean: float
    gradients: tuple[tuple[str, int], ...]
    causes: tuple[tuple[str, int], ...]


def summarized(rows: Sequence[Graded]) -> ClassSummary:
    """Returns the summary of a class."""
    grades = [found for _, found in rows if not isinstance(found, CgvizError)]
    wrong = Counter(each.name for grade in grades for each in grade.gradients if each.verdict != "right")
    causes = Counter(grade.first.cause for grade in grades if grade.first is not None)
    mean = sum(grade.score for grade in grades) / len(rows) if rows else 0.0
    return ClassSummary(
        len(rows),
        sum(grade.all_right for grade in grades),
        len(rows) - len(grades),
        mean,
        tuple(wrong.most_common()),
        tuple(causes.most_common()),
    )
