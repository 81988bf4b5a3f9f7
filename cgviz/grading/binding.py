"""A file without a call: the functions that it defines and leaves uncalled are called by their parameters' names."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from cgviz.grading.exercise import Point
from cgviz.grading.interpreter.objects import Frame, Function
from cgviz.grading.interpreter.signals import Known, UnreadError

if TYPE_CHECKING:
    from cgviz.grading.attempts import Attempt

UPSTREAM = re.compile(r"(d|grad|g|delta|up|upstream|error|top)[\w]*|\w*(grad|diff|delta|upstream)\w*", re.I)
CACHES = re.compile(r"\w*(cache|caches|memory|saved|store|stored|params|parameters|ctx|context|state|tape)\w*", re.I)
CALLED_FIRST = 12


class ByNames:
    """Calls the functions of one file, with what their parameters are named after."""

    def __init__(self, attempt: Attempt, frame: Frame, point: Point) -> None:
        self.attempt, self.frame, self.machine, self.exercise = attempt, frame, attempt.machine, attempt.exercise
        self.known = attempt.known(point)
        self.results: dict[str, Any] = {}

    def call(self) -> None:
        machine, frame = self.machine, self.frame
        made = [f for f in frame.names.values() if isinstance(f, Function) and f.frame is frame]
        made = [f for f in made if f.name not in machine.called and isinstance(f.node, ast.FunctionDef)]
        made = [f for f in made if f.name not in machine.called_at_top or self.takes_inputs(f)]
        kept = machine.failure
        for function in sorted(made[:CALLED_FIRST], key=lambda f: self.speaks_of_gradients(f)):
            machine.failure = None
            try:
                args = self.arguments(function)
                if args is None:
                    continue
                found = machine.call(function, tuple(args), {})
            except (UnreadError, RecursionError):
                continue
            except Exception:
                kept = kept or (machine.failure if self.speaks_of_gradients(function) else None)
                continue
            self.results[function.name] = found
            self.returned(function, found)
        machine.failure = kept

    def takes_inputs(self, function: Function) -> bool:
        """Tells whether all parameters of a function are named after inputs: it is called with those."""
        spec = function.node.args
        params = [each.arg for each in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
        return bool(params) and all(self.exercise.spell.value(name) in self.exercise.known for name in params)

    def speaks_of_gradients(self, function: Function) -> bool:
        names = {
            each.id
            for each in ast.walk(function.node)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        }
        return any(self.attempt.spell(name) for name in names)

    def arguments(self, function: Function) -> list[Any] | None:
        """Returns what the parameters of a function are named after; None where one is after nothing."""
        spec, known, found = function.node.args, self.known, list[Any]()
        params = [*spec.posonlyargs, *spec.args]
        for at, each in enumerate(params):
            name, left = each.arg, len(params) - at
            if name in known:
                found.append(known[name])
            elif self.exercise.upstream is not None and UPSTREAM.fullmatch(name) and not CACHES.fullmatch(name):
                found.append(self.attempt.handed(self.exercise.upstream))
            elif CACHES.fullmatch(name):
                found.append(self.cache(function.name))
            elif left <= len(function.defaults):
                return found
            elif self.exercise.spell.value(name) in known:
                found.append(known[self.exercise.spell.value(name) or ""])
            else:
                return None
        return found

    def cache(self, name: str) -> Any:
        """Returns the cache of the file's own forward function, else one that knows the program's values."""
        stem = re.sub(r"_?(backward|backprop|back|grad|gradients?|bwd)_?", "", name)
        for other, found in self.results.items():
            if isinstance(found, tuple) and len(found) > 1 and (stem in other or len(self.results) == 1):
                return found[-1]
        return Known(self.known)

    def returned(self, function: Function, found: Any) -> None:
        """Gives what a function returns the names under which it returns it."""
        ends = [each for each in ast.walk(function.node) if isinstance(each, ast.Return) and each.value is not None]
        if not ends:
            return
        named(ends[-1].value, found, self.frame.names)


def named(node: ast.expr | None, value: Any, names: dict[str, Any]) -> None:
    """Gives what is returned the names by which it is returned, through tuples."""
    if isinstance(node, ast.Name):
        names[node.id] = value
    elif isinstance(node, (ast.Tuple, ast.List)) and isinstance(value, (tuple, list)) and len(node.elts) == len(value):
        for part, each in zip(node.elts, value, strict=True):
            named(part, each, names)
