"""Slips of bookkeeping: `=` for `+=`, two names for one array, lines and parts at another place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    NUMPY,
    adding,
    changed,
    function_name,
    listed_in,
    name,
    numpy,
    setting,
    with_field,
    written,
)

LOOPS = (ast.For, ast.While)
READ = (ast.Name, ast.Attribute, ast.Subscript)
VIEWS = ("reshape", "ravel", "view", "asarray", "transpose")
COPY = "two names share the same array, which is changed in place: take a copy, .copy()"
RESET = "is reset in every pass of the loop, which overwrites what was added (set to 0): put this line before the loop"
INDENTED = ("this line stands inside the loop, and counts in every pass of it (twice, too often): take it out, "
            "indent it less")  # fmt: skip
EARLY = ("this line comes too early: what it changes is read by a line below; move it down "
         "(the order, before it is updated in place)")  # fmt: skip
LATE = "this line comes too late: a line before it reads what it makes; move it up (the order)"
ADDED_ONCE = "an element that is repeated in the index is added once, and overwrites: use np.add.at"
OUT = "the result is written into {0} (out=), which overwrites what is read later, in place"


def bookkeeping(place: Place) -> Iterator[Slip]:
    """`=` for `+=`, `+=` for `=`, and elements that occur twice."""
    node = place.statement
    match node:
        case ast.Assign(targets=[ast.Name() | ast.Subscript() | ast.Attribute() as target], value=value):
            if not isinstance(target, ast.Name) or target.id in place.values:
                added = adding(node, target, value)
                says = f"this overwrites what {written(target)} already holds: write +="
                yield Slip("overwrites", says, {node: [added]}, None, node)
                loop = next((each for each in place.within if isinstance(each, LOOPS)), None)
                if isinstance(target, ast.Name) and loop is not None:
                    says = f"{says}; it is a sum over all passes of the loop"
                    zero = setting(node, target, ast.Constant(0.0))
                    yield Slip("overwrites", says, {loop: [zero, loop], node: [added]}, None, node)
        case ast.AugAssign(target=ast.Name() | ast.Attribute() | ast.Subscript() as target, op=ast.Add(), value=value):
            says = f"{written(target)} holds something already: write =, not +="
            yield Slip("adds", says, {node: [setting(node, target, value)]}, None, node)
    match node:
        case ast.AugAssign(target=ast.Subscript() as target, op=ast.Add() | ast.Sub()):
            value = node.value if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.value)
            at = ast.Attribute(ast.Attribute(ast.Name(NUMPY, ast.Load()), "add", ast.Load()), "at", ast.Load())
            made = ast.Expr(ast.Call(at, [target.value, target.slice, value], []))
            yield Slip("overwrites", ADDED_ONCE, {node: [ast.copy_location(made, node)]}, None, node)


def shared(place: Place) -> Iterator[Slip]:
    """Two names for one array that is changed in place in the same function."""
    node, value = place.statement, place.value
    if isinstance(node, ast.Assign) and isinstance(value, READ):
        names = {written(each) for each in (*node.targets, value)}
        if names & place.changed:
            yield place.edit(value, numpy("copy", value), "aliasing", COPY)
    if isinstance(node, ast.Assign) and len(node.targets) > 1:
        apart: list[ast.stmt] = [setting(node, each, node.value) for each in node.targets]
        says = "these names share the same array: give each an array of its own (a copy)"
        yield Slip("aliasing", says, {node: apart}, None, node)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, (ast.Name, ast.Attribute)):
        read = with_field(node.target, "ctx", ast.Load())
        fresh = setting(node, node.target, ast.BinOp(read, node.op, node.value))
        says = f"{written(node.target)} is changed in place, and another name shares the same array: take a copy first"
        yield Slip("aliasing", says, {node: [fresh]}, None, node)
    for part in place.parts:
        out = next((each for each in getattr(part, "keywords", ()) if each.arg == "out"), None)
        if out is not None and isinstance(part, ast.Call):
            yield from outs(place, part, out)


def outs(place: Place, part: ast.Call, out: ast.keyword) -> Iterator[Slip]:
    """`out=` of an array that is read later."""
    into = written(out.value)
    says, rest = OUT.format(into), [each for each in part.keywords if each is not out]
    yield place.edit(part, with_field(part, "keywords", rest), "out-argument", says)
    for key in place.arrays:
        if key != into and np.shape(place.values[key]) == np.shape(place.values.get(into, 0.0)):
            named = [ast.keyword("out", name(key)) if each is out else each for each in part.keywords]
            yield place.edit(part, with_field(part, "keywords", named), "out-argument", f"{says}; {key} is meant")


def aliases(place: Place) -> Iterator[Slip]:
    """Two names for one array, changes in place, `out=` of another array."""
    value = place.value
    if isinstance(place.statement, (ast.Assign, ast.Return)) and value is not None:
        for head in list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]:
            if isinstance(head, READ) or function_name(head) in VIEWS:
                yield place.edit(head, numpy("copy", head), "aliasing", COPY)


def moves(place: Place) -> Iterator[Slip]:
    """Lines that stand at another place: out of a loop, under a condition, before or after their neighbours."""
    node, block, within = place.statement, place.block, place.within
    at = block.index(node) if node in block else None
    around = within[-1] if within else None

    def moved(cause: str, says: str, changes: dict[Any, list[Any]]) -> Slip:
        return Slip(cause, says, changes, None, node)

    if isinstance(around, LOOPS) and at is not None:
        rest, reset = block[at:], f"{place.target} {RESET}"
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
            yield moved("counted-twice", INDENTED, {**{each: [] for each in rest}, around: [around, *rest]})
            yield moved("counted-twice", INDENTED, {node: [], around: [around, node]})
            yield moved("overwrites", reset, {node: [], around: [node, around]})
        if len(within) > 1 and isinstance(within[-2], LOOPS):
            yield moved("overwrites", reset, {node: [], within[-2]: [node, within[-2]]})
    if isinstance(around, ast.If) and at is not None:
        says = "this line stands under a condition that leaves it out: indent it less"
        yield moved("condition", says, {node: [], around: [around, node]})
    simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.AnnAssign)
    if at is not None and isinstance(node, simple):
        for to in filter(lambda each: isinstance(each, simple), block[at + 1 : at + 4]):
            yield moved("order", EARLY, {node: [], to: [to, node]})
        for to in filter(lambda each: isinstance(each, simple), block[max(at - 3, 0) : at][::-1]):
            yield moved("order", LATE, {node: [], to: [node, to]})
    if isinstance(node, ast.AugAssign) and within:
        says = "this changes an array in place before it is read: the order of the lines (a copy, or later)"
        yield moved("aliasing", says, {node: []})


def orders(place: Place) -> Iterator[Slip]:
    """Parts of a tuple, of a list that is joined, or arguments that stand in another order; targets that do."""
    node = place.statement
    for head in place.heads:
        held = place.values.get(ast.unparse(head)) if isinstance(head, (ast.Name, ast.Attribute)) else None
        if isinstance(held, list) and len(held) > 1:
            text = f"{ast.unparse(head)}[::-1]"
            says = f"{written(head)} stands in the order of the backward pass: reversed, {text}, it belongs"
            yield place.edit(head, name(text), "order", says)
    for part in place.parts:
        listed = listed_in(part)
        for i, j in combinations(range(len(listed)), 2) if len(listed) <= 8 else ():
            made = with_field(part, "args" if isinstance(part, ast.Call) else "elts", swapped(listed, i, j))
            says = (f"{written(listed[i])} and {written(listed[j])} stand in the wrong order: swap them, each belongs "
                    "in the other's place")  # fmt: skip
            yield place.edit(part, made, "order", says)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], (ast.Tuple, ast.List)):
        elements = node.targets[0].elts
        for i, j in combinations(range(min(len(elements), 8)), 2):
            made = changed(node, node.targets[0], with_field(node.targets[0], "elts", swapped(elements, i, j)))
            says = f"{written(elements[i])} and {written(elements[j])} are unpacked in the wrong order: swap them"
            yield Slip("order", says, {node: [made]}, None, node)


def swapped(listed: list[Any], i: int, j: int) -> list[Any]:
    made = list(listed)
    made[i], made[j] = made[j], made[i]
    return made
