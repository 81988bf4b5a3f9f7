"""What a slip makes of its own statement, told without a run of the file: most slips are seen there to mend nothing."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cgviz.grading.interpreter.libraries import copied_deep
from cgviz.grading.interpreter.machine import Machine, deep
from cgviz.grading.interpreter.objects import Frame, Instance
from cgviz.grading.interpreter.record import Event
from cgviz.grading.interpreter.statements import Returned
from cgviz.grading.signposts import Signpost
from cgviz.grading.slips.place import Slip
from cgviz.grading.slips.trees import with_field
from cgviz.grading.truth import number_of

VALUED = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)
SHARING = ("aliasing", "out-argument")  # the value is the same, and what happens to it later is not
MOST_KEPT = 2_000_000  # numbers, in all that is kept
MOST_TOLD = 5000
KEPT = 2  # visits of a statement; of more than one it is told only that a slip raises
RUN_IT, IDLE, ASTRAY = "run it", "it changes nothing, or does not run", "it is not what its signpost says"


@dataclass
class Visits:
    """The statements that a run comes to: the frame of each, how often, and the names before its first visits."""

    frames: dict[int, Frame] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)
    before: dict[int, Frame] = field(default_factory=dict)
    room: int = MOST_KEPT

    def __call__(self, key: int, frame: Frame) -> None:
        self.frames[key] = frame
        self.counts[key] += 1
        if self.counts[key] <= KEPT and self.room > 0:
            self.room -= 100 + sum(map(size, frame.names.values()))
            if self.room > 0:
                self.before[key] = fresh(frame)


def fresh(frame: Frame, read: set[str] | None = None) -> Frame:
    """Returns a frame whose names, or those that are read, have values of their own; what is around it is shared."""
    names = frame.names if read is None else {name: frame.names[name] for name in read if name in frame.names}
    made = Frame({**frame.names, **copied_deep(names)}, frame.up, frame.code, frame.number)
    made.owner = frame.owner
    return made


class Foresight:
    """Judges the slips of statements by the values that their targets get; of those in loops, whether they run."""

    def __init__(self, machine: Machine, visits: Visits, event: Event | None, post: Signpost | None) -> None:
        self.machine, self.visits, self.event, self.post = machine, visits, event, post
        self.met: dict[int, set[Any]] = {}
        self.names: dict[int, set[str]] = {}
        self.targets: dict[int, Any] = {}

    def of(self, slip: Slip) -> str:
        """Tells what is to be expected of a slip whose statement has been exchanged already."""
        node = slip.statement
        if node is None or slip.cause in SHARING or id(node) not in self.visits.before or not isinstance(node, VALUED):
            return RUN_IT
        made = slip.changes.get(node)
        if len(slip.changes) != 1 or not made or len(made) != 1 or type(made[0]) is not type(node):
            return RUN_IT
        met = self.met.get(id(node))
        if met is None:
            met = self.met[id(node)] = {self.original(node)}
        if self.visits.counts[id(node)] > 1 and None in met:
            return RUN_IT
        try:
            value, frame = self.value(node, self.machine.codes[id(node)])
        except Exception:
            return IDLE
        if self.visits.counts[id(node)] > 1:
            return RUN_IT
        if size(value) > MOST_KEPT:
            return IDLE
        seen = digest(value)
        if seen is None:
            return RUN_IT
        if seen in met:
            return IDLE
        met.add(seen)
        return ASTRAY if self.is_astray(node, value, frame) else RUN_IT

    def read(self, node: ast.stmt) -> set[str]:
        """Returns the names that a statement may change in place."""
        if id(node) not in self.names:
            self.names[id(node)] = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            if not isinstance(node, ast.Return):
                target = whole(getattr(node, "target", None) or node.targets[0])  # type: ignore[attr-defined]
                self.targets[id(node)] = self.machine.makers[id(node)].code(with_field(target, "ctx", ast.Load()))
        return self.names[id(node)]

    def original(self, node: ast.stmt) -> Any:
        code = self.machine.makers[id(node)].statement(node)
        try:
            return digest(self.value(node, code)[0])
        except Exception:
            return None

    def value(self, node: ast.stmt, code: Any) -> tuple[Any, Frame]:
        """Returns what a statement returns, or the value of its target after it."""
        machine, frame = self.machine, fresh(self.visits.before[id(node)], self.read(node))
        events, machine.events, machine.steps = machine.events, None, 0
        try:
            with deep():
                end = code(frame)
                if isinstance(end, Returned):
                    return end.value, frame
                return self.targets[id(node)](frame), frame
        finally:
            machine.events, machine.failure = events, None

    def is_astray(self, node: ast.stmt, value: Any, frame: Frame) -> bool:
        """Tells whether a statement with a signpost comes to another gradient, also but for a factor."""
        event, post = self.event, self.post
        if event is None or post is None or event.statement is not node:
            return False
        if event.kind == "elements":
            value = frame.names.get(event.name)
        found = number_of(value)
        if not isinstance(found, (float, np.ndarray)):
            return False
        return not (post.agrees(found) or post.is_along(found))


def size(value: Any, deep: int = 0) -> int:
    """Returns how many numbers a value is, about."""
    if isinstance(value, np.ndarray):
        return value.size
    inner = value.held if isinstance(value, Instance) else value
    if isinstance(inner, (dict, list, tuple)) and deep < 4:
        return sum(size(each, deep + 1) for each in (inner.values() if isinstance(inner, dict) else inner))
    return 1


def whole(target: ast.expr) -> ast.expr:
    """Returns the array of whose elements a target is some."""
    while isinstance(target, ast.Subscript) and not isinstance(getattr(target.slice, "value", None), str):
        target = target.value
    return target


def rounded(value: Any) -> Any:
    """Returns floats to about seven digits: a*b/n and a/n*b are one."""
    return value.astype(np.float32) + np.float32(0) if value.dtype.kind == "f" else value


def digest(value: Any) -> Any:
    """Returns what tells values apart; None for what is no number."""
    if isinstance(value, np.ndarray):
        told = value.dtype.kind in "fiub" and value.size <= MOST_TOLD
        return (value.shape, value.dtype.kind, rounded(value).tobytes()) if told else None
    if isinstance(value, (bool, int, float, np.generic)) and not isinstance(value, np.complexfloating):
        return None if isinstance(value, int) and value.bit_length() > 900 else float(value)
    if isinstance(value, (tuple, list)):
        parts = [digest(each) for each in value]
        return None if None in parts else (len(parts), *parts)
    return None
