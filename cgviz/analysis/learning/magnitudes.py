"""How large a set of named values is: the one place that asks whether parameters are numbers or arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cgviz.analysis.learning.objective import Parameters
from cgviz.values.arrays import is_array, numpy, quiet


def norm(values: Parameters) -> float:
    """Returns the Euclidean norm of all numbers together; not finite where one of them is not."""
    return math.hypot(*(math.hypot(*value.flat) if is_array(value) else value for value in values.values()))


def calm(values: Parameters) -> AbstractContextManager[Any]:
    """Returns a context in which arithmetic with these values never warns."""
    return quiet() if any(map(is_array, values.values())) else nullcontext()


def elements(values: Parameters) -> Iterator[tuple[str, tuple[int, ...], float]]:
    """Yields every number with the name of its parameter and its place in it, () for a parameter that is one number."""
    for name, value in values.items():
        if is_array(value):
            yield from ((name, place, float(each)) for place, each in numpy().ndenumerate(value))
        else:
            yield name, (), value
