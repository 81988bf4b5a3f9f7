"""Gates that pick elements by places that are computed or given: `E[idx]`, `lp[arange(4), y]`, take, masks.

A place is a whole number; no gradient flows to it. What is picked twice gets the sum of both gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from cgviz.ops.coded import FUNCTIONS, coded, ours
from cgviz.ops.indexing import part_of_open, written_part
from cgviz.ops.op import Op, register
from cgviz.ops.opening import filled, selected
from cgviz.ops.rearranging import place_of_axis, whole
from cgviz.values.arrays import Shape, broadcast, numpy, shape_of, shape_text
from cgviz.values.axes import is_open

NUMPY = "NumPy reference, {}; its transpose is the rule"
SLOT = "#"  # in a key: an array of places, which is an operand
Key = tuple[Any, ...]
CONDITIONS = frozenset(
    "less less_equal greater greater_equal equal not_equal logical_and logical_or logical_not".split()
)


def as_places(value: Any) -> Any:
    """Returns places as whole numbers; what is no whole number is a place that does not exist."""
    np = numpy()
    value = np.asarray(value)
    if value.dtype.kind in "iu":
        return value
    with np.errstate(all="ignore"):
        return np.where(np.isfinite(value) & (value == np.floor(value)), value, 2.0**62).astype(np.int64)


def plain(key: Sequence[Any], places: Any) -> tuple[Any, ...]:
    """Returns a key as numpy takes it, the operands in their slots."""
    rest = iter(places)
    return tuple(next(rest) if part == SLOT else slice(*part[1:]) if isinstance(part, tuple) else part for part in key)


def slots(key: Key) -> int:
    return sum(isinstance(part, str) for part in key)


def written(key: Key, places: Any) -> str:
    """Returns a key as it is typed: `arange(4), y`."""
    rest = iter(places)
    return ", ".join(str(next(rest)) if isinstance(part, str) else written_part(part) for part in key)


def shape_of_picked(shape: Shape, key: Key, places: Sequence[Shape]) -> Shape:
    """Returns the shape of x[key] for places of these shapes. Raises ValueError."""
    np = numpy()
    if any(map(is_open, (shape, *places))):  # nothing of these lengths is made: short ones tell where the places stand
        rest, at = part_of_open(shape, key), broadcast(places)
        short = [0 if isinstance(part, int) else part for part in key]
        pattern = np.zeros((1,) * len(shape))[plain(short, [np.zeros((2,) * len(at), dtype=int)] * len(places))].shape
        before = pattern.index(2) if at else 0
        return (*rest[:before], *at, *rest[before:])
    blank = np.broadcast_to(0.0, tuple(max(n, 1) for n in shape))
    try:
        return tuple(blank[plain(key, [np.zeros(place, dtype=int) for place in places])].shape)
    except (IndexError, ValueError) as error:
        raise ValueError(str(error)) from None


@cache
def picked_at(key: Key) -> Op:
    """Returns the op `x[key]` whose key holds arrays of places: an operand for each "#" in it."""

    def shapes(shape: Shape, *places: Shape) -> Shape:
        return shape_of_picked(shape, key, places)

    def forward(x: Any, *places: Any) -> Any:
        np = numpy()
        x, at = np.asarray(x, dtype=float), [as_places(place) for place in places]
        try:
            return np.asarray(x[plain(key, at)])
        except IndexError:
            made: Any = np.full(shapes(x.shape, *(place.shape for place in at)), np.nan)
            return made

    def domain(x: Any, *places: Any) -> str:
        np = numpy()
        try:
            np.asarray(x)[plain(key, [as_places(place) for place in places])]
        except IndexError as error:
            fraction = str(2**62) in str(error)
            return "a place in [ ] is a whole number; x*(y) multiplies" if fraction else str(error)
        return ""

    return Op(
        name="x[i]",
        code=coded("{0.atom}[{index}]"),
        arity=(1 + slots(key), 1 + slots(key)),
        forward=forward,
        shapes=shapes,
        vjp=lambda up, out, x, *places: (added_at(key, shape_of(x))(up, *places), *(None,) * len(places)),
        jvp=lambda tangents, out, x, *places: picked_at(key)(tangents[0], *places),
        stem="pick",
        spell=lambda notation, x, *places: notation.indexed(x, written(key, places)),
        by="index rule",
        gate="picks",
        says="hands the gradient back to the elements that were picked, summed where one was picked twice",
        domain=domain,
        source=NUMPY.format("indexing with arrays"),
        parameter=key,
    )


@cache
def added_at(key: Key, shape: Shape | None) -> Op:
    """Returns the op that adds an array where `x[key]` took it from, among zeros: (values, *places)."""

    def forward(up: Any, *places: Any) -> Any:
        np = numpy()
        made = np.zeros(shape or ())
        try:
            np.add.at(made, plain(key, [as_places(place) for place in places]), up)
        except IndexError:
            made[...] = np.nan
        return made

    return Op(
        name="add_at",
        code=ours("add_at({0}, {goal}, {key})", "jnp.zeros_like({goal}).at[{index}].add({0})"),
        helper=FUNCTIONS["add_at"],
        arity=(1 + slots(key), 1 + slots(key)),
        forward=forward,
        shapes=lambda *_: shape or (),
        vjp=lambda up, out, x, *places: (picked_at(key)(up, *places), *(None,) * len(places)),
        jvp=lambda tangents, out, x, *places: added_at(key, shape)(tangents[0], *places),
        glyph="[+]",
        stem="placed",
        spell=lambda notation, x, *places: notation.along("place", x, f"at=[{written(key, places)}]"),
        by="index rule",
        gate="picks",
        says="takes the gradient of the elements that were placed",
        source="NumPy reference, numpy.add.at",
        parameter=(key, shape),
    )


@cache
def put_at(key: Key) -> Op:
    """Returns the op that is its first operand with the second at `key`: what `x[key] = y` makes of x."""

    def forward(x: Any, y: Any, *places: Any) -> Any:
        made = numpy().array(x, dtype=float)
        made[plain(key, [as_places(place) for place in places])] = y
        return made

    def shapes(shape: Shape, new: Shape, *places: Shape) -> Shape:
        at = shape_of_picked(shape, key, places)
        try:
            fits = broadcast([at, new]) == at
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(f"an array of shape {shape_text(new)} does not fit a place of shape {shape_text(at)}")
        return shape

    def vjp(up: Any, out: Any, x: Any, y: Any, *places: Any) -> tuple[Any, ...]:
        from cgviz.ops.rearranging import folded_to

        handed = picked_at(key)(up, *places)
        narrow = shape_of(y)
        return (
            put_at(key)(up, 0.0, *places),
            handed if narrow is None else folded_to(handed, narrow),
            *(None,) * len(places),
        )

    return Op(
        name="put",
        code=ours("put({0}, {1}, {key})", "{0.atom}.at[{index}].set({1})"),
        helper=FUNCTIONS["put"],
        arity=(2 + slots(key), 2 + slots(key)),
        forward=forward,
        shapes=shapes,
        vjp=vjp,
        jvp=lambda tangents, out, x, y, *places: put_at(key)(tangents[0], tangents[1], *places),
        glyph="[=]",
        spell=lambda notation, x, y, *places: notation.along(
            "put", f"{x}{notation.comma}{y}", f"at=[{written(key, places)}]"
        ),
        by="index rule",
        gate="splits",
        says="splits the gradient: what was overwritten gets 0, what was put there gets its part",
        source=NUMPY.format("indexing"),
        parameter=key,
    )


def key_along(axis: int | None) -> Key:
    """Returns the key of `take` along an axis."""
    if axis is None:
        return (SLOT,)
    every = ("slice", None, None, None)
    return (*(every,) * axis, SLOT) if axis >= 0 else (Ellipsis, SLOT, *(every,) * (-axis - 1))


def take(axis: int | None = None) -> Op:
    """Returns the op for `take(x, i, axis)`; without an axis, of a vector."""
    return picked_at(key_along(axis))


@cache
def along_axis(axis: int = -1) -> Op:
    """Returns the op `take_along_axis(x, i, axis)`: at each place the element that i names along the axis."""

    def full_key(x: Any, i: Any) -> tuple[Any, ...]:
        np = numpy()
        grid = list(np.ogrid[tuple(map(slice, np.shape(x)))])
        grid[place_of_axis(axis, np.ndim(x))] = as_places(i)
        return tuple(grid)

    def forward(x: Any, i: Any) -> Any:
        np = numpy()
        try:
            return np.asarray(x, dtype=float)[full_key(x, i)]
        except IndexError:
            return np.full(shapes(np.shape(x), np.shape(i)), np.nan)

    def shapes(shape: Shape, at: Shape) -> Shape:
        if len(shape) != len(at):
            raise ValueError("the places have as many axes as the array")
        fixed = place_of_axis(axis, len(shape))
        return tuple(m if k == fixed or m != 1 else n for k, (n, m) in enumerate(zip(shape, at, strict=True)))

    def opens(x: Any, i: Any) -> Any:
        np, fixed = numpy(), place_of_axis(axis, x.ndim)
        wide = np.broadcast_to(i, shapes(x.shape, i.shape))
        lines = np.broadcast_to(
            np.moveaxis(x, fixed, -1), (*wide.shape[:fixed], *wide.shape[fixed + 1 :], x.shape[fixed])
        )
        return filled(wide.shape, lambda at: selected(wide[at], lines[(*at[:fixed], *at[fixed + 1 :])]))

    return Op(
        name="take_along_axis",
        opens=opens,
        code=coded(
            f"np.take_along_axis({{0}}, {{places[1]}}, axis={axis})",
            f"torch.take_along_dim({{0}}, {{places[1]}}, dim={axis})",
        ),
        aliases=("gather",),
        arity=(2, 2),
        forward=forward,
        shapes=shapes,
        vjp=lambda up, out, x, i: (placed_along(axis, shape_of(x))(up, i), None),
        jvp=lambda tangents, out, x, i: along_axis(axis)(tangents[0], i),
        glyph="x[i]",
        stem="pick",
        spell=lambda notation, x, i: notation.along("take_along_axis", f"{x}{notation.comma}{i}", f"axis={axis}"),
        by="index rule",
        gate="picks",
        says="hands the gradient back to the elements that were picked, summed where one was picked twice",
        source=NUMPY.format("numpy.take_along_axis"),
        parameter=axis,
        options=lambda axis=-1: along_axis(whole(axis)),
        statics=("axis",),
        operands=2,
    )


@cache
def placed_along(axis: int, shape: Shape | None) -> Op:
    """Returns the op that adds values along an axis where `take_along_axis` took them from, among zeros."""

    def forward(up: Any, i: Any) -> Any:
        np = numpy()
        made = np.zeros(shape or ())
        grid = list(np.ogrid[tuple(map(slice, shape or ()))])
        grid[place_of_axis(axis, len(shape or ()))] = np.broadcast_to(as_places(i), np.shape(up))
        try:
            np.add.at(made, tuple(grid), up)
        except IndexError:
            made[...] = np.nan
        return made

    return Op(
        name="add_along_axis",
        code=ours(f"add_along_axis({{0}}, {{goal}}, {{places[1]}}, {axis})"),
        helper=FUNCTIONS["add_along_axis"],
        arity=(2, 2),
        forward=forward,
        shapes=lambda *_: shape or (),
        vjp=lambda up, out, x, i: (along_axis(axis)(up, i), None),
        jvp=lambda tangents, out, x, i: placed_along(axis, shape)(tangents[0], i),
        glyph="[+]",
        stem="placed",
        spell=lambda notation, x, i: notation.along("add_along_axis", f"{x}{notation.comma}{i}", f"axis={axis}"),
        by="index rule",
        gate="picks",
        says="takes the gradient of the elements that were placed",
        source="PyTorch, torch.scatter_add",
        parameter=(axis, shape),
    )


@cache
def masked(places: tuple[tuple[int, ...], ...] | None = None) -> Op:
    """Returns the op `x[mask]`; `places` are those that the mask picks, known with its values."""
    key = None if places is None else (SLOT,) * len(places)

    def arrays() -> list[Any]:
        return [numpy().array(each, dtype=float) for each in places or ()]

    def shapes(x: Shape, mask: Shape) -> Shape:
        if places is None or key is None:
            raise ValueError("how many elements a mask picks is known with the values only")
        if x[: len(mask)] != mask:
            raise ValueError(f"a mask of shape {shape_text(mask)} does not fit an array of shape {shape_text(x)}")
        return (len(places[0]), *x[len(mask) :])

    return Op(
        name="masked",
        code=coded("{0.atom}[{truth[1]}]"),
        arity=(2, 2),
        forward=lambda x, mask: (
            numpy().asarray(x)[numpy().asarray(mask) != 0] if key is None else picked_at(key).forward(x, *arrays())
        ),
        shapes=shapes,
        vjp=lambda up, out, x, mask: (up if key is None else unmasked(places, shape_of(x))(up, mask), None),
        jvp=lambda tangents, out, x, mask: masked(places)(tangents[0], mask),
        glyph="x[i]",
        stem="part",
        spell=lambda notation, x, mask: notation.indexed(x, str(mask)),
        by="index rule",
        gate="picks",
        says="hands the gradient back to the elements that were picked; the others get 0",
        source=NUMPY.format("indexing with booleans"),
        parameter=places,
    )


@cache
def unmasked(places: tuple[tuple[int, ...], ...] | None, shape: Shape | None) -> Op:
    """Returns the op that puts values where a mask picked them, among zeros: (values, mask)."""

    def forward(up: Any, mask: Any) -> Any:
        made = numpy().zeros(shape or ())
        made[tuple(numpy().array(each, dtype=int) for each in places or ())] = up
        return made

    return Op(
        name="unmasked",
        code=ours("place({0}, {goal}, {truth[1]})", "jnp.zeros_like({goal}).at[{truth[1]}].set({0})"),
        helper=FUNCTIONS["place"],
        arity=(2, 2),
        forward=forward,
        shapes=lambda *_: shape or (),
        vjp=lambda up, out, x, mask: (masked(places)(up, mask), None),
        jvp=lambda tangents, out, x, mask: unmasked(places, shape)(tangents[0], mask),
        glyph="[+]",
        stem="placed",
        spell=lambda notation, x, mask: notation.along("place", x, f"at=[{mask}]"),
        by="index rule",
        gate="picks",
        says="takes the gradient of the elements that were placed",
        source=NUMPY.format("indexing with booleans"),
        parameter=(places, shape),
    )


def meant_by_pick(of_place: Op, place: Shape | None) -> Op | None:
    """Returns the op that `x[i]` is where i is a condition or an array of places; None where i is one number."""
    if of_place.name in CONDITIONS:
        return masked()
    return picked_at((SLOT,)) if place else None


MASKED = register(masked())
TAKE_ALONG = register(along_axis())
