"""Grading: a hand-written backward pass against the run. The student's file is read by an interpreter, never executed.

End results come first: a file whose gradients are right is right. Only then is its first wrong line looked for, by the
judge that reads terms where a file is a straight line of assignments, else by mending one line after the other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cgviz.errors import EvaluationError
from cgviz.grading.attempts import Attempt
from cgviz.grading.ends import Ends, ends
from cgviz.grading.exercise import Exercise
from cgviz.grading.lines import by_lines
from cgviz.grading.listing import Listing
from cgviz.grading.near import RIGHT, WRONG_WORD
from cgviz.grading.report import Grade
from cgviz.grading.rows import graded
from cgviz.grading.truth import Truth, begun, given_in, held_in, spoken_in, truth
from cgviz.runs.run import Run

NOTHING = "there is no gradient in this file: a line such as dx = ... names one, or --call and --map tell where it is"


def grade(
    run: Run, listing: Listing, *, tolerance: float = RIGHT, ties: str = "split", data: Collection[str] = ()
) -> Grade:
    """Returns the grade of a student's backward pass for the program of `run`, bound by its names.

    `data` are inputs whose gradients are not asked for. Raises UsageError for a name among them that is no input,
    UnreadableError for what is no Python, EvaluationError where the program has no numbers, or a file no gradient.
    """
    return judge(Exercise(run=run, data=frozenset(data), tolerance=tolerance, ties=ties), listing)


def judge(exercise: Exercise, listing: Listing) -> Grade:
    """Returns the grade of a student's file for an exercise. Raises as `grade` does."""
    made = judged(exercise, listing)
    if not exercise.credits:
        return made
    stages = {each.name: 0.0 for each in made.gradients if each.name not in exercise.asked}
    return replace(made, credits={**stages, **exercise.credits})


def judged(exercise: Exercise, listing: Listing) -> Grade:
    attempt = Attempt(listing, exercise)
    given = given_in(attempt)
    if exercise.run is not None and exercise.run.symbolic:
        exercise = exercise.at(begun(exercise.run, given))
        attempt = Attempt(listing, exercise)
    right = truth(exercise, attempt, given, held_in(exercise, spoken_in(attempt)))
    got = ends(attempt, exercise, right)
    named = exercise.run is not None and not exercise.call and not exercise.names
    read = by_lines(attempt, exercise, right, given) if named else None
    if read is not None and agrees(read, got):
        return read
    if read is not None and not read.all_right and not got.all_right:
        return read if explains(read, got) else mended(attempt, exercise, right, got, read)
    if not got.any_found and not exercise.call:
        raise EvaluationError(NOTHING)
    return graded(attempt, exercise, right, got)


def explains(read: Grade, got: Ends) -> bool:
    """Tells whether a grade names the cause of its first wrong line, and calls no gradient wrong that comes out right.

    A shape alone may be none that matters.
    """
    wrong = {each.name for each in read.gradients if each.verdict == WRONG_WORD}
    named = read.first is not None and read.first.cause not in ("local-derivative", "keepdims", "shape")
    return named and not wrong & got.right


def mended(attempt: Attempt, exercise: Exercise, right: Truth, got: Ends, read: Grade) -> Grade:
    """Returns the grade by mending where that knows the cause that the judge of terms does not know."""
    found = graded(attempt, exercise, right, got)
    return found if found.first is not None and found.first.mended else read


def agrees(read: Grade, got: Ends) -> bool:
    """Tells whether both judges say right: or one does, and the other met a name misspelt, or numbers written out."""
    misspelt = got.outcome.failure is not None and got.outcome.failure.message.startswith("NameError")
    return read.all_right and (got.all_right or got.here or (misspelt and any(each.note for each in read.lines)))
