"""How NumPy writes arrays: `@`, `.T`, `x[:, 1]`, `W.shape[0]`, literals, and calls; each becomes a term."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cgviz.grading import array_ops
from cgviz.grading.array_calls import Form, called, listed_term
from cgviz.grading.array_keys import constant, key_of
from cgviz.grading.term import Term, applied
from cgviz.ops.indexing import indexed
from cgviz.ops.matrices import matmul
from cgviz.ops.op import REGISTRY
from cgviz.ops.rearranging import transposed

if TYPE_CHECKING:
    from cgviz.grading.expressions import Expressions


def form(reads: Expressions, node: ast.expr) -> Form | None:
    """Returns the operands of an expression that has to do with arrays, and what makes its term; None for any other.

    Raises UnreadableError for what is not read.
    """
    match node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return (left, right), lambda args: applied(matmul, *args)
        case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
            return (left, right), lambda args: applied(REGISTRY["where"], args[0], args[1], args[0])
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return (left, right), lambda args: applied(REGISTRY["where"], args[0], args[0], args[1])
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return (operand,), lambda args: applied(REGISTRY["equal"], args[0], Term(0.0))
        case ast.Attribute(value=value, attr="T" | "mT"):
            return (value,), lambda args: applied(transposed(), *args)
        case ast.Attribute(value=value, attr="size"):
            return (value,), lambda args: applied(array_ops.count, *args)
        case ast.Subscript(value=ast.Attribute(value=value, attr="shape"), slice=place):
            op = array_ops.length(constant(reads, place))
            return (value,), lambda args: applied(op, *args)
        case ast.Subscript(value=value, slice=place):
            key = key_of(reads, place)
            return (value,), lambda args: applied(indexed(key), *args)
        case ast.List(elts=parts):
            return parts, lambda args: listed_term(reads, node, args)
        case ast.Call():
            return called(reads, node)
    return None
