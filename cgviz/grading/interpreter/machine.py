"""The machine that a student's file runs on: names, calls, budgets, and a record of what was bound where."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cgviz.grading.interpreter import libraries, tensors
from cgviz.grading.interpreter.attributes import Attributes, StudentError
from cgviz.grading.interpreter.objects import Class, Frame, Function, Super, assigned_names
from cgviz.grading.interpreter.record import Event, ValueRecorder
from cgviz.grading.interpreter.signals import UNKNOWN, Stopped, UnreadError
from cgviz.grading.interpreter.statements import Returned, Statements, function_scope

MOST_STEPS, MOST_AT_TOP, UNREAD_STEPS, DEEPEST = 400_000, 20_000, 100, 120


@dataclass
class Failure:
    """Where an exception of Python's was raised."""

    line: int
    message: str
    statement: ast.stmt | None = None


@dataclass
class Machine(Attributes, ValueRecorder):
    """Runs one file. `codes` are the statements as closures by number, so that one can be exchanged."""

    python2: bool = False
    lenient: bool = False
    runs_main: bool = True
    most_steps: int = MOST_STEPS
    steps: int = 0
    depth: int = 0
    calls: int = 0
    codes: dict[int, Callable[[Frame], Any]] = field(default_factory=dict)
    nodes: dict[int, ast.stmt] = field(default_factory=dict)
    makers: dict[int, Statements] = field(default_factory=dict)
    bodies: dict[int, Any] = field(default_factory=dict)
    assigned: dict[int, set[str]] = field(default_factory=dict)
    builtins: dict[str, Any] = field(default_factory=dict)
    modules: dict[str, Any] = field(default_factory=dict)
    events: list[Event] | None = None
    shaken: Callable[[Any, ast.stmt], Any] | None = None
    failure: Failure | None = None
    caught: Exception | None = None
    unread: dict[int, str] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    called_at_top: set[str] = field(default_factory=set)
    missing_names: dict[str, Any] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    random: Any = None
    seen: Callable[[int, Frame], None] | None = None
    is_update: Callable[[str, Any, ast.stmt, Frame, str], bool] | None = None

    def __post_init__(self) -> None:
        self.builtins = libraries.python(self)
        self.modules = libraries.ops_of(self)
        self.builtins["<np>"] = self.modules["numpy"]

    # running

    def enter(self, node: ast.stmt, maker: Statements) -> int:
        """Compiles a statement; returns its number."""
        key = id(node)
        if key not in self.codes:
            self.nodes[key], self.makers[key] = node, maker
            self.codes[key] = maker.statement(node)
        return key

    def tick(self) -> None:
        self.steps += 1
        if self.steps > self.most_steps:
            raise Stopped("too many steps")

    def top(self, tree: ast.Module, frame: Frame) -> None:
        """Runs the statements of a module. One that fails, or does not end, is passed over."""
        maker, total = Statements(self), self.most_steps
        for node in tree.body:
            key = self.enter(node, maker)
            if key in self.skipped:
                self.poison(node, frame)
                continue
            self.most_steps = min(self.steps + MOST_AT_TOP, total)
            if self.seen is not None:
                self.seen(key, frame)
            try:
                self.codes[key](frame)
            except Stopped as error:
                if self.steps >= total:
                    raise Stopped("too many steps") from None
                self.skipped.add(key)
                self.skip(node, frame, str(error))
            except (UnreadError, RecursionError) as error:
                self.skip(node, frame, str(error))
            except Exception as error:
                self.failed(key, error)
                self.skip(node, frame, str(error))
            finally:
                self.most_steps = total
                self.depth = 0

    def skip(self, node: ast.stmt, frame: Frame, why: str) -> None:
        self.unread.setdefault(node.lineno, why)
        self.poison(node, frame)

    def poison(self, node: ast.stmt, frame: Frame) -> None:
        key = id(node)
        if key not in self.assigned:
            self.assigned[key] = assigned_names([node])
        for name in self.assigned[key]:
            if name not in self.kept:
                frame.names[name] = UNKNOWN

    def run(self, body: list[ast.stmt], frame: Frame) -> None:
        """Runs statements; an exception of the student's comes through."""
        Statements(self).block(body)(frame)

    def passed_over(self, key: int, frame: Frame, error: UnreadError) -> None:
        node = self.nodes[key]
        self.steps += UNREAD_STEPS
        self.unread.setdefault(node.lineno, str(error))
        if isinstance(node, ast.Return):
            raise error
        self.poison(node, frame)

    def passed_once(self, node: ast.For, frame: Frame, error: UnreadError, body: Callable[[Frame], Any]) -> Any:
        """Runs the body of a script's loop once that goes over what is not known: batches, lines of a file."""
        if self.is_update is None:
            raise error
        self.unread.setdefault(node.lineno, str(error))
        for name in assigned_names([ast.Expr(node.target)]) - self.kept:
            frame.names[name] = UNKNOWN
        end = body(frame)
        return end if isinstance(end, Returned) else None

    def failed(self, key: int, error: Exception) -> None:
        """Keeps the innermost place of an exception."""
        if self.failure is None:
            name = type(error).__name__ if not isinstance(error, StudentError) else error.held.kind.name
            text = str(error).split("\n")[0][:160]
            self.failure = Failure(self.nodes[key].lineno, f"{name}: {text}", self.nodes[key])

    def recovered(self) -> None:
        self.failure = None

    # calls

    def call(self, function: Function, args: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """Calls a function of the student's."""
        self.tick()
        self.depth += 1
        if self.depth > DEEPEST:
            self.depth = 0
            raise RecursionError("maximum recursion depth exceeded")
        self.calls += 1
        (self.called if self.depth > 1 else self.called_at_top).add(function.name)
        node = function.node
        up = function.frame
        while up.owner is not None and up.up is not None:
            up = up.up
        frame = Frame(bound_arguments(function, args, named), up, function, self.calls)
        found = self.bodies.get(id(node))
        if found is None:
            found = self.bodies[id(node)] = self.body(node)
        depth = self.depth
        end = found(frame)
        self.depth = depth - 1
        if "<yielded>" in frame.names:
            return iter(frame.names["<yielded>"])
        return end.value if isinstance(end, Returned) else None

    def body(self, node: Any) -> Callable[[Frame], Any]:
        local, declared = function_scope(node)
        maker = Statements(self, local, declared)
        if isinstance(node, ast.Lambda):
            value = maker.code(node.body)
            return lambda frame: Returned(value(frame))
        return maker.block(node.body)

    def scope(self, frame: Frame, name: str, where: str) -> dict[str, Any]:
        """Returns the names of the scope that `global` or `nonlocal` means."""
        if where == "global":
            return frame.top.names
        at = frame.up
        while at is not None and name not in at.names:
            at = at.up
        return frame.top.names if at is None else at.names

    def missing(self, name: str, frame: Frame) -> Any:
        if name in self.missing_names:
            return self.missing_names[name]
        raise NameError(f"name {name!r} is not defined")

    def decorated(self, mark: Callable[[Frame], Any], frame: Frame, made: Any) -> Any:
        try:
            found = mark(frame)
            if isinstance(found, (Function, Class)) or callable(found):
                return found(made)
        except (UnreadError, TypeError, NameError, AttributeError):
            pass
        return made

    def above(self, frame: Frame, args: list[Any]) -> Super:
        """`super()`."""
        at: Frame | None = frame
        while at is not None and (at.code is None or at.code.owner is None):
            at = at.up
        if at is None or at.code is None or at.code.owner is None:
            raise RuntimeError("super() stands outside of a method")
        first = at.code.node.args.args[0].arg
        return Super(args[0] if args else at.code.owner, args[1] if len(args) > 1 else at.names[first])

    @cached_property
    def usual_names(self) -> dict[str, Any]:
        """What names mean in a few lines without imports: `np`, `math`, and functions by their bare names."""
        known = self.modules["numpy"].held
        bare = {name: known[name] for name in libraries.BARE.split()}
        modules = {"np": "numpy", "numpy": "numpy", "math": "math", "torch": "torch", "F": "torch.nn.functional"}
        return {
            **bare,
            **{name: self.modules[module] for name, module in modules.items()},
            "sigmoid": tensors.sigmoid,
            "softmax": self.modules["scipy.special"].held["softmax"],
            "relu": lambda x: np.maximum(x, 0),
            "plt": UNKNOWN,
        }

    def module(self, name: str) -> Any:
        return self.modules.get(name, UNKNOWN)


def bound_arguments(function: Function, args: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the parameters of a call. Raises TypeError as Python does."""
    spec = function.node.args
    positional = [each.arg for each in (*spec.posonlyargs, *spec.args)]
    found: dict[str, Any] = dict(zip(positional, args, strict=False))
    if len(args) > len(positional) and spec.vararg is None:
        raise TypeError(f"{function.name}() takes {len(positional)} arguments but {len(args)} were given")
    if spec.vararg is not None:
        found[spec.vararg.arg] = tuple(args[len(positional) :])
    allowed, extra = {*positional, *(each.arg for each in spec.kwonlyargs)}, {}
    for name, value in named.items():
        if name in allowed:
            if name in found:
                raise TypeError(f"{function.name}() got multiple values for argument {name!r}")
            found[name] = value
        elif spec.kwarg is not None:
            extra[name] = value
        else:
            raise TypeError(f"{function.name}() got an unexpected keyword argument {name!r}")
    if spec.kwarg is not None:
        found[spec.kwarg.arg] = extra
    later = positional[len(positional) - len(function.defaults) :]
    for name, value in [*zip(later, function.defaults, strict=True), *function.named_defaults.items()]:
        found.setdefault(name, value)
    missing = [name for name in positional if name not in found]
    missing += [each.arg for each in spec.kwonlyargs if each.arg not in found]
    if missing:
        raise TypeError(f"{function.name}() misses the argument {missing[0]!r}")
    return found


@contextmanager
def deep() -> Iterator[None]:
    """Lets Python go as deep as the calls of a student's file need, which are counted."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 12_000))
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        sys.setrecursionlimit(before)
