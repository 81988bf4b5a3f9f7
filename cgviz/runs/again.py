"""A graph that is run again at other numbers: what was found out the first time is not asked again."""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.graph.nodes import Graph
from cgviz.runs.columns import Straight
from cgviz.runs.passes import carried
from cgviz.runs.run import Run
from cgviz.runs.straight import Found
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value

AGAIN = "again"


new = object.__new__


class Again:
    """Runs of a graph whose inputs have the same shapes each time, by its compiled line."""

    __slots__ = ("is_plain", "line", "names", "shapes", "state", "unit")

    def __init__(self, made: Graph, line: Straight) -> None:
        self.line, self.unit = line, line.unit
        self.names = made.input_names
        self.shapes = tuple(made.nodes[i].shape or () for i in made.inputs)
        self.is_plain = not made.has_arrays
        self.state = Run(made, {}, dict.fromkeys(self.names, "cli")).__dict__

    def __call__(self, given: dict[str, Value], upstream: Value | None) -> Run | None:
        """Returns the run; None where other names are given, other shapes, or numbers that leave the range of floats.

        `given` may become the run's own. An output that is an array needs an `upstream`, one number here.
        """
        if tuple(given) != self.names:
            if given.keys() != {*self.names}:
                return None
            given = {name: given[name] for name in self.names}
        if not self.is_plain or upstream is not None:
            return self.settled(given, upstream)
        for value in given.values():
            if type(value) is not float:
                return self.settled(given, None)
        try:
            found = self.unit(given.values(), 1.0)
        except (ArithmeticError, ValueError):
            return None
        return self.made(given, None, found)

    def settled(self, given: dict[str, Value], upstream: Value | None) -> Run | None:
        """Returns the same where values and upstream gradient are still to be looked at."""
        line = self.line
        if upstream is not None or line.shape:
            if type(upstream) is not float:
                return None
            upstream = line.one if upstream == 1 else arrays.spread(upstream, line.shape)
        inputs: dict[str, Value] = {}
        for name, shape in zip(self.names, self.shapes, strict=True):
            inputs[name] = known(given[name], shape)
            if inputs[name] is None:
                return None
        found = carried(line, inputs.values(), upstream)
        return None if found is None else self.made(inputs, upstream, found)

    def made(self, inputs: dict[str, Value], upstream: Value | None, found: Found) -> Run:
        run: Run = new(Run)
        state = run.__dict__
        state.update(self.state)
        state["inputs"], state["_found"] = inputs, found
        if upstream is not None:
            state["upstream"] = upstream
        return run


def known(value: Value, shape: Shape) -> Value | None:
    """Returns a value that needs no check: a float, or an array of floats in the shape it had before."""
    if shape == ():
        return float(value) if type(value) is float or type(value) is int else None
    array, doubles = kinds()
    return value.copy() if type(value) is array and value.dtype is doubles and value.shape == shape else None


@cache
def kinds() -> tuple[Any, Any]:
    """Returns the type of arrays, and what their elements are."""
    np = arrays.numpy()
    return np.ndarray, np.dtype(np.float64)
