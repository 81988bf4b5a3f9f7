"""What the gradients of an exercise ought to be, at its inputs and at points near them."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from cgviz.errors import CgvizError, EvaluationError, UsageError
from cgviz.grading.attempts import Attempt, Outcome
from cgviz.grading.exercise import Exercise, Point
from cgviz.grading.interpreter.machine import deep
from cgviz.grading.interpreter.objects import Frame, Function
from cgviz.grading.interpreter.record import is_given
from cgviz.grading.interpreter.signals import UNKNOWN, Stopped, Trained, UnreadError
from cgviz.grading.points import moved, points
from cgviz.runs.passes import backward, forward
from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.values.arrays import is_array

STEP, ROOM = 1e-5, 1e-5
NAMES = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Truth:
    """The gradients by input at each point; `values` and `slopes` are those of the program's names there.

    room    the relative difference that is forgiven, where these are differences
    output  the number that is differentiated, where a right file tells it
    """

    points: tuple[Point, ...]
    gradients: tuple[dict[str, Any], ...]
    values: tuple[dict[str, Any], ...] = ()
    slopes: tuple[dict[str, Any], ...] = ()
    room: float = 0.0
    output: float | None = None


def truth(exercise: Exercise, attempt: Attempt, given: Point, held: set[str]) -> Truth:
    """Returns the right gradients of an exercise. Raises CgvizError where there are none."""
    if exercise.run is not None:
        return of_program(exercise, given, held)
    if exercise.right is not None or exercise.teacher is not None:
        return shared(exercise) or of_own(exercise, attempt)
    if exercise.own:
        return of_own(exercise, attempt)
    raise UsageError("there is nothing to grade with: give a PROGRAM, or --solution FILE")


def shared(exercise: Exercise) -> Truth | None:
    """Returns what is the same for all students: what a right file gives, or a teacher's; computed once."""
    if exercise.run is not None and exercise.call and not exercise.run.symbolic:
        return of_program(exercise, {}, held_in(exercise, exercise.asked))
    if exercise.run is None and "truth" not in exercise.shared:
        if exercise.right is not None:
            exercise.shared["truth"] = of_file(exercise, exercise.right)
        elif exercise.teacher is not None:
            exercise.shared["truth"] = of_teacher(exercise, Attempt(exercise.teacher, exercise))
    return exercise.shared.get("truth")


def given_in(attempt: Attempt) -> Point:
    """Returns the inputs to which a student's file gives numbers of its own."""
    machine, found = attempt.machine, Point()
    machine.events, machine.kept, machine.steps, machine.missing_names = [], set(), 0, machine.usual_names
    machine.is_update = attempt.is_update
    with contextlib.suppress(Stopped, Trained), deep():
        machine.top(attempt.source.tree, Frame({"__name__": "homework"}, None))
    machine.is_update = None
    for event in machine.events:
        name = event.name if event.name in attempt.exercise.program_inputs else event.name.rstrip("_")
        if name in attempt.exercise.program_inputs and name not in found and is_given(event.statement):
            value = number_of(event.value)
            if value is not UNKNOWN:
                found[name] = value
    machine.events, machine.skipped = None, set()
    return found


def spoken_in(attempt: Attempt) -> set[str | None]:
    """Returns the inputs and stages of whose gradients a file speaks, or the call that binds it."""
    if attempt.exercise.call:
        return {*attempt.exercise.asked}
    return {attempt.spell(name) for name in set(NAMES.findall(attempt.listing.text))}


def begun(run: Run, given: Point) -> Run:
    """Returns a run of arrays without values at those in the student's file: its shapes are not known without.

    Raises EvaluationError where the file does not give them all.
    """
    names = [run.bare.nodes[i].name for i in run.bare.inputs]
    arrays = run.bare.has_arrays or any(map(is_array, given.values()))
    if not run.symbolic or not arrays:
        return run
    missing = [name for name in names if name not in given]
    if missing:
        wanted = " ".join(f"--{name} ..." for name in missing[:8])
        raise EvaluationError(f"arrays have no shape without values; give {wanted}")
    return start(run.bare, {name: given[name] for name in names})


def held_in(exercise: Exercise, spoken: Collection[str | None]) -> set[str]:
    """Returns the inputs that are data: labels of 0 and 1, and those of whose gradient a file does not speak.

    `softmax(o) - y` is right for labels alone, so they are not moved.
    """
    run = exercise.run
    if run is None or not run.bare.has_arrays or run.inputs is None:
        return set()
    return {name for name, value in run.inputs.items() if name not in spoken or are_labels(value)}


def are_labels(value: Any) -> bool:
    return is_array(value) and bool(((value == 0) | (value == 1)).all())


def of_program(exercise: Exercise, given: Point, held: set[str]) -> Truth:
    """Returns the gradients of the program's own backward pass; computed once for what is not moved."""
    run, key = exercise.run, frozenset(held | exercise.data)
    assert run is not None
    if run.inputs is None:
        return passes_of(run, exercise, given, key)
    if key not in exercise.shared:
        exercise.shared[key] = passes_of(run, exercise, given, key)
    return exercise.shared[key]  # type: ignore[no-any-return]


def passes_of(run: Run, exercise: Exercise, given: Point, held: frozenset[str]) -> Truth:
    every = points(run, given, held)[: 3 if run.bare.has_arrays else 4]
    values, slopes = [], []
    for point in every:
        found = forward(run.graph, point)
        back = backward(run.graph, found, run.upstream)
        named = [(i, node.name) for i, node in enumerate(run.graph.nodes) if node.name]
        values.append({name: found[i] for i, name in named})
        slopes.append({name: back[i] for i, name in named})
    asked = [{name: each[name] for name in exercise.asked} for each in slopes]
    return Truth(tuple(every), tuple(asked), tuple(values), tuple(slopes))


def of_file(exercise: Exercise, listing: Any) -> Truth:
    """Returns what a right file gives. Raises EvaluationError where it gives nothing."""
    attempt = Attempt(listing, exercise)
    every, found, outputs = [], [], []
    for point in near(exercise):
        made = attempt.run(point)
        with suppress(EvaluationError):
            outputs.append(objective(made, exercise))
        lacking = [name for name, value in made.gradients.items() if value is UNKNOWN]
        if lacking:
            failure = made.failure
            where = f"line {failure.line}: " if failure and failure.line else ""
            why = f": {where}{failure.message}" if failure else ""
            raise EvaluationError(f"the solution gives no {exercise.label(lacking[0])}{why}")
        every.append(point)
        found.append({name: number_of(value) for name, value in made.gradients.items()})
    return Truth(tuple(every), tuple(found), output=outputs[0] if outputs else None)


def of_own(exercise: Exercise, attempt: Attempt) -> Truth:
    """Returns the differences of the student's own forward pass."""
    every = near(exercise)[:2]
    found = [differences(exercise, point, lambda moved: objective(attempt.run(moved), exercise)) for point in every]
    return Truth(tuple(every), tuple(found), room=ROOM)


def of_teacher(exercise: Exercise, attempt: Attempt) -> Truth:
    """Returns the differences of `forward` in the teacher's file, which is read by the interpreter as well."""

    def total(point: Point) -> float:
        machine = attempt.machine
        machine.steps, machine.runs_main = 0, False
        frame = Frame({"__name__": "teacher"}, None)
        machine.top(attempt.source.tree, frame)
        function = frame.names.get("forward")
        if not isinstance(function, Function):
            raise EvaluationError("the file has no function forward(...) that can be read")
        values = attempt.inputs(point)
        names = [each.arg for each in function.node.args.args]
        missing = [name for name in names if name not in values]
        if missing:
            raise UsageError(f"forward takes {missing[0]!r}, which has no value: --set {missing[0]}=...")
        try:
            out = machine.call(function, tuple(values[name] for name in names), {})
        except CgvizError:
            raise
        except Exception as error:
            raise EvaluationError(f"forward stops: {error}") from None
        return weighted(out if isinstance(out, tuple) else (out,), exercise, values)

    every = near(exercise)[:2]
    with deep():
        found = [differences(exercise, point, total) for point in every]
    return Truth(tuple(every), tuple(found), room=ROOM)


def weighted(outs: tuple[Any, ...], exercise: Exercise, values: dict[str, Any]) -> float:
    """Returns the number whose gradients are asked for: outputs times their upstream gradients, or the loss."""
    if exercise.upstream is not None and np.shape(outs[0]) == np.shape(exercise.upstream):
        return float(np.sum(outs[0] * exercise.upstream))
    if np.ndim(outs[0]) == 0:
        return float(outs[0])
    ups = [values[name] for name in values if name.startswith("d") and name in exercise.inputs]
    total, used = 0.0, set[int]()
    for out in outs:
        for i, up in enumerate(ups):
            if i not in used and np.shape(up) == np.shape(out):
                used.add(i)
                total += float(np.sum(np.asarray(out) * up))
                break
    return total


def differences(exercise: Exercise, point: Point, total: Any) -> dict[str, Any]:
    """Returns central differences of a number in every input that is asked for."""
    found = {}
    for name in exercise.asked:
        x = np.array(point[name], dtype=float)
        made = np.zeros(x.shape)
        for at in np.ndindex(*x.shape):
            ends = []
            for step in (STEP, -STEP):
                moved_to = x.copy()
                moved_to[at] += step
                ends.append(total({**point, name: moved_to if x.ndim else float(moved_to)}))
            made[at] = (ends[0] - ends[1]) / (2 * STEP)
        found[name] = made if x.ndim else float(made)
    return found


def near(exercise: Exercise) -> list[Point]:
    """Returns the inputs of an exercise without a program, and two points near them."""
    base = dict(exercise.inputs)
    chance, found = random.Random(20), [base]
    for _ in range(2):
        found.append(
            {name: moved(value, 0.05, chance) if name in exercise.asked else value for name, value in base.items()}
        )
    return found


def objective(made: Outcome, exercise: Exercise) -> float:
    """Returns the number that a student's forward pass gives, from the names of the call."""
    names = made.frame.names
    known = {**exercise.inputs}
    if exercise.upstream is not None:
        for name in exercise.assigned:
            value = names.get(name, UNKNOWN)
            if (
                is_number(value)
                and np.shape(value) == np.shape(exercise.upstream)
                and exercise.spell.gradient(name) is None
            ):
                return float(np.sum(np.asarray(value) * exercise.upstream))
    pairs = [(names.get(name), known[f"d{name}"]) for name in exercise.assigned if f"d{name}" in known]
    if pairs and all(is_number(value) for value, _ in pairs):
        return sum(float(np.sum(np.asarray(value) * up)) for value, up in pairs)
    wanted = [exercise.run.graph.nodes[exercise.run.graph.output].name] if exercise.run else []
    for name in [*wanted, "loss", "cost", "L", "J", *exercise.assigned]:
        is_slope = exercise.spell.gradient(name) and name not in wanted
        value = UNKNOWN if is_slope else names.get(name, UNKNOWN)
        if is_number(value) and np.size(np.asarray(value)) == 1:
            return float(np.asarray(value).reshape(-1)[0])
    raise EvaluationError("the file has no forward pass whose output the call names")


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) or (isinstance(value, np.ndarray) and value.dtype.kind in "fiu")


def number_of(value: Any) -> Any:
    """Returns a gradient as a float or an array of floats; UNKNOWN for what is neither."""
    if isinstance(value, (list, tuple)):
        try:
            value = np.array(value, dtype=float)
        except (TypeError, ValueError, UnreadError):
            return UNKNOWN
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        made = np.asarray(value, dtype=float).view(np.ndarray)
        return made if made.ndim else float(made)
    if isinstance(value, (int, float, np.number)) and not isinstance(value, complex):
        try:
            return float(value)
        except OverflowError:
            return float("inf")
    return UNKNOWN
