"""A graph that is run again at other numbers: what was found out the first time is not asked again."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from cgviz.graph.nodes import Graph
from cgviz.runs.compiling import Straight
from cgviz.runs.passes import carried
from cgviz.runs.run import ByPath, Run
from cgviz.runs.straight import defined
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value

AGAIN = "again"
FEW = 64
"""So many inputs have a line each where they are looked at and put by name."""


class Again:
    """Runs of a graph whose inputs have the same shapes each time, by its compiled line."""

    __slots__ = ("line", "made", "names", "plain", "shapes")

    def __init__(self, made: Graph, line: Straight) -> None:
        self.line, self.names = line, made.input_names
        self.shapes = tuple(made.nodes[i].shape or () for i in made.inputs)
        self.made, self.plain = makers(made, line)

    def run(self, given: dict[str, Value], upstream: Value | None) -> Run | None:
        """Returns the run; None where other names are given, other shapes, or numbers that leave the range of floats.

        An output that is an array needs an `upstream`.
        """
        try:
            if upstream is None and (made := self.plain(given)) is not None:
                return made
            return self.settled(given, upstream)
        except (ArithmeticError, ValueError, KeyError):
            return None

    def settled(self, given: dict[str, Value], upstream: Value | None) -> Run | None:
        """Returns the same where values and upstream gradient are still to be looked at. Raises KeyError."""
        line = self.line
        if upstream is not None or line.shape:
            one = known(upstream, ())
            upstream = known(upstream, line.shape) if one is None else line.seed(one)
            if upstream is None:
                return None
        inputs = {name: known(given[name], shape) for name, shape in zip(self.names, self.shapes, strict=True)}
        if len(given) != len(inputs) or any(value is None for value in inputs.values()):
            return None
        found = carried(line, inputs.values(), upstream)
        return None if found is None else self.made(inputs, found, upstream)


def makers(graph: Graph, line: Straight) -> tuple[Callable[..., Run], Callable[[dict[str, Value]], Run | None]]:
    """Returns what makes a run of its inputs, what the line finds, and the upstream gradient; and what makes it of
    floats by name in any order: None for other values, KeyError for other names, and what the line raises."""
    names = graph.input_names
    rest = Run(graph, {}, dict.fromkeys(names, "cli")).__dict__
    few = range(len(names)) if len(names) <= FEW else ()
    scope: dict[str, Any] = {"new": object.__new__, "Run": Run, "ByPath": ByPath, "rest": rest, "names": names}
    scope |= {f"n{k}": names[k] for k in few} | {"through": line.unit}
    make = [
        "run = new(Run)",
        "state = run.__dict__",
        "state.update(rest)",
        'state["inputs"] = inputs',
        'state["value"], slopes = found',
        'state["gradient"] = named = ByPath()' if few else 'state["gradient"] = ByPath(zip(names, slopes))',
        f"{''.join(f'named[n{k}], ' for k in few)}= slopes" if few else "pass",
    ]
    made = defined("inputs, found, upstream", [*make, 'state["upstream"] = upstream', "return run"], **scope)
    if not few or graph.has_arrays:
        return made, lambda given: None
    each, odd = "".join(f"v{k}, " for k in few), " or ".join(f"type(v{k}) is not float" for k in few)
    begin = [
        *(f"v{k} = given[n{k}]" for k in few),
        f"if {odd} or len(given) != {len(few)}: return None",
        f"found = through(({each}), 1.0)",
        f"inputs = {{{', '.join(f'n{k}: v{k}' for k in few)}}}",
    ]
    return made, defined("given", [*begin, *make, "return run"], **scope)


def known(value: Value, shape: Shape) -> Value | None:
    """Returns a value that needs no check, a float or a new array of floats; None where it has another shape."""
    try:
        if shape == ():
            is_number = isinstance(value, (float, int)) or getattr(value, "ndim", 1) == 0
            return float(value) if is_number else None
        array, doubles = kinds()
        is_usual = type(value) is array and value.dtype is doubles
        made = value.copy("K") if is_usual else arrays.as_array(value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return made if made.shape == shape else None


@cache
def kinds() -> tuple[Any, Any]:
    """Returns the type of arrays, and what their elements are."""
    np = arrays.numpy()
    return np.ndarray, np.dtype(np.float64)
