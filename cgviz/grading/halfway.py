"""A call that is run again from its last statement on: what stood in the names before it is kept, and copied."""

from __future__ import annotations

import types
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from cgviz.grading.foresight import Visits, size
from cgviz.grading.interpreter.libraries import copied_deep
from cgviz.grading.interpreter.machine import Machine
from cgviz.grading.interpreter.objects import Class, Frame, Function, Instance, Module
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.slips.place import Slip

PLAIN = (bool, int, float, complex, str, bytes, np.generic, type, np.dtype, np.ufunc, types.BuiltinFunctionType)
MOST, MOST_NUMBERS = 3000, 300_000


@dataclass
class Halfway:
    """The state of a run before the statement `at` of its call."""

    frame: Frame
    names: dict[str, Any]
    at: int
    random: Any

    def resumed(self) -> Frame:
        """Returns the module's frame as it was then, with values of their own."""
        self.frame.names.clear()
        self.frame.names.update(copied_deep(self.names))
        return self.frame


class Begins:
    """Finds the statement of the call from which a slip can be tried: the last before anything of it is run."""

    def __init__(self, visits: Visits, machine: Machine) -> None:
        self.visits, self.machine = visits, machine
        self.earlier: list[frozenset[int]] = []
        self.states: list[Halfway | None] = []

    def __call__(self, number: int, frame: Frame) -> None:
        self.earlier.append(frozenset(self.visits.counts))
        self.states.append(kept(frame, number, self.machine.random) if number else None)

    def of(self, slip: Slip) -> Halfway | None:
        """Returns the state from which the statements of a slip are run; None where it has to be the whole file."""
        nodes = [id(node) for node in slip.changes]
        for earlier, state in zip(self.earlier[::-1], self.states[::-1], strict=True):
            if not any(node in earlier for node in nodes):
                return state
        return None


def kept(frame: Frame, at: int, random: Any) -> Halfway | None:
    """Returns the state of a run; None where a part of it cannot be copied: closures, objects with memories."""
    if not is_copied(frame) or sum(map(size, frame.names.values())) > MOST_NUMBERS:
        return None
    return Halfway(frame, copied_deep(frame.names), at, random.get_state())


def is_copied(frame: Frame) -> bool:
    todo, met = deque(frame.names.values()), set[int]()
    while todo:
        value = todo.popleft()
        if value is None or value is UNKNOWN or isinstance(value, PLAIN) or id(value) in met:
            continue
        met.add(id(value))
        if len(met) > MOST:
            return False
        if type(value) is np.ndarray:
            if value.dtype.kind == "O":
                return False
        elif type(value) in (list, tuple, set):
            todo.extend(value)
        elif type(value) is dict:
            todo.extend(value.values())
        elif isinstance(value, Instance):
            todo.extend([value.kind, *value.held.values()])
        elif isinstance(value, Class):
            if any(isinstance(each, (list, dict, np.ndarray, Instance)) for each in value.held.values()):
                return False
            todo.extend(each for each in value.held.values() if isinstance(each, Function))
        elif isinstance(value, Function):
            if value.held or (value.frame is not frame and value.frame.owner is None):
                return False
            if any(isinstance(each, (list, dict, np.ndarray)) for each in value.defaults):
                return False
        elif not isinstance(value, (Module, types.FunctionType)):
            return False
    return True


__all__ = ["Begins", "Halfway"]
