"""The judge of straight files: every line of a backward pass with right numbers in all that it reads.

A file is straight that assigns to names and elements, one statement after the other. It is run at several points side
by side (`walk`, `reading`); what each line adds is matched with the contributions that the gradient is the sum of, over
the program's graph or the student's own stages (`systems`, `stages`, `accounts`); a line that brings none is mended
(`causes`, `mends`), and all is run once more on the student's own numbers (`verdicts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from cgviz.grading.attempts import Attempt
from cgviz.grading.exercise import Exercise
from cgviz.grading.interpreter.machine import deep
from cgviz.grading.lines.accounts import account
from cgviz.grading.lines.causes import Causes
from cgviz.grading.lines.reading import Line, Pass
from cgviz.grading.lines.verdicts import verdicts
from cgviz.grading.lines.walk import CrookedError
from cgviz.grading.near import Tolerance
from cgviz.grading.report import Grade
from cgviz.grading.truth import Truth
from cgviz.values.arrays import Value


def by_lines(attempt: Attempt, exercise: Exercise, right: Truth, given: Mapping[str, Value]) -> Grade | None:
    """Returns the grade of a straight file; None for a crooked one, and one without a gradient."""
    with suppress(CrookedError), deep():
        made = Pass(attempt, exercise, right)
        close = Tolerance(exercise.tolerance)
        close.corner = exercise.corner
        lines: dict[str, list[Line]] = {}
        for number, line in enumerate(made.lines):
            line.number = number
            lines.setdefault(line.key, []).append(line)
        accounts = {key: account(key, each, made, close) for key, each in lines.items()}
        Causes(made, accounts, close).blame()
        return verdicts(made, exercise.data, accounts, close, given)
    return None
