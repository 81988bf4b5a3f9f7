"""Slips of masks: left out, turned round, taken of something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    edit,
    function_name,
    heads_of,
    is_array,
    is_operand,
    loads,
    name,
    parts,
    seen,
    value_of,
    with_field,
    written,
)

FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


def masks(place: Place) -> Iterator[Slip]:
    """Masks that are left out, turned round, or taken of something else."""
    node, _value = place.statement, value_of(place.statement)
    every = parts(node)
    for part in every:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and type(part.ops[0]) in FLIPPED:
            flipped = with_field(part, "ops", [FLIPPED[type(part.ops[0])]()])
            yield edit(
                place,
                part,
                flipped,
                "mask",
                f"the mask {written(part)} is the wrong way round: the other half (> for <, compare) belongs here",
            )
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, (ast.Invert, ast.Not)):
            yield edit(
                place, part, part.operand, "mask", "the mask is inverted here: take the ~ away, it does not belong here"
            )
    targets = [each.slice for t in getattr(node, "targets", [getattr(node, "target", None)]) if t is not None
               for each in ast.walk(t) if isinstance(each, ast.Subscript)]  # fmt: skip
    for spot in targets:
        if isinstance(spot, (ast.Name, ast.Attribute)):
            yield edit(
                place,
                spot,
                ast.UnaryOp(ast.Invert(), spot),
                "mask",
                f"the mask {written(spot)} is to be inverted: ~{written(spot)}, the other half, belongs here",
            )
    kept = [key for key, held in place.values.items() if is_array(held) and not place.is_slope(key)][:16]
    clipped = [
        part
        for part in every
        if function_name(part) in ("maximum", "clip", "fmax", "relu", "where", "clamp")
        and isinstance(part, ast.Call)
        and part.args
    ]
    for key in kept:
        positive = ast.Compare(name(key), [ast.Gt()], [ast.Constant(0)])
        says = f"relu hands nothing back where {key} is not above 0: multiply by the mask ({key} > 0)"
        for head in heads_of(node):
            yield edit(place, head, binary(head, ast.Mult(), positive), "mask-forgotten", says)
            yield edit(
                place,
                head,
                binary(positive, ast.Mult(), ast.Constant(1.0)),
                "mask-forgotten",
                f"{says}; here belongs the mask itself",
            )
        for part in clipped:
            for arg in part.args[:3]:
                if not isinstance(arg, ast.Constant):
                    yield edit(place, part, binary(arg, ast.Mult(), positive), "mask-forgotten", says)
    for part in loads(place):
        held = seen(place, part)
        if is_array(held) and held.dtype.kind == "f" and is_operand(part, every):
            positive = ast.Compare(part, [ast.Gt()], [ast.Constant(0)])
            says = f"the slope of relu is 1 or 0, not {written(part)}: the mask ({written(part)} > 0) belongs here"
            yield edit(place, part, positive, "mask-forgotten", says)


def strict(place: Place) -> Iterator[Slip]:
    """`>=` for `>`, and the other way."""
    other: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}
    for part in parts(place.statement):
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and type(part.ops[0]) in other:
            made = with_field(part, "ops", [other[type(part.ops[0])]()])
            says = f"{written(made)}, not {written(part)}, belongs here: the mask where it is 0 (> 0)"
            yield edit(place, part, made, "mask", says)
