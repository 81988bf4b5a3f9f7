"""Gates that move elements to other places: squeeze, swapaxes, moveaxis, flip, roll, pad.

All of them are linear; each hands the gradient of an element back to where the element came from.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.indexing import indexed
from cgviz.ops.op import Op, register
from cgviz.ops.rearranging import back_to, place_of_axis, whole
from cgviz.values.arrays import Shape, numpy, shape_of

NUMPY = "NumPy reference, numpy.{}; its transpose is the rule"
Axes = int | tuple[int, ...] | None
EVERY = ("slice", None, None, None)


def axes_text(axis: Axes) -> str:
    return "" if axis is None else f"axis={axis}"


def as_axes(axis: Any) -> Axes:
    """Returns an axis, several, or None. Raises ValueError."""
    if axis is None or isinstance(axis, tuple):
        return None if axis is None else tuple(whole(each) for each in axis)
    return whole(axis)


def every(axis: Axes, rank: int) -> tuple[int, ...]:
    """Returns axes as places from the front; None are all."""
    given = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    places = tuple(place_of_axis(each, rank) for each in given)
    if len(set(places)) < len(places):
        raise ValueError("an axis is given twice")
    return places


def named(axis: Axes, rank: int) -> tuple[int, ...]:
    """Returns axes as they were given, which keep their places where more stand before them; None are all."""
    return every(None, rank) if axis is None else (axis,) if isinstance(axis, int) else axis


def mover(name: str, **fields: Any) -> Op:
    """Returns a record of a gate that only moves elements."""
    return Op(
        name=name,
        **{
            "by": "rearranging rule",
            "gate": "passes on",
            "says": "passes the gradient on, back to where each element came from",
            "source": NUMPY.format(name),
            "moves": True,
            **fields,
        },
    )


@cache
def squeezed(axis: Axes = None) -> Op:
    """Returns the op that takes axes of length 1 away."""

    def shapes(shape: Shape) -> Shape:
        gone = tuple(i for i, n in enumerate(shape) if n == 1) if axis is None else every(axis, len(shape))
        if any(shape[i] != 1 for i in gone):
            raise ValueError("an axis that is squeezed has length 1")
        return tuple(n for i, n in enumerate(shape) if i not in gone)

    return mover(
        "squeeze",
        code=coded("np.squeeze({0}{options})"),
        forward=lambda x: numpy().reshape(x, shapes(numpy().shape(x))),
        shapes=shapes,
        vjp=lambda up, out, x: (back_to(shape_of(x))(up),),
        glyph="▭",
        stem="flat",
        spell=lambda notation, x: notation.along("squeeze", x, axes_text(axis)),
        parameter=axis,
        options=lambda axis=None: squeezed(as_axes(axis)),
        statics=("axis",),
    )


@cache
def in_rows() -> Op:
    """Returns the op that makes a vector a matrix of one row; a matrix stays as it is."""

    def shapes(shape: Shape) -> Shape:
        return shape if len(shape) > 1 else (1, *(shape or (1,)))

    return mover(
        "atleast_2d",
        code=coded("np.atleast_2d({0})"),
        forward=lambda x: numpy().atleast_2d(x),
        shapes=shapes,
        vjp=lambda up, out, x: (back_to(shape_of(x))(up),),
        glyph="▭",
        stem="rows",
        spell=lambda notation, x: notation.along("atleast_2d", x, ""),
    )


@cache
def widened(axis: Axes = 0) -> Op:
    """Returns the op that puts axes of length 1 in."""

    def shapes(shape: Shape) -> Shape:
        rank = len(shape) + (len(axis) if isinstance(axis, tuple) else 1)
        new, rest = every(axis, rank), iter(shape)
        return tuple(1 if i in new else next(rest) for i in range(rank))

    def unsqueezed(shape: Shape) -> str:
        rank = len(shape) + (len(axis) if isinstance(axis, tuple) else 1)
        return "{0.atom}" + "".join(f".unsqueeze({each})" for each in new_axes(rank))

    def new_axes(rank: int) -> Any:
        return sorted(every(axis, rank)) if isinstance(axis, tuple) else (axis,)

    return mover(
        "expand_dims",
        code=coded("np.expand_dims({0}{options})", unsqueezed),
        aliases=("unsqueeze",),
        forward=lambda x: numpy().reshape(x, shapes(numpy().shape(x))),
        shapes=shapes,
        vjp=lambda up, out, x: (back_to(shape_of(x))(up),),
        glyph="▭",
        stem="wide",
        spell=lambda notation, x: notation.along("expand_dims", x, f"axis={axis}"),
        parameter=axis,
        options=lambda axis: widened(as_axes(() if axis is None else axis)),
        statics=("axis",),
    )


@cache
def swapped(first: int = -2, second: int = -1) -> Op:
    """Returns the op that swaps two axes; the last two are what `.mT` turns."""

    def shapes(shape: Shape) -> Shape:
        a, b = place_of_axis(first, len(shape)), place_of_axis(second, len(shape))
        found = list(shape)
        found[a], found[b] = found[b], found[a]
        return tuple(found)

    def spell(notation: Any, x: Any) -> Any:
        if {first, second} == {-2, -1}:
            return notation.transposed(x) if len(getattr(x, "shape", ()) or ()) == 2 else mt(notation, x)
        return notation.along("swapaxes", x, f"{first}, {second}")

    return mover(
        "swapaxes",
        code=coded(
            f"np.swapaxes({{0}}, {first}, {second})",
            *["{0.atom}.mT"] * 2 if {first, second} == {-2, -1} else (),
        ),
        aliases=("matrix_transpose", "adjoint"),
        forward=lambda x: numpy().swapaxes(x, first, second),
        shapes=shapes,
        vjp=lambda up, out, x: (swapped(first, second)(up),),
        glyph="ᵀ",
        stem="turned",
        suffix="T",
        spell=spell,
        by="transpose rule",
        says="passes the gradient on, turned back",
        parameter=(first, second),
        options=lambda first=-2, second=-1: swapped(whole(first), whole(second)),
        statics=("first", "second"),
    )


def mt(notation: Any, x: Any) -> Any:
    """Writes the transpose of the last two axes: `.mT` in text, a superscript T for the eye."""
    text, binds = notation.transposed(x)
    return (text.removesuffix(".T") + ".mT" if text.endswith(".T") else text), binds


@cache
def moved(source: Any = 0, target: Any = 0) -> Op:
    """Returns the op that moves axes to other places."""
    return mover(
        "moveaxis",
        code=coded(f"np.moveaxis({{0}}, {source}, {target})", f"torch.movedim({{0}}, {source}, {target})"),
        aliases=("movedim",),
        forward=lambda x: numpy().moveaxis(x, source, target),
        shapes=lambda shape: numpy().moveaxis(numpy().broadcast_to(0.0, shape), source, target).shape,
        vjp=lambda up, out, x: (moved(target, source)(up),),
        glyph="ᵀ",
        stem="turned",
        spell=lambda notation, x: notation.along("moveaxis", x, f"{source}, {target}"),
        parameter=(source, target),
        options=lambda source, target: moved(as_axes(source), as_axes(target)),
        statics=("source", "target"),
    )


@cache
def flipped(axis: Axes = None) -> Op:
    """Returns the op that turns the order of elements round."""

    def shapes(shape: Shape) -> Shape:
        every(axis, len(shape))
        return shape

    return mover(
        "flip",
        code=coded("np.flip({0}{options})", lambda shape: f"torch.flip({{0}}, {named(axis, len(shape))})"),
        aliases=("flipud",),
        forward=lambda x: numpy().flip(x, axis),
        shapes=shapes,
        vjp=lambda up, out, x: (flipped(axis)(up),),
        glyph="⇄",
        stem="flip",
        spell=lambda notation, x: notation.along("flip", x, axes_text(axis)),
        says="passes the gradient on, turned round",
        parameter=axis,
        options=lambda axis=None: flipped(as_axes(axis)),
        statics=("axis",),
    )


@cache
def rolled(shift: Any = 1, axis: Axes = None) -> Op:
    """Returns the op that shifts elements round in a circle."""
    back: Any = tuple(-n for n in shift) if isinstance(shift, tuple) else -shift

    def shapes(shape: Shape) -> Shape:
        every(axis, len(shape))
        return shape

    return mover(
        "roll",
        code=coded(f"np.roll({{0}}, {shift}{'' if axis is None else f', {axis}'})"),
        forward=lambda x: numpy().roll(x, shift, axis),
        shapes=shapes,
        vjp=lambda up, out, x: (rolled(back, axis)(up),),
        glyph="↻",
        stem="roll",
        spell=lambda notation, x: notation.along("roll", x, ", ".join(filter(None, (str(shift), axes_text(axis))))),
        says="passes the gradient on, rolled back",
        parameter=(shift, axis),
        options=lambda shift, axis=None: rolled(shift, as_axes(axis)),
        statics=("shift", "axis"),
    )


@cache
def padded(widths: Any = 0, value: float = 0.0) -> Op:
    """Returns the op that puts numbers round an array; `widths` are NumPy's: one, a pair, or a pair per axis."""

    def pairs(rank: int) -> tuple[tuple[int, int], ...]:
        if isinstance(widths, int):
            return ((widths, widths),) * rank
        if all(isinstance(each, int) for each in widths):
            if len(widths) != 2:
                raise ValueError("pad takes one width, a pair, or a pair for every axis")
            return (widths,) * rank
        if len(widths) not in (1, rank):
            raise ValueError(f"{len(widths)} pairs of widths for an array of {rank} axes")
        return tuple(each * 2 if len(each) == 1 else each for each in (widths * rank if len(widths) == 1 else widths))

    def shapes(shape: Shape) -> Shape:
        found = tuple(n + before + after for n, (before, after) in zip(shape, pairs(len(shape)), strict=True))
        if any(n < 0 for n in found):
            raise ValueError("a width takes away more than there is")
        return found

    def inner(shape: Shape | None) -> Any:
        if shape is None:
            return (Ellipsis,)
        return tuple(
            ("slice", before or None, before + n, None) for n, (before, _) in zip(shape, pairs(len(shape)), strict=True)
        )

    def forward(x: Any) -> Any:
        np = numpy()
        made = np.full(shapes(np.shape(x)), float(value), np.result_type(x, float))
        here = tuple(
            slice(max(before, 0), max(before, 0) + n - max(-before, 0) - max(-after, 0))
            for n, (before, after) in zip(np.shape(x), pairs(np.ndim(x)), strict=True)
        )
        there = tuple(
            slice(max(-before, 0), n - max(-after, 0))
            for n, (before, after) in zip(np.shape(x), pairs(np.ndim(x)), strict=True)
        )
        made[here] = np.asarray(x)[there]
        return made

    def back(up: Any, x: Any) -> Any:
        shape = shape_of(x)
        if shape is None or all(before >= 0 and after >= 0 for before, after in pairs(len(shape))):
            return indexed(inner(shape))(up)
        return padded(tuple((-before, -after) for before, after in pairs(len(shape))))(up)

    def pad_of(shape: Shape) -> str:
        if all(n >= 0 for pair in pairs(len(shape)) for n in pair):
            filling = f", constant_values={value!r}" if value else ""
            return f"np.pad({{0}}, {widths}{filling})"
        inner = ", ".join(f"{max(-a, 0)}:{n - max(-b, 0)}" for n, (a, b) in zip(shape, pairs(len(shape)), strict=True))
        outer = tuple((max(a, 0), max(b, 0)) for a, b in pairs(len(shape)))
        return f"np.pad({{0.atom}}[{inner}], {outer}{f', constant_values={value!r}' if value else ''})"

    def torch_pad(shape: Shape) -> str:
        flat = [n for pair in reversed(pairs(len(shape))) for n in pair]
        return f"torch.nn.functional.pad({{0}}, {flat}{f', value={value!r}' if value else ''})"

    extra = f", {value:g}" if value else ""
    return mover(
        "pad",
        code=coded(pad_of, torch_pad),
        forward=forward,
        shapes=shapes,
        vjp=lambda up, out, x: (back(up, x),),
        jvp=lambda tangents, out, x: padded(widths)(tangents[0]),
        glyph="▣",
        stem="pad",
        spell=lambda notation, x: notation.along("pad", x, f"{widths}{extra}"),
        says="passes on the gradient of the inner elements",
        parameter=(widths, value),
        options=lambda widths, value=0.0, mode="constant": padded(as_widths(widths, mode), float(value)),
        statics=("widths", "value", "mode"),
    )


def as_widths(widths: Any, mode: str) -> Any:
    if mode != "constant":
        raise ValueError("an array is padded with one number here, mode='constant'")
    if isinstance(widths, int):
        return widths
    return tuple(each if isinstance(each, int) else tuple(each) for each in widths)


SQUEEZE, EXPAND_DIMS, SWAPAXES, MOVEAXIS = map(register, (squeezed(), widened(), swapped(), moved()))
ATLEAST_2D = register(in_rows())
FLIP, ROLL, PAD = map(register, (flipped(), rolled(), padded()))
