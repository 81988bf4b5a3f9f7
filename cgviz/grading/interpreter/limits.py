"""What would fill the memory or never end is refused: large arrays, whole numbers, texts."""

from __future__ import annotations

import itertools
import math
import re
import string
from collections.abc import Callable
from typing import Any

import numpy as np

from cgviz.grading.interpreter.signals import UnreadError

LARGEST_NUMBER = 2**16  # bits of a whole number


LARGEST_ARRAY = 2**24  # elements
LARGEST_TEXT = 10_000_000  # characters, or what a list holds


def zeros(function: Callable[..., Any]) -> Callable[..., Any]:
    """np.zeros as it was: a length that is a whole number but a float is refused as NumPy does."""
    made = bounded(function)
    return lambda shape, dtype=float, order="C", **_: made(shape, dtype=dtype)


def bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns what makes an array, but none that would fill the memory. Raises MemoryError."""

    def make(shape: Any, *args: Any, **named: Any) -> Any:
        lengths = shape if isinstance(shape, (tuple, list)) else (shape,)
        if function is np.eye:
            lengths = (shape, args[0] if args and args[0] is not None else named.get("M") or shape)
        if math.prod(int(each) for each in lengths) > LARGEST_ARRAY:
            raise MemoryError("this array is too large")
        return function(shape, *args, **named)

    return make


def outer(one: Any, two: Any, **_: Any) -> Any:
    """np.outer, but none that would fill the memory. Raises MemoryError."""
    if np.size(one) * np.size(two) > LARGEST_ARRAY:
        raise MemoryError("this array is too large")
    return np.outer(one, two)


def spread(apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Returns an operator whose operands are not broadcast to what would fill the memory. Raises MemoryError."""

    def run(one: Any, two: Any) -> Any:
        if isinstance(one, np.ndarray) and isinstance(two, np.ndarray) and one.size * two.size > LARGEST_ARRAY:
            shapes = itertools.zip_longest(reversed(one.shape), reversed(two.shape), fillvalue=1)
            if math.prod(max(pair) for pair in shapes) > LARGEST_ARRAY:
                raise MemoryError("this array is too large")
        return apply(one, two)

    return run


def as_strided(x: Any, shape: Any = None, strides: Any = None, **_: Any) -> Any:
    """np.lib.stride_tricks.as_strided within the array. Raises UnreadError beyond it."""
    x = np.ascontiguousarray(x)
    shape, strides = tuple(shape or x.shape), tuple(strides or x.strides)
    reach = sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + x.itemsize
    if min((*strides, *shape), default=0) < 0 or reach > x.nbytes:
        raise UnreadError("as_strided reaches beyond the array")
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def raised(base: Any, exponent: Any) -> Any:
    """`base ** exponent`; whole numbers that would never end are refused."""
    if type(base) is int and type(exponent) is int and abs(base).bit_length() * abs(exponent) > LARGEST_NUMBER:
        raise UnreadError("this whole number is too large")
    return base**exponent


def shifted(base: Any, by: Any) -> Any:
    if type(by) is int and by > LARGEST_NUMBER:
        raise UnreadError("this whole number is too large")
    return base << by


def times(one: Any, two: Any) -> Any:
    """`one * two`; texts, lists and whole numbers that would fill the memory are refused."""
    if isinstance(one, (np.ndarray, float)) or isinstance(two, (np.ndarray, float)):
        return one * two
    for length, by in ((one, two), (two, one)):
        counted = isinstance(length, (str, list, tuple, bytes)) and isinstance(by, (int, np.integer))
        if counted and len(length) * int(by) > LARGEST_TEXT:
            raise UnreadError("this is too large")
    if type(one) is int and type(two) is int and one.bit_length() + two.bit_length() > LARGEST_NUMBER:
        raise UnreadError("this whole number is too large")
    return one * two


def percent(text: Any, values: Any) -> Any:
    """`text % values`, or the remainder."""
    if isinstance(text, str):
        return text % values if len(text) < 10_000 and not long_field(text) else text
    return text % values


def long_field(text: str) -> bool:
    return any(int(found) > 1000 for found in re.findall(r"\d{4,}", text)) or "*" in text


def formatted(value: Any, spec: str = "") -> str:
    """format(value, spec), the field no wider than a page."""
    if long_field(spec):
        raise UnreadError("this text is too wide")
    try:
        return format(value, spec)
    except (TypeError, ValueError):
        return str(value)


class Texts(string.Formatter):
    """`"{} {:.3f}".format(...)` without attributes."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        first = re.split(r"[.\[]", field_name)[0]
        return self.get_value(int(first) if first.isdigit() else first, args, kwargs), first

    def format_field(self, value: Any, format_spec: str) -> str:
        return formatted(value, format_spec)
