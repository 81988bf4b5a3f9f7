"""Slips of what is meant: the output of a function for its input, a gradient for its making, the step before."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice, permutations

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.sums import SUMS
from cgviz.grading.slips.trees import (
    MODULES,
    binary,
    changed,
    constant_of,
    function_name,
    is_array,
    is_call,
    is_value,
    name,
    numpy,
    with_field,
    written,
)
from cgviz.grading.slips.values import elements_of

MOST_PAIRS = 120


def outputs(place: Place) -> Iterator[Slip]:
    """The rule of tanh, sigmoid or exp is in terms of the output, and the input is read, or was kept."""
    node = place.statement
    every: dict[str, list[ast.expr]] = {}
    for part in place.loads():
        held = place.seen(part)
        if is_value(held) and not is_whole(held) and not place.is_slope(ast.unparse(part)):
            every.setdefault(ast.unparse(part), []).append(part)
    for text, same in list(every.items())[:6]:
        for shown, made in applied(same[0]):
            new = node
            for each in same:
                new = changed(new, each, made)
            says = f"the rule is in terms of the output {shown}({text}), which belongs here, not of the input {text}"
            yield Slip("input-for-output", says, {node: [new]}, same[0], node)


def applied(part: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    yield "tanh", numpy("tanh", part)
    power = numpy("exp", ast.UnaryOp(ast.USub(), part))
    yield "sigmoid", binary(constant_of(1.0), ast.Div(), binary(constant_of(1.0), ast.Add(), power))
    yield "exp", numpy("exp", part)
    yield "relu", numpy("maximum", part, constant_of(0.0))


def recomputed(place: Place) -> Iterator[Slip]:
    """A gradient is left out that was made of what is read: `dz2 @ W2.T` for `dz1`."""
    every = [part for part in place.parts if isinstance(part, (ast.BinOp, ast.Call))]
    slopes = [key for key in place.arrays if place.is_slope(key)] or place.arrays
    slopes = [*elements_of(place, slopes), *slopes]
    for part in every[:6]:
        inside = {ast.unparse(each) for each in ast.walk(part) if isinstance(each, (ast.Name, ast.Attribute))}
        for key in slopes[:24]:
            if key.partition("[")[0] not in inside:
                says = f"{key}, not {written(part)}, belongs here: the upstream gradient"
                yield place.edit(part, name(key), "wrong-upstream", says)


def inner_factors(place: Place) -> Iterator[Slip]:
    """A factor is left out inside a sum: `(dA * A).sum(axis=1)`."""
    for part in place.parts:
        inner = summed(part) if is_call(part, "sum", "mean") else None
        for key in place.arrays[:20] if inner is not None else ():
            says = f"the factor {key} is missing inside the {function_name(part)}: multiply by it before"
            yield place.edit(inner, binary(inner, ast.Mult(), name(key)), "factor-forgotten", says)  # type: ignore[arg-type]


def summed(part: ast.expr) -> ast.expr | None:
    """Returns what a call of a method, or of a function, sums."""
    owner = getattr(getattr(part, "func", None), "value", None)
    if owner is not None and not (isinstance(owner, ast.Name) and owner.id in MODULES):
        return owner  # type: ignore[no-any-return]
    return next(iter(getattr(part, "args", ())), None)


def windows(place: Place) -> Iterator[Slip]:
    """Slices that all begin one padding later: `dxp[:, :, :H, :W]` for `dxp[:, :, pad:pad + H, pad:pad + W]`."""
    for part in place.parts:
        spots = getattr(part.slice, "elts", ()) if isinstance(part, ast.Subscript) else ()
        cut = [each for each in spots if isinstance(each, ast.Slice) and each.upper is not None]
        if len(cut) < 2 or any(each.lower is not None for each in cut):
            continue
        for key in [key for key in place.wholes if not isinstance(place.values[key], np.ndarray) and "." not in key]:
            made: ast.AST = part.slice  # type: ignore[attr-defined]
            for each in cut:
                made = changed(
                    made, each, ast.Slice(name(key), binary(name(key), ast.Add(), each.upper or constant_of(0)))
                )
            says = f"the slices begin at {key}, not at 0: what was padded is cut off (the place, its index)"
            yield place.edit(part, with_field(part, "slice", made), "index", says)


def within_sums(place: Place) -> Iterator[Slip]:
    """The sum or maximum of another array: `np.max(x)` for that of a window."""
    for part in place.parts:
        if isinstance(part, ast.Call) and function_name(part) in SUMS:
            for each in part.args[:1] or [getattr(part.func, "value", part.func)]:
                held = place.seen(each)
                for key in place.arrays if is_array(held) else ():
                    if place.values[key].ndim != held.ndim:
                        says = f"{key}, not {written(each)}, belongs here: the {function_name(part)} of that"
                        yield place.edit(each, name(key), "wrong-value", says)


def earlier(place: Place) -> Iterator[Slip]:
    """The value of the step before, which at the first step is the beginning: `hs[:, t - 1] if t > 0 else h0`."""
    loops = {each.target.id for each in place.within if isinstance(each, ast.For) and isinstance(each.target, ast.Name)}
    for part in place.parts:
        index = part.slice if isinstance(part, ast.Subscript) else ast.Pass()
        for spot in ast.walk(index):
            if not isinstance(spot, ast.Name) or spot.id not in loops:
                continue
            before = changed(part, spot, binary(spot, ast.Sub(), constant_of(1)))
            test = ast.Compare(spot, [ast.Gt()], [constant_of(0)])
            for key in place.arrays[:20]:
                says = f"the step before belongs here, {written(before)}, and at the first step {key}: off by one"
                yield place.edit(part, ast.IfExp(test, before, name(key)), "off-by-one", says)


def bound_name(node: ast.stmt) -> str:
    """Returns the one name that a statement assigns to, "" where it is no such assignment."""
    only = node.targets if isinstance(node, ast.Assign) and len(node.targets) == 1 else []
    return next((each.id for each in only if isinstance(each, ast.Name)), "")


def unmasked(place: Place) -> Iterator[Slip]:
    """The mask of relu is not put over a gradient in place: `dh[h <= 0] = 0`."""
    node, target, heads = place.statement, bound_name(place.statement), place.heads
    if not place.is_slope(target) or len(heads) != 1 or is_changed_later(place, target):
        return
    for key in place.arrays:
        held = place.values[key]
        if not place.is_slope(key) and held.shape == np.shape(place.values.get(target, held)):
            says = f"relu hands nothing back where {key} is not above 0: the mask is missing after this line"
            yield after(node, f"{target}[{key} <= 0] = 0", "mask-forgotten", says)


def after(node: ast.stmt, text: str, cause: str, says: str) -> Slip:
    """Returns the slip of a statement that is missing after another."""
    made = ast.copy_location(ast.parse(text).body[0], node)
    return Slip(cause, says, {node: [node, made]}, None, node)


def is_changed_later(place: Place, target: str) -> bool:
    """Tells whether elements of an array are set by a statement beside the one that makes it."""
    spots = [spot for each in place.block for spot in getattr(each, "targets", [getattr(each, "target", None)])]
    return any(isinstance(spot, ast.Subscript) and ast.unparse(spot.value) == target for spot in spots)


def pairs(place: Place) -> Iterator[Slip]:
    """Two whole numbers of a tuple or index that both are others: `(i + r, j + q)` for `(top + r, left + q)`."""
    plain = [key for key in place.counts if "." not in key]
    for part in place.parts:
        if not isinstance(part, ast.Tuple) or not 2 <= len(part.elts) <= 4:
            continue
        one, two = (
            [n for n in ast.walk(each) if isinstance(n, ast.Name) and n.id in place.counts] for each in part.elts[-2:]
        )
        if not one or not two:
            continue
        last = [(part.elts[-2], one[0]), (part.elts[-1], two[0])]
        for key in plain[:8] + place.keys:
            made = [changed(whole, each, binary(each, ast.Mult(), name(key))) for whole, each in last]
            says = f"the factor {key} is missing from the place of the window, its index: the stride"
            yield place.edit(part, with_field(part, "elts", [*part.elts[:-2], *made]), "index", says)
        for others in islice(permutations(plain[::-1], 2), MOST_PAIRS):
            old = [each.id for _, each in last]
            if all(new != was for new, was in zip(others, old, strict=True)):
                made = [changed(whole, each, name(new)) for (whole, each), new in zip(last, others, strict=True)]
                says = (
                    f"{' and '.join(others)}, not {' and '.join(old)}, belong here: the place of the window, its index"
                )
                yield place.edit(part, with_field(part, "elts", [*part.elts[:-2], *made]), "index", says)


def unlabelled(place: Place) -> Iterator[Slip]:
    """The element of the label is not changed at all: `p[range(n), y] -= 1`, `d[range(n), y] = -count`."""
    target = bound_name(place.statement)
    labels = [key for key, held in place.values.items() if isinstance(held, np.ndarray) and held.dtype.kind in "iuf"
              and held.ndim == 1 and "." not in key and bool((held == np.floor(held)).all())]  # fmt: skip
    usable = target and place.heads and not is_changed_later(place, target)
    for key in labels[:3] if usable else ():
        spot = f"{target}[range(len({key})), {key}]"
        for value, what in ((f"{target}.sum(axis=1)", "the sum of the others"), ("1", "1")):
            says = f"the element of the label is missing from the sum: {what} is taken away from {spot} after this line"
            yield after(place.statement, f"{spot} -= {value}", "index", says)
