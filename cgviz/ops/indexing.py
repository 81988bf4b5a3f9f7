"""Gates that pick parts of an array by an index: slices, single places, one element."""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.coded import FUNCTIONS, coded, ours
from cgviz.ops.op import Op, register
from cgviz.ops.opening import filled, is_at, selected
from cgviz.ops.rearranging import NUMPY, Key, listed, reshaped, whole
from cgviz.values.arrays import Shape, numpy, shape_of
from cgviz.values.axes import is_open

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
def one_hot(count: int = 1) -> Op:
    """Returns the op `one_hot(i, count)`: 1 at place i of `count`, 0 elsewhere; nan where there is no such place."""

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
        jvp=lambda tangents, out, i: one_hot(count)(i) * 0,
        glyph="1ᵢ",
        stem="hot",
        spell=lambda notation, i: notation.along("one_hot", i, str(count)),
        by="constant rule",
        gate="stops",
        says="stops the gradient: a place does not move by a tiny amount",
        source="PyTorch, torch.nn.functional.one_hot",
        parameter=count,
        options=lambda count: one_hot(whole(count)),
        statics=("count",),
        opens=lambda i: filled((*i.shape, count), lambda at: is_at(i[at[:-1]], at[-1], count)),
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
        raise ValueError("a number has no elements to pick; a product is x*(y + 1), in round brackets")
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


index = register(indexed((0,)))
