"""A straight file, statement by statement, in frames for several points at once; a crooked one is for the search."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cgviz.grading.binding import UPSTREAM
from cgviz.grading.interpreter.machine import Machine
from cgviz.grading.interpreter.objects import Frame, assigned_names
from cgviz.grading.interpreter.signals import Stopped, Trained
from cgviz.grading.interpreter.statements import Returned, Statements, is_main

PASSED_OVER = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assert, ast.Pass, ast.Global, ast.Nonlocal, ast.Return)
MANY = (ast.Tuple, ast.List)


class CrookedError(Exception):
    """A file is no straight line of assignments."""


@dataclass(eq=False)
class LineStep:
    """A statement, and the one name that it assigns to or whose elements it changes, "" where there is none.

    guarded  it stands under an `if`
    """

    node: ast.stmt
    target: str = ""
    guarded: bool = False

    @cached_property
    def assigned(self) -> set[str]:
        return assigned_names([self.node])

    @cached_property
    def loads(self) -> list[ast.Name]:
        """The names that are read, first to last; of `x += ...` and `x[0] = ...` not x itself."""
        node = self.node
        if isinstance(node, ast.FunctionDef):
            return []
        own = whole(target_of(node))
        found = [e for e in ast.walk(node) if isinstance(e, ast.Name) and isinstance(e.ctx, ast.Load) and e is not own]
        return sorted(found, key=lambda each: (each.lineno, each.col_offset))


class LineWalk:
    """Walks one file; statements that assign several things at once become several."""

    def __init__(self, machine: Machine, tree: ast.Module) -> None:
        self.machine, self.tree, self.maker = machine, tree, Statements(machine)
        self.codes: dict[int, tuple[ast.AST, Any]] = {}
        self.known: dict[int, LineStep] = {}
        self.parts: dict[tuple[int, int], ast.stmt] = {}
        calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call))
        self.called = {each.func.id for each in calls if isinstance(each.func, ast.Name)}
        self.inlined: set[str] = set()

    def steps(self, frame: Frame) -> Iterator[LineStep]:
        """Yields the steps in order, of an `if` those of the branch that is taken when it is come to.

        Raises CrookedError.
        """
        yield from self.within(self.tree.body, frame, False)

    def within(self, body: Sequence[ast.stmt], frame: Frame, guarded: bool) -> Iterator[LineStep]:
        for node in body:
            match node:
                case ast.If(test=test):
                    main = is_main(test)
                    taken = main is not None or self.truth(test, frame)
                    yield from self.within(node.body if taken else node.orelse, frame, guarded or main is None)
                case ast.FunctionDef() if node.name in self.called and returns_one(node):
                    yield self.step(node)
                case ast.FunctionDef():
                    if any(UPSTREAM.fullmatch(name) for name in with_defaults(node)):
                        raise CrookedError
                    self.inlined.add(node.name)
                    yield from self.within(node.body, frame, guarded)
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        yield from self.assigned(node, target, value, guarded)
                case ast.AnnAssign(target=target, value=value):
                    if value is not None:
                        yield from self.assigned(node, target, value, guarded)
                case ast.AugAssign(target=target) if is_name(whole(target)):
                    yield self.step(node, whole(target).id, guarded)  # type: ignore[attr-defined]
                case _ if isinstance(node, PASSED_OVER):
                    if not isinstance(node, ast.Return):
                        yield self.step(node)
                case _:
                    raise CrookedError

    def assigned(self, node: ast.stmt, target: ast.expr, value: ast.expr, guarded: bool) -> Iterator[LineStep]:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in self.inlined:
            return
        if isinstance(target, MANY) and isinstance(value, MANY) and len(target.elts) == len(value.elts):
            made = [
                each
                for pair in zip(target.elts, value.elts, strict=True)
                for each in self.assigned(node, *pair, guarded)
            ]
            changed = set[str]()
            for step in made:
                if changed & {each.id for each in step.loads}:
                    raise CrookedError
                changed.add(step.target)
            yield from made
        elif isinstance(target, MANY):
            yield self.step(self.part(node, target, value))
        elif is_name(whole(target)):
            yield self.step(self.part(node, target, value), whole(target).id, guarded)  # type: ignore[attr-defined]
        else:
            raise CrookedError

    def step(self, node: ast.stmt, target: str = "", guarded: bool = False) -> LineStep:
        if id(node) not in self.known:
            self.known[id(node)] = LineStep(node, target, guarded)
        return self.known[id(node)]

    def part(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> ast.stmt:
        if isinstance(node, ast.Assign) and node.targets == [target] and node.value is value:
            return node
        key = id(target), id(value)
        if key not in self.parts:
            self.parts[key] = ast.copy_location(ast.Assign([target], value), node)
        return self.parts[key]

    # running

    def code(self, node: Any) -> Any:
        found = self.codes.get(id(node))
        if found is None:
            made = self.maker.statement(node) if isinstance(node, ast.stmt) else self.maker.code(node)
            found = self.codes[id(node)] = node, made  # the node is kept, so that its number is no other's
        return found[1]

    def run(self, node: Any, frame: Frame) -> Any:
        """Runs a statement, or returns the value of an expression. Raises whatever a student's code does."""
        return self.ran(self.code(node), frame)

    def run_once(self, node: ast.stmt, frame: Frame) -> Any:
        """Runs a statement that is no part of the file."""
        return self.ran(self.maker.statement(node), frame)

    def ran(self, code: Any, frame: Frame) -> Any:
        self.machine.steps = 0
        try:
            made = code(frame)
        except (Stopped, Trained):
            raise CrookedError from None
        finally:
            self.machine.depth, self.machine.failure = 0, None
        return made.value if isinstance(made, Returned) else made

    def truth(self, test: ast.expr, frame: Frame) -> bool:
        try:
            return bool(self.run(test, frame))
        except Exception:
            raise CrookedError from None


def with_defaults(node: ast.FunctionDef) -> list[str]:
    """Returns the parameters of a function that have a value of their own."""
    spec = node.args
    named = [each.arg for each, given in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if given is not None]
    return [*named, *(each.arg for each, _ in zip(spec.args[::-1], spec.defaults, strict=False))]


def target_of(node: Any) -> Any:
    """Returns what a statement assigns to; of one that assigns nothing, itself."""
    return node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", node)


def whole(target: ast.AST) -> ast.AST:
    """Returns the array of whose elements a target is some; a text is the key of no array."""
    while isinstance(target, ast.Subscript) and not isinstance(getattr(target.slice, "value", None), (str, bytes)):
        target = target.value
    return target


def is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def returns_one(node: ast.FunctionDef) -> bool:
    """Tells whether a function returns a single number everywhere."""
    returns = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
    return bool(returns) and not any(
        each.value is None or isinstance(each.value, (*MANY, ast.Dict)) for each in returns
    )


def scales(node: ast.stmt, name: str) -> bool:
    """Tells whether a statement scales the gradient that it assigns to, as `dz *= mask` and `dz = dz/n` do."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, (ast.Mult, ast.Div)) and is_name(node.target)
    value: Any = getattr(node, "value", None)
    by = isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div))
    called = getattr(getattr(value, "func", None), "attr", "") in ("where", "multiply", "divide")
    read = isinstance(value, ast.AST) and name in {e.id for e in ast.walk(value) if isinstance(e, ast.Name)}
    return isinstance(node, ast.Assign) and is_name(node.targets[0]) and (by or called) and read


def is_mask(place: Any) -> bool:
    return isinstance(place, np.ndarray) and place.dtype == bool


def handed_on(node: ast.stmt) -> str:
    """Returns the name whose value a statement assigns as it is, or a copy of it; "" for any other statement."""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and not value.keywords:
        inner = value.args[0] if value.args else value.func.value
        value = inner if value.func.attr in ("copy", "array") else value
    return value.id if isinstance(value, ast.Name) else ""
