"""Slips of what is read: another value, no upstream gradient, a contribution that is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    changed,
    edit,
    function_name,
    heads_of,
    is_array,
    is_number,
    is_value,
    loads,
    name,
    numpy,
    parts,
    seen,
    target_of,
    turned,
    with_field,
    written,
)


def names(place: Place) -> Iterator[Slip]:
    """Another value is read than the one that is meant."""
    outs = [
        word.value
        for part in parts(place.statement)
        if isinstance(part, ast.Call)
        for word in part.keywords
        if word.arg == "out"
    ]
    if isinstance(place.statement, ast.Expr) and isinstance(place.statement.value, ast.Call):
        outs.append(getattr(place.statement.value.func, "value", place.statement.value))
    every = [part for part in loads(place) if not any(part is each for each in outs)]
    for part in parts(place.statement):
        listed = (
            part.elts if isinstance(part, (ast.List, ast.Tuple)) else part.args if isinstance(part, ast.Call) else []
        )
        for each in listed:
            for key, held in place.values.items() if is_number(each) else ():
                if is_value(held) and not is_array(held) and place.is_slope(key):
                    says = f"multiply by the upstream gradient: {key}, not {written(each)}, belongs here"
                    yield edit(place, each, name(key), "upstream-forgotten", says)
    for part in every:
        held, text = seen(place, part), ast.unparse(part)
        for key, other in place.values.items():
            if (
                key == text
                or is_beside(part, key, place)
                or not alike(held, other, place, text, key)
                or key.endswith(".T")
            ):
                continue
            cause = "wrong-upstream" if place.is_slope(key) and place.is_slope(text) else "wrong-value"
            says = f"{key}, not {text}, belongs here"
            if cause == "wrong-upstream":
                says = f"the upstream gradient here is {key}, not {text}: {key} belongs here"
            yield edit(place, part, name(key), cause, says)
    for part in parts(place.statement):
        if isinstance(part, ast.Subscript) and not (
            isinstance(part.slice, ast.Constant) and isinstance(part.slice.value, str)
        ):
            for text in place.elements:
                if text != ast.unparse(part):
                    yield edit(place, part, name(text), "wrong-value", f"{text}, not {written(part)}, belongs here")
        if isinstance(part, ast.Name) and is_whole(place.values.get(part.id)):
            for text in place.elements:
                yield edit(
                    place, part, name(text), "index", f"{text}, not {part.id}, belongs here: another element, its index"
                )
        if (
            isinstance(part, ast.Subscript)
            and isinstance(part.slice, ast.Constant)
            and isinstance(part.slice.value, str)
        ):
            owner = place.values.get(ast.unparse(part.value))
            for key in owner if isinstance(owner, dict) else ():
                if isinstance(key, str) and key != part.slice.value:
                    says = f"{written(with_field(part, 'slice', ast.Constant(key)))}, not {written(part)}, belongs here"
                    yield edit(place, part.slice, ast.Constant(key), "wrong-value", says)


def is_beside(part: ast.expr, key: str, place: Place) -> bool:
    """Tells whether a name is the other operand of a part already: nobody writes x / x."""
    for each in parts(place.statement):
        pair = (
            [each.left, each.right] if isinstance(each, ast.BinOp) and isinstance(each.op, (ast.Div, ast.Sub)) else []
        )
        if isinstance(each, ast.Call) and function_name(each) in ("divide", "subtract", "true_divide"):
            pair = each.args
        if any(one is part for one in pair) and any(ast.unparse(one) == key for one in pair):
            return True
    return False


def alike(held: Any, other: Any, place: Place, text: str, key: str) -> bool:
    """Tells whether one value may be meant where another is read."""
    if held is None:
        return is_value(other)
    if is_array(held):
        return is_array(other) and (
            other.ndim == held.ndim or other.ndim + 1 == held.ndim or other.ndim == held.ndim + 1
        )
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
    node, heads = place.statement, heads_of(place.statement)
    slopes = [key for key, held in place.values.items() if place.is_slope(key) and is_value(held)]
    slopes = [*elements_of(place, slopes), *slopes]
    target = (
        written(node.targets[0])
        if isinstance(node, ast.Assign)
        else written(node.target)
        if isinstance(node, ast.AugAssign)
        else ""
    )
    for head in heads:
        read = {ast.unparse(each) for each in ast.walk(head) if isinstance(each, (ast.Name, ast.Attribute))}
        for key in slopes[:20]:
            if key in read or key == target:
                continue
            one = name(key)
            for made in (
                binary(head, ast.Mult(), one),
                binary(one, ast.MatMult(), head),
                binary(head, ast.MatMult(), one),
                numpy("dot", one, turned(head)),
                numpy("dot", turned(head), one),
            ):
                yield edit(
                    place, head, made, "upstream-forgotten", f"multiply by the upstream gradient, {key} (chain rule)"
                )


def contributions(place: Place) -> Iterator[Slip]:
    """A contribution is not in the sum: another array of the shape of what is assigned."""
    node, heads = place.statement, heads_of(place.statement)
    target = target_of(node)
    shape = np.shape(place.values[target]) if is_value(place.values.get(target)) else None
    for head in heads:
        read = {ast.unparse(each) for each in ast.walk(head)}
        for key, held in place.values.items():
            fits = is_value(held) and (spreads(np.shape(held), shape) if shape is not None else is_array(held))
            if fits and key not in read and key != target:
                yield edit(place, head, binary(head, ast.Add(), name(key)), "branch-forgotten", lacking(key))


def spreads(shape: tuple[int, ...], over: tuple[int, ...]) -> bool:
    """Tells whether an array is broadcast to a shape, keeping its axes."""
    return len(shape) == len(over) and all(one in (two, 1) for one, two in zip(shape, over, strict=True))


def products(place: Place) -> Iterator[Slip]:
    """A contribution that is a product is not in the sum; tried where the right sum is known."""
    if not place.posted or not isinstance(place.statement, (ast.Assign, ast.AugAssign)):
        return
    value = place.statement.value
    arrays = [key for key, held in place.values.items() if is_array(held)][:30]
    for i, one in enumerate(arrays):
        for two in arrays[i:]:
            try:
                np.broadcast_shapes(place.values[one].shape, place.values[two].shape)
            except ValueError:
                continue
            for op in (ast.Sub(), ast.Add()):
                made = binary(value, op, binary(name(one), ast.Mult(), name(two)))
                yield edit(place, value, made, "branch-forgotten", lacking(f"{one} * {two}"))
    for one in arrays:
        for two in arrays:
            shapes = place.values[one].shape, place.values[two].shape
            if (
                place.is_slope(one)
                and not place.is_slope(two)
                and len(shapes[0]) == 2
                and shapes[0][-1:] == shapes[1][1:]
            ):
                made = binary(value, ast.Add(), binary(name(one), ast.MatMult(), turned(name(two))))
                yield edit(place, value, made, "branch-forgotten", lacking(f"{one} @ {two}.T"))


def elsewhere(place: Place) -> Iterator[Slip]:
    """A number where a value belongs: a slope by name, the count of the others, the label's own element."""
    node = place.statement
    rates = [key for key, held in place.values.items() if isinstance(held, (float, np.floating)) and "." not in key]
    for part in parts(node):
        if is_number(part):
            for key in rates[:8]:
                yield edit(
                    place, part, name(key), "wrong-value", f"{key}, not {written(part)}, belongs here: its value"
                )
    if isinstance(node, ast.AugAssign) and is_number(node.value):
        yield from of_one_element(place, node)
    counted = [
        each.target.id for each in place.within if isinstance(each, ast.For) and isinstance(each.target, ast.Name)
    ]
    for part in parts(node):
        if isinstance(part, (ast.Subscript, ast.Name)) and ast.unparse(part) in place.labels:
            for key in counted:
                test = ast.Compare(name(key), [ast.Eq()], [part])
                says = f"1 where {key} is the label {written(part)}, else 0, belongs here: compare, {written(test)}"
                yield edit(place, part, test, "index", f"{says} (the index, not its value)")


def of_one_element(place: Place, node: ast.AugAssign) -> Iterator[Slip]:
    """`p -= 1` for `p[y] -= 1`, and `d[y] -= 1` for `d[y] -= d.sum(axis=1)`."""
    target = node.target
    if isinstance(target, ast.Subscript):
        for axis in (1, 0, None):
            total = numpy(
                "sum", with_field(target.value, "ctx", ast.Load()), **({} if axis is None else {"axis": axis})
            )
            says = (
                f"the sum of the others, not {written(node.value)}, belongs here: each counts, the value is their count"
            )
            yield edit(place, node.value, total, "wrong-value", says)
        if not isinstance(target.slice, (ast.Tuple, ast.Slice, ast.Constant)):
            rows = name(f"range(len({ast.unparse(target.slice)}))")
            both = with_field(target, "slice", ast.Tuple([rows, target.slice], ast.Load()))
            says = f"only the element of the label is changed, by two indices: {written(both)} (the index)"
            yield Slip("index", says, {node: [with_field(node, "target", both)]}, None, node)
        for key, held in place.values.items():
            if is_array(held) and held.dtype.kind in "iu" and not isinstance(target.slice, ast.Tuple):
                both = with_field(target, "slice", ast.Tuple([target.slice, name(key)], ast.Load()))
                says = f"only the element of the label is changed, by two indices: {written(both)} (the index)"
                yield Slip("index", says, {node: [with_field(node, "target", both)]}, None, node)
        return
    for key, held in place.values.items():
        if is_whole(held) and not isinstance(held, bool) and "." not in key:
            for text in (f"{key}", f"range(len({key})), {key}") if isinstance(held, np.ndarray) else (key,):
                place_of = name(f"x[{text}]").slice  # type: ignore[attr-defined]
                spot = ast.Subscript(with_field(target, "ctx", ast.Load()), place_of, ast.Store())
                says = f"only the element of the label is changed: {written(target)}[{text}] belongs here (the index)"
                yield Slip("index", says, {node: [with_field(node, "target", spot)]}, None, node)


def inner_contributions(place: Place) -> Iterator[Slip]:
    """A contribution is not in an argument or operand: dh[t] for dh[t] + dnext."""
    heads = heads_of(place.statement)
    every = [each for each in parts(place.statement) if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript))]
    inner = [each for each in every if each not in heads and place.is_slope(written(root(each)))]
    for part in inner[:6]:
        for key, held in place.values.items():
            if is_array(held) and key != ast.unparse(part) and key != written(root(part)):
                yield edit(place, part, binary(part, ast.Add(), name(key)), "branch-forgotten", lacking(key))


def root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def lacking(key: str) -> str:
    return f"a value that is used twice sums its branches: the contribution of {key} is missing from the sum, add it"


def twins(place: Place) -> Iterator[Slip]:
    """A line that is missing beside one like it: the same for another element, added or taken away."""
    node = place.statement
    if (
        not isinstance(node, ast.AugAssign)
        or not isinstance(node.target, ast.Subscript)
        or not isinstance(node.op, (ast.Add, ast.Sub))
    ):
        return
    for each in ast.walk(node.target.slice):
        if not isinstance(each, ast.Name) or not is_whole(place.values.get(each.id)):
            continue
        for text in [
            *place.elements,
            *(key for key, held in place.values.items() if is_whole(held) and not is_array(held)),
        ]:
            if text == each.id:
                continue
            for op in (ast.Sub(), ast.Add()):
                twin = with_field(changed(node, each, name(text)), "op", op)
                says = (
                    f"the contribution to the element {text} is missing from the "
                    "sum: a value that is used twice sums its branches, also that one"
                )
                yield Slip("branch-forgotten", says, {node: [node, twin]}, None, node)
