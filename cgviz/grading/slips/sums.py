"""Slips of sums and means: the axis, what is kept, the 1/n, the penalty."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from typing import Any

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    MODULES,
    binary,
    function_name,
    is_call,
    is_operation,
    name,
    numpy,
    renamed,
    with_field,
    written,
)

SUMS = ("sum", "mean", "max", "min", "prod", "var", "std", "argmax", "argmin", "norm", "amax", "cumsum", "any", "all")
ALONG = (*SUMS, "concatenate", "stack", "repeat", "expand_dims", "split", "take", "softmax", "cat", "unsqueeze", "flip")
SAME_AXIS = object()
AXES: tuple[Any, ...] = (
    0, 1, None, -1, 2, (0, 1), (0, 2), (1, 2), (0, 2, 3), (2, 3), (0, 1, 2), 3, (3, 5), (2, 4), (1, 3), (1, 2, 3),
    (-2, -1),
)  # fmt: skip
FOLDS: tuple[dict[str, Any], ...] = (
    {"axis": 0}, {"axis": 1}, {}, {"axis": 1, "keepdims": True}, {"axis": 0, "keepdims": True},
    {"axis": -1, "keepdims": True},
)  # fmt: skip
RATES = "reg lambd lam lambda_ l2 weight_decay alpha wd reg_strength l2_reg lmbda".split()
ONCE_TOO_OFTEN = "this is divided once too often, or should not be: the factor does not belong here"


def sums(place: Place) -> Iterator[Slip]:
    """Sums along another axis, kept or not, forgotten, or one too many; a mean for a sum."""
    node, value = place.statement, place.value
    for part in place.parts:
        if is_call(part, *ALONG):
            yield from Along(part).slips(place)  # type: ignore[arg-type]
    if value is None or isinstance(node, (ast.Return, ast.Expr)):
        return
    whole = [value, *(each for each in place.parts if isinstance(each, ast.BinOp) and each is not value)][:6]
    for part, named in product(whole, FOLDS):
        if function_name(part) not in ("sum", "mean", "zeros_like", "zeros", "len"):
            inside = "".join(f", {key}={value}" for key, value in named.items())
            says = f"what was broadcast forward is summed backward: np.sum(...{inside}); the shape is another one else"
            yield place.edit(part, numpy("sum", part, **named), "sum-missing", says)


class Along:
    """A call that goes along an axis, as it is written."""

    def __init__(self, call: ast.Call) -> None:
        self.call, self.called = call, function_name(call)
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        self.owner = None if owner is None or (isinstance(owner, ast.Name) and owner.id in MODULES) else owner
        named = {each.arg: each for each in call.keywords}
        torch = "dim" in named or "keepdim" in named
        self.axis, self.keeps = ("dim", "keepdim") if torch else ("axis", "keepdims")
        at = 1 if self.owner is None else 0
        placed = call.args[at] if self.axis not in named and len(call.args) > at else None
        self.old = named[self.axis].value if self.axis in named else placed
        self.kept = self.keeps in named and getattr(named[self.keeps].value, "value", False) is True
        self.rest = [each for each in call.keywords if each.arg not in (self.axis, self.keeps)]
        self.args = call.args if placed is None else call.args[:at]

    def slips(self, place: Place) -> Iterator[Slip]:
        for kept in (self.kept, not self.kept):
            for axis in AXES if kept == self.kept else (SAME_AXIS, *AXES):
                reduces = self.called in SUMS
                if (axis is SAME_AXIS or reduces or not kept) and (axis is not None or reduces):
                    yield self.other(place, axis, kept)
        if self.called in ("sum", "mean"):
            yield from self.another(place)

    def other(self, place: Place, axis: Any, kept: bool) -> Slip:
        """Returns the slip of another axis, or of what is kept of the same."""
        chosen = self.old if axis is SAME_AXIS else None if axis is None else name(repr(axis))
        keywords = self.rest + ([] if chosen is None else [ast.keyword(self.axis, chosen)])
        keywords += [ast.keyword(self.keeps, ast.Constant(True))] if kept else []
        made = ast.copy_location(ast.Call(self.call.func, self.args, keywords), self.call)
        if axis is SAME_AXIS:
            says = f"{self.keeps}=False belongs here: the shape is another one"
            if kept:
                says = f"keep the axis of length 1, {self.keeps}=True: else it is broadcast along another axis"
            return place.edit(self.call, made, "keepdims", says)
        was = "all axes" if self.old is None else f"{self.axis}={written(self.old)}"
        also = f", {self.keeps}=True" if kept and not self.kept else ""
        now = "all axes" if axis is None else f"{self.axis}={axis}{also}"
        which = "" if "axis" in now + was or "axes" in now + was else " (the axis)"
        return place.edit(self.call, made, "axis", f"the {self.called} goes along {now}, not along {was}{which}")

    def another(self, place: Place) -> Iterator[Slip]:
        """Yields a mean for a sum, a sum for a mean, and neither."""
        other, why = "sum", "it divides once too often, by an extra factor"
        if self.called == "sum":
            other, why = "mean", "divide by the number of examples"
        says = f"a {other} belongs here, not a {self.called}: {why}"
        yield place.edit(self.call, renamed(self.call, other), "mean", says)
        inner = self.owner or next(iter(self.call.args), None)
        if inner is not None:
            yield place.edit(self.call, inner, "extra-sum", f"there is nothing to {self.called} here")


def divided(place: Place) -> Iterator[Slip]:
    """The 1/n of a mean: left out, or once too often."""
    node, heads = place.statement, place.heads
    inner = [each for each in place.parts if isinstance(each, (ast.BinOp, ast.Call)) and each not in heads]
    for head, text in product([*heads, *inner][:8] if heads else (), lengths(place)):
        says = f"the mean has the slope 1/n: divide by the number of examples, {text}"
        yield place.edit(head, binary(head, ast.Div(), name(text)), "mean-forgotten", says)
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Div, ast.Mult)):
        yield Slip("mean-twice", ONCE_TOO_OFTEN, {node: []}, None, node)
    target = (
        node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AugAssign) else None
    )
    while isinstance(target, ast.Subscript):
        target = target.value
    if not isinstance(target, (ast.Name, ast.Attribute)) or not heads:
        return
    for text in lengths(place):
        by = ast.copy_location(ast.AugAssign(with_field(target, "ctx", ast.Store()), ast.Div(), name(text)), node)
        says = f"{written(target)} is never divided by the number of examples, {text}: the mean has the slope 1/n"
        yield Slip("mean-forgotten", says, {node: [node, by]}, None, node)
        if isinstance(node, ast.AugAssign):
            yield Slip("mean-forgotten", says, {node: [by, node]}, None, node)


def lengths(place: Place) -> list[str]:
    """Returns how the lengths of arrays are written: names of whole numbers, then `x.shape[0]`."""
    sizes: dict[int, str] = {}
    for key in place.counts:
        if place.values[key] > 1 and "." not in key:
            sizes.setdefault(int(place.values[key]), key)
    for key in place.arrays:
        held = place.values[key]
        for axis, length in enumerate(held.shape if "." not in key else ()):
            if length > 1:
                sizes.setdefault(length, f"{key}.shape[{axis}]")
        if held.ndim > 1 and "." not in key:
            sizes.setdefault(held.size, f"{key}.size")
    return list(sizes.values())[:8]


def regularisation(place: Place) -> Iterator[Slip]:
    """The gradient of a penalty: left out, or by another factor."""
    node, value = place.statement, place.value
    if not isinstance(node, (ast.Assign, ast.AugAssign)) or value is None or not place.heads:
        return
    rates = [key for key in place.values if key.lower().rpartition(".")[2] in RATES]
    read = {ast.unparse(each) for each in ast.walk(value) if isinstance(each, (ast.Name, ast.Attribute))}
    weights = [key for key in place.arrays if not place.is_slope(key)]
    for rate, weight in product(rates[:2], weights[:12]):
        for factor in (2.0, 1.0, 0.5) if weight not in read or rate not in read else ():
            penalty = binary(binary(ast.Constant(factor), ast.Mult(), name(rate)), ast.Mult(), name(weight))
            text = f"{factor:g} * {rate} * {weight}" if factor != 1 else f"{rate} * {weight}"
            says = f"the penalty, too, uses {weight}: its contribution {text} is missing from the sum (regularisation)"
            yield place.edit(value, binary(value, ast.Add(), penalty), "regularisation-missing", says)
    scaled = [part for part in place.parts if part is value or is_operation(part, ast.Mult)]
    scaled = [part for part in scaled if part is value or any(rate in ast.unparse(part) for rate in rates)]
    for part, factor in product(scaled if read & {*rates} else (), (2.0, 0.5)):
        says = f"the factor of the penalty is {factor:g} times this: the 2 of the square (regularisation)"
        yield place.edit(part, binary(ast.Constant(factor), ast.Mult(), part), "regularisation", says)
