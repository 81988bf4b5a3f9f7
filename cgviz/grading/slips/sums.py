"""Slips of sums and means: the axis, what is kept, the 1/n, the penalty."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    edit,
    function_name,
    heads_of,
    is_array,
    name,
    numpy,
    parts,
    value_of,
    with_field,
    written,
)

SUMS = ("sum", "mean", "max", "min", "prod", "var", "std", "argmax", "argmin", "norm", "amax", "cumsum", "any", "all")


ALONG = (*SUMS, "concatenate", "stack", "repeat", "expand_dims", "split", "take", "softmax", "cat", "unsqueeze", "flip")


MISSING = object()


def sums(place: Place) -> Iterator[Slip]:
    """Sums along another axis, kept or not, forgotten, or one too many; a mean for a sum."""
    node = place.statement
    for part in parts(node):
        called = function_name(part)
        if isinstance(part, ast.Call) and called in ALONG:
            yield from axes(place, part, called)
    value = value_of(node)
    if value is None or isinstance(node, (ast.Return, ast.Expr)):
        return
    whole = [value, *(each for each in parts(node) if isinstance(each, ast.BinOp) and each is not value)][:6]
    for part in whole:
        if function_name(part) in ("sum", "mean", "zeros_like", "zeros", "len"):
            continue
        for named in (
            {"axis": 0},
            {"axis": 1},
            {},
            {"axis": 1, "keepdims": True},
            {"axis": 0, "keepdims": True},
            {"axis": -1, "keepdims": True},
        ):
            inside = ", ".join(f"{key}={value}" for key, value in named.items())
            says = (
                "what was broadcast forward is summed backward: "
                f"np.sum(...{', ' * bool(inside)}{inside}); the shape is another one else"
            )
            yield edit(place, part, numpy("sum", part, **named), "sum-missing", says)


def axes(place: Place, part: ast.Call, called: str) -> Iterator[Slip]:
    method = isinstance(part.func, ast.Attribute) and not (
        isinstance(part.func.value, ast.Name) and part.func.value.id in ("np", "numpy", "torch", "jnp", "F")
    )
    named = {each.arg: each for each in part.keywords}
    spelled = "dim" if "dim" in named or "keepdim" in named else "axis"
    keeping = "keepdim" if spelled == "dim" else "keepdims"
    position = 0 if method else 1
    old = named[spelled].value if spelled in named else part.args[position] if len(part.args) > position else None
    keeps = keeping in named and getattr(named[keeping].value, "value", False) is True
    rest = [each for each in part.keywords if each.arg not in (spelled, keeping)]
    args = part.args[:position] if spelled not in named and len(part.args) > position else part.args
    was = "all axes" if old is None else f"{spelled}={written(old)}"
    options: list[Any] = [
        0,
        1,
        None,
        -1,
        2,
        (0, 1),
        (0, 2),
        (1, 2),
        (0, 2, 3),
        (2, 3),
        (0, 1, 2),
        3,
        (3, 5),
        (2, 4),
        (1, 3),
        (1, 2, 3),
        (-2, -1),
    ]
    for kept in (keeps, not keeps):
        for axis in [MISSING, *options] if kept != keeps else options:
            if axis is not MISSING and (called not in SUMS and kept):
                continue
            keywords = list(rest)
            chosen = old if axis is MISSING else None if axis is None else ast.parse(repr(axis), mode="eval").body
            if chosen is not None:
                keywords.append(ast.keyword(spelled, chosen))
            elif axis is None and called not in SUMS:
                continue
            if kept:
                keywords.append(ast.keyword(keeping, ast.Constant(True)))
            made = ast.copy_location(ast.Call(part.func, args, keywords), part)
            if axis is MISSING:
                says = (
                    f"keep the axis of length 1, {keeping}=True: else it is broadcast along another axis"
                    if kept
                    else f"{keeping}=False belongs here: the shape is another one"
                )
                yield edit(place, part, made, "keepdims", says)
            else:
                now = (
                    "all axes"
                    if axis is None
                    else f"{spelled}={axis}" + (f", {keeping}=True" if kept and not keeps else "")
                )
                yield edit(
                    place,
                    part,
                    made,
                    "axis",
                    f"the {called} goes along {now}, not along {was}"
                    + ("" if "axis" in now + was or "axes" in now + was else " (the axis)"),
                )
    if called in ("sum", "mean"):
        other = "mean" if called == "sum" else "sum"
        function = (
            with_field(part.func, "attr", other)
            if isinstance(part.func, ast.Attribute)
            else ast.Name(other, ast.Load())
        )
        says = f"a {other} belongs here, not a {called}: " + (
            "divide by the number of examples" if other == "mean" else "it divides once too often, by an extra factor"
        )
        yield edit(place, part, with_field(part, "func", function), "mean", says)
        inner = (
            part.func.value if method and isinstance(part.func, ast.Attribute) else part.args[0] if part.args else None
        )
        if inner is not None:
            yield edit(place, part, inner, "extra-sum", f"there is nothing to {called} here")


def divided(place: Place) -> Iterator[Slip]:
    """The 1/n of a mean: left out, or once too often."""
    node, _value = place.statement, value_of(place.statement)
    heads = heads_of(node)
    if heads:
        every = [
            *heads,
            *(each for each in parts(node) if isinstance(each, (ast.BinOp, ast.Call)) and each not in heads),
        ][:8]
        for head in every:
            for text in counts(place):
                says = f"the mean has the slope 1/n: divide by the number of examples, {text}"
                yield edit(place, head, binary(head, ast.Div(), name(text)), "mean-forgotten", says)
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Div, ast.Mult)):
        says = "this is divided once too often, or should not be: the factor does not belong here"
        yield Slip("mean-twice", says, {node: []}, None, node)
    if isinstance(node, (ast.Assign, ast.AugAssign)) and heads:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        while isinstance(target, ast.Subscript):
            target = target.value
        if not isinstance(target, (ast.Name, ast.Attribute)):
            return
        target = with_field(target, "ctx", ast.Store())
        for text in counts(place):
            by = ast.copy_location(ast.AugAssign(target, ast.Div(), name(text)), node)
            says = f"{written(target)} is never divided by the number of examples, {text}: the mean has the slope 1/n"
            yield Slip("mean-forgotten", says, {node: [node, by]}, None, node)
            if isinstance(node, ast.AugAssign):
                yield Slip("mean-forgotten", says, {node: [by, node]}, None, node)


def counts(place: Place) -> list[str]:
    """Returns how the lengths of arrays are written: names of whole numbers, then `x.shape[0]`."""
    found = [
        key
        for key, held in place.values.items()
        if is_whole(held) and not isinstance(held, (bool, np.ndarray)) and held > 1 and "." not in key
    ]
    for key, held in place.values.items():
        if is_array(held) and "." not in key:
            found += [f"{key}.shape[{axis}]" for axis in range(held.ndim) if held.shape[axis] > 1]
            found += [f"{key}.size"] if held.ndim > 1 else []
    sizes: dict[Any, str] = {}
    for text in found:
        base, _, rest = text.partition(".")
        held = place.values[base]
        size = held.size if rest == "size" else held.shape[int(rest[6:-1])] if rest else held
        sizes.setdefault(int(size), text)
    return list(sizes.values())[:8]


def regularisation(place: Place) -> Iterator[Slip]:
    """The gradient of a penalty: left out, or by another factor."""
    node, value = place.statement, value_of(place.statement)
    if not isinstance(node, (ast.Assign, ast.AugAssign)) or value is None or not heads_of(node):
        return
    rates = [
        key
        for key in place.values
        if key.lower().rpartition(".")[2]
        in ("reg", "lambd", "lam", "lambda_", "l2", "weight_decay", "alpha", "wd", "reg_strength", "l2_reg", "lmbda")
    ]
    read = {ast.unparse(each) for each in ast.walk(value) if isinstance(each, (ast.Name, ast.Attribute))}
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    weights = [key for key, held in place.values.items() if is_array(held) and not place.is_slope(key)]
    for rate in rates[:2]:
        for weight in weights[:12]:
            for factor in (2.0, 1.0, 0.5):
                penalty = binary(binary(ast.Constant(factor), ast.Mult(), name(rate)), ast.Mult(), name(weight))
                if weight in read and rate in read:
                    continue
                text = f"{factor:g} * {rate} * {weight}" if factor != 1 else f"{rate} * {weight}"
                says = (
                    f"the penalty, too, uses {weight}: its contribution {text} is missing from the sum (regularisation)"
                )
                yield edit(place, value, binary(value, ast.Add(), penalty), "regularisation-missing", says)
    if any(rate in read for rate in rates):
        for part in parts(node):
            if (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult)) or part is value:
                for factor in (2.0, 0.5):
                    says = f"the factor of the penalty is {factor:g} times this: the 2 of the square (regularisation)"
                    if part is value or any(rate in ast.unparse(part) for rate in rates):
                        yield edit(place, part, binary(ast.Constant(factor), ast.Mult(), part), "regularisation", says)
    del target
