"""Gates that only move elements: reshape, transpose, and broadcasting written out.

All of them are linear; each hands the gradient of an element back to where the element came from.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.op import Op, register
from cgviz.values.arrays import Shape, folded, numpy, shape_of, shape_text, summed_axes

NUMPY = "NumPy reference, {}; its transpose is the rule"
Key = tuple[Any, ...]  # of an index: whole numbers, ("slice", start, stop, step), None and Ellipsis


def place_of_axis(axis: int, rank: int) -> int:
    """Returns an axis counted from the front. Raises ValueError."""
    if not -rank <= axis < rank:
        raise ValueError(f"there is no axis {axis} in an array of {rank} {'axis' if rank == 1 else 'axes'}")
    return axis % rank


def whole(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError("an axis, an offset or a count is a whole number")
    return number


@cache
def reshaped(shape: Shape) -> Op:
    """Returns the op that gives an array a new shape; one length may be −1, which is what is left."""

    def shapes(old: Shape) -> Shape:
        count = size(old)
        known = size(tuple(n for n in shape if n != -1))
        if shape.count(-1) > 1 or any(n < -1 for n in shape):
            raise ValueError("a shape has lengths of 0 or more, and one -1 at most")
        left = count // known if -1 in shape and known else -1
        found = tuple(left if n == -1 else n for n in shape)
        if size(found) != count or (-1 in shape and not known):
            raise ValueError(f"{count} elements do not make an array of shape {listed(shape)}")
        return found

    return Op(
        name="reshape",
        code=coded("np.reshape({0}{options})"),
        forward=lambda x: numpy().reshape(x, shape),
        shapes=shapes,
        vjp=lambda up, out, x: (back_to(shape_of(x))(up),),
        glyph="▭",
        stem="shaped",
        spell=lambda notation, x: notation.along("reshape", x, listed(shape)),
        by="reshape rule",
        many="reshaped",
        gate="passes on",
        says="passes the gradient on, in the old shape",
        source=NUMPY.format("numpy.reshape"),
        parameter=shape,
        options=lambda *lengths, shape=None: reshaped(as_shape(lengths if shape is None else shape)),
        statics=("shape",),
        moves=True,
    )


def back_to(shape: Shape | None) -> Op:
    return reshaped((-1,) if shape is None else shape)


def in_shape(x: Any, shape: Shape) -> Any:
    """Returns x in that shape; x itself where it has it."""
    return x if shape_of(x) == shape else reshaped(shape)(x)


def folded_to(x: Any, narrow: Shape) -> Any:
    """Returns x summed to the shape of what was repeated; x itself where nothing was."""
    wide = shape_of(x)
    return x if wide is None or wide == narrow else fold(wide, narrow)(x)


def size(shape: Shape) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def listed(shape: Shape) -> str:
    """Returns a shape as it is typed: `(2, 3)`, `(2,)`."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def as_shape(lengths: Any) -> Shape:
    flat = lengths[0] if len(lengths) == 1 and isinstance(lengths[0], tuple) else lengths
    if isinstance(flat, int):
        flat = (flat,)
    if not all(isinstance(n, int) for n in flat):
        raise ValueError("a shape is made of whole numbers, as in reshape(x, (2, 3))")
    return tuple(flat)


def order_of(axes: Any) -> tuple[int, ...] | None:
    """Returns an order of axes as a tuple; None turns them all round. Raises ValueError."""
    return None if axes is None else as_shape(axes if isinstance(axes, (tuple, list)) else (axes,))


@cache
def transposed(axes: tuple[int, ...] | None = None) -> Op:
    """Returns the op that turns the axes of an array round, or puts them in another order."""

    def shapes(shape: Shape) -> Shape:
        order = axes if axes is not None else tuple(reversed(range(len(shape))))
        if sorted(place_of_axis(axis, len(shape)) for axis in order) != list(range(len(shape))):
            raise ValueError(f"{listed(order)} is no order of {len(shape)} axes")
        return tuple(shape[axis] for axis in order)

    def inverse(rank: int) -> tuple[int, ...] | None:
        if axes is None:
            return None
        places = [axis % rank for axis in axes]
        return tuple(places.index(i) for i in range(rank))

    def spell(notation: Any, x: Any) -> Any:
        return notation.transposed(x) if axes is None else notation.along("transpose", x, listed(axes))

    return Op(
        name="transpose",
        code=coded("np.transpose({0}{options})", "torch.permute({0}{options})") if axes else {},
        forward=lambda x: numpy().transpose(x, axes),
        shapes=shapes,
        vjp=lambda up, out, x: (transposed(inverse(len(axes or ())))(up),),
        glyph="ᵀ",
        stem="turned",
        suffix="T",
        spell=spell,
        by="transpose rule",
        many="turned",
        gate="passes on",
        says="passes the gradient on, turned back",
        source=NUMPY.format("numpy.transpose"),
        parameter=axes,
        options=lambda *order, axes=None: transposed(order_of(order or axes)),
        statics=("axes",),
        moves=True,
    )


# broadcasting written out

WHERE_REPEATED = "over what was broadcast"


@cache
def spread(shape: Shape, axes: tuple[int, ...] = ()) -> Op:
    """Returns the op that repeats an array to `shape`, new axes of length 1 put in at `axes` first."""

    def forward(x: Any) -> Any:
        np = numpy()
        return np.broadcast_to(np.expand_dims(np.asarray(x), axes), shape)

    return Op(
        name="spread",
        code=coded("np.broadcast_to({0}, {op.parameter[0]})"),
        forward=forward,
        shapes=lambda _: shape,
        vjp=lambda up, out, x: (back_to(shape_of(x))(fold(shape, with_axes(shape_of(x) or (), axes))(up)),),
        glyph="↔",
        spell=lambda notation, x: notation.repeated(x, shape_text(shape) if shape else ""),
        by="broadcast rule",
        gate="repeats",
        says="sums the gradients of all the places that a value was repeated to",
        source=NUMPY.format("numpy.broadcast_to"),
        parameter=(shape, axes),
    )


def with_axes(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """Returns a shape with new axes of length 1 at `axes`."""
    rest = iter(shape)
    return tuple(1 if i in axes else next(rest) for i in range(len(shape) + len(axes)))


fold_open = Op(
    name="fold",
    forward=lambda x: x,
    shapes=lambda shape: shape,
    vjp=lambda up, out, x: (up,),
    glyph="Σ",
    spell=lambda notation, x: notation.along("sum", x, notation.words(WHERE_REPEATED)),
    by="broadcast rule",
    gate="distributes",
    says="sums over what was broadcast, which the shapes will tell",
    source=NUMPY.format("numpy.broadcast_to"),
)
"""The sum over the axes that were broadcast, where no shape tells which ones these are: it is only written."""


@cache
def fold(wide: Shape, narrow: Shape) -> Op:
    """Returns the op that sums an array of shape `wide` to `narrow`, along the axes that were broadcast forward."""
    axes = summed_axes(wide, narrow)
    lead = len(wide) - len(narrow)
    kept = any(axis >= lead for axis in axes)
    options = [f"axis={axes[0] if len(axes) == 1 else axes}"] * bool(narrow) + ["keepdims=True"] * (kept and not lead)

    def spell(notation: Any, x: Any) -> Any:
        if not axes:
            return x.text, x.binds
        summed = notation.along("sum", x, ", ".join(options))
        return notation.along("reshape", summed[0], listed(narrow)) if kept and lead else summed

    return Op(
        name="fold",
        forward=lambda x: folded(numpy().asarray(x), narrow),
        shapes=lambda _: narrow,
        vjp=lambda up, out, x: (spread(wide, tuple(range(len(wide) - len(narrow))))(up),),
        glyph="Σ",
        stem="folded",
        spell=spell,
        by="broadcast rule",
        gate="distributes",
        says="distributes the gradient to everything that was summed",
        source=NUMPY.format("broadcasting"),
        parameter=(wide, narrow),
    )


reshape, transpose = register(reshaped((-1,))), register(transposed())
