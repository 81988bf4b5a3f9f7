"""What the user types into the player becomes numbers: an answer, a step, values of inputs."""

from __future__ import annotations

import math
import re

from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Graph
from cgviz.reading.constants import constant
from cgviz.values.arrays import Value, every_finite, is_array


def number(text: str) -> float:
    """Returns a number or the value of a constant expression (`-1/3`, `pi/4`). Raises CgvizError."""
    value = constant("answer", text.strip().replace("−", "-"))
    if is_array(value):
        raise UsageError(f"{quoted(text)} is no number")
    return float(value)


def step(text: str, last: int) -> int:
    """Returns the number of a step, 0 to `last`. Raises UsageError."""
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text) or int(text) > last:
        raise UsageError(f"{quoted(text)} is no step; there are 0 to {last}")
    return int(text)


def inputs(text: str, graph: Graph) -> dict[str, Value]:
    """Returns the values in `x = 3, v = [1, 2]`; a value alone is that of the first input. Raises CgvizError."""
    found: dict[str, Value] = {}
    for part in filter(str.strip, parts(text)):
        name, equals, value = part.partition("=")
        name = name.strip() if equals else first(graph)
        found[name] = finite(name, value if equals else part)
    return found


def parts(text: str) -> list[str]:
    """Returns what stands between commas and semicolons, those within brackets left alone."""
    found, depth = [""], 0
    for char in text:
        depth += (char in "[(") - (char in ")]")
        if char in ",;" and depth <= 0:
            found.append("")
        else:
            found[-1] += char
    return found


def first(graph: Graph) -> str:
    """Returns the name of the first input; raises UsageError where there is none."""
    if not graph.inputs:
        raise UsageError("this program has no inputs")
    return graph.nodes[graph.inputs[0]].name


def nudged(value: float, way: int) -> float:
    """Returns a value moved by one in its second digit: 3 becomes 3.1, 0.05 becomes 0.051.

    >>> nudged(3.0, 1), nudged(-0.05, -1), nudged(0.0, 1)
    (3.1, -0.051, 0.1)
    """
    size = 10.0 ** math.floor(math.log10(abs(value))) if value else 1.0
    return float(f"{value + way * size / 10:.12g}")


def finite(name: str, text: str) -> Value:
    value = constant(name, text.strip().replace("−", "-"))
    if not every_finite(value):
        raise UsageError(f"{quoted(text)} is not a finite number")
    return value
