"""Slips of shapes: a gradient that is not brought to the shape of its variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import edit, function_name, is_array, name, numpy, parts, value_of, with_field


def shapes(place: Place) -> Iterator[Slip]:
    """Gradients that are not brought to the shape of their variable."""
    node, value = place.statement, value_of(place.statement)
    if not isinstance(node, (ast.Assign, ast.Return)) or value is None:
        return
    heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
    for head in heads:
        for key, shape in shapes_of(place).items():
            says = f"the shape is another one: bring it to that of {key}, as in .reshape({key}.shape)"
            yield edit(place, head, numpy("reshape", head, ast.parse(repr(shape), mode="eval").body), "shape", says)
        for cut in ("1:-1, 1:-1", ":, 1:-1, 1:-1", ":, :, 1:-1, 1:-1", "1:-1", ":, 1:-1", ":, :, 2:-2, 2:-2"):
            made = ast.Subscript(head, name(f"x[{cut}]").slice, ast.Load())  # type: ignore[attr-defined]
            says = "the shape is another one: the padding is to be cut off"
            yield edit(place, head, made, "shape", says)


def axes(place: Place) -> Iterator[Slip]:
    """A reshape that mixes axes: they are to be exchanged before it, or after."""
    for part in parts(place.statement):
        called = function_name(part)
        if (
            called not in ("reshape", "view")
            or not isinstance(part, ast.Call)
            or not isinstance(part.func, ast.Attribute)
        ):
            continue
        sizes = part.args[0].elts if len(part.args) == 1 and isinstance(part.args[0], ast.Tuple) else part.args
        says = "reshape does not exchange axes, it only counts on: a transpose belongs here (the order of the axes)"
        for count in {2, 3, 4, 5}:
            for order in list(permutations(range(count)))[1:]:
                listed = ast.parse(repr(order), mode="eval").body
                inner = with_field(part.func, "value", numpy("transpose", part.func.value, listed))
                yield edit(place, part, with_field(part, "func", inner), "axis", says)
                if len(sizes) == count:
                    made = with_field(part, "args", [ast.Tuple([sizes[at] for at in order], ast.Load())])
                    back = ast.parse(repr(tuple(order.index(axis) for axis in range(count))), mode="eval").body
                    yield edit(place, part, numpy("transpose", made, back), "axis", says)


def shapes_of(place: Place) -> dict[str, tuple[int, ...]]:
    found: dict[tuple[int, ...], str] = {}
    for key, held in {**place.inputs, **place.values}.items():
        if is_array(held):
            found.setdefault(held.shape, key)
    return {key: shape for shape, key in found.items()}
