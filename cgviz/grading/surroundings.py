"""What is around the statements of a file while it runs: their blocks and functions, and what they can read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from keyword import iskeyword
from typing import Any

import numpy as np

from cgviz.grading.attempts import Attempt
from cgviz.grading.ends import Ends
from cgviz.grading.exercise import Exercise
from cgviz.grading.interpreter.assignments import changed_by
from cgviz.grading.interpreter.objects import Frame, Instance
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.slips.place import Place
from cgviz.grading.slips.trees import parts
from cgviz.grading.truth import number_of

MOST_VALUES = 60
USEFUL = (bool, int, float, np.number, np.ndarray, dict, list, tuple, Instance)


class Surroundings:
    """Those of one file; `frames` are the statements that were run, by their ids, each with the names before it."""

    def __init__(self, attempt: Attempt, exercise: Exercise, got: Ends, frames: dict[int, Frame]) -> None:
        self.attempt, self.exercise, self.got, self.frames = attempt, exercise, got, frames
        self.machine = attempt.machine
        self.blocks = dict(blocks(attempt.source.tree.body, []))
        defined = [node for node in ast.walk(attempt.source.tree) if isinstance(node, ast.FunctionDef)]
        inner = [(each, node) for node in defined for each in ast.walk(node) if isinstance(each, ast.stmt)]
        self.within = {id(each): node for each, node in inner}
        self.functions = {id(each): id(node) for each, node in inner if each is not node}
        self.changed, self.elements = cache(self.names_changed), cache(self.elements_read)

    def place(self, node: ast.stmt, posted: bool) -> Place:
        block, within = self.blocks[id(node)]
        frame, own = self.frames.get(id(node)), self.functions.get(id(node))
        values = visible(frame) if frame is not None else {}
        if own is not None and frame is not None:
            names = {each.id for each in ast.walk(self.within[id(node)]) if isinstance(each, ast.Name)}
            foreign = {*self.exercise.assigned, *self.exercise.known, *self.attempt.upstream_names} - names
            values = {name: value for name, value in values.items() if name not in foreign or name in frame.names}
        return Place(
            node, values, block, within, dict(self.exercise.inputs), self.gradients(values), self.elements(own),
            self.changed(own), posted, self.settled(node),
        )  # fmt: skip

    def gradients(self, values: dict[str, Any]) -> set[str]:
        """Returns the names that are gradients."""
        bare, known = {name.rpartition(".")[2] for name in values}, self.exercise.known
        found = {name for name in bare if self.attempt.spell(name) or (name[:1] == "d" and name[1:] in bare | known)}
        found |= {*self.attempt.upstream_names, *(name for name in self.exercise.inputs if name[:1] == "d")}
        return found - set(self.exercise.asked)

    def settled(self, node: ast.stmt) -> set[int]:
        """Returns the parts of what a function returns that are right gradients already, by their ids."""
        frame, value = self.frames.get(id(node)), getattr(node, "value", None)
        if not isinstance(node, ast.Return) or not isinstance(value, ast.Tuple) or frame is None:
            return set()
        right, found = [self.got.theirs[name] for name in self.got.right], set[int]()
        for part in value.elts:
            try:
                held = self.machine.makers[id(node)].code(part)(frame)
            except Exception:
                continue
            same = next((at for at, each in enumerate(right) if not differs(held, each)), None)
            if same is not None:
                del right[same]
                found |= {id(each) for each in ast.walk(part)}
        return found

    def around(self, own: int | None) -> list[ast.stmt]:
        """Returns the statements of a function; None: those at the top."""
        return [each for each in self.machine.nodes.values() if self.functions.get(id(each)) == own]

    def names_changed(self, own: int | None) -> set[str]:
        """Returns the names that a function changes in place."""
        return {name for each in self.around(own) for name in changed_in_place(each)}

    def elements_read(self, own: int | None) -> list[str]:
        """Returns the elements that a function reads, as they are written."""
        found = [part for each in self.around(own) for part in parts(each) if isinstance(part, ast.Subscript)]
        found = [part for part in found if isinstance(part.ctx, ast.Load) and not isinstance(part.slice, ast.Constant)]
        return list(dict.fromkeys(text for text in map(ast.unparse, found) if len(text) <= 30))[:10]


def blocks(body: list[ast.stmt], within: list[ast.stmt]) -> Iterator[tuple[int, tuple[list[ast.stmt], list[ast.stmt]]]]:
    """Yields, for every statement, the block that it stands in and the loops and conditions around it."""
    for node in body:
        yield id(node), (body, within)
        inner = [] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else [*within, node]
        for name in ("body", "orelse", "finalbody"):
            part = getattr(node, name, None)
            if isinstance(part, list) and part and isinstance(part[0], ast.stmt):
                yield from blocks(part, inner)
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from blocks(part.body, inner)


def changed_in_place(node: ast.stmt) -> Iterator[str]:
    """Yields the names whose arrays a statement changes in place."""
    targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets if isinstance(node, ast.Assign) else []
    for target in targets:
        if isinstance(target, ast.Subscript) or isinstance(node, ast.AugAssign):
            yield ast.unparse(target.value if isinstance(target, ast.Subscript) else target)
    if isinstance(node, ast.Expr):
        yield from changed_by(node.value)


def visible(frame: Frame) -> dict[str, Any]:
    """Returns what a statement can read: names of its frame and those around it, attributes of objects among them."""
    found: dict[str, Any] = {}
    at: Frame | None = frame
    while at is not None:
        for name, value in at.names.items():
            if name not in found and is_of_use(value):
                found[name] = value
        at = at.up
    for name, value in list(found.items()):
        if isinstance(value, Instance):
            del found[name]
            for attribute, held in value.held.items():
                if is_of_use(held) and not isinstance(held, Instance):
                    found[f"{name}.{attribute}"] = held
    return {name: value for name, value in list(found.items())[:MOST_VALUES] if not iskeyword(name)}


def is_of_use(value: Any) -> bool:
    return value is not UNKNOWN and isinstance(value, USEFUL)


def differs(one: Any, two: Any) -> bool:
    a, b = number_of(one), number_of(two)
    if a is UNKNOWN or b is UNKNOWN:
        return a is not b
    if np.shape(a) != np.shape(b):
        return True
    return not np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
