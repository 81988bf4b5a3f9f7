"""What was recorded while a function ran: op, arguments and value of every node, names where they are known."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from cgviz.errors import CgvizError, UsageError
from cgviz.graph.nodes import CONSTANT, INPUT
from cgviz.ops.op import Op
from cgviz.values.arrays import Value, is_array, numpy, on_elements, settled

OUR_OWN = ("cgviz", "numpy", "scipy", "importlib", "functools", "contextlib", "torch", "jax")


class WholeNumberError(UsageError):
    """An input that is differentiated is used as a whole number."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def place() -> str:
    """Returns where in the user's file the function is: ` (model.py, line 12)`; "" where nobody knows."""
    frame = sys._getframe(1)
    while frame is not None:
        if not is_library(str(frame.f_globals.get("__name__", ""))):
            file = frame.f_code.co_filename
            return f" ({file.rpartition('/')[2]}, line {frame.f_lineno})"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def is_library(module: str) -> bool:
    """Tells whether a module is one of a library, and not the user's."""
    return module.partition(".")[0] in OUR_OWN


def cannot(message: str) -> UsageError:
    """Returns the error for what cannot be followed, with the file and line where it stands."""
    return UsageError(f"{message}{place()}")


class Tape:
    """What was recorded, column by column. A value is a float or an array.

    `make` gives the tracer of a new node; `library` answers for NumPy's functions on tracers.
    """

    def __init__(self, make: Callable[[Tape, int, Value], Any], library: Any = None) -> None:
        self.make, self.library = make, library
        self.ops: list[Op] = []
        self.args: list[tuple[int, ...]] = []
        self.values: list[Value] = []
        self.groups: list[tuple[str, ...]] = []
        self.group: tuple[str, ...] = ()
        self.add_op, self.add_args, self.add_value = self.ops.append, self.args.append, self.values.append
        self.names: dict[int, tuple[str, str]] = {}
        self.constants: dict[Any, int] = {}
        self.bound: dict[str, int] = {}
        self.taken: set[str] = set()

    def push(self, op: Op, args: tuple[int, ...], value: Value) -> Any:
        index = len(self.values)
        self.add_op(op)
        self.add_args(args)
        self.add_value(value)
        if self.group:
            self.groups.extend([()] * (index - len(self.groups)))
            self.groups.append(self.group)
        return self.make(self, index, value)

    def group_of(self, index: int) -> tuple[str, ...]:
        return self.groups[index] if index < len(self.groups) else ()

    def input(self, name: str, value: Value, label: str = "") -> Any:
        """Returns the tracer of an input."""
        self.names[len(self.values)] = (name, label)
        self.taken.add(name)
        self.bound[name] = len(self.values)
        return self.push(INPUT, (), value)

    def constant(self, value: Value) -> int:
        """Returns the index of a constant; the same value is one node."""
        key = (value.shape, value.tobytes()) if is_array(value) else repr(value)
        index = self.constants.get(key)
        if index is None:
            index = self.constants[key] = int(self.push(CONSTANT, (), value).index)
        return index

    def record(self, op: Op, args: Sequence[int]) -> Any:
        """Returns the tracer of an op applied to nodes."""
        values = [self.values[arg] for arg in args]
        if op.fixed and self.ops[args[0]] is not CONSTANT:
            raise cannot(op.needs_number())
        if op.shapes is not None:
            try:
                op.shapes(*(numpy().shape(value) for value in values))
            except ValueError as error:
                raise cannot(f"{op.name}: {error}") from None
        made = computed(op, values)
        if all(self.ops[arg] is CONSTANT for arg in args):
            return self.make(self, self.constant(made), made)
        return self.push(op, tuple(args), made)

    def name(self, variable: str, index: int) -> None:
        """Enters that a node was bound to a local variable; the first name of a value stays."""
        if self.bound.get(variable) == index:
            return
        self.bound[variable] = index
        if index in self.names:
            return
        name, count = variable, 1
        while name in self.taken:
            count += 1
            name = f"{variable}_{count}"
        self.taken.add(name)
        self.names[index] = (name, variable + "′" * (count - 1) if 1 < count < 5 else "")


def computed(op: Op, values: Sequence[Value]) -> Value:
    """Returns the output of an op, a float or an array. Raises UsageError where shapes do not fit."""
    if op.vjp is None and not any(map(is_array, values)):
        return op.forward(*values)
    try:
        return settled(on_elements(op, values))
    except CgvizError:
        raise
    except (ValueError, IndexError) as error:
        shapes = " and ".join(str(numpy().shape(value)) for value in values[:4])
        raise cannot(f"{op.name} does not take arrays of the shapes {shapes}: {error}") from None
