"""Gates that move elements to other places: squeeze, swapaxes, roll, flip, pad, split, tile, broadcast_to, diff.

All of them are linear; each hands the gradient of an element back to where the element came from.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import Any

from cgviz.ops.arithmetic import neg
from cgviz.ops.coded import coded
from cgviz.ops.op import Op, register
from cgviz.ops.rearranging import (
    as_shape,
    back_to,
    fold,
    indexed,
    listed,
    place_of_axis,
    placed,
    size,
    spread,
    whole,
)
from cgviz.values.arrays import Shape, broadcast, numpy, shape_of

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
        code=coded("np.flip({0}{options})", lambda shape: f"torch.flip({{0}}, {every(axis, len(shape))})"),
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


@cache
def part(sections: Any = 2, axis: int = 0, place: int = 0) -> Op:
    """Returns the op for part `place` of an array that is split: into so many parts, or parts of these lengths.

    `sections` is a number of parts, or ("lengths", n, m, ...).
    """

    def bounds(shape: Shape) -> tuple[int, int]:
        length = shape[place_of_axis(axis, len(shape))]
        if isinstance(sections, tuple):
            ends = [0]
            for each in sections[1:]:
                ends.append(length if each is None else ends[-1] + each)
            if ends[-1] > length:
                raise ValueError(f"parts of {ends[-1]} elements in all are more than {length}")
            return ends[place], ends[place + 1]
        if not sections or length % sections:
            raise ValueError(f"an axis of length {length} is not split into {sections} equal parts")
        each = length // sections
        return each * place, each * (place + 1)

    def key(shape: Shape) -> Any:
        start, stop = bounds(shape)
        return (*(EVERY,) * place_of_axis(axis, len(shape)), ("slice", start, stop, None))

    def cut(x: Any) -> Any:
        start, stop = bounds(numpy().shape(x))
        return numpy().asarray(x)[(*(slice(None),) * place_of_axis(axis, numpy().ndim(x)), slice(start, stop))]

    def shapes(shape: Shape) -> Shape:
        if not shape:
            raise ValueError("a scalar has no axis to be split along")
        start, stop = bounds(shape)
        at = place_of_axis(axis, len(shape))
        return (*shape[:at], stop - start, *shape[at + 1 :])

    def back(up: Any, x: Any) -> Any:
        shape = shape_of(x)
        return indexed((Ellipsis,))(up) if shape is None else placed(key(shape), shape)(up)

    count = sections if isinstance(sections, int) else list(sections[1:])

    def cut_at(shape: Shape) -> Any:
        if isinstance(sections, int):
            return sections
        length = shape[place_of_axis(axis, len(shape))]
        return list(accumulate(length if n is None else n for n in sections[1:]))[: 1 if len(sections) == 2 else -1]

    return mover(
        "split",
        code=coded(
            lambda shape: f"np.split({{0}}, {cut_at(shape)}, axis={axis})[{place}]",
            lambda shape: f"torch.tensor_split({{0}}, {cut_at(shape)}, dim={axis})[{place}]",
        ),
        aliases=("chunk",),
        forward=cut,
        shapes=shapes,
        vjp=lambda up, out, x: (back(up, x),),
        glyph="split",
        stem="part",
        spell=lambda notation, x: split_text(notation, x, count, axis, place),
        by="splitting rule",
        gate="picks",
        says="hands the gradient back to its part of the array; the others get 0",
        parameter=(sections, axis, place),
        options=lambda sections, axis=0, place=0: part(as_sections(sections), whole(axis), whole(place)),
        statics=("sections", "axis", "place"),
    )


def split_text(notation: Any, x: Any, count: Any, axis: int, place: int) -> Any:
    text, binds = notation.along("split", x, f"{count}" + (f", axis={axis}" if axis else ""))
    return notation.indexed(type(x)(text, binds, x.brackets), str(place))


def as_sections(sections: Any) -> Any:
    if isinstance(sections, (tuple, list)):
        return sections if sections and sections[0] == "lengths" else ("lengths", *sections)
    return whole(sections)


@cache
def tiled(times: tuple[int, ...] = (1,)) -> Op:
    """Returns the op that lays copies of an array side by side."""

    def split_up(shape: Shape) -> tuple[Shape, Shape]:
        rank = max(len(shape), len(times))
        inner, outer = (1,) * (rank - len(shape)) + shape, (1,) * (rank - len(times)) + times
        return inner, outer

    def shapes(shape: Shape) -> Shape:
        inner, outer = split_up(shape)
        return tuple(n * m for n, m in zip(inner, outer, strict=True))

    def back(up: Any, x: Any) -> Any:
        from cgviz.ops.reductions import total

        shape = shape_of(x)
        if shape is None:
            return total()(up)
        inner, outer = split_up(shape)
        pairs = tuple(n for pair in zip(outer, inner, strict=True) for n in pair)
        summed = total(tuple(range(0, len(pairs), 2)))(back_to(pairs)(up))
        return back_to(shape)(summed)

    return mover(
        "tile",
        code=coded(f"np.tile({{0}}, {listed(times)})"),
        forward=lambda x: numpy().tile(x, times),
        shapes=shapes,
        vjp=lambda up, out, x: (back(up, x),),
        glyph="▦",
        stem="tile",
        spell=lambda notation, x: notation.along("tile", x, str(times[0]) if len(times) == 1 else listed(times)),
        by="broadcast rule",
        gate="repeats",
        says="sums the gradients of all the copies",
        parameter=times,
        options=lambda times: tiled(as_shape((times,))),
        statics=("times",),
    )


@cache
def repeated(times: int = 1, axis: int | None = None) -> Op:
    """Returns the op that repeats every element, one after the other."""

    def shapes(shape: Shape) -> Shape:
        if axis is None:
            return (size(shape) * times,)
        at = place_of_axis(axis, len(shape))
        return (*shape[:at], shape[at] * times, *shape[at + 1 :])

    def back(up: Any, x: Any) -> Any:
        from cgviz.ops.reductions import total

        shape = shape_of(x)
        if shape is None:
            return total()(up)
        at = len(shape) - 1 if axis is None else place_of_axis(axis, len(shape))
        flat = (size(shape), times) if axis is None else (*shape[: at + 1], times, *shape[at + 1 :])
        return back_to(shape)(total(1 if axis is None else at + 1)(back_to(flat)(up)))

    return mover(
        "repeat",
        code=coded(
            f"np.repeat({{0}}, {times}{'' if axis is None else f', axis={axis}'})",
            f"torch.repeat_interleave({{0}}, {times}{'' if axis is None else f', dim={axis}'})",
        ),
        aliases=("repeat_interleave",),
        forward=lambda x: numpy().repeat(x, times, axis),
        shapes=shapes,
        vjp=lambda up, out, x: (back(up, x),),
        glyph="▦",
        stem="rep",
        spell=lambda notation, x: notation.along("repeat", x, ", ".join(filter(None, (str(times), axes_text(axis))))),
        by="broadcast rule",
        gate="repeats",
        says="sums the gradients of all the copies",
        parameter=(times, axis),
        options=lambda times, axis=None: repeated(whole(times), None if axis is None else whole(axis)),
        statics=("times", "axis"),
    )


@cache
def broadcast_to(shape: Shape = ()) -> Op:
    """Returns the op that repeats an array to a shape; −1 keeps the length of an axis, as `expand` of PyTorch."""

    def shapes(old: Shape) -> Shape:
        lead = len(shape) - len(old)
        if lead < 0:
            raise ValueError(f"it does not broadcast to {listed(shape)}")
        found = tuple(old[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(shape))
        if broadcast([old, found]) != found:
            raise ValueError(f"it does not broadcast to {listed(shape)}")
        return found

    def back(up: Any, x: Any) -> Any:
        old = shape_of(x)
        return spread(())(up) if old is None else up if shapes(old) == old else fold(shapes(old), old)(up)

    return mover(
        "broadcast_to",
        code=coded(lambda old: f"np.broadcast_to({{0}}, {listed(shapes(old))})"),
        aliases=("expand",),
        forward=lambda x: numpy().array(numpy().broadcast_to(x, shapes(numpy().shape(x)))),
        shapes=shapes,
        vjp=lambda up, out, x: (back(up, x),),
        glyph="↔",
        stem="spread",
        spell=lambda notation, x: notation.along("broadcast_to", x, listed(shape)),
        by="broadcast rule",
        gate="repeats",
        says="sums the gradients of all the places that a value was repeated to",
        parameter=shape,
        options=lambda *lengths, shape=None: broadcast_to(as_shape(lengths if shape is None else (shape,))),
        statics=("shape",),
    )


@cache
def differences(axis: int = -1) -> Op:
    """Returns x[1:] − x[:-1] along an axis."""

    def shapes(shape: Shape) -> Shape:
        at = place_of_axis(axis, len(shape))
        return (*shape[:at], max(0, shape[at] - 1), *shape[at + 1 :])

    def back(up: Any, x: Any) -> Any:
        shape = shape_of(x)
        if shape is None:
            return neg(differences(axis)(padded(1)(up)))
        at = place_of_axis(axis, len(shape))
        return neg(differences(axis)(padded(tuple((1, 1) if i == at else (0, 0) for i in range(len(shape))))(up)))

    return Op(
        name="diff",
        code=coded(f"np.diff({{0}}, axis={axis})", f"torch.diff({{0}}, dim={axis})"),
        forward=lambda x: numpy().diff(x, axis=axis),
        shapes=shapes,
        vjp=lambda up, out, x: (back(up, x),),
        glyph="Δ",
        stem="diff",
        spell=lambda notation, x: notation.along("diff", x, "" if axis == -1 else f"axis={axis}"),
        by="sum rule",
        gate="distributes",
        says="hands the gradient to the later element, and with a minus sign to the earlier one",
        source=NUMPY.format("diff"),
        parameter=axis,
        options=lambda axis=-1: differences(whole(axis)),
        statics=("axis",),
    )


SQUEEZE, EXPAND_DIMS, SWAPAXES, MOVEAXIS = map(register, (squeezed(), widened(), swapped(), moved()))
FLIP, ROLL, PAD, SPLIT, TILE = map(register, (flipped(), rolled(), padded(), part(), tiled()))
REPEAT, BROADCAST_TO, DIFF = map(register, (repeated(), broadcast_to(), differences()))
