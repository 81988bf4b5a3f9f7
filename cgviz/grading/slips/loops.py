"""Slips of loops and slices: one off, or the other way."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    changed,
    constant_of,
    edit,
    function_name,
    name,
    parts,
    with_field,
    written,
)


def loops(place: Place) -> Iterator[Slip]:
    """Loops and slices that begin or end one off, or run the other way."""
    node = place.statement
    off = "off by one: the loop leaves out an element, the first or the last"
    if isinstance(node, ast.For):
        yield from backwards(place, node)
    for part in parts(node):
        if function_name(part) in ("range", "xrange") and isinstance(part, ast.Call):
            ends = range_ends(part)
            for one, two in ((0, 1), (-1, 0), (0, -1), (1, 0), (1, 1), (-1, -1)):
                first = binary(ends[0], ast.Add(), constant_of(one)) if one else ends[0]
                last = binary(ends[1], ast.Add(), constant_of(two)) if two else ends[1]
                made = ast.copy_location(ast.Call(part.func, [first, last, *part.args[2:]], []), part)
                says = (
                    f"{off}: {written(part)} {'begins' if one else 'ends'} "
                    f"one {'too late' if one < 0 or two > 0 else 'off'}"
                )
                yield edit(place, part, made, "off-by-one", says)
        if isinstance(part, ast.Slice):
            yield from bounds(place, part)
        if isinstance(part, ast.Subscript) and not isinstance(part.slice, (ast.Slice, ast.Tuple, ast.Constant)):
            for step in (-1, 1):
                moved = binary(part.slice, ast.Add(), constant_of(step))
                belongs = with_field(part, "slice", moved)
                says = f"{written(belongs)}, not {written(part)}, belongs here: off by one in the index"
                yield edit(place, part.slice, moved, "off-by-one", says)
                if isinstance(part.slice, ast.BinOp):
                    says = f"{written(part.value)}[{written(part.slice.left)}] belongs here: off by one in the index"
                    yield edit(place, part.slice, part.slice.left, "off-by-one", says)
    for part in parts(node):
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice):
            yield edit(
                place,
                part,
                part.value,
                "off-by-one",
                f"the slice leaves out elements, the first or the last: {written(part.value)} belongs here whole",
            )


def range_ends(part: ast.Call) -> tuple[ast.expr, ast.expr]:
    return (ast.Constant(0), part.args[0]) if len(part.args) == 1 else (part.args[0], part.args[1])


def backwards(place: Place, node: ast.For) -> Iterator[Slip]:
    over = node.iter
    says = "the loop runs in the wrong order: the backward pass walks from the last to the first step, reversed"
    for made in (
        over.args[0] if function_name(over) == "reversed" and isinstance(over, ast.Call) and over.args else None,
        over.value if isinstance(over, ast.Subscript) else None,
        ast.Call(ast.Name("reversed", ast.Load()), [ast.Call(ast.Name("list", ast.Load()), [over], [])], []),
    ):
        if made is not None:
            yield edit(place, over, made, "order", says)
    if function_name(over) == "sorted" and isinstance(over, ast.Call):
        reverse = next((each for each in over.keywords if each.arg == "reverse"), None)
        flipped = [each for each in over.keywords if each is not reverse]
        if reverse is None or not getattr(reverse.value, "value", True):
            flipped = [*flipped, ast.keyword("reverse", ast.Constant(True))]
        yield edit(place, over, with_field(over, "keywords", flipped), "order", says)


def bounds(place: Place, part: ast.Slice) -> Iterator[Slip]:
    """Other ends of a slice."""
    ends = [
        each
        for other in parts(place.statement)
        if isinstance(other, ast.Slice)
        for each in (other.lower, other.upper)
        if each is not None
    ]
    says = "the slice begins or ends at another place: off by one, another element or window belongs here"
    for lower, upper in (
        (None, part.upper), (part.lower, None), (None, opposite(part.lower)), (opposite(part.upper), None),
        (None, part.lower), (part.upper, None),
    ):  # fmt: skip
        if (lower, upper) != (part.lower, part.upper):
            yield edit(place, part, ast.Slice(lower, upper, part.step), "off-by-one", says)
    for which in ("lower", "upper"):
        old = getattr(part, which)
        for step in (1, -1):
            base = old if old is not None else ast.Constant(0) if which == "lower" else None
            if base is not None:
                yield edit(
                    place, part, with_field(part, which, binary(base, ast.Add(), constant_of(step))), "off-by-one", says
                )
        for key, held in place.values.items():
            if (
                is_whole(held)
                and not isinstance(held, np.ndarray)
                and "." not in key
                and old is not None
                and ast.unparse(old) != key
            ):
                yield edit(place, part, with_field(part, which, name(key)), "index", says)
        for other in ends:
            if old is not None and other is not old:
                yield edit(place, part, with_field(part, which, other), "index", says)
    wholes = [
        key
        for key, held in place.values.items()
        if is_whole(held) and not isinstance(held, (np.ndarray, bool)) and "." not in key
    ]
    if part.lower is not None and part.upper is not None:
        for key in wholes:
            for factor in [
                *wholes,
                *sorted(
                    {
                        f'{o}["{k}"]'
                        for o, v in place.values.items()
                        if isinstance(v, dict)
                        for k in v
                        if isinstance(k, str)
                    }
                ),
            ]:
                made = binary(name(key), ast.Mult(), name(factor))
                if ast.unparse(part.lower) == key:
                    ended = swap_names(part.upper, key, made)
                    says2 = f"the window begins at {written(made)}: the stride is a factor of the index"
                    yield edit(place, part, ast.Slice(made, ended, part.step), "index", says2)


def swap_names(node: ast.expr, key: str, made: ast.expr) -> ast.expr:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id == key:
            return changed(node, each, made)  # type: ignore[no-any-return]
    return node


def opposite(node: ast.expr | None) -> ast.expr | None:
    """Returns the end of a slice counted from the other side."""
    if node is None:
        return None
    return node.operand if isinstance(node, ast.UnaryOp) else ast.UnaryOp(ast.USub(), node)
