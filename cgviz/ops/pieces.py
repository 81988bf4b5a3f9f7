"""Gates that cut an array into pieces or hold it several times: split, tile, repeat, broadcast_to, diff."""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import Any

from cgviz.ops.arithmetic import neg
from cgviz.ops.coded import coded
from cgviz.ops.indexing import indexed, placed
from cgviz.ops.moving import EVERY, NUMPY, axes_text, mover, padded
from cgviz.ops.op import Op, register
from cgviz.ops.rearranging import as_shape, back_to, fold, listed, place_of_axis, size, spread, whole
from cgviz.values.arrays import Shape, broadcast, numpy, shape_of


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
        spell=lambda notation, x: notation.along("diff", x, "" if axis == -1 else f"axis={axis}"),
        by="sum rule",
        gate="distributes",
        says="hands the gradient to the later element, and with a minus sign to the earlier one",
        source=NUMPY.format("diff"),
        parameter=axis,
        options=lambda axis=-1: differences(whole(axis)),
        statics=("axis",),
    )


SPLIT, TILE = map(register, (part(), tiled()))
REPEAT, BROADCAST_TO, DIFF = map(register, (repeated(), broadcast_to(), differences()))
