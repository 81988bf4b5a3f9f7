"""Slips of bookkeeping: `=` for `+=`, two names for one array, lines and parts at another place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from cgviz.grading.slips.place import NUMPY, Place, Slip
from cgviz.grading.slips.trees import (
    changed,
    edit,
    function_name,
    heads_of,
    is_array,
    name,
    numpy,
    parts,
    target_of,
    value_of,
    with_field,
    written,
)


def bookkeeping(place: Place) -> Iterator[Slip]:
    """`=` for `+=`, `+=` for `=`, and elements that occur twice."""
    node = place.statement
    match node:
        case ast.Assign(targets=[ast.Name() | ast.Subscript() | ast.Attribute() as target], value=value):
            added = ast.copy_location(ast.AugAssign(target, ast.Add(), value), node)
            base = target.id if isinstance(target, ast.Name) else ""
            if not (isinstance(target, ast.Name) and base not in place.values):
                says = f"this overwrites what {written(target)} already holds: write +="
                yield Slip("overwrites", says, {node: [added]}, None, node)
                says = f"{says}; it is a sum over all passes of the loop"
                if (
                    isinstance(target, ast.Name)
                    and place.within
                    and any(isinstance(each, (ast.For, ast.While)) for each in place.within)
                ):
                    loop = next(each for each in place.within if isinstance(each, (ast.For, ast.While)))
                    zero = ast.copy_location(ast.Assign([target], ast.Constant(0.0)), node)
                    yield Slip("overwrites", says, {loop: [zero, loop], node: [added]}, None, node)
        case ast.AugAssign(target=ast.Name() | ast.Attribute() | ast.Subscript() as target, op=ast.Add(), value=value):
            fresh = ast.copy_location(ast.Assign([target], value), node)
            yield Slip(
                "adds", f"{written(target)} holds something already: write =, not +=", {node: [fresh]}, None, node
            )
    if (
        isinstance(node, ast.AugAssign)
        and isinstance(node.target, ast.Subscript)
        and isinstance(node.op, (ast.Add, ast.Sub))
    ):
        value = node.value if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.value)
        at = ast.Attribute(ast.Attribute(ast.Name(NUMPY, ast.Load()), "add", ast.Load()), "at", ast.Load())
        read = changed(node.target, node.target, with_field(node.target, "ctx", ast.Load()))
        made = ast.Expr(ast.Call(at, [read.value, read.slice, value], []))
        says = "an element that is repeated in the index is added once, and overwrites: use np.add.at"
        yield Slip("overwrites", says, {node: [ast.copy_location(made, node)]}, None, node)


def shared(place: Place) -> Iterator[Slip]:
    """Two names for one array that is changed in place in the same function."""
    node = place.statement
    says = "two names share the same array, which is changed in place: take a copy, .copy()"
    value = getattr(node, "value", None)
    if isinstance(node, ast.Assign) and isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
        names = {written(each) for each in (*node.targets, value)}
        if names & place.changed:
            yield edit(place, value, numpy("copy", value), "aliasing", says)
    if isinstance(node, ast.Assign) and len(node.targets) > 1:
        apart: list[ast.stmt] = [ast.copy_location(ast.Assign([each], node.value), node) for each in node.targets]
        says = "these names share the same array: give each an array of its own (a copy)"
        yield Slip("aliasing", says, {node: apart}, None, node)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, (ast.Name, ast.Attribute)):
        read = with_field(node.target, "ctx", ast.Load())
        fresh = ast.copy_location(ast.Assign([node.target], ast.BinOp(read, node.op, node.value)), node)
        says = f"{written(node.target)} is changed in place, and another name shares the same array: take a copy first"
        yield Slip("aliasing", says, {node: [fresh]}, None, node)
    for part in parts(node):
        out = next((each for each in part.keywords if each.arg == "out"), None) if isinstance(part, ast.Call) else None
        if out is None or not isinstance(part, ast.Call):
            continue
        says = f"the result is written into {written(out.value)} (out=), which overwrites what is read later, in place"
        fresh = with_field(part, "keywords", [each for each in part.keywords if each is not out])
        yield edit(place, part, fresh, "out-argument", says)
        for key, held in place.values.items():
            if (
                is_array(held)
                and key != written(out.value)
                and np.shape(held) == np.shape(place.values.get(written(out.value), 0.0))
            ):
                other = with_field(
                    part, "keywords", [ast.keyword("out", name(key)) if each is out else each for each in part.keywords]
                )
                yield edit(place, part, other, "out-argument", f"{says}; {key} is meant")


def aliases(place: Place) -> Iterator[Slip]:
    """Two names for one array, changes in place, `out=` of another array."""
    node, value = place.statement, value_of(place.statement)
    shared = "two names share the same array, which is changed in place: take a copy, .copy()"
    if isinstance(node, (ast.Assign, ast.Return)) and value is not None:
        heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
        for head in heads:
            if isinstance(head, (ast.Name, ast.Attribute, ast.Subscript)) or function_name(head) in (
                "reshape",
                "ravel",
                "view",
                "asarray",
                "transpose",
            ):
                yield edit(place, head, numpy("copy", head), "aliasing", shared)


def moves(place: Place) -> Iterator[Slip]:
    """Lines that stand at another place: out of a loop, under a condition, before or after their neighbours."""
    node, block = place.statement, place.block
    if place.within and isinstance(place.within[-1], (ast.For, ast.While)) and node in block:
        loop = place.within[-1]
        rest = block[block.index(node) :]
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
            says = (
                "this line stands inside the loop, and counts in every "
                "pass of it (twice, too often): take it out, indent it less"
            )
            yield Slip("counted-twice", says, {**{each: [] for each in rest}, loop: [loop, *rest]}, None, node)
            yield Slip("counted-twice", says, {node: [], loop: [loop, node]}, None, node)
            says = (
                f"{target_of(node)} is reset in every pass of the loop, which "
                "overwrites what was added (set to 0): put this line before the loop"
            )
            yield Slip("overwrites", says, {node: [], loop: [node, loop]}, None, node)
        if len(place.within) > 1 and isinstance(place.within[-2], (ast.For, ast.While)):
            outer = place.within[-2]
            says = (
                f"{target_of(node)} is reset in every pass of the loop, which "
                "overwrites what was added (set to 0): put this line before the loop"
            )
            yield Slip("overwrites", says, {node: [], outer: [node, outer]}, None, node)
    if place.within and isinstance(place.within[-1], ast.If) and node in block:
        branch = place.within[-1]
        yield Slip(
            "condition",
            "this line stands under a condition that leaves it out: indent it less",
            {node: [], branch: [branch, node]},
            None,
            node,
        )
    if node in block:
        at = block.index(node)
        simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.AnnAssign)
        if isinstance(node, simple):
            for to in range(at + 1, min(at + 4, len(block))):
                if isinstance(block[to], simple):
                    says = (
                        "this line comes too early: what it changes is read by a line "
                        "below; move it down (the order, before it is updated in place)"
                    )
                    yield Slip("order", says, {node: [], block[to]: [block[to], node]}, None, node)
            for to in range(at - 1, max(at - 4, -1), -1):
                if isinstance(block[to], simple):
                    says = "this line comes too late: a line before it reads what it makes; move it up (the order)"
                    yield Slip("order", says, {node: [], block[to]: [node, block[to]]}, None, node)
    if (isinstance(node, ast.AugAssign) and len(place.within) > 1) or (
        isinstance(node, ast.AugAssign) and place.within
    ):
        says = "this changes an array in place before it is read: the order of the lines (a copy, or later)"
        yield Slip("aliasing", says, {node: []}, None, node)


def orders(place: Place) -> Iterator[Slip]:
    """Parts of a tuple, of a list that is joined, or arguments that stand in another order; targets that do."""
    node = place.statement
    for head in heads_of(node):
        held = place.values.get(ast.unparse(head)) if isinstance(head, (ast.Name, ast.Attribute)) else None
        if isinstance(held, list) and len(held) > 1:
            says = (
                f"{written(head)} stands in the order of the backward pass: reversed, {written(head)}[::-1], it belongs"
            )
            yield edit(place, head, name(f"{ast.unparse(head)}[::-1]"), "order", says)
    for part in parts(node):
        listed = (
            part.elts if isinstance(part, (ast.Tuple, ast.List)) else part.args if isinstance(part, ast.Call) else []
        )
        if not 2 <= len(listed) <= 8:
            continue
        for i in range(len(listed)):
            for j in range(i + 1, len(listed)):
                swapped = list(listed)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                made = with_field(part, "args" if isinstance(part, ast.Call) else "elts", swapped)
                says = (
                    f"{written(listed[i])} and {written(listed[j])} stand in the "
                    "wrong order: swap them, each belongs in the other's place"
                )
                yield edit(place, part, made, "order", says)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], (ast.Tuple, ast.List)):
        elements = node.targets[0].elts
        for i in range(min(len(elements), 8)):
            for j in range(i + 1, min(len(elements), 8)):
                swapped = list(elements)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                made = with_field(node, "targets", [with_field(node.targets[0], "elts", swapped)])
                says = f"{written(elements[i])} and {written(elements[j])} are unpacked in the wrong order: swap them"
                yield Slip("order", says, {node: [made]}, None, node)
