"""Gradients on the way that are known: of the program's stages, and by differences of the student's own."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from cgviz.errors import EvaluationError
from cgviz.grading.attempts import Attempt, Outcome
from cgviz.grading.ends import largest, same
from cgviz.grading.exercise import Exercise
from cgviz.grading.interpreter.record import Event
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.spellings import Spellings
from cgviz.grading.truth import Truth, number_of, objective

STEP, ROOM, MOST, COUNT = 1e-5, 1e-4, 30, 1000
LEAST = 3  # numbers, so that two stages are not alike by chance


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

    def is_along(self, found: Any) -> bool:
        """Tells whether a value is a positive multiple: some divide by the number of examples later."""
        if self.value is None:
            if np.shape(found) != np.shape(self.direction) or not self.rate:
                return False
            ratio = float(np.sum(np.asarray(found) * self.direction)) / self.rate
            whole = max(ratio, 1 / ratio) if ratio > 0 else 0.0
            return 1 <= whole < COUNT and abs(whole - round(whole)) <= ROOM * whole
        if np.shape(found) != np.shape(self.value):
            return False
        most = largest(self.value)
        return most > 0 and same(np.asarray(found) * (most / max(largest(found), 1e-300)), self.value, 1e-6)


class Signposts:
    """The signposts of one file; `first` is the statement at which the first of them is wrong."""

    def __init__(self, attempt: Attempt, exercise: Exercise, right: Truth, base: Outcome) -> None:
        self.attempt, self.exercise, self.right, self.base = attempt, exercise, right, base
        self.posts: dict[str, Signpost] = {}
        self.items: dict[str, str] = {}
        self.forward = self.forward_events()
        self.spell = Spellings([event.name for event in self.forward.values()], [])
        self.own_output = self.output(base)
        self.right_forward = self.is_right_forward()
        wrong = [
            (name, self.telling(name, events))
            for name, events in self.bound(base).items()
            if self.known(name) and not self.good(name, events)
        ]
        scaled = {name: self.posts[name].is_along(number_of(event.value)) for name, event in wrong}
        wrong.sort(key=lambda pair: (scaled[pair[0]], base.events.index(pair[1])))  # some divide by n later
        self.event: Event | None = wrong[0][1] if wrong else None
        self.name = wrong[0][0] if wrong else ""
        stage = self.wrong_forward()
        self.suspects: list[ast.stmt] = [event.statement for _, event in wrong] if wrong else [stage] if stage else []
        self.first: ast.stmt | None = self.suspects[0] if self.suspects else None

    def telling(self, name: str, events: list[Event]) -> Event:
        """Returns the event that is compared: the last of the shape of its signpost, else the last."""
        post = self.posts[name]
        shape = np.shape(post.value if post.value is not None else post.direction)
        return next((event for event in reversed(events) if np.shape(event.value) == shape), events[-1])

    def output(self, made: Outcome) -> float | None:
        try:
            return objective(made, self.exercise)
        except EvaluationError:
            return None

    def is_right_forward(self) -> bool:
        """Tells whether the student's own output is the program's, as far as it is known."""
        wanted = self.wanted_output()
        return wanted is None or self.own_output is None or is_near(wanted, self.own_output)

    def wanted_output(self) -> float | None:
        """Returns what the output ought to be; None where that is not known."""
        run = self.exercise.run
        if run is None or not self.right.values:
            return self.right.output
        value = self.right.values[0].get(run.graph.nodes[run.graph.output].name)
        if value is None:
            return None
        return float(np.sum(value * (1.0 if self.exercise.upstream is None else self.exercise.upstream)))

    def keeps_output(self, made: Outcome) -> bool:
        """Tells whether a mend leaves the output as it is, or makes it right."""
        found, wanted = self.output(made), self.wanted_output()
        if self.own_output is None or found is None:
            return True
        return is_near(found, self.own_output if wanted is None or self.right_forward else wanted)

    def wrong_forward(self) -> ast.stmt | None:
        """Returns the first forward stage that bears the name of the program's and is not what that computes."""
        if self.right_forward or not self.right.values:
            return None
        last = {event.name: event for event in self.base.events if event.name in self.exercise.stages}
        for event in self.base.events:
            wanted, value = self.right.values[0].get(event.name), number_of(event.value)
            if last.get(event.name) is not event or wanted is None or value is UNKNOWN:
                continue
            if np.shape(value) == np.shape(wanted) and not same(value, wanted, 1e-6):
                return event.statement
        return None

    def forward_events(self) -> dict[str, Event]:
        """Returns the arrays of the student's forward pass by name, each where it was last bound there."""
        backward = {event.function for event in self.base.events if event.function and self.attempt.spell(event.name)}
        found: dict[str, Event] = {}
        for event in self.base.events:
            own = event.kind in ("name", "attribute") and is_float(event.value) and event.function not in backward
            if own and self.attempt.spell(event.name) is None:
                found[event.name] = event
        return found

    def bound(self, made: Outcome) -> dict[str, list[Event]]:
        """Returns the gradients that were bound, by name: in each call, the first and the last of each statement."""
        found: dict[str, dict[tuple[int, int, int], Event]] = {}
        for event in made.events:
            name = self.label(event)
            if name is None or number_of(event.value) is UNKNOWN:
                continue
            held, key = found.setdefault(name, {}), (event.frame, id(event.statement))
            again = int((*key, 0) in held and event.kind == "name")
            held.pop((*key, again), None)
            held[(*key, again)] = event
        return {name: of_one_call(list(events.values())) for name, events in found.items()}

    def label(self, event: Event) -> str | None:
        """Returns what a gradient is called that an event binds; None for what is none."""
        of = self.attempt.of_item(event)
        if of is not None:
            label = f"{event.name}[{of!r}]"
            self.items[label] = of
            return label
        name = event.key if event.kind == "item" and event.key else event.name
        is_slope = self.attempt.spell(name) is not None or self.spell.gradient(name) is not None
        return name if is_slope else None

    def known(self, name: str) -> bool:
        if name not in self.posts:
            made = self.post(name)
            if made is None:
                return False
            self.posts[name] = made
        return True

    def post(self, name: str) -> Signpost | None:
        key = self.items.get(name) or self.attempt.spell(name)
        if key is not None and self.right_forward:
            value = self.right.slopes[0].get(key) if self.right.slopes else self.right.gradients[0].get(key)
            if value is not None:
                return Signpost(value)
        own = self.items.get(name) or self.spell.gradient(name)
        if own is None or own not in self.forward or len(self.posts) > MOST:
            return None
        stage = self.stage_of(self.forward[own]) if self.right_forward else None
        if stage is not None:
            return Signpost(self.right.slopes[0][stage])
        return self.difference(self.forward[own]) if self.own_output is not None else None

    def stage_of(self, event: Event) -> str | None:
        """Returns the stage of the program that has the value of a student's name; None where several have, or none."""
        if np.size(event.value) < LEAST or not self.right.slopes:
            return None
        found = [name for name in self.exercise.stages if self.right.slopes[0].get(name) is not None
                 and np.shape(self.right.values[0][name]) == np.shape(event.value)
                 and same(event.value, self.right.values[0][name], 1e-9)]  # fmt: skip
        return found[0] if len(found) == 1 else None

    def difference(self, event: Event) -> Signpost | None:
        """Returns how the student's own output moves with a value of the forward pass, along one direction."""
        value = np.asarray(event.value, dtype=float)
        chance = np.random.RandomState(3)
        direction = chance.uniform(0.5, 1.5, value.shape) * chance.choice((-1, 1), value.shape)
        times = self.times(event, direction.shape)
        ends = []
        for step in (STEP, -STEP):
            met = [0]

            def shaken(held: Any, statement: ast.stmt, step: float = step, met: list[int] = met) -> Any:
                if statement is event.statement and np.shape(held) == direction.shape and is_float(held):
                    met[0] += 1
                    return held + step * direction if met[0] == times else held
                return held

            made = self.output(self.attempt.run(self.right.points[0], shaken=shaken))
            if made is None:
                return None
            ends.append(made)
        rate = (ends[0] - ends[1]) / (2 * STEP)
        return Signpost(None, direction, rate) if rate else None

    def times(self, event: Event, shape: tuple[int, ...]) -> int:
        """Returns how many values of a shape a statement has bound when it comes to an event: of a tuple, several."""
        upto = self.base.events[: self.base.events.index(event) + 1]
        like = [each for each in upto if each.statement is event.statement and each.kind in ("name", "attribute")]
        return sum(is_float(each.value) and np.shape(each.value) == shape for each in like)

    def good(self, name: str, events: list[Event]) -> bool:
        """Tells whether a gradient agrees with its signpost, in the first call or pass or in the last.

        It may be changed in place after that: `dh` is masked, and is the gradient of another value then.
        """
        post = self.posts[name]
        shape = np.shape(post.value if post.value is not None else post.direction)
        if len(events) > 1:
            events = [event for event in events if np.shape(event.value) == shape]
        ends = {events[-1].frame, events[0].frame} if events else set()
        return not ends or any(post.agrees(number_of(event.value)) for event in events if event.frame in ends)

    def moves(self, made: Outcome) -> bool:
        """Tells whether the first wrong signpost is another one in a run."""
        if self.event is None:
            return False
        events = self.bound(made).get(self.name)
        return not events or not same(
            number_of(self.telling(self.name, events).value), number_of(self.event.value), 1e-12
        )

    def vouched(self) -> set[int]:
        """Returns the statements whose gradient a signpost tells to be right."""
        frames = {(id(event.statement), event.frame) for event in self.base.events}
        calls = Counter(statement for statement, _ in frames)
        known = [(name, events) for name, events in self.bound(self.base).items() if name in self.posts]
        found = [(event, self.posts[name].agrees(number_of(event.value))) for name, events in known for event in events]
        astray = {id(event.statement) for event, agrees in found if not agrees and event.kind == "name"}
        right = {id(event.statement) for event, agrees in found if agrees}
        return {statement for statement in right - astray if calls[statement] == 1}

    @property
    def is_scaled(self) -> bool:
        """Tells whether the first wrong signpost is too large by a factor alone, as where a mean is forgotten."""
        if self.event is None:
            return False
        post, value = self.posts[self.name], number_of(self.event.value)
        if not post.is_along(value):
            return False
        if post.value is not None:
            return largest(value) > largest(post.value)
        return bool(abs(np.sum(np.asarray(value) * post.direction)) > abs(post.rate))

    @property
    def is_sure(self) -> bool:
        """Tells whether the first wrong signpost is bound by one statement alone, so that its value has to be that."""
        return len(self.bound(self.base).get(self.name, [])) == 1

    def wrong(self, made: Outcome) -> tuple[int, int]:
        """Returns how many signposts are wrong in a run, and how many but for a factor: some divide by n later."""
        known = [(name, events) for name, events in self.bound(made).items() if name in self.posts]
        wrong = [(name, self.telling(name, events)) for name, events in known if not self.good(name, events)]
        off = sum(self.posts[name].is_along(number_of(event.value)) for name, event in wrong)
        return len(wrong) - off, off

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


def of_one_call(events: list[Event]) -> list[Event]:
    """Returns the events of functions that were called once, where there are some: a helper's are parts of theirs."""
    calls = Counter(function for function, _ in {(event.function, event.frame) for event in events})
    return [event for event in events if calls[event.function] == 1] or events


def is_near(one: float, two: float) -> bool:
    return abs(one - two) <= 1e-6 * max(abs(one), abs(two), 1e-6)


def is_float(value: Any) -> bool:
    return isinstance(value, (float, np.floating)) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size > 0
    )
