"""Gates that join arrays: stack and concat."""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.indexing import indexed
from cgviz.ops.op import Op, register
from cgviz.ops.rearranging import NUMPY, Key, place_of_axis, whole
from cgviz.values.arrays import Shape, numpy, shape_of


@cache
def stacked(count: int, axis: int = 0) -> Op:
    """Returns the op `[x1, x2, ...]`: arrays of one shape become the rows of a new one, along a new axis."""

    def shapes(*each: Shape) -> Shape:
        if any(shape != each[0] for shape in each):
            odd = next(i for i, shape in enumerate(each) if shape != each[0])
            raise ValueError(f"row 0 has shape {each[0]}, row {odd} has shape {each[odd]}")
        shape = each[0] if each else ()
        at = place_of_axis(axis, len(shape) + 1)
        return (*shape[:at], count, *shape[at:])

    def key(place: int) -> Key:
        every = ("slice", None, None, None)
        return (*(every,) * axis, place) if axis >= 0 else (Ellipsis, place, *(every,) * (-axis - 1))

    def spell(notation: Any, *xs: Any) -> Any:
        row = notation.row(*xs)
        return notation.along("stack", row[0], f"axis={axis}") if axis else row

    return Op(
        name="stack",
        code=coded(
            f"np.stack([{{all}}], axis={axis})" if axis else "np.array([{all}])",
            f"torch.stack([{{all}}]{f', dim={axis}' if axis else ''})",
        ),
        arity=(count, count),
        forward=lambda *xs: numpy().stack(list(map(numpy().asarray, xs)), axis) if xs else numpy().zeros(0),
        shapes=shapes,
        vjp=lambda up, out, *xs: tuple(indexed(key(i))(up) for i in range(count)),
        glyph="[ ]",
        spell=spell,
        by="stacking rule",
        many="rows" if axis == 0 else "",
        gate="splits",
        says="splits the gradient: each row goes back to where it came from",
        source=NUMPY.format("numpy.stack"),
        parameter=count,
        sized=lambda count: stacked(count, axis),
        options=(lambda axis=0: stacked(2, whole(axis))) if axis == 0 else None,
        statics=("axis",),
        operands=None,
        lists=True,
        moves=True,
    )


@cache
def joined(axis: int = 0) -> Op:
    """Returns the op that joins arrays along an axis."""

    def shapes(*each: Shape) -> Shape:
        if not all(each):
            raise ValueError("a scalar has no axis to be joined along")
        at = place_of_axis(axis, len(each[0]))
        rest = {(*shape[:at], *shape[at + 1 :]) for shape in each}
        if len(rest) > 1 or len({len(shape) for shape in each}) > 1:
            raise ValueError("all lengths but that of the joined axis must agree")
        return (*each[0][:at], sum(shape[at] for shape in each), *each[0][at + 1 :])

    def vjp(up: Any, out: Any, *xs: Any) -> tuple[Any, ...]:
        known = [shape_of(x) for x in xs]
        if any(shape is None for shape in known):
            return tuple(indexed((Ellipsis,))(up) for _ in xs)
        at = place_of_axis(axis, len(known[0] or ()))
        ends = list(accumulate((shape or ())[at] for shape in known))
        before = (("slice", None, None, None),) * at
        return tuple(
            indexed((*before, ("slice", start, end, None)))(up) for start, end in zip([0, *ends], ends, strict=False)
        )

    return Op(
        name="concat",
        code=coded("np.concatenate([{all}]{options})", "torch.cat([{all}]{options})"),
        aliases=("concatenate", "cat"),
        arity=(1, None),
        forward=lambda *xs: numpy().concatenate(xs, axis=axis),
        shapes=shapes,
        vjp=vjp,
        glyph="cat",
        stem="cat",
        spell=lambda notation, *xs: notation.along(
            "concat", notation.comma.join(map(str, xs)), "" if axis == 0 else f"axis={axis}"
        ),
        by="joining rule",
        many="side by side",
        gate="splits",
        says="splits the gradient: each part goes back to where it came from",
        source=NUMPY.format("numpy.concatenate"),
        parameter=axis,
        options=lambda axis=0: joined(whole(axis)),
        statics=("axis",),
        operands=None,
        lists=True,
        moves=True,
    )


stack, concat = register(stacked(2)), register(joined())
