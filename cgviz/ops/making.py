"""Arrays that are made of nothing but numbers: zeros, ones, full, arange, linspace, eye, tri, and the number inf.

They have no operands, and are constants as soon as a program is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.op import ATOM, Op, register
from cgviz.ops.rearranging import as_shape, listed, place_of_axis, whole
from cgviz.values.arrays import Shape, numpy, settled, shape_of

NUMPY = "NumPy reference, numpy.{}"
MOST_ELEMENTS = 10_000_000


def made(
    name: str, written: str, value: Callable[[], Any], parameter: Any, options: Any, statics: tuple[str, ...]
) -> Op:
    """Returns an op without operands, whose output is always `value()`."""

    def spell(notation: Any) -> Any:
        return notation.along(name, written, "")

    return Op(
        name=name,
        arity=(0, 0),
        forward=lambda: settled(value()),
        shapes=lambda: shape_of(value()) or (),
        vjp=lambda up, out: (),
        spell=spell,
        by="constant rule",
        gate="stops",
        says="is a constant: no gradient is asked of it",
        source=NUMPY.format(name),
        parameter=parameter,
        options=options,
        statics=statics,
        operands=0,
    )


def sized(lengths: Any) -> Shape:
    """Returns a shape that is small enough to be made. Raises ValueError."""
    shape = as_shape(lengths)
    if math.prod(shape) > MOST_ELEMENTS or any(n < 0 for n in shape):
        raise ValueError(f"an array of shape {listed(shape)} is not made here")
    return shape


@cache
def full(shape: Shape = (), value: float = 0.0, name: str = "full") -> Op:
    """Returns the array of one number."""
    number = "inf" if value == math.inf else "-inf" if value == -math.inf else f"{value:g}"
    written = listed(shape) if name != "full" else f"{listed(shape)}, {number}"
    take: Any = lambda *lengths, shape=None: full(sized(lengths if shape is None else (shape,)), value, name)  # noqa: E731
    if name == "full":
        take = lambda shape, value: full(sized((shape,)), float(value))  # noqa: E731
    statics = ("shape", "value") if name == "full" else ("shape",)
    return made(name, written, lambda: numpy().full(shape, value), (name, shape, value), take, statics)


@cache
def arange(start: float = 0, stop: float | None = None, step: float = 1) -> Op:
    """Returns the numbers from `start` up to `stop`, which is left out."""
    first, end = (0, start) if stop is None else (start, stop)
    written = ", ".join(f"{n:g}" for n in ((first, end, step) if step != 1 else (first, end) if first else (end,)))
    return made(
        "arange",
        written,
        lambda: numpy().arange(first, end, step, dtype=float),
        (first, end, step),
        lambda start, stop=None, step=1: arange(*range_of(start, stop, step)),
        ("start", "stop", "step"),
    )


def range_of(start: Any, stop: Any, step: Any) -> tuple[Any, Any, Any]:
    if not step or abs(((stop if stop is not None else 0) - start) / step) > MOST_ELEMENTS:
        raise ValueError("a range goes by steps that are not 0, and not by millions")
    return start, stop, step


@cache
def linspace(start: float = 0.0, stop: float = 1.0, count: int = 50) -> Op:
    """Returns `count` numbers from `start` to `stop`, evenly spaced."""
    return made(
        "linspace",
        f"{start:g}, {stop:g}, {count}",
        lambda: numpy().linspace(start, stop, count),
        (start, stop, count),
        lambda start, stop, num=50: linspace(start, stop, sized((num,))[0]),
        ("start", "stop", "num"),
    )


@cache
def eye(rows: int = 1, columns: int | None = None, offset: int = 0) -> Op:
    """Returns the identity matrix."""
    written = ", ".join(map(str, [rows, *([columns] if columns is not None else []), *([offset] if offset else [])]))
    return made(
        "eye",
        written,
        lambda: numpy().eye(rows, columns, offset),
        rows if columns is None and not offset else (rows, columns, offset),
        lambda rows, columns=None, offset=0: eye(sized((rows, columns or rows))[0], columns, offset),
        ("rows", "columns", "offset"),
    )


@cache
def tri(rows: int = 1, columns: int | None = None, offset: int = 0) -> Op:
    """Returns the matrix with ones on and under a diagonal."""
    written = ", ".join(map(str, [rows, *([columns] if columns is not None else []), *([offset] if offset else [])]))
    return made(
        "tri",
        written,
        lambda: numpy().tri(rows, columns, offset),
        (rows, columns, offset),
        lambda rows, columns=None, offset=0: tri(sized((rows, columns or rows))[0], columns, offset),
        ("rows", "columns", "offset"),
    )


ZEROS, ONES = register(full((), 0.0, "zeros")), register(full((), 1.0, "ones"))
FULL, ARANGE, LINSPACE = register(full()), register(arange()), register(linspace())
EYE, TRI = register(eye()), register(tri())
INF = replace(full((), math.inf), name="inf", code=coded("np.inf"), spell=lambda notation: (notation.name("inf"), ATOM))


@cache
def like(name: str, value: float) -> Op:
    """Returns the op that gives an array of one number, in the shape of its operand."""
    return Op(
        name=name,
        code=coded(f"np.{name}({{0}})"),
        forward=lambda x: settled(numpy().full(shape_of(x) or (), value)),
        shapes=lambda shape: shape,
        vjp=lambda up, out, x: (None,),
        jvp=lambda tangents, out, x: full_like_zero(x),
        glyph=name[0],
        stem=name.split("_")[0],
        spell=lambda notation, x: notation.along(name, x, ""),
        by="constant rule",
        gate="stops",
        says="stops the gradient: only the shape of its input is used",
        source=NUMPY.format(name),
        parameter=value,
    )


def full_like_zero(x: Any) -> Any:
    return ZEROS_LIKE(x)


ZEROS_LIKE, ONES_LIKE = register(like("zeros_like", 0.0)), register(like("ones_like", 1.0))


@cache
def positions(axis: int = 0, start: int = 1) -> Op:
    """Returns the op that counts along an axis of its operand: the numbers that the index of a sum takes."""
    return Op(
        name="positions",
        code=coded(f"np.arange({start}, {{0.atom}}.shape[{axis}] + {start})"),
        forward=lambda x: numpy().arange(start, start + numpy().shape(x)[axis], dtype=float),
        shapes=lambda shape: shape[axis : axis + 1],
        vjp=lambda up, out, x: (None,),
        jvp=lambda tangents, out, x: positions(axis, start)(x) * 0,
        glyph="i",
        stem="i",
        spell=lambda notation, x: notation.along("positions", x, f"axis={axis}" if axis else ""),
        by="constant rule",
        gate="stops",
        says="stops the gradient: only the shape of its input is used",
        source=NUMPY.format("arange"),
        parameter=(axis, start),
    )


# lengths


@cache
def size(axis: int | None = None, of: int | None = None) -> Op:
    """Returns the number of elements of an array, or its length along an axis (`of` how many); nothing flows to it."""

    def shapes(shape: Shape) -> Shape:
        if of is not None and len(shape) != of:
            raise ValueError(f"{of} names for the {len(shape)} axes of {listed(shape)}")
        if axis is not None:
            place_of_axis(axis, len(shape))
        return ()

    def forward(x: Any) -> float:
        shape = shape_of(x) or ()
        return float(math.prod(shape) if axis is None else shape[axis])

    counted = "{0.atom}.size" if axis is None else f"{{0.atom}}.shape[{axis}]"
    return Op(
        name="size",
        code=coded(counted, f"{{like}}.new_tensor({counted.replace('size', 'numel()')})"),
        forward=forward,
        shapes=shapes,
        vjp=lambda up, out, x: (None,),
        jvp=lambda tangents, out, x: size(axis)(x) * 0,
        spell=lambda notation, x: notation.along("size", x, "" if axis is None else f"axis={axis}"),
        by="constant rule",
        gate="stops",
        says="stops the gradient: only the shape of its input is used",
        source=NUMPY.format("size"),
        parameter=axis,
        options=lambda axis=None: size(None if axis is None else whole(axis)),
        statics=("axis",),
    )


SIZE = register(size())
