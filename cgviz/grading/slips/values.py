"""Slips of what is read: another value, no upstream gradient, a contribution that is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    changed,
    function_name,
    is_array,
    is_number,
    is_operation,
    is_value,
    listed_in,
    name,
    numpy,
    turned,
    with_field,
    written,
)

BELONGS = "only the element of the label is changed"


def names(place: Place) -> Iterator[Slip]:
    """Another value is read than the one that is meant."""
    node, every = place.statement, place.parts
    outs = [word.value for part in every if isinstance(part, ast.Call) for word in part.keywords if word.arg == "out"]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        outs.append(getattr(node.value.func, "value", node.value))
    for each in (each for part in every for each in listed_in(part) if is_number(each)):
        for key, held in place.values.items():
            if is_value(held) and not is_array(held) and place.is_slope(key):
                says = f"multiply by the upstream gradient: {key}, not {written(each)}, belongs here"
                yield place.edit(each, name(key), "upstream-forgotten", says)
    for part in place.loads():
        if not any(part is each for each in outs):
            yield from other_names(place, part)
    for part in every:
        if isinstance(part, ast.Subscript) and not isinstance(key_of(part), str):
            for text in place.elements:
                if text != ast.unparse(part):
                    yield place.edit(part, name(text), "wrong-value", f"{text}, not {written(part)}, belongs here")
        if isinstance(part, ast.Name) and is_whole(place.values.get(part.id)):
            for text in place.elements:
                says = f"{text}, not {part.id}, belongs here: another element, its index"
                yield place.edit(part, name(text), "index", says)
        if isinstance(part, ast.Subscript) and isinstance(key_of(part), str):
            owner = place.values.get(ast.unparse(part.value))
            for key in owner if isinstance(owner, dict) else ():
                if isinstance(key, str) and key != key_of(part):
                    other = with_field(part, "slice", ast.Constant(key))
                    says = f"{written(other)}, not {written(part)}, belongs here"
                    yield place.edit(part.slice, ast.Constant(key), "wrong-value", says)


def key_of(part: ast.Subscript) -> Any:
    """Returns the constant by which a part is taken out of something, None where there is none."""
    return getattr(part.slice, "value", None) if isinstance(part.slice, ast.Constant) else None


def other_names(place: Place, part: ast.expr) -> Iterator[Slip]:
    held, text = place.seen(part), ast.unparse(part)
    for key, other in place.values.items():
        if key == text or is_beside(part, key, place) or not alike(held, other) or key.endswith(".T"):
            continue
        cause, says = "wrong-value", f"{key}, not {text}, belongs here"
        if place.is_slope(key) and place.is_slope(text):
            cause, says = "wrong-upstream", f"the upstream gradient here is {key}, not {text}: {key} belongs here"
        yield place.edit(part, name(key), cause, says)


def is_beside(part: ast.expr, key: str, place: Place) -> bool:
    """Tells whether a name is the other operand of a part already: nobody writes x / x."""
    for each in place.parts:
        pair: list[ast.expr] = []
        if isinstance(each, ast.BinOp) and is_operation(each, ast.Div, ast.Sub):
            pair = [each.left, each.right]
        elif isinstance(each, ast.Call) and function_name(each) in ("divide", "subtract", "true_divide"):
            pair = each.args
        if any(one is part for one in pair) and any(ast.unparse(one) == key for one in pair):
            return True
    return False


def alike(held: Any, other: Any) -> bool:
    """Tells whether one value may be meant where another is read."""
    if held is None:
        return is_value(other)
    if is_array(held):
        return is_array(other) and abs(other.ndim - held.ndim) <= 1
    if is_value(held):
        return is_value(other) and not is_array(other)
    return type(held) is type(other) and type(held) in (tuple, list, dict) and len(held) == len(other)


def elements_of(place: Place, slopes: list[str]) -> list[str]:
    """Returns the elements of gradients that a loop is at: dout[i, j], dh[t]."""
    loops = [each.target for each in place.within if isinstance(each, ast.For)]
    names = [part.id for target in loops for part in ast.walk(target) if isinstance(part, ast.Name)]
    found = []
    for key in slopes[:4]:
        rank = np.ndim(place.values[key])
        for count in range(min(rank, len(names)), 0, -1):
            found += [f"{key}[{', '.join(names[:count])}]", f"{key}[{', '.join(names[len(names) - count :])}]"]
            found.append(f"{key}[:, {names[-1]}]")
    return list(dict.fromkeys(found))[:12]


def upstream(place: Place) -> Iterator[Slip]:
    """The upstream gradient is left out, or another one is read."""
    node = place.statement
    slopes = [key for key, held in place.values.items() if place.is_slope(key) and is_value(held)]
    slopes = [*elements_of(place, slopes), *slopes]
    target = place.target if isinstance(node, (ast.Assign, ast.AugAssign)) else ""
    for head in place.heads:
        read = {ast.unparse(each) for each in ast.walk(head) if isinstance(each, (ast.Name, ast.Attribute))}
        for key in (key for key in slopes[:20] if key not in read and key != target):
            one, says = name(key), f"multiply by the upstream gradient, {key} (chain rule)"
            for made in (
                binary(head, ast.Mult(), one),
                binary(one, ast.MatMult(), head),
                binary(head, ast.MatMult(), one),
                numpy("dot", one, turned(head)),
                numpy("dot", turned(head), one),
            ):
                yield place.edit(head, made, "upstream-forgotten", says)


def contributions(place: Place) -> Iterator[Slip]:
    """A contribution is not in the sum: another array of the shape of what is assigned."""
    target = place.target
    shape = np.shape(place.values[target]) if is_value(place.values.get(target)) else None
    for head in place.heads:
        read = {ast.unparse(each) for each in ast.walk(head)}
        for key, held in place.values.items():
            fits = is_value(held) and (spreads(np.shape(held), shape) if shape is not None else is_array(held))
            if fits and key not in read and key != target:
                yield place.edit(head, binary(head, ast.Add(), name(key)), "branch-forgotten", lacking(key))


def spreads(shape: tuple[int, ...], over: tuple[int, ...]) -> bool:
    """Tells whether an array is broadcast to a shape, keeping its axes."""
    return len(shape) == len(over) and all(one in (two, 1) for one, two in zip(shape, over, strict=True))


def products(place: Place) -> Iterator[Slip]:
    """A contribution that is a product is not in the sum; tried where the right sum is known."""
    if not place.posted or not isinstance(place.statement, (ast.Assign, ast.AugAssign)):
        return
    value, arrays = place.statement.value, place.arrays[:30]
    for one, two in combinations_with_replacement(arrays, 2):
        try:
            np.broadcast_shapes(place.values[one].shape, place.values[two].shape)
        except ValueError:
            continue
        for op in (ast.Sub(), ast.Add()):
            made = binary(value, op, binary(name(one), ast.Mult(), name(two)))
            yield place.edit(value, made, "branch-forgotten", lacking(f"{one} * {two}"))
    for one, two in product(arrays, arrays):
        first, second = place.values[one].shape, place.values[two].shape
        if place.is_slope(one) and not place.is_slope(two) and len(first) == 2 and first[-1:] == second[1:]:
            made = binary(value, ast.Add(), binary(name(one), ast.MatMult(), turned(name(two))))
            yield place.edit(value, made, "branch-forgotten", lacking(f"{one} @ {two}.T"))


def elsewhere(place: Place) -> Iterator[Slip]:
    """A number where a value belongs: a slope by name, the count of the others, the label's own element."""
    node = place.statement
    rates = [key for key, held in place.values.items() if isinstance(held, (float, np.floating)) and "." not in key]
    for part in filter(is_number, place.parts):
        for key in rates[:8]:
            says = f"{key}, not {written(part)}, belongs here: its value"
            yield place.edit(part, name(key), "wrong-value", says)
    if isinstance(node, ast.AugAssign) and is_number(node.value):
        yield from of_one_element(place, node)
    loops = [each.target for each in place.within if isinstance(each, ast.For)]
    for part in place.parts:
        if isinstance(part, (ast.Subscript, ast.Name)) and ast.unparse(part) in place.labels:
            for key in [each.id for each in loops if isinstance(each, ast.Name)]:
                test = ast.Compare(name(key), [ast.Eq()], [part])
                says = f"1 where {key} is the label {written(part)}, else 0, belongs here: compare, {written(test)}"
                yield place.edit(part, test, "index", f"{says} (the index, not its value)")


def of_one_element(place: Place, node: ast.AugAssign) -> Iterator[Slip]:
    """`p -= 1` for `p[y] -= 1`, and `d[y] -= 1` for `d[y] -= d.sum(axis=1)`."""
    target = node.target
    if isinstance(target, ast.Subscript):
        whole = with_field(target.value, "ctx", ast.Load())
        for axis in ({"axis": 1}, {"axis": 0}, {}):
            says = (
                f"the sum of the others, not {written(node.value)}, belongs here: each counts, the value is their count"
            )
            yield place.edit(node.value, numpy("sum", whole, **axis), "wrong-value", says)
        both = []
        if not isinstance(target.slice, (ast.Tuple, ast.Slice, ast.Constant)):
            both.append([name(f"range(len({ast.unparse(target.slice)}))"), target.slice])
        if not isinstance(target.slice, ast.Tuple):
            both += [[target.slice, name(key)] for key in place.arrays if place.values[key].dtype.kind in "iu"]
        for pair in both:
            spot = with_field(target, "slice", ast.Tuple(pair, ast.Load()))
            says = f"{BELONGS}, by two indices: {written(spot)} (the index)"
            yield Slip("index", says, {node: [with_field(node, "target", spot)]}, None, node)
        return
    for key in place.wholes:
        held = place.values[key]
        if isinstance(held, bool) or "." in key:
            continue
        for text in (key, f"range(len({key})), {key}") if isinstance(held, np.ndarray) else (key,):
            at = name(f"x[{text}]").slice  # type: ignore[attr-defined]
            spot = ast.Subscript(with_field(target, "ctx", ast.Load()), at, ast.Store())
            says = f"{BELONGS}: {written(target)}[{text}] belongs here (the index)"
            yield Slip("index", says, {node: [with_field(node, "target", spot)]}, None, node)


def inner_contributions(place: Place) -> Iterator[Slip]:
    """A contribution is not in an argument or operand: dh[t] for dh[t] + dnext."""
    heads = place.heads
    every = [each for each in place.parts if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript))]
    inner = [each for each in every if each not in heads and place.is_slope(written(root(each)))]
    for part in inner[:6]:
        for key in place.arrays:
            if key != ast.unparse(part) and key != written(root(part)):
                yield place.edit(part, binary(part, ast.Add(), name(key)), "branch-forgotten", lacking(key))


def root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def lacking(key: str) -> str:
    return f"a value that is used twice sums its branches: the contribution of {key} is missing from the sum, add it"


def twins(place: Place) -> Iterator[Slip]:
    """A line that is missing beside one like it: the same for another element, added or taken away."""
    node = place.statement
    adds = isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub))
    if not adds or not isinstance(node.target, ast.Subscript):  # type: ignore[attr-defined]
        return
    numbers = [key for key in place.wholes if not is_array(place.values[key])]
    spots = [each for each in ast.walk(node.target.slice) if isinstance(each, ast.Name)]  # type: ignore[attr-defined]
    for each in (each for each in spots if is_whole(place.values.get(each.id))):
        for text, op in product([*place.elements, *numbers], (ast.Sub(), ast.Add())):
            if text != each.id:
                twin = with_field(changed(node, each, name(text)), "op", op)
                says = (f"the contribution to the element {text} is missing from the sum: a value that is used twice "
                        "sums its branches, also that one")  # fmt: skip
                yield Slip("branch-forgotten", says, {node: [node, twin]}, None, node)
