"""The grade of a file that the interpreter has run: a row per gradient, the first wrong line, remarks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cgviz.grading.attempts import OLD, Attempt
from cgviz.grading.blames import Blame
from cgviz.grading.ends import Ends, found, largest, same, scale
from cgviz.grading.exercise import Exercise
from cgviz.grading.interpreter.record import Event
from cgviz.grading.listing import Listing
from cgviz.grading.mending import blamed
from cgviz.grading.near import MISSING_WORD, RIGHT_WORD, WRONG_WORD
from cgviz.grading.places import verdict_at
from cgviz.grading.report import Grade, GradientVerdict, LineVerdict
from cgviz.grading.truth import Truth


def graded(attempt: Attempt, exercise: Exercise, right: Truth, got: Ends) -> Grade:
    """Returns the grade of a run of a student's file."""
    blame: Blame | None = blamed(attempt, exercise, right, got) if got.wrong else None
    rows = Rows(attempt.listing, attempt, exercise, right, got).all()
    if blame is not None:
        rows = with_blame(rows, attempt, blame)
    at_fault = {row.gradient for row in rows if row.cause}
    gradients = [
        GradientVerdict(
            name,
            got.theirs[name],
            got.ours[name],
            verdict,
            blame.line if blame and verdict != RIGHT_WORD and name not in at_fault else None,
            name not in at_fault and verdict != MISSING_WORD,
        )
        for name, verdict in got.verdicts.items()
    ]
    gradients += [
        GradientVerdict(row.gradient, row.theirs, row.ours, row.verdict, row.follows)
        for row in rows
        if row.gradient not in got.verdicts and row.ours is not None and not exercise.call
    ]
    return Grade(
        attempt.listing, tuple(rows), tuple(gradients), tuple(notes(attempt, got)), credits=dict(exercise.credits)
    )


class Rows:
    """A row per gradient that a file computes, where it was last bound."""

    def __init__(self, listing: Listing, attempt: Attempt, exercise: Exercise, right: Truth, got: Ends) -> None:
        self.listing, self.attempt, self.exercise, self.right, self.got = listing, attempt, exercise, right, got

    def all(self) -> list[LineVerdict]:
        last: dict[str, Event] = {}
        for event in self.got.outcome.events:
            key = self.key(event)
            if key is not None and found(event.value) is not None:
                last[key] = event
        made = [self.row(key, event) for key, event in last.items()]
        return sorted((each for each in made if each), key=lambda each: each.line)

    def key(self, event: Event) -> str | None:
        name = event.key if event.kind == "item" and event.key is not None else event.name
        return self.attempt.of_item(event) or self.attempt.spell(name)

    def row(self, key: str, event: Event) -> LineVerdict | None:
        slopes, note = self.right.slopes[0] if self.right.slopes else {}, ""
        ours, theirs = self.got.ours.get(key, slopes.get(key)), found(event.value)
        if key in self.got.verdicts:
            theirs, verdict = self.got.theirs[key], self.got.verdicts[key]
        elif ours is None:
            return None
        else:
            agrees = same(theirs, ours, self.exercise.tolerance, scale(self.right, 0))
            verdict = RIGHT_WORD if agrees or self.got.all_right else WRONG_WORD
            note = convention(theirs, ours, event.name) if self.got.all_right and not agrees else ""
        return verdict_at(
            self.listing, event.statement, gradient=key, theirs=theirs, ours=ours, verdict=verdict, note=note
        )


def convention(theirs: Any, ours: Any, name: str) -> str:
    """Returns what is odd and no mistake about a gradient on the way, where the end results are right."""
    one, two = np.asarray(theirs, float), np.asarray(ours, float)
    if one.shape == two.shape and largest(two):
        at = np.unravel_index(int(np.abs(two).argmax()), two.shape) if two.ndim else ()
        factor = float(one[at] / two[at])
        if factor and np.allclose(one, factor * two, rtol=1e-6, atol=0):
            return f"{name} is {factor:.4g} times the gradient: the factor is kept for the lines after it"
    return f"{name} is not the whole gradient of its variable here; what comes of it is right"


def with_blame(rows: list[LineVerdict], attempt: Attempt, blame: Blame) -> list[LineVerdict]:
    """Puts the first wrong line among the rows, in the place of the row that stands there."""
    here = [row for row in rows if row.line == blame.line]
    there = min(here, key=lambda row: row.verdict == RIGHT_WORD, default=None)
    of_row = (there.gradient, there.theirs, there.ours) if there else (blame.gradient, None, None)
    made = LineVerdict(
        blame.line, attempt.listing.where(blame.line), blame.code, *of_row, WRONG_WORD, cause=blame.cause,
        says=blame.says, start=blame.start, end=blame.end, mended=blame.mended,
    )  # fmt: skip
    kept = [row for row in rows if row is not there]
    after = [row if row.verdict == RIGHT_WORD else replace(row, follows=blame.line) for row in kept]
    return sorted([*after, made], key=lambda each: each.line)


def notes(attempt: Attempt, got: Ends) -> list[str]:
    """Returns facts about the whole file."""
    made = []
    if attempt.source.python2:
        made.append(OLD)
    if got.outcome.stopped:
        made.append("the file was stopped: it takes too many steps")
    if got.outcome.failure is not None and not got.outcome.failure.line and attempt.exercise.call:
        made.append(f"the call stops: {got.outcome.failure.message}")
    lacking = [name for name, verdict in got.verdicts.items() if verdict == MISSING_WORD]
    if lacking and got.outcome.unread:
        line, why = next(iter(sorted(got.outcome.unread.items())))
        made.append(f"line {line} is not read: {why}" if line else why)
    return made
