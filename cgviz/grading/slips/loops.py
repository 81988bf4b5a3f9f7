"""Slips of loops and slices: one off, or the other way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    changed,
    constant_of,
    function_name,
    is_call,
    name,
    with_field,
    written,
)

LEFT_OUT = "off by one: the loop leaves out an element, the first or the last"
WINDOW = "the slice begins or ends at another place: off by one, another element or window belongs here"
BACKWARDS = "the loop runs in the wrong order: the backward pass walks from the last to the first step, reversed"


def loops(place: Place) -> Iterator[Slip]:
    """Loops and slices that begin or end one off, or run the other way."""
    node = place.statement
    if isinstance(node, ast.For):
        yield from backwards(place, node.iter)
    for part in place.parts:
        if isinstance(part, ast.Call) and is_call(part, "range", "xrange"):
            yield from ranges(place, part)
        if isinstance(part, ast.Slice):
            yield from bounds(place, part)
        if isinstance(part, ast.Subscript) and not isinstance(part.slice, (ast.Slice, ast.Tuple, ast.Constant)):
            yield from neighbours(place, part)
    for part in place.parts:
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice):
            says = f"the slice leaves out elements, the first or the last: {written(part.value)} belongs here whole"
            yield place.edit(part, part.value, "off-by-one", says)


def ranges(place: Place, part: ast.Call) -> Iterator[Slip]:
    ends = (ast.Constant(0), part.args[0]) if len(part.args) == 1 else (part.args[0], part.args[1])
    for one, two in ((0, 1), (-1, 0), (0, -1), (1, 0), (1, 1), (-1, -1)):
        first, last = shifted(ends[0], one), shifted(ends[1], two)
        made = ast.copy_location(ast.Call(part.func, [first, last, *part.args[2:]], []), part)
        how = "too late" if one < 0 or two > 0 else "off"
        says = f"{LEFT_OUT}: {written(part)} {'begins' if one else 'ends'} one {how}"
        yield place.edit(part, made, "off-by-one", says)


def shifted(node: ast.expr, by: int) -> ast.expr:
    return binary(node, ast.Add(), constant_of(by)) if by else node


def neighbours(place: Place, part: ast.Subscript) -> Iterator[Slip]:
    """The element before or after the one that is read."""
    for step in (-1, 1):
        moved = shifted(part.slice, step)
        other = written(with_field(part, "slice", moved))
        says = f"{other}, not {written(part)}, belongs here: off by one in the index"
        yield place.edit(part.slice, moved, "off-by-one", says)
        if isinstance(part.slice, ast.BinOp):
            says = f"{written(part.value)}[{written(part.slice.left)}] belongs here: off by one in the index"
            yield place.edit(part.slice, part.slice.left, "off-by-one", says)


def backwards(place: Place, over: ast.expr) -> Iterator[Slip]:
    args = over.args if isinstance(over, ast.Call) else []
    if function_name(over) == "reversed" and args:
        yield place.edit(over, args[0], "order", BACKWARDS)
    if isinstance(over, ast.Subscript):
        yield place.edit(over, over.value, "order", BACKWARDS)
    listed = ast.Call(ast.Name("list", ast.Load()), [over], [])
    yield place.edit(over, ast.Call(ast.Name("reversed", ast.Load()), [listed], []), "order", BACKWARDS)
    if function_name(over) == "sorted" and isinstance(over, ast.Call):
        reverse = next((each for each in over.keywords if each.arg == "reverse"), None)
        flipped = [each for each in over.keywords if each is not reverse]
        if reverse is None or not getattr(reverse.value, "value", True):
            flipped = [*flipped, ast.keyword("reverse", ast.Constant(True))]
        yield place.edit(over, with_field(over, "keywords", flipped), "order", BACKWARDS)


def bounds(place: Place, part: ast.Slice) -> Iterator[Slip]:
    """Other ends of a slice."""
    every = [other for other in place.parts if isinstance(other, ast.Slice)]
    ends = [each for other in every for each in (other.lower, other.upper) if each is not None]
    counts = [key for key in place.counts if "." not in key]
    for lower, upper in (
        (None, part.upper), (part.lower, None), (None, opposite(part.lower)), (opposite(part.upper), None),
        (None, part.lower), (part.upper, None),
    ):  # fmt: skip
        if (lower, upper) != (part.lower, part.upper):
            yield place.edit(part, ast.Slice(lower, upper, part.step), "off-by-one", WINDOW)
    for which in ("lower", "upper"):
        old = getattr(part, which)
        base = old or ast.Constant(0)
        for step in (1, -1) if old is not None or which == "lower" else ():
            yield place.edit(part, with_field(part, which, shifted(base, step)), "off-by-one", WINDOW)
        others = [name(key) for key in counts if old is not None and ast.unparse(old) != key]
        others += [other for other in ends if old is not None and other is not old]
        for other in others:
            yield place.edit(part, with_field(part, which, other), "index", WINDOW)
    if part.lower is not None and part.upper is not None:
        yield from strided(place, part, counts)


def strided(place: Place, part: ast.Slice, counts: list[str]) -> Iterator[Slip]:
    """Windows that begin at the index, not at a stride times it."""
    dicts = ((owner, held) for owner, held in place.values.items() if isinstance(held, dict))
    keys = sorted({f'{owner}["{key}"]' for owner, held in dicts for key in held if isinstance(key, str)})
    for key, factor in product(counts, [*counts, *keys]):
        made = binary(name(key), ast.Mult(), name(factor))
        if part.lower is not None and part.upper is not None and ast.unparse(part.lower) == key:
            says = f"the window begins at {written(made)}: the stride is a factor of the index"
            yield place.edit(part, ast.Slice(made, swap_names(part.upper, key, made), part.step), "index", says)


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
