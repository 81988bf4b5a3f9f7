"""Gates that order: sort, topk, argmax and argmin, and a place as a row of zeros with a 1 in it."""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.coded import FUNCTIONS, Form, coded, ours
from cgviz.ops.indexing import one_hot
from cgviz.ops.op import Op, register
from cgviz.ops.places import NUMPY
from cgviz.ops.rearranging import place_of_axis, size, whole
from cgviz.values.arrays import Shape, numpy

# sorting


def order_of(x: Any, axis: int, descending: bool, count: int | None) -> Any:
    np = numpy()
    order = np.argsort(-np.asarray(x) if descending else x, axis=axis, kind="stable")
    return order if count is None else np.take(order, np.arange(count), axis=axis)


@cache
def ordered(axis: int = -1, descending: bool = False, count: int | None = None) -> Op:
    """Returns the op that sorts along an axis; with a `count`, its first so many: the largest of `topk`."""

    def shapes(shape: Shape) -> Shape:
        at = place_of_axis(axis, len(shape))
        if count is not None and not 0 <= count <= shape[at]:
            raise ValueError(f"there are no {count} elements along an axis of length {shape[at]}")
        return shape if count is None else (*shape[:at], count, *shape[at + 1 :])

    def forward(x: Any) -> Any:
        return numpy().take_along_axis(numpy().asarray(x), order_of(x, axis, descending, count), axis)

    def corner(out: Any, x: Any) -> str:
        np = numpy()
        return "tie" if np.any(np.diff(np.sort(x, axis=axis), axis=axis) == 0) else ""

    options = [f"axis={axis}"] * (axis != -1) + ["descending=True"] * (descending and count is None)
    name = "sort" if count is None else "topk"
    return Op(
        name=name,
        code=sorted_forms(axis, descending, count),
        forward=forward,
        shapes=shapes,
        vjp=lambda up, out, x: (unordered(axis, descending, count)(up, x),),
        jvp=lambda tangents, out, x: reordered(axis, descending, count)(tangents[0], x),
        spell=lambda notation, x: notation.along(name, x, ", ".join([str(count)] * (count is not None) + options)),
        by="sorting rule",
        gate="routes",
        says="routes the gradient of each element back to where it came from",
        corner=corner,
        rule="equal elements keep their order",
        corners="ties where elements are equal",
        switch=lambda x: order_of(x, axis, descending, count).tobytes(),
        source="NumPy reference, numpy.sort; PyTorch, torch.topk",
        parameter=(axis, descending, count),
        options=sorting if count is None else top,
        statics=("axis", "descending") if count is None else ("count", "axis", "largest", "sorted"),
    )


def sorted_forms(axis: int, descending: bool, count: int | None) -> dict[str, Form]:
    """Returns how sorting is written."""
    sorted_up = f"-np.sort(-{{0.atom}}, axis={axis})" if descending else f"np.sort({{0}}, axis={axis})"
    first = (
        "" if count is None else f"[{', '.join([':'] * axis if axis >= 0 else ['...'])}, :{count}{', :' * (-axis - 1)}]"
    )
    torch = f"torch.sort({{0}}, dim={axis}{', descending=True' * descending}, stable=True).values"
    if count is not None:
        torch = f"torch.topk({{0}}, {count}, dim={axis}{'' if descending else ', largest=False'}).values"
    return coded(f"({sorted_up}){first.replace('[, ', '[')}" if first else sorted_up, torch)


def sorting(axis: Any = -1, descending: Any = False) -> Op:
    return ordered(whole(axis), bool(descending))


def top(count: Any, axis: Any = -1, largest: Any = True, sorted: Any = True) -> Op:
    return ordered(whole(axis), bool(largest), whole(count))


@cache
def reordered(axis: int, descending: bool, count: int | None) -> Op:
    """Returns the op that puts its first operand in the order that sorts the second."""
    return Op(
        name="in_order_of",
        arity=(2, 2),
        forward=lambda v, x: numpy().take_along_axis(v, order_of(x, axis, descending, count), axis),
        shapes=lambda v, x: ordered(axis, descending, count).shapes(x),  # type: ignore[misc]
        vjp=lambda up, out, v, x: (unordered(axis, descending, count)(up, x), None),
        jvp=lambda tangents, out, v, x: reordered(axis, descending, count)(tangents[0], x),
        glyph="sort",
        stem="sorted",
        spell=lambda notation, v, x: notation.along("in_order_of", f"{v}{notation.comma}{x}", f"axis={axis}"),
        by="sorting rule",
        gate="routes",
        says="routes the gradient of each element back to where it came from",
        source="NumPy reference, numpy.argsort",
        parameter=(axis, descending, count),
    )


@cache
def unordered(axis: int, descending: bool, count: int | None) -> Op:
    """Returns the op that puts sorted values back to where the second operand has them, zeros elsewhere."""

    def forward(v: Any, x: Any) -> Any:
        np = numpy()
        made = np.zeros(np.shape(x))
        np.put_along_axis(made, order_of(x, axis, descending, count), v, axis)
        return made

    return Op(
        name="out_of_order_of",
        code=ours(f"unsorted({{0}}, {{1}}, {axis}, {descending})"),
        helper=FUNCTIONS["unsorted"],
        arity=(2, 2),
        forward=forward,
        shapes=lambda v, x: x,
        vjp=lambda up, out, v, x: (reordered(axis, descending, count)(up, x), None),
        jvp=lambda tangents, out, v, x: unordered(axis, descending, count)(tangents[0], x),
        glyph="sort",
        stem="unsorted",
        spell=lambda notation, v, x: notation.along("out_of_order_of", f"{v}{notation.comma}{x}", f"axis={axis}"),
        by="sorting rule",
        gate="routes",
        says="takes the gradient of the elements where they were put",
        source="NumPy reference, numpy.argsort",
        parameter=(axis, descending, count),
    )


# places as numbers


@cache
def winner(largest: bool = True, axis: int | None = None) -> Op:
    """Returns the place of the largest (or smallest) element; nothing flows to it."""

    def forward(x: Any) -> Any:
        np = numpy()
        return np.asarray((np.argmax if largest else np.argmin)(x, axis=axis), dtype=float)

    def shapes(shape: Shape) -> Shape:
        if not size(shape if axis is None else (shape[place_of_axis(axis, len(shape))],)):
            raise ValueError(f"an axis of length 0 has no {'largest' if largest else 'smallest'} element")
        at = 0 if axis is None else place_of_axis(axis, len(shape))
        return () if axis is None else (*shape[:at], *shape[at + 1 :])

    name = "argmax" if largest else "argmin"
    return Op(
        name=name,
        code=coded(f"np.{name}({{0}}{{options}})"),
        forward=forward,
        shapes=shapes,
        vjp=lambda up, out, x: (None,),
        stem="place",
        spell=lambda notation, x: notation.along(name, x, "" if axis is None else f"axis={axis}"),
        by="constant rule",
        gate="stops",
        says="stops the gradient: a place does not move by a tiny amount",
        source=NUMPY.format(f"numpy.{name}"),
        parameter=axis,
        options=lambda axis=None: winner(largest, None if axis is None else whole(axis)),
        statics=("axis",),
    )


SORT, TOPK, HOT = map(register, (ordered(), ordered(count=1), one_hot()))
ARGMAX, ARGMIN = register(winner(True)), register(winner(False))
