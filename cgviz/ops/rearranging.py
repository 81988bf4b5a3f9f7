"""Gates that only move elements: stack, concat, reshape, transpose, indexing, and broadcasting written out.

All of them are linear; each hands the gradient of an element back to where the element came from.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import Any

from cgviz.ops.coded import FUNCTIONS, coded, ours
from cgviz.ops.op import Op, register
from cgviz.ops.opening import filled, selected
from cgviz.values.arrays import Shape, folded, numpy, shape_of, shape_text, summed_axes
from cgviz.values.axes import is_open

NUMPY = "NumPy reference, {}; its transpose is the rule"
Key = tuple[Any, ...]  # of an index: whole numbers, ("slice", start, stop, step), None and Ellipsis


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
        stem="stack",
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


def place_of_axis(axis: int, rank: int) -> int:
    """Returns an axis counted from the front. Raises ValueError."""
    if not -rank <= axis < rank:
        raise ValueError(f"there is no axis {axis} in an array of {rank} {'axis' if rank == 1 else 'axes'}")
    return axis % rank


def whole(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError("an axis is a whole number")
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


# indexing


def plain_key(key: Key) -> tuple[Any, ...]:
    """Returns the key as numpy takes it."""
    return tuple(slice(*part[1:]) if isinstance(part, tuple) else part for part in key)


def written_key(key: Key) -> str:
    """Returns a key as it is typed: `:, 1`."""
    return ", ".join(map(written_part, key))


def written_part(part: Any) -> str:
    if isinstance(part, tuple):
        start, stop, step = ("" if n is None else str(n) for n in part[1:])
        return f"{start}:{stop}{':' + step if step else ''}"
    return {None: "None", Ellipsis: "..."}.get(part, str(part))


def key_suffix(key: Key) -> str:
    """Returns what a key adds to the name of its array: `W_01` for W[0, 1]; "" for slices."""
    return "_" + "".join(map(str, key)) if all(isinstance(part, int) and 0 <= part < 10 for part in key) else ""


def part_of_open(shape: Shape, key: Key) -> Shape:
    """Returns the shape of x[key] where some lengths of x are names: axis by axis. Raises ValueError."""
    taken = sum(part is not None and part is not Ellipsis for part in key)
    if taken > len(shape):
        raise ValueError(f"too many indices for an array of {len(shape)} axes: {taken}")
    if Ellipsis not in key:
        key = (*key, Ellipsis)
    lengths, found = list(shape), []
    for part in key:
        if part is Ellipsis:
            left = len(shape) - taken
            found += lengths[:left]
            del lengths[:left]
        elif part is None:
            found.append(1)
        elif isinstance(part, tuple):
            found.append(length_of_slice(lengths.pop(0), slice(*part[1:])))
        else:
            lengths.pop(0)
    return tuple(found)


def length_of_slice(length: int, part: slice) -> int:
    """Returns how many elements a slice takes of an axis. Raises ValueError where that depends on its parity."""
    if part.start is part.stop is None and part.step in (None, 1, -1):
        return length
    if is_open((length,)) and part.step not in (None, 1, -1):
        raise ValueError(
            f"how many elements a step of {part.step} takes is known with a number in the place of {length}"
        )
    return len(range(length)[part])


@cache
def indexed(key: Key) -> Op:
    """Returns the op `x[key]`."""

    def shapes(shape: Shape) -> Shape:
        if is_open(shape):
            return part_of_open(shape, key)
        blank = numpy().broadcast_to(0.0, shape)
        try:
            found: Shape = blank[plain_key(key)].shape
        except IndexError as error:
            raise ValueError(str(error).replace("IndexError: ", "")) from None
        return found

    return Op(
        name="x[...]",
        forward=lambda x: numpy().asarray(x)[plain_key(key)],
        shapes=shapes,
        vjp=lambda up, out, x: (placed(key, shape_of(x))(up),),
        glyph=f"[{written_key(key)}]" if len(written_key(key)) < 6 else "[…]",
        stem="part",
        suffix=key_suffix(key),
        spell=lambda notation, x: notation.indexed(x, written_key(key)),
        by="index rule",
        many="part",
        family="pick",
        gate="picks",
        says="hands the gradient back to the elements that were picked; the others get 0",
        source=NUMPY.format("indexing"),
        parameter=key,
        moves=True,
    )


@cache
def placed(key: Key, shape: Shape | None) -> Op:
    """Returns the op that puts an array where `x[key]` took it from, among zeros."""

    def forward(up: Any) -> Any:
        made = numpy().zeros(shape)
        made[plain_key(key)] = up
        return made

    return Op(
        name="place",
        code=ours("place({0}, {goal}, {key})", "jnp.zeros_like({goal}).at[{index}].set({0})"),
        helper=FUNCTIONS["place"],
        forward=forward,
        shapes=lambda _: shape or (),
        vjp=lambda up, out, x: (indexed(key)(up),),
        glyph="[+]",
        stem="placed",
        spell=lambda notation, x: notation.along("place", x, f"at=[{written_key(key)}]"),
        by="index rule",
        family="pick",
        gate="picks",
        says="takes the gradient of the elements that were placed",
        source=NUMPY.format("indexing"),
        parameter=(key, shape),
    )


HOT_FORMS = coded(
    "np.eye({op.parameter})[{places[0]}]",
    "torch.nn.functional.one_hot({places[0]} % {op.parameter}, {op.parameter}).to({like}.dtype)",
)


@cache
def one_hot(count: int) -> Op:
    """Returns the op that is 1 at place i of `count` places and 0 elsewhere, nan where there is no such place.

    Nothing flows to i.
    """

    def forward(i: Any) -> Any:
        np = numpy()
        place = np.asarray(i)[..., None]
        return np.where(sound(place, count), np.where(np.arange(count) == np.mod(place, count), 1.0, 0.0), np.nan)

    return Op(
        name="one_hot",
        code=HOT_FORMS,
        forward=forward,
        shapes=lambda shape: (*shape, count),
        vjp=lambda up, out, i: (None,),
        glyph="1ᵢ",
        stem="hot",
        spell=lambda notation, i: notation.along("one_hot", i, ""),
        by="constant rule",
        gate="stops",
        says="stops the gradient: a place does not move by a tiny amount",
        source="CS231n notes, linear classification",
        parameter=count,
    )


def sound(place: Any, count: int) -> Any:
    """Tells for each place whether it is one of `count`: a whole number, negative ones counted from the end."""
    np = numpy()
    return np.isfinite(place) & (place == np.floor(place)) & (place >= -count) & (place < count)


def picked(x: Any, i: Any) -> Any:
    np = numpy()
    place, count = np.asarray(i), np.shape(x)[0]
    fits = sound(place, count)
    found = np.asarray(x)[np.where(fits, place, 0).astype(int)] if count else np.full(np.shape(x)[1:], np.nan)
    return np.where(fits, found, np.nan)


def picked_shape(x: Shape, i: Shape) -> Shape:
    if not x:
        raise ValueError("a scalar has no elements to pick")
    if i:
        raise ValueError(f"the place is one number, not an array of shape {listed(i)}")
    return x[1:]


def pick_vjp(up: Any, out: Any, x: Any, i: Any) -> tuple[Any, None]:
    from cgviz.ops.matrices import outer

    shape = shape_of(x) or (1,)
    hot = one_hot(shape[0])(i)
    if len(shape) == 2:
        return outer(hot, up), None
    return (reshaped((shape[0], *(1,) * (len(shape) - 1)))(hot) if len(shape) > 2 else hot) * up, None


pick: Op = register(
    Op(
        name="pick",
        code=coded("{0.atom}[{places[1]}]"),
        arity=(2, 2),
        forward=picked,
        shapes=picked_shape,
        vjp=pick_vjp,
        jvp=lambda tangents, out, x, i: pick(tangents[0], i),
        glyph="x[i]",
        stem="pick",
        spell=lambda notation, x, i: notation.picked(x, i),
        by="index rule",
        many="picked",
        family="pick",
        gate="picks",
        says="hands the gradient back to the element that was picked; nothing flows to its place",
        domain=lambda x, i: "" if sound(i, len(x)) else f"there is no place {i:g} in an array of {len(x)}",
        source=NUMPY.format("indexing"),
        opens=lambda x, i: filled(x.shape[1:], lambda at: selected(i[()], [x[(k, *at)] for k in range(len(x))])),
    )
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
        stem="spread",
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


stack, concat, reshape = register(stacked(2)), register(joined()), register(reshaped((-1,)))
transpose, index = register(transposed()), register(indexed((0,)))
