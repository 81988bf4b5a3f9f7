"""How fast the output falls along the gradient of an array, in words."""

from __future__ import annotations

import math

from cgviz.documents.writing import Writing
from cgviz.text.summaries import Summary
from cgviz.values.arrays import Value, every_finite, is_array, numpy


def rate(gradient: Value, name: str, step: str, spelling: Writing) -> list[tuple[str, str]]:
    """Returns `‖dW‖²·h = 0.0928·h`, the change along the gradient of that name; no number that a float cannot hold."""
    times, size = spelling.notation.times, magnitude(gradient)
    told = [(spelling.sign(f"‖{name}‖²") + times + step, "gradient")]
    square = size * size  # not size**2, which raises where it overflows
    if 0 < square < math.inf:
        told += [(" = ", ""), (spelling.number(square, padded=False) + times + step, "gradient")]
    return told


def steepest(gradient: Value, name: str) -> str:
    """Returns the element in which the output is steepest, the first of several: `steepest element W[1, 1]`."""
    sizes = numpy().abs(gradient)
    if sizes.min() == sizes.max():
        return "every element alike" if sizes.size > 1 else "its one element"
    place = numpy().unravel_index(int(sizes.argmax()), sizes.shape)
    return f"steepest element {name}[{', '.join(map(str, place))}]"


def magnitude(gradient: Value | None) -> float:
    """Returns how large a gradient is: of an array its norm; 0 where there is none, nan where it is not finite."""
    if not is_array(gradient):
        return abs(float(gradient or 0.0))
    return Summary(gradient).norm if every_finite(gradient) else math.nan
