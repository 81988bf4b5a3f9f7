"""Indices, axes and shapes as they are written: whole numbers, slices, tuples of them, and names that stand for one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from cgviz.grading.elements import LARGEST_ARRAY
from cgviz.ops.rearranging import Key, as_shape, listed, size

if TYPE_CHECKING:
    from cgviz.grading.expressions import Expressions

FANCY = "an index is read that is made of whole numbers and slices, and a mask where something is assigned to it"


def constant(reads: Expressions, node: ast.expr) -> Any:
    """Returns a whole number, None, True, or a tuple of whole numbers, as it is written. Raises UnreadableError."""
    match node:
        case ast.Name(id=name) if name in reads.statics:
            return reads.statics[name]
        case ast.Constant(value=int() | None as held) if abs(held or 0) < 2**40:
            return held
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as held)) if held < 2**40:
            return -held
        case ast.Tuple(elts=parts) | ast.List(elts=parts) if len(parts) <= 8:
            return tuple(constant(reads, part) for part in parts)
    raise reads.refuse(node, "a whole number is read here, as it stands; give the number itself")


def key_of(reads: Expressions, node: ast.expr) -> Key:
    """Returns the key of an index of whole numbers and slices. Raises UnreadableError."""
    if isinstance(node, ast.Name) and node.id in reads.statics:
        found = reads.statics[node.id]
        return found if isinstance(found, tuple) else (found,)
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return tuple(part_of(reads, part) for part in parts)


def is_index(node: ast.expr) -> bool:
    """Tells whether an argument is an index, `np.s_[:, 1]`."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "s_"


def static(reads: Expressions, node: ast.expr) -> Any:
    """Returns the axis or the index that an argument is. Raises UnreadableError."""
    if isinstance(node, ast.Subscript) and is_index(node):
        return key_of(reads, node.slice)
    return constant(reads, node)


def part_of(reads: Expressions, node: ast.expr) -> Any:
    match node:
        case ast.Slice(lower=lower, upper=upper, step=step):
            ends = [None if end is None else constant(reads, end) for end in (lower, upper, step)]
            return ("slice", *ends)
        case ast.Constant(value=held) if held is None or held is Ellipsis:
            return held
        case ast.Attribute(attr="newaxis"):
            return None
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int()) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int())):
            return constant(reads, node)
    raise reads.refuse(node, FANCY)


def is_mask(node: ast.expr) -> bool:
    """Tells whether an index is a condition."""
    match node:
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return is_mask(operand)
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()) | ast.Compare():
            return True
    return False


def shape_in(reads: Expressions, args: list[ast.expr]) -> tuple[int, ...]:
    """Returns a shape that is written in whole numbers, one after the other or in a tuple."""
    try:
        shape = as_shape(tuple(constant(reads, arg) for arg in args))
    except ValueError:
        raise reads.refuse(args[0], "a shape is made of whole numbers, as in (2, 3)") from None
    if size(tuple(map(abs, shape))) > LARGEST_ARRAY:
        raise reads.refuse(args[0], f"an array of shape {listed(shape)} is too large to be graded")
    return shape
