"""Slips of masks: left out, turned round, taken of something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cgviz.grading.slips.place import Place, Slip, TreeRow
from cgviz.grading.slips.trees import (
    binary,
    is_array,
    is_call,
    is_operand,
    name,
    with_field,
    written,
)

FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
STRICT: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}


def compared(part: ast.expr, by: dict[type[ast.cmpop], type[ast.cmpop]]) -> bool:
    return isinstance(part, ast.Compare) and len(part.ops) == 1 and type(part.ops[0]) in by


def turned(part: ast.Compare, by: dict[type[ast.cmpop], type[ast.cmpop]]) -> ast.expr:
    return with_field(part, "ops", [by[type(part.ops[0])]()])  # type: ignore[no-any-return]


def inverted(part: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Invert(), part)


OTHER_HALF = "the mask {old} is the wrong way round: the other half (> for <, compare) belongs here"
TURNED = (
    TreeRow(lambda part: compared(part, FLIPPED), lambda part: turned(part, FLIPPED), "mask", OTHER_HALF),
    TreeRow(lambda part: isinstance(part, ast.UnaryOp) and isinstance(part.op, (ast.Invert, ast.Not)),
        lambda part: part.operand, "mask", "the mask is inverted here: take the ~ away, it does not belong here"),
    TreeRow(lambda part: is_call(part, "where") and len(part.args) == 3,
        lambda part: with_field(part, "args", [part.args[0], part.args[2], part.args[1]]), "mask",
        "the mask is the wrong way round: swap the two values, the other one belongs where it holds"),
)  # fmt: skip
SPOTS = TreeRow(
    lambda spot: isinstance(spot, (ast.Name, ast.Attribute)), inverted,
    "mask", "the mask {old} is to be inverted: {new}, the other half, belongs here",
)  # fmt: skip
STRICTLY = TreeRow(
    lambda part: compared(part, STRICT), lambda part: turned(part, STRICT),
    "mask", "{new}, not {old}, belongs here: the mask where it is 0 (> 0)",
)  # fmt: skip


def masks(place: Place) -> Iterator[Slip]:
    """Masks that are left out, turned round, or taken of something else."""
    node, every = place.statement, place.parts
    yield from place.rows(every, *TURNED)
    targets = [each for each in getattr(node, "targets", [getattr(node, "target", None)]) if each is not None]
    spots = [each.slice for target in targets for each in ast.walk(target) if isinstance(each, ast.Subscript)]
    yield from place.rows(spots, SPOTS)
    clipped = [each for each in every if is_call(each, "maximum", "clip", "fmax", "relu", "where", "clamp")]
    for key in [key for key in place.arrays if not place.is_slope(key)][:16]:
        positive = ast.Compare(name(key), [ast.Gt()], [ast.Constant(0)])
        says = f"relu hands nothing back where {key} is not above 0: multiply by the mask ({key} > 0)"
        for head in place.heads:
            yield place.edit(head, binary(head, ast.Mult(), positive), "mask-forgotten", says)
            itself = f"{says}; here belongs the mask itself"
            yield place.edit(head, binary(positive, ast.Mult(), ast.Constant(1.0)), "mask-forgotten", itself)
        for part in clipped:
            for arg in part.args[:3]:  # type: ignore[attr-defined]
                if not isinstance(arg, ast.Constant):
                    yield place.edit(part, binary(arg, ast.Mult(), positive), "mask-forgotten", says)
    for part in place.loads():
        held = place.seen(part)
        if is_array(held) and held.dtype.kind == "f" and is_operand(part, every):
            positive = ast.Compare(part, [ast.Gt()], [ast.Constant(0)])
            says = f"the slope of relu is 1 or 0, not {written(part)}: the mask ({written(part)} > 0) belongs here"
            yield place.edit(part, positive, "mask-forgotten", says)


def strict(place: Place) -> Iterator[Slip]:
    """`>=` for `>`, and the other way."""
    yield from place.rows(place.parts, STRICTLY)
