"""Slips of products: factors turned round or swapped, products of another kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, product

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    function_name,
    numpy,
    turn,
    turned,
    with_field,
    written,
)


def turns(place: Place) -> Iterator[Slip]:
    """Factors that stand the wrong way round."""
    every = place.parts
    for part in every:
        if isinstance(part, ast.Attribute) and part.attr == "T":
            says = f"{written(part.value)} is turned round here: take the .T away (no transpose)"
            yield place.edit(part, part.value, "transposed", says)
    for part in every:
        factors = factors_of(part)
        for each in factors:
            if not (isinstance(each, ast.Attribute) and each.attr == "T"):
                says = f"{written(each)} stands the wrong way round here: its transpose, .T, belongs here"
                yield place.edit(each, turned(each), "transposed", says)
        if len(factors) == 2:
            left, right = factors
            says = "the factors are the wrong way round: swap them (look at .T and the order, the transpose)"
            for one, two in ((left, turn(right)), (turn(left), turn(right))):
                yield place.edit(part, binary(one, ast.MatMult(), two), "transposed", says)
            for one, two in ((right, left), (turn(right), turn(left)), (turn(right), left), (right, turn(left))):
                yield place.edit(part, binary(one, ast.MatMult(), two), "swapped", says)
        if function_name(part) == "outer" and isinstance(part, ast.Call) and len(part.args) == 2:
            says = "the operands of outer are the wrong way round: the gradient is the other one (transpose)"
            yield place.edit(part, with_field(part, "args", part.args[::-1]), "outer-swapped", says)
    for head in place.heads:
        if not isinstance(head, ast.Constant):
            says = "this is the transpose of what it ought to be: .T, the other way round"
            yield place.edit(head, turned(head), "transposed", says)
    for part in every:
        if function_name(part) == "einsum" and isinstance(getattr(part, "args", [None])[0], ast.Constant):
            for made, says in letters(str(part.args[0].value)):  # type: ignore[attr-defined]
                yield place.edit(part.args[0], ast.Constant(made), "transposed", says)  # type: ignore[attr-defined]


def letters(text: str) -> Iterator[tuple[str, str]]:
    """Yields what an einsum may be meant to be: letters swapped, another one in the result, in an operand."""
    ins, _, out = text.replace(" ", "").partition("->")
    groups, every = ins.split(","), sorted({*ins} - {","})
    for i, group in enumerate(groups):
        for j, k in combinations(range(len(group)), 2):
            swapped = list(group)
            swapped[j], swapped[k] = swapped[k], swapped[j]
            says = f"the letters {group} of the einsum stand the wrong way round: {''.join(swapped)} (the transpose)"
            yield exchanged(groups, i, "".join(swapped), out), says
    for j, letter in product(range(len(out)), every):
        says = "the letters of the einsum are other ones: look at the shape of the result"
        yield f"{ins}->{out[:j]}{letter}{out[j + 1 :]}", says
    for i, group in enumerate(groups):
        for j, letter in product(range(len(group)), every):
            says = f"the letters {group} of the einsum are other ones: the index {letter} belongs there"
            yield exchanged(groups, i, group[:j] + letter + group[j + 1 :], out), says


def exchanged(groups: list[str], i: int, made: str, out: str) -> str:
    return ",".join([*groups[:i], made, *groups[i + 1 :]]) + "->" + out


OPPOSITE: dict[type[ast.operator], tuple[ast.operator, str]] = {
    ast.Mult: (ast.Div(), "divide here, do not multiply: the factor is the other way round"),
    ast.Div: (ast.Mult(), "multiply here, do not divide: the factor is the other way round"),
}


def operators(place: Place) -> Iterator[Slip]:
    """`*` for `/`, a matrix product for one element by element, a condition for its opposite."""
    for part in place.parts:
        if isinstance(part, ast.BinOp) and type(part.op) in OPPOSITE:
            op, says = OPPOSITE[type(part.op)]
            yield place.edit(part, binary(part.left, op, part.right), "operator", says)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div):
            says = "the two sides of the division are the wrong way round: an operand for the other one"
            yield place.edit(part, binary(part.right, ast.Div(), part.left), "swapped", says)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult) and place.arrays:
            yield from other_products(place, part, part.left, part.right)
        pair = factors_of(part)
        if len(pair) == 2:
            yield place.edit(part, binary(pair[0], ast.Mult(), pair[1]), "matrix-product", ELEMENTS)
            yield place.edit(part, numpy("outer", *pair), "matrix-product", OUTER)
        if isinstance(part, ast.Compare) and len(part.ops) == 1:
            says = "the condition is the wrong way round: the mask"
            yield place.edit(part, ast.UnaryOp(ast.Invert(), part), "mask", says)


ELEMENTS, OUTER = "element by element: write * here", "an outer product belongs here: np.outer"


def other_products(place: Place, part: ast.expr, left: ast.expr, right: ast.expr) -> Iterator[Slip]:
    """A product of matrices, or an outer one, in the place of one that is element by element."""
    says = "a matrix product belongs here: write @"
    for one, two in ((left, right), (left, turn(right)), (turn(left), right), (right, left), (turn(right), left)):
        yield place.edit(part, binary(one, ast.MatMult(), two), "elementwise", says)
    yield place.edit(part, numpy("outer", left, right), "elementwise", OUTER)


def factors_of(part: ast.expr) -> list[ast.expr]:
    """Returns the two factors of a matrix product, however it is written; [] of anything else."""
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.MatMult):
        return [part.left, part.right]
    if not isinstance(part, ast.Call) or function_name(part) not in ("dot", "matmul", "mm"):
        return []
    if isinstance(part.func, ast.Attribute) and len(part.args) == 1:
        return [part.func.value, part.args[0]]
    return list(part.args[-2:])
