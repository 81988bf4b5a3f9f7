"""A student's file bound to an exercise and run by the interpreter: what it says the gradients are."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cgviz.grading.binding import CACHES, ByNames
from cgviz.grading.exercise import Exercise, Point
from cgviz.grading.interpreter.machine import MOST_AT_TOP, Failure, Machine, deep
from cgviz.grading.interpreter.objects import Class, Frame, Function
from cgviz.grading.interpreter.record import Event, is_given
from cgviz.grading.interpreter.signals import UNKNOWN, Known, Stopped, Trained, UnreadError
from cgviz.grading.interpreter.tensors import Tensor
from cgviz.grading.listing import Listing
from cgviz.grading.source import Source, source
from cgviz.grading.spellings import Spellings, is_value
from cgviz.values.arrays import is_array

GRADIENTS = re.compile(r"d|g|d?params_grads?|\w*grad\w*|d[A-Z_]\w*")
WORDS = re.compile(r"[^\W\d]\w*")
OLD = "read as Python 2: whole numbers are divided without a remainder"


@dataclass
class Outcome:
    """What came of one run: the frame of the module, the gradients by input, and where Python would have stopped."""

    frame: Frame
    gradients: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    failure: Failure | None = None
    stopped: bool = False
    unread: dict[int, str] = field(default_factory=dict)


DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Attempt:
    """One student's file, ready to be run at any point."""

    def __init__(self, listing: Listing, exercise: Exercise) -> None:
        self.listing, self.exercise = listing, exercise
        self.source: Source = source(listing)
        self.machine = Machine(python2=self.source.python2, runs_main=not exercise.call)
        self.machine.lenient = any(map(whole_input, {**exercise.inputs, **exercise.values}.items()))
        self.tensors = speaks_torch(listing.text, exercise.call)
        self.point: Point = {}
        self.stages: dict[int, tuple[Point, dict[str, Any]]] = {}
        self.before: Callable[[int, Frame], None] | None = None
        self.own = {id(node) for node in ast.walk(self.source.tree) if isinstance(node, ast.stmt)}

    def run(
        self,
        point: Point,
        *,
        events: bool = False,
        shaken: Callable[[Any, ast.stmt], Any] | None = None,
        most: int = 0,
        halfway: Any = None,
    ) -> Outcome:
        """Runs the file at a point, then the call, or what is left of it. Never raises for what a student wrote."""
        machine, exercise = self.machine, self.exercise
        machine.steps, machine.depth, machine.failure, machine.unread = 0, 0, None, {}
        machine.most_steps, self.point = most or type(machine).most_steps, point
        machine.events, machine.shaken = ([] if events or not exercise.call else None), shaken
        machine.called, machine.called_at_top, machine.kept = (
            set(),
            set(),
            (set() if exercise.call else self.kept),
        )
        by_names = not exercise.call and exercise.run is not None
        machine.is_update = None if exercise.call else self.is_update
        machine.missing_names = {**machine.usual_names, **self.known(point)} if by_names else {}
        frame = Frame({"__name__": "homework"}, None) if halfway is None else halfway.resumed()
        if halfway is None:
            machine.random.seed(0)
            frame.names.update(self.inputs(point))
        else:
            machine.random.set_state(halfway.random)
        made = Outcome(frame)
        try:
            with deep():
                if halfway is not None:
                    self.called(frame, point, halfway.at)
                elif exercise.call:
                    machine.top(self.source.tree, frame)
                    machine.failure = None
                    frame.names.update(self.inputs(point))
                    self.called(frame, point)
                else:
                    machine.top(self.source.tree, frame)
                    ByNames(self, frame, point).call()
        except Stopped:
            made.stopped = True
        except Trained:
            pass
        except (UnreadError, RecursionError) as error:
            made.unread[0] = str(error)
        except Exception as error:
            machine.failure = machine.failure or Failure(0, f"{type(error).__name__}: {error}")
        made.failure = self.in_file(machine.failure)
        made.events = [event for event in machine.events or () if id(event.statement) in self.own]
        made.unread |= machine.unread
        machine.shaken = machine.is_update = None
        made.gradients = {name: self.gradient(name, made) for name in exercise.asked}
        return made

    def in_file(self, failure: Failure | None) -> Failure | None:
        """Returns a failure without the line where it is one of the call, not of the file."""
        if failure is None or failure.statement is None or id(failure.statement) in self.own:
            return failure
        return Failure(0, failure.message)

    def stand_by(self) -> None:
        """Readies the machine for statements one by one: nothing is recorded, inputs keep their values."""
        machine = self.machine
        machine.events = machine.shaken = machine.is_update = machine.seen = None
        machine.most_steps = MOST_AT_TOP
        machine.kept, machine.missing_names = self.kept, machine.usual_names

    @cached_property
    def kept(self) -> set[str]:
        """The names of inputs, also as a file writes them that needs them for something else: dx_ beside dx."""
        return {*self.exercise.known, *self.renamed}

    @cached_property
    def renamed(self) -> dict[str, str]:
        known = self.exercise.known
        return {word: word.rstrip("_") for word in sorted(self.words - known) if self.is_value(word)}

    def is_value(self, name: str) -> bool:
        return is_value(name, self.exercise.known, self.words)

    @cached_property
    def words(self) -> set[str]:
        """The names that the file reads or assigns to."""
        return {each.id for each in ast.walk(self.source.tree) if isinstance(each, ast.Name)}

    def inputs(self, point: Point) -> dict[str, Any]:
        """Returns the values of the names that a file and its call read, fresh copies."""
        made = {name: self.handed(value) for name, value in {**self.exercise.inputs, **point}.items()}
        made |= {word: made[name] for word, name in self.renamed.items() if name in made}
        if self.exercise.upstream is not None:
            for name in self.upstream_names:
                made[name] = self.handed(self.exercise.upstream)
        return made

    def handed(self, value: Any) -> Any:
        if self.tensors and (is_array(value) or isinstance(value, float)):
            return np.array(value).view(Tensor)
        return np.array(value) if is_array(value) else value

    @cached_property
    def upstream_names(self) -> list[str]:
        """The names by which the upstream gradient is read."""
        given = self.exercise.known
        if self.exercise.call:
            defined = {each.name for each in self.source.tree.body if isinstance(each, (ast.FunctionDef, ast.ClassDef))}
            return [name for name in self.exercise.free if name not in given and name not in defined]
        run = self.exercise.run
        output = run.graph.nodes[run.graph.output].name if run else "out"
        return [name for name in (f"d{output}", "dout", f"grad_{output}", "grad_output") if name not in given]

    def called(self, frame: Frame, point: Point, begin: int = 0) -> None:
        """Runs the call, statement by statement; a forward pass that the file lacks is the program's."""
        for number, statement in enumerate(self.exercise.call_tree.body[begin:], begin):
            if self.before is not None:
                self.before(number, frame)
            absent = self.absent(statement, frame)
            if absent and any(CACHES.fullmatch(name) for name in targets(statement)):
                known = Known(self.known(point))
                for name in targets(statement):
                    cached = CACHES.fullmatch(name) is not None
                    frame.names[name] = known if cached else known.take(name)
                continue
            self.machine.run([statement], frame)

    def absent(self, statement: ast.stmt, frame: Frame) -> bool:
        call = getattr(statement, "value", None)
        return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id not in frame.names

    def known(self, point: Point) -> dict[str, Any]:
        """Returns the program's own values by name, for a student who reads them from a cache."""
        run = self.exercise.run
        if run is None:
            return self.inputs(point)
        held, values = self.stages.get(id(point), (None, {}))
        if held is not point:
            from cgviz.runs.passes import forward

            found = forward(run.graph, {name: point[name] for name in self.exercise.program_inputs})
            values = {node.name: found[i] for i, node in enumerate(run.graph.nodes) if node.name}
            self.stages[id(point)] = point, values
        return {**{name: self.handed(value) for name, value in values.items()}, **self.inputs(point)}

    # by names

    def is_update(self, name: str, value: Any, statement: ast.stmt, frame: Frame, root: str) -> bool:
        """Tells whether a statement changes an input once all gradients are there: `w1 -= lr*grad_w1`.

        `root` is the dictionary or object of which it is a part: `params["W1"] -= ...`, `self.W -= ...`.
        """
        named = self.exercise.spell.value(name) if self.spell(name) is None else None
        of = named if named in self.exercise.asked else self.shared_by(value, statement, frame)
        if of is None or is_given(statement) or GRADIENTS.fullmatch(root):
            return False
        found = {self.spell(key) for key, held in frame.names.items() if held is not None}
        found |= {key for key, held in frame.names.items() if getattr(held, "grad", None) is not None}
        if frame.up is None and not root:
            return of in found and self.named <= found
        found |= self.recorded()
        return of in found and self.spoken <= found and not np.array_equal(value, self.point.get(of, np.nan))

    def shared_by(self, value: Any, statement: ast.stmt, frame: Frame) -> str | None:
        """Returns the input whose array is changed under another name: `for p, g in zip(params, grads): p -= lr*g`."""
        if not isinstance(value, np.ndarray) or not isinstance(statement, ast.AugAssign):
            return None
        held = ((key, each) for key, each in frame.top.names.items() if isinstance(each, np.ndarray))
        found = (self.exercise.spell.value(key) for key, each in held if each is value or each.base is value)
        return next((each for each in found if each in self.exercise.asked), None)

    def recorded(self) -> set[str | None]:
        """Returns the inputs whose gradients were bound so far, under any name, attribute or key."""
        found: set[str | None] = set()
        for event in self.machine.events or ():
            if event.value is None or event.value is UNKNOWN:
                continue
            found |= {self.spell(event.name), self.spell(event.key or ""), self.of_item(event)}
            if isinstance(event.value, dict):
                held = {key for key in event.value if isinstance(key, str)}
                found |= {self.spell(key) for key in held}
                found |= held if GRADIENTS.fullmatch(event.name) else set()
        return found

    @cached_property
    def spoken(self) -> set[str | None]:
        """The inputs of whose gradients the file speaks."""
        return {self.spell(name) for name in set(WORDS.findall(self.listing.text))} & {*self.exercise.asked}

    @cached_property
    def named(self) -> set[str | None]:
        """The inputs for whose gradients the file has names at its top."""
        top = (each for node in self.source.tree.body if not isinstance(node, DEFINES) for each in targets(node))
        return {self.spell(name) for name in top} & {*self.exercise.asked}

    # what was found

    def spell(self, name: str) -> str | None:
        """Returns the input or stage of whose gradient a name is a spelling."""
        return None if self.is_value(name) else self.exercise.spell.gradient(name)

    def of_item(self, event: Event) -> str | None:
        """Returns the input whose gradient is put under its own name into a dictionary: `grads["W1"]`."""
        held = event.kind == "item" and "grad" in event.name.lower()
        return event.key if held and event.key in self.exercise.known else None

    def gradient(self, name: str, made: Outcome) -> Any:
        """Returns the gradient of an input as the student's file has it; UNKNOWN where it has none."""
        exercise, names = self.exercise, made.frame.names
        if name in exercise.names:
            return self.mapped(exercise.names[name], made)
        if exercise.call:
            label = exercise.label(name)
            if label in exercise.assigned:
                return names.get(label, UNKNOWN)
        found = [key for key in names if self.spell(key) == name and not isinstance(names[key], (Function, Class))]
        for key in sorted(found, key=lambda key: key != f"d{name}"):
            if names[key] is not UNKNOWN:
                return names[key]
        return self.elsewhere(name, made)

    def mapped(self, path: str, made: Outcome) -> Any:
        """Returns what --map names: `theta1_grad`, `grads["W1"]`, `layer.dW`."""
        try:
            self.machine.steps = 0
            body = ast.parse(f"__mapped = {path}").body
            with deep():
                self.machine.run(body, made.frame)
            found = made.frame.names.pop("__mapped", UNKNOWN)
        except Exception:
            found = UNKNOWN
        if found is UNKNOWN:
            same = [event for event in made.events if event.name == path]
            return same[-1].value if same else UNKNOWN
        return found

    def elsewhere(self, name: str, made: Outcome) -> Any:
        """Looks for a gradient in dictionaries, tensors, and the functions of a file."""
        for key, held in made.frame.names.items():
            if isinstance(held, dict):
                for each in (name, f"d{name}", f"grad_{name}"):
                    if each in held and (each != name or "grad" in key.lower() or key in ("g", "d", "dparams")):
                        return held[each]
        held = made.frame.names.get(name)
        if isinstance(held, Tensor) and held.grad is not None:
            return held.grad
        for event in reversed(made.events):
            spelled = event.key if event.kind == "item" and event.key is not None else event.name
            if self.of_item(event) == name:
                return event.value
            if event.function and self.spell(spelled) == name and event.value is not UNKNOWN:
                return event.value
            if event.function and isinstance(event.value, dict) and GRADIENTS.fullmatch(event.name):
                for each in (name, f"d{name}", f"grad_{name}"):
                    if each in event.value:
                        return event.value[each]
        return UNKNOWN


def targets(statement: ast.stmt) -> list[str]:
    return [each.id for each in ast.walk(statement) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def whole_input(item: tuple[str, Any]) -> bool:
    """Tells whether an input may stand for whole numbers although it came as floats."""
    value = item[1]
    return is_array(value) and value.dtype.kind == "f" and bool((value == np.floor(value)).all())


def speaks_torch(text: str, call: str) -> bool:
    """Tells whether a file works with tensors: it imports torch, and uses it more than NumPy."""
    if not re.search(r"^\s*(import|from)\s+torch\b", text, re.M):
        return False
    ours = len(re.findall(r"\btorch\.|\bkeepdim\s*=|\bF\.|\.view\(|\.unsqueeze\(", text))
    return ".apply(" in call or ours >= len(re.findall(r"\b(?:np|numpy)\.|\bkeepdims\s*=", text))


__all__ = ["Attempt", "Outcome", "Spellings"]
