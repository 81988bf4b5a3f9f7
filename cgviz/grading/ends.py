"""End results: a student's gradients beside the right ones, at every point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cgviz.grading.attempts import Attempt, Outcome
from cgviz.grading.exercise import Exercise
from cgviz.grading.interpreter.record import is_given
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.near import CLOSE, CLOSE_WORD, MISSING_WORD, RIGHT_WORD, WRONG_WORD
from cgviz.grading.truth import NAMES, Truth, number_of
from cgviz.values.arrays import Value

FLOOR = 1e-9


@dataclass(frozen=True)
class Ends:
    """The verdict on every gradient that is asked for, and the run at the exercise's own inputs.

    spoken  whether the file speaks of any gradient;  here  whether all are right at the exercise's own inputs
    unasked the gradients that are missing since the call names no such thing
    """

    verdicts: dict[str, str]
    theirs: dict[str, Value | None]
    ours: dict[str, Value]
    outcome: Outcome
    spoken: bool = False
    here: bool = False
    unasked: frozenset[str] = frozenset()

    @property
    def any_found(self) -> bool:
        """Whether a file has any gradient, or speaks of one."""
        found = any(value is not None for value in self.theirs.values())
        return found or self.spoken

    @property
    def all_right(self) -> bool:
        return bool(self.verdicts) and all(each == RIGHT_WORD for each in self.verdicts.values())

    @property
    def right(self) -> frozenset[str]:
        return frozenset(name for name, each in self.verdicts.items() if each == RIGHT_WORD)

    @property
    def wrong(self) -> frozenset[str]:
        """What is not right and could be, were another line in the file."""
        return frozenset(self.verdicts) - self.right - self.unasked


def ends(attempt: Attempt, exercise: Exercise, right: Truth) -> Ends:
    """Returns the verdicts on the gradients of a file, at every point of the truth."""
    verdicts: dict[str, str] = {}
    first: Outcome | None = None
    here = True
    for k, point in enumerate(right.points):
        made = attempt.run(point, events=k == 0)
        first = first or made
        for name, wanted in right.gradients[k].items():
            verdict = judged(number_of(made.gradients[name]), wanted, room(exercise, right), scale(right, k))
            if k and verdict == WRONG_WORD and verdicts.get(name) == RIGHT_WORD and is_written_out(first, name):
                continue
            here = here and (k > 0 or verdict == RIGHT_WORD)
            if k or not exercise.corner or len(right.points) == 1 or verdict == MISSING_WORD:
                verdicts[name] = worse(verdicts.get(name, RIGHT_WORD), verdict)
        if (
            WRONG_WORD in verdicts.values()
            and k == 0
            and all(v in (WRONG_WORD, MISSING_WORD) for v in verdicts.values())
        ):
            break
    assert first is not None
    for name in [name for name, verdict in verdicts.items() if verdict == MISSING_WORD]:
        stage = handed_on(name, exercise, attempt, right, first)
        if is_length(first.frame.names.get(name)) and not exercise.call:
            del verdicts[name]
        elif stage is not None:
            verdicts[name], first.gradients[name] = RIGHT_WORD, stage
    theirs = {name: found(first.gradients[name]) for name in verdicts}
    spoken = any(map(attempt.spell, NAMES.findall(attempt.listing.text)))
    named = map(exercise.spell.gradient, exercise.assigned)
    lacking = frozenset(name for name, verdict in verdicts.items() if verdict == MISSING_WORD)
    unasked = lacking - {*named, *exercise.names} if exercise.call else frozenset[str]()
    return Ends(verdicts, theirs, dict(right.gradients[0]), first, spoken, here, unasked)


def is_written_out(made: Outcome, name: str) -> bool:
    """Tells whether a gradient has its value from a statement without variables: it is that of one point alone."""
    value: Any = found(made.gradients[name])
    if value is None:
        return False
    bound = (event for event in made.events if (held := found(event.value)) is not None and np.array_equal(held, value))
    return any(is_given(event.statement) for event in bound)


def is_length(value: Any) -> bool:
    """Tells whether a student's own value of an input is a whole number: `N = X.shape[0]`."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def handed_on(name: str, exercise: Exercise, attempt: Attempt, right: Truth, made: Outcome) -> Any:
    """Returns the gradient of a stage that an input has unchanged, where a file by names gives only that.

    After s = z + c the gradient of z is that of s: a file that goes on with ds lacks nothing.
    """
    if exercise.call or exercise.run is None or not right.slopes:
        return None
    if name in map(attempt.spell, NAMES.findall(attempt.listing.text)):
        return None
    wanted = right.gradients[0][name]
    for event in reversed(made.events):
        stage, value = attempt.spell(event.name), found(event.value)
        if (
            stage is None
            or value is None
            or stage == name
            or not same(value, wanted, exercise.tolerance, scale(right, 0))
        ):
            continue
        if all(same(each.get(stage), each[name], 1e-12) for each in right.slopes if each.get(stage) is not None):
            return value
    return None


def found(value: Any) -> Value | None:
    made = number_of(value)
    return None if made is UNKNOWN else made


def room(exercise: Exercise, right: Truth) -> float:
    return max(float(exercise.tolerance), right.room)


def worse(one: str, two: str) -> str:
    order = (RIGHT_WORD, CLOSE_WORD, WRONG_WORD, MISSING_WORD)
    return max(one, two, key=order.index)


def scale(right: Truth, k: int) -> float:
    """Returns the size of the largest gradient at a point: what is smaller by far is rounding."""
    slopes = right.slopes[k] if right.slopes else right.gradients[k]
    return max((largest(value) for value in slopes.values() if value is not None), default=0.0)


def largest(value: Any) -> float:
    made = np.abs(np.asarray(value, dtype=float))
    made = made[np.isfinite(made)]
    return float(made.max()) if made.size else 0.0


def judged(theirs: Any, ours: Value, tolerance: float, scale: float) -> str:
    """Returns right, close, wrong or missing. What is not finite where it ought to be is never right."""
    if theirs is UNKNOWN:
        return MISSING_WORD
    if np.shape(theirs) != np.shape(ours):
        return WRONG_WORD
    if same(theirs, ours, tolerance, scale):
        return RIGHT_WORD
    return CLOSE_WORD if same(theirs, ours, CLOSE, scale) and tolerance < CLOSE else WRONG_WORD


def same(theirs: Any, ours: Any, tolerance: float, scale: float = 0.0) -> bool:
    """Tells whether two gradients agree, relative to the largest element of the right one."""
    one, two = np.asarray(theirs, dtype=float), np.asarray(ours, dtype=float)
    if one.shape != two.shape:
        return False
    known = np.isfinite(two)
    if not np.isfinite(one[known]).all():
        return False
    top = largest(two)
    most = FLOOR * scale if top <= FLOOR * scale else tolerance * top
    return bool((np.abs(one[known] - two[known]) <= most).all())
