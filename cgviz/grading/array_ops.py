"""Ops of NumPy that a student's file has and a program lacks: zeros_like, lengths, assignment to an index, diag."""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.indexing import indexed, plain_key
from cgviz.ops.op import Op
from cgviz.ops.rearranging import Key, listed, reshaped, size
from cgviz.values.arrays import Shape, broadcast, folded, numpy, shape_of

SOURCE = "NumPy reference"


def stops(up: Any, out: Any, *args: Any) -> tuple[None, ...]:
    return (None,) * len(args)


@cache
def full_like(number: float) -> Op:
    """Returns the op that gives an array of one number, in the shape of its argument."""
    return Op(
        name="zeros_like" if number == 0 else "ones_like",
        forward=lambda x: numpy().full(shape_of(x) or (), number),
        shapes=lambda shape: shape,
        vjp=stops,
        source=SOURCE,
    )


@cache
def length(axis: int) -> Op:
    """Returns the op that gives the length of an axis."""

    def shapes(shape: Shape) -> Shape:
        if not -len(shape) <= axis < len(shape):
            raise ValueError(f"there is no axis {axis}")
        return ()

    return Op(name="length", forward=lambda x: float(x.shape[axis]), shapes=shapes, vjp=stops, source=SOURCE)


count = Op(
    name="size", forward=lambda x: float(size(shape_of(x) or ())), shapes=lambda shape: (), vjp=stops, source=SOURCE
)


@cache
def put(key: Key) -> Op:
    """Returns the op that gives its first argument with the second at a place: what `x[key] = y` makes of x."""

    def shapes(old: Shape, new: Shape) -> Shape:
        at = (indexed(key).shapes or tuple)(old)
        try:
            fits = broadcast([at, new]) == at
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(f"an array of shape {listed(new)} does not fit a place of shape {listed(at)}")
        return old

    def forward(old: Any, new: Any) -> Any:
        made = numpy().array(old, dtype=float)
        made[plain_key(key)] = new
        return made

    def vjp(up: Any, out: Any, old: Any, new: Any) -> tuple[Any, Any]:
        return forward(up, 0.0), folded(numpy().asarray(up)[plain_key(key)], shape_of(new) or ())

    return Op(name="put", arity=(2, 2), forward=forward, shapes=shapes, vjp=vjp, source=SOURCE)


def sizes_agree(old: Shape, like: Shape) -> Shape:
    if size(old) != size(like):
        raise ValueError(f"{size(old)} elements do not make an array of shape {listed(like)}")
    return like


def spreads(old: Shape, like: Shape) -> Shape:
    if broadcast([old, like]) != like:
        raise ValueError(f"it does not broadcast to {listed(like)}")
    return like


reshape_like = Op(
    name="reshape",
    arity=(2, 2),
    forward=lambda x, like: numpy().reshape(x, shape_of(like) or ()),
    shapes=sizes_agree,
    vjp=lambda up, out, x, like: (reshaped(shape_of(x) or ())(up), None),
    source=SOURCE,
)

spread_like = Op(
    name="broadcast_to",
    arity=(2, 2),
    forward=lambda x, like: numpy().broadcast_to(x, shape_of(like) or ()),
    shapes=spreads,
    vjp=lambda up, out, x, like: (folded(up, shape_of(x) or ()), None),
    source=SOURCE,
)


def diag_shape(shape: Shape) -> Shape:
    if len(shape) not in (1, 2):
        raise ValueError("a vector or a matrix is needed")
    return shape * 2 if len(shape) == 1 else (min(shape),)


def diag_vjp(up: Any, out: Any, x: Any) -> tuple[Any]:
    np = numpy()
    if x.ndim == 1:
        return (np.diag(up),)
    made = np.zeros(x.shape)
    made[np.arange(len(up)), np.arange(len(up))] = up
    return (made,)


diag = Op(name="diag", forward=lambda x: numpy().diag(x), shapes=diag_shape, vjp=diag_vjp, source=SOURCE)


@cache
def squeezed(axis: int | tuple[int, ...] | None) -> Op:
    """Returns the op that takes axes of length 1 away."""

    def shapes(shape: Shape) -> Shape:
        try:
            return numpy().squeeze(numpy().broadcast_to(0.0, shape), axis).shape  # type: ignore[no-any-return]
        except ValueError as error:
            raise ValueError(str(error)) from None

    return Op(
        name="squeeze",
        forward=lambda x: numpy().squeeze(x, axis),
        shapes=shapes,
        vjp=lambda up, out, x: (numpy().reshape(up, shape_of(x)),),
        source=SOURCE,
    )


@cache
def widened(axis: int) -> Op:
    """Returns the op that puts an axis of length 1 in."""

    def shapes(shape: Shape) -> Shape:
        place = axis if axis >= 0 else axis + len(shape) + 1
        if not 0 <= place <= len(shape):
            raise ValueError(f"there is no place {axis} for an axis")
        return (*shape[:place], 1, *shape[place:])

    return Op(
        name="expand_dims",
        forward=lambda x: numpy().expand_dims(x, axis),
        shapes=shapes,
        vjp=lambda up, out, x: (numpy().reshape(up, shape_of(x) or ()),),
        source=SOURCE,
    )
