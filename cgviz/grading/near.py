"""When two numbers or arrays are the same, at every point at which they are finite; right, close and wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cgviz.values.arrays import Value, is_array, numpy, quiet, shape_of

RIGHT, CLOSE = 1e-6, 1e-2
FLOOR = 1e-11


class Tolerance(float):
    """A relative difference that is forgiven; `corner` says that the first point stands on a tie or kink, where another
    convention than ours is as good."""

    corner = False


RIGHT_WORD, CLOSE_WORD, WRONG_WORD, MISSING_WORD = "right", "close", "wrong", "missing"


def same(a: Value, b: Value, tolerance: float = RIGHT, scale: float = 0.0) -> bool:
    """Tells whether two numbers agree; `scale` is the size of what was summed, whose rounding is forgiven."""
    if is_array(a) or is_array(b):
        return shape_of(a) == shape_of(b) and not bool(differing(a, b, tolerance, scale).any())
    if not (math.isfinite(a) and math.isfinite(b)):
        return bool(a == b) or (a != a and b != b) or not math.isfinite(b)
    return bool(abs(a - b) <= tolerance * max(abs(a), abs(b)) + FLOOR * scale)


def differing(a: Value, b: Value, tolerance: float = RIGHT, scale: float = 0.0) -> Value:
    """Returns a mask of the elements in which two arrays of one shape do not agree."""
    np = numpy()
    with quiet():
        room = tolerance * np.maximum(np.abs(a), np.abs(b)) + FLOOR * scale
        near = (np.abs(a - b) <= room) | (a == b) | ~np.isfinite(b)
    return ~near


def agree(a: Sequence[Value], b: Sequence[Value], tolerance: float = RIGHT, scale: Sequence[float] = ()) -> bool:
    """Tells whether two vectors agree at every point, or at every point but a first one that stands on a corner."""
    scales = scale or (0.0,) * len(a)
    if getattr(tolerance, "corner", False) and len(a) > 1:
        if same(a[0], b[0], tolerance, scales[0]):
            return True
        a, b, scales = a[1:], b[1:], scales[1:]
    return all(same(x, y, tolerance, s) for x, y, s in zip(reversed(a), reversed(b), reversed(scales), strict=True))


def band(theirs: Value, ours: Value, tolerance: float = RIGHT, scale: float = 0.0) -> str:
    """Returns right, close or wrong."""
    if same(theirs, ours, tolerance, scale):
        return RIGHT_WORD
    return CLOSE_WORD if same(theirs, ours, max(CLOSE, tolerance)) else WRONG_WORD
