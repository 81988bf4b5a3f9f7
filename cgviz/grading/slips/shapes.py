"""Slips of shapes: a gradient that is not brought to the shape of its variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import is_array, is_call, name, numpy, with_field

CUTS = ("1:-1, 1:-1", ":, 1:-1, 1:-1", ":, :, 1:-1, 1:-1", "1:-1", ":, 1:-1", ":, :, 2:-2, 2:-2")
ONLY_COUNTS = "reshape does not exchange axes, it only counts on: a transpose belongs here (the order of the axes)"


def shapes(place: Place) -> Iterator[Slip]:
    """Gradients that are not brought to the shape of their variable."""
    for head in place.heads if isinstance(place.statement, (ast.Assign, ast.Return)) else ():
        for key, shape in shapes_of(place).items():
            says = f"the shape is another one: bring it to that of {key}, as in .reshape({key}.shape)"
            yield place.edit(head, numpy("reshape", head, name(repr(shape))), "shape", says)
        for cut in CUTS:
            made = ast.Subscript(head, name(f"x[{cut}]").slice, ast.Load())  # type: ignore[attr-defined]
            yield place.edit(head, made, "shape", "the shape is another one: the padding is to be cut off")


def axes(place: Place) -> Iterator[Slip]:
    """A reshape that mixes axes: they are to be exchanged before it, or after."""
    for part in place.parts:
        if not is_call(part, "reshape", "view") or not isinstance(part.func, ast.Attribute):  # type: ignore[attr-defined]
            continue
        func, args = part.func, part.args  # type: ignore[attr-defined]
        sizes = args[0].elts if len(args) == 1 and isinstance(args[0], ast.Tuple) else args
        for count in {2, 3, 4, 5}:
            for order in list(permutations(range(count)))[1:]:
                inner = with_field(func, "value", numpy("transpose", func.value, name(repr(order))))
                yield place.edit(part, with_field(part, "func", inner), "axis", ONLY_COUNTS)
                if len(sizes) == count:
                    made = with_field(part, "args", [ast.Tuple([sizes[at] for at in order], ast.Load())])
                    back = name(repr(tuple(order.index(axis) for axis in range(count))))
                    yield place.edit(part, numpy("transpose", made, back), "axis", ONLY_COUNTS)


def shapes_of(place: Place) -> dict[str, tuple[int, ...]]:
    found: dict[tuple[int, ...], str] = {}
    for key, held in {**place.inputs, **place.values}.items():
        if is_array(held):
            found.setdefault(held.shape, key)
    return {key: shape for shape, key in found.items()}
