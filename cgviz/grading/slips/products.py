"""Slips of products: factors turned round or swapped, products of another kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    edit,
    function_name,
    heads_of,
    numpy,
    parts,
    turn,
    turned,
    with_field,
    written,
)


def turns(place: Place) -> Iterator[Slip]:
    """Factors that stand the wrong way round."""
    every = parts(place.statement)
    for part in every:
        if isinstance(part, ast.Attribute) and part.attr == "T":
            yield edit(
                place,
                part,
                part.value,
                "transposed",
                f"{written(part.value)} is turned round here: take the .T away (no transpose)",
            )
    for part in every:
        factors: list[ast.expr] = []
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.MatMult):
            factors = [part.left, part.right]
        elif function_name(part) in ("dot", "matmul", "mm") and isinstance(part, ast.Call):
            factors = list(part.args[-2:])
            if isinstance(part.func, ast.Attribute) and len(part.args) == 1:
                factors = [part.func.value, part.args[0]]
        for each in factors:
            if not (isinstance(each, ast.Attribute) and each.attr == "T"):
                says = f"{written(each)} stands the wrong way round here: its transpose, .T, belongs here"
                yield edit(place, each, turned(each), "transposed", says)
        if len(factors) == 2:
            left, right = factors
            says = "the factors are the wrong way round: swap them (the transpose is the other one)"
            yield edit(place, part, binary(right, ast.MatMult(), left), "swapped", says)
            for one, two in (
                (turn(right), turn(left)),
                (turn(left), turn(right)),
                (turn(right), left),
                (right, turn(left)),
            ):
                yield edit(
                    place,
                    part,
                    binary(one, ast.MatMult(), two),
                    "transposed",
                    "the factors stand the wrong way round: look at .T and the order",
                )
    for head in heads_of(place.statement):
        if not isinstance(head, ast.Constant):
            yield edit(
                place,
                head,
                turned(head),
                "transposed",
                "this is the transpose of what it ought to be: .T, the other way round",
            )
    for part in every:
        if function_name(part) == "outer" and isinstance(part, ast.Call) and len(part.args) == 2:
            yield edit(
                place,
                part,
                with_field(part, "args", part.args[::-1]),
                "transposed",
                "the factors of outer are the wrong way round (transpose)",
            )
        if (
            function_name(part) == "einsum"
            and isinstance(part, ast.Call)
            and part.args
            and isinstance(part.args[0], ast.Constant)
        ):
            yield from letters(place, part.args[0])


def letters(place: Place, text: ast.Constant) -> Iterator[Slip]:
    """Letters of an einsum that are swapped."""
    ins, arrow, out = str(text.value).replace(" ", "").partition("->")
    groups = ins.split(",")
    for i, group in enumerate(groups):
        for j in range(len(group) - 1):
            for k in range(j + 1, len(group)):
                swapped = list(group)
                swapped[j], swapped[k] = swapped[k], swapped[j]
                made = ",".join([*groups[:i], "".join(swapped), *groups[i + 1 :]]) + arrow + out
                says = (
                    f"the letters {group} of the einsum stand the wrong way round: {''.join(swapped)} (the transpose)"
                )
                yield edit(place, text, ast.Constant(made), "transposed", says)
    every = sorted(set(ins) - {","})
    for j in range(len(out)):
        for letter in every:
            made = f"{ins}->{out[:j]}{letter}{out[j + 1 :]}"
            yield edit(
                place,
                text,
                ast.Constant(made),
                "transposed",
                "the letters of the einsum are other ones: look at the shape of the result",
            )
    for i, group in enumerate(groups):
        for j in range(len(group)):
            for letter in every:
                made = ",".join([*groups[:i], group[:j] + letter + group[j + 1 :], *groups[i + 1 :]]) + arrow + out
                yield edit(
                    place,
                    text,
                    ast.Constant(made),
                    "transposed",
                    f"the letters {group} of the einsum are other ones: the index {letter} belongs there",
                )


def operators(place: Place) -> Iterator[Slip]:
    every = parts(place.statement)
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div, ast.MatMult)):
            every_option: dict[type[ast.operator], list[tuple[ast.operator, str, str]]] = {
                ast.Mult: [
                    (ast.Div(), "operator", "divide here, do not multiply: the factor is the other way round"),
                    (ast.MatMult(), "matrix-product", "a matrix product belongs here: write @"),
                ],
                ast.Div: [(ast.Mult(), "operator", "multiply here, do not divide: the factor is the other way round")],
                ast.MatMult: [(ast.Mult(), "elementwise", "element by element: write * here")],
            }
            for op, cause, says in every_option[type(part.op)]:
                yield edit(place, part, binary(part.left, op, part.right), cause, says)
            if isinstance(part.op, ast.Div):
                yield edit(
                    place,
                    part,
                    binary(part.right, ast.Div(), part.left),
                    "swapped",
                    "the two sides of the division are the wrong way round: an operand for the other one",
                )
            if isinstance(part.op, ast.MatMult):
                yield edit(
                    place,
                    part,
                    numpy("outer", part.left, part.right),
                    "matrix-product",
                    "an outer product belongs here: np.outer",
                )
        if function_name(part) in ("dot", "matmul") and isinstance(part, ast.Call):
            pair = (
                part.args
                if len(part.args) == 2
                else [part.func.value, *part.args]
                if isinstance(part.func, ast.Attribute)
                else []
            )
            if len(pair) == 2:
                yield edit(
                    place, part, binary(pair[0], ast.Mult(), pair[1]), "elementwise", "element by element: write * here"
                )
        if isinstance(part, ast.Compare) and len(part.ops) == 1:
            yield edit(
                place, part, ast.UnaryOp(ast.Invert(), part), "mask", "the condition is the wrong way round: the mask"
            )
