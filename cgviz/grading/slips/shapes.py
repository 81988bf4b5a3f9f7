"""Slips of shapes: a gradient that is not brought to the shape of its variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import edit, is_array, name, numpy, value_of


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


def shapes_of(place: Place) -> dict[str, tuple[int, ...]]:
    found: dict[tuple[int, ...], str] = {}
    for key, held in {**place.inputs, **place.values}.items():
        if is_array(held):
            found.setdefault(held.shape, key)
    return {key: shape for shape, key in found.items()}
