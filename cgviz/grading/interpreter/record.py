"""The record of a run: what was bound where, with the value that it had then."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from cgviz.grading.interpreter.objects import Frame
from cgviz.grading.interpreter.signals import Trained

MOST_EVENTS = 4000
DRAWN = frozenset("randn rand random randint normal uniform standard_normal zeros ones load loadtxt genfromtxt".split())


@dataclass(eq=False)
class Event:
    """A value that was bound: to a name, an attribute, or the elements of a name; `value` is as it was then.

    function  the function in which it stood, "" at the top;  frame  the number of its call
    key       the key of a dictionary that it was bound to, else None
    """

    name: str
    value: Any
    statement: ast.stmt
    function: str
    frame: int
    key: str | None = None
    kind: str = "name"

    @property
    def line(self) -> int:
        return self.statement.lineno


class ValueRecorder:
    """Records what is bound, where somebody wants to know it.

    shaken     changes a value before it is bound;  kept  names whose own numbers are passed over
    is_update  tells whether a statement is a step of training, which ends the run
    """

    events: list[Event] | None
    shaken: Callable[[Any, ast.stmt], Any] | None
    is_update: Callable[[str, Any, ast.stmt, Frame, str], bool] | None
    kept: set[str]

    def bound(self, name: str, value: Any, statement: ast.stmt | None, frame: Frame) -> Any:
        """Returns the value to bind to a name; records it."""
        self.trains(name, value, statement, frame)
        if self.shaken is not None and statement is not None:
            value = self.shaken(value, statement)
        if self.kept and frame.up is None and name in self.kept and statement is not None and is_given(statement):
            return frame.names.get(name, value)
        if self.events is not None and statement is not None:
            self.record(name, value, statement, frame)
        return value

    def trains(self, name: Any, value: Any, statement: ast.stmt | None, frame: Frame, root: str = "") -> None:
        """Ends the run where a parameter is updated: what follows is another pass."""
        told = self.is_update is not None and statement is not None and isinstance(name, str)
        if told and self.is_update(name, value, statement, frame, root):  # type: ignore[misc, arg-type]
            raise Trained

    def record(
        self, name: str, value: Any, statement: ast.stmt, frame: Frame, kind: str = "name", key: str | None = None
    ) -> None:
        if self.events is not None and len(self.events) < MOST_EVENTS:
            function = frame.code.name if frame.code else ""
            self.events.append(Event(name, snapshot(value), statement, function, frame.number, key, kind))

    def noted(self, name: str, value: Any, statement: ast.stmt | None, frame: Frame) -> None:
        """Records an attribute."""
        self.trains(name, value, statement, frame, ".")
        if self.events is not None and statement is not None:
            self.record(name, value, statement, frame, "attribute")

    def noted_item(
        self, root: str | None, owner: Any, key: Any, value: Any, statement: ast.stmt | None, frame: Frame
    ) -> None:
        """Records elements of an array, or what is bound to a key."""
        array = isinstance(owner, np.ndarray)
        if array:
            self.trains(root, owner, statement, frame)
        else:
            self.trains(str(key), value, statement, frame, root or ".")
        if self.shaken is not None and statement is not None:
            made = self.shaken(value, statement)
            if made is not value:
                owner[key] = made
        if self.events is None or statement is None or root is None:
            return
        if array and not isinstance(key, str):
            self.record(root, owner, statement, frame, "elements")
        else:
            self.record(root, value, statement, frame, "item", str(key))

    def noted_name(self, name: str, statement: ast.stmt, frame: Frame) -> None:
        """Records an array that a call has changed."""
        at: Frame | None = frame
        while at is not None and name not in at.names:
            at = at.up
        if at is not None and isinstance(at.names[name], np.ndarray):
            self.record(name, at.names[name], statement, frame, "elements")


@lru_cache(maxsize=2048)
def is_given(statement: ast.stmt) -> bool:
    """Tells whether a statement gives numbers of its own: written out, or drawn at random, or read from a file."""
    value = getattr(statement, "value", None)
    if value is None or isinstance(statement, ast.AugAssign):
        return False
    names = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
    if names <= {"np", "numpy", "torch", "random", "rng", "math", "float", "int", "g", "jnp", "open"}:
        return True
    called = {
        getattr(each.func, "attr", getattr(each.func, "id", ""))
        for each in ast.walk(value)
        if isinstance(each, ast.Call)
    }
    changed = {each.id for each in ast.walk(statement) if isinstance(each, ast.Name)} - names
    return bool(called & DRAWN and changed)


def snapshot(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy() if value.size <= 20_000 else value
    return value
