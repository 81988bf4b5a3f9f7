"""Gradients on the way that are known: of the program's stages, and by differences of the student's own."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import numpy as np

from cgviz.errors import EvaluationError
from cgviz.grading.attempts import Attempt, Outcome
from cgviz.grading.ends import largest, same
from cgviz.grading.exercise import Exercise
from cgviz.grading.interpreter.machine import Event
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.spellings import Spellings
from cgviz.grading.truth import Truth, number_of, objective

STEP, ROOM, MOST = 1e-5, 1e-4, 30


@dataclass(frozen=True)
class Signpost:
    """A gradient that is known: whole (`value`), or along one direction, where it moves the output by `rate`."""

    value: Any = None
    direction: Any = None
    rate: float = 0.0

    def agrees(self, found: Any) -> bool:
        if self.value is not None:
            return same(found, self.value, 1e-6)
        if np.shape(found) != np.shape(self.direction):
            return False
        along = float(np.sum(np.asarray(found) * self.direction))
        return abs(along - self.rate) <= ROOM * max(abs(along), abs(self.rate)) + 1e-9


class Signposts:
    """The signposts of one file; `first` is the statement at which the first of them is wrong."""

    def __init__(self, attempt: Attempt, exercise: Exercise, right: Truth, base: Outcome) -> None:
        self.attempt, self.exercise, self.right, self.base = attempt, exercise, right, base
        self.posts: dict[str, Signpost] = {}
        self.forward = self.forward_events()
        self.spell = Spellings([event.name for event in self.forward.values()], [])
        self.own_output = self.output(base)
        self.right_forward = self.is_right_forward()
        wrong = [
            (name, event) for name, event in self.last(base).items() if self.known(name) and not self.good(name, event)
        ]
        self.event: Event | None = min((event for _, event in wrong), key=base.events.index, default=None)
        self.name = next((name for name, event in wrong if event is self.event), "")
        self.first: ast.stmt | None = self.event.statement if self.event is not None else self.wrong_forward()

    def output(self, made: Outcome) -> float | None:
        try:
            return objective(made, self.exercise)
        except EvaluationError:
            return None

    def is_right_forward(self) -> bool:
        """Tells whether the student's own output is the program's, as far as it is known."""
        run = self.exercise.run
        if run is None or self.own_output is None or not self.right.values:
            return True
        name = run.graph.nodes[run.graph.output].name
        value = self.right.values[0].get(name)
        if value is None:
            return True
        wanted = (
            float(np.sum(value * self.exercise.upstream))
            if self.exercise.upstream is not None
            else float(np.sum(value))
        )
        return abs(wanted - self.own_output) <= 1e-6 * max(abs(wanted), abs(self.own_output), 1e-6)

    def wrong_forward(self) -> ast.stmt | None:
        """Returns the first forward stage that bears the name of the program's and is not what that computes."""
        if self.right_forward or not self.right.values:
            return None
        for event in self.base.events:
            wanted = self.right.values[0].get(event.name)
            value = number_of(event.value)
            known = wanted is not None and value is not UNKNOWN and event.name in self.exercise.stages
            if known and np.shape(value) == np.shape(wanted) and not same(value, wanted, 1e-6):
                return event.statement
        return None

    def forward_events(self) -> dict[str, Event]:
        """Returns the arrays of the student's forward pass that were bound once, by name."""
        count: dict[str, int] = {}
        found: dict[str, Event] = {}
        for event in self.base.events:
            if self.attempt.spell(event.name) is None and event.kind in ("name", "attribute") and is_float(event.value):
                count[event.name] = count.get(event.name, 0) + 1
                found[event.name] = event
        return {name: event for name, event in found.items() if count[name] == 1}

    def last(self, made: Outcome) -> dict[str, Event]:
        """Returns the gradients that were bound once, or summed, by name; the last of each."""
        found: dict[str, Event] = {}
        frames: dict[str, set[int]] = {}
        for event in made.events:
            name = event.key if event.kind == "item" and event.key else event.name
            if number_of(event.value) is UNKNOWN:
                continue
            if self.attempt.spell(name) is None and self.spell.gradient(name) is None:
                continue
            found[name] = event
            frames.setdefault(name, set()).add(event.frame)
        return {name: event for name, event in found.items() if len(frames[name]) == 1}

    def known(self, name: str) -> bool:
        if name not in self.posts:
            made = self.post(name)
            if made is None:
                return False
            self.posts[name] = made
        return True

    def post(self, name: str) -> Signpost | None:
        key = self.attempt.spell(name)
        if key is not None and self.right_forward:
            value = self.right.slopes[0].get(key) if self.right.slopes else self.right.gradients[0].get(key)
            if value is not None:
                return Signpost(value)
        own = self.spell.gradient(name)
        if own is None or own not in self.forward or len(self.posts) > MOST or self.own_output is None:
            return None
        return self.difference(self.forward[own])

    def difference(self, event: Event) -> Signpost | None:
        """Returns how the student's own output moves with a value of the forward pass, along one direction."""
        value = np.asarray(event.value, dtype=float)
        direction = np.random.RandomState(3).uniform(0.5, 1.5, value.shape) * np.random.RandomState(4).choice(
            (-1, 1), value.shape
        )
        ends = []
        for step in (STEP, -STEP):

            def shaken(held: Any, statement: ast.stmt, step: float = step) -> Any:
                if statement is event.statement and np.shape(held) == direction.shape and is_float(held):
                    return held + step * direction
                return held

            made = self.output(self.attempt.run(self.right.points[0], shaken=shaken))
            if made is None:
                return None
            ends.append(made)
        return Signpost(None, direction, (ends[0] - ends[1]) / (2 * STEP))

    def good(self, name: str, event: Event) -> bool:
        return self.posts[name].agrees(number_of(event.value))

    def wrong(self, made: Outcome) -> int:
        """Returns how many signposts are wrong in a run."""
        return sum(not self.good(name, event) for name, event in self.last(made).items() if name in self.posts)

    def why(self) -> tuple[str, str]:
        """Returns a cause, and words, for the first wrong signpost that no slip explains."""
        if self.event is None:
            return "forward", "this is not what the program computes; what follows is graded with that"
        post, value = self.posts[self.name], number_of(self.event.value)
        if post.value is not None:
            if np.shape(value) != np.shape(post.value):
                wanted = np.shape(post.value)
                return "shape", f"{self.name} has shape {np.shape(value)}, its variable has {wanted}"
            if same(value, -np.asarray(post.value), 1e-6):
                return "sign", f"the sign of {self.name} is wrong: turn it round"
            if largest(post.value) and largest(value):
                factor = largest(value) / largest(post.value)
                if same(value, factor * np.asarray(post.value), 1e-6):
                    return (
                        "extra-factor" if factor > 1 else "factor-forgotten",
                        f"{self.name} is {factor:.4g} times the gradient: a factor is missing, or one too many",
                    )
        return (
            "local-derivative",
            f"{self.name} is not the gradient of its variable: the local derivative is another one",
        )


def is_float(value: Any) -> bool:
    return isinstance(value, (float, np.floating)) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size > 0
    )
