"""Which file of a student's counts, where one has handed in several: the best of them."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.errors import CgvizError
from cgviz.grading.report import Grade

Graded = tuple[str, "Grade | CgvizError"]


def selected(rows: Sequence[Graded]) -> list[Graded]:
    """Returns a row per student: a student is a folder, or a file that lies in none."""
    best: dict[str, Graded] = {}
    for name, found in rows:
        student = name.partition("/")[0]
        if student not in best or worth(found) > worth(best[student][1]):
            best[student] = (name, found)
    return list(best.values())


def worth(found: Grade | CgvizError) -> tuple[int, float]:
    """Orders grades: a verdict before none, then by what is right."""
    return (0, 0.0) if isinstance(found, CgvizError) else (1, found.score)
