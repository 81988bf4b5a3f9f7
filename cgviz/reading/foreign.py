"""What a sympy expression may hold besides sums, products, powers and the functions that have a record.

Max and Min, Piecewise with its conditions, Heaviside; any other function by its `fdiff`; the rest is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import sympy
from sympy.core.function import AppliedUndef, Function
from sympy.logic import boolalg

from cgviz.errors import ExpressionError, quoted
from cgviz.ops.op import REGISTRY, Op

if TYPE_CHECKING:
    from cgviz.reading.walk import Combine, Walk

Plan = tuple[Sequence[Any], "Combine"]
BY_CLASS = {
    sympy.Max: "max",
    sympy.Min: "min",
    sympy.StrictLessThan: "less",
    sympy.LessThan: "less_equal",
    sympy.StrictGreaterThan: "greater",
    sympy.GreaterThan: "greater_equal",
    sympy.Equality: "equal",
    sympy.Unequality: "not_equal",
}
REAL = "cgviz computes with real numbers"
REFUSED = {
    "ImaginaryUnit": f"the imaginary unit cannot be drawn: {REAL}",
    "ComplexInfinity": f"zoo (an infinity without a sign) is no number: {REAL}",
    "exp_polar": f"exp_polar stands for a complex number: {REAL}",
    "Derivative": "a Derivative is no value yet: call .doit() on the expression first",
    "Integral": "an Integral is no value yet: call .doit() on the expression first",
    "Sum": "a Sum is not written out yet: call .doit() on the expression first",
    "Product": "a Product is not written out yet: call .doit() on the expression first",
    "Subs": "a Subs is no value yet: call .doit() on the expression first",
}


def foreign(walk: Walk, node: Any) -> Plan:
    """Returns the children of a node that no record stands for, and how they are combined.

    Raises ExpressionError, one line, for what has no real value or no derivative.
    """
    kind = type(node)
    if kind in BY_CLASS:
        op = REGISTRY[BY_CLASS[kind]]
        return node.args, lambda args: walk.apply(op, args)
    plan = structures().get(kind)
    if plan is not None:
        return plan(walk, node)
    if kind.__name__ in REFUSED or not isinstance(node, Function):
        refuse(node)
    if isinstance(node, AppliedUndef):
        raise ExpressionError(f"{quoted(kind.__name__)} is an undefined function: it has no value and no derivative")
    from cgviz.reading.functions import admitted

    own = admitted(node)
    return node.args, lambda args: walk.apply(own, args)


def refuse(node: Any) -> NoReturn:
    name = type(node).__name__
    if not isinstance(node, sympy.Basic):
        raise ExpressionError(f"a program is text, a sympy expression, a graph or a run, not {quoted(name)}")
    raise ExpressionError(
        REFUSED.get(name) or f"sympy's {quoted(name)} is not supported; give scalar functions of symbols"
    )


@cache
def structures() -> dict[type, Callable[[Walk, Any], Plan]]:
    """Returns how each class of sympy that is no plain function is taken apart."""
    return {
        sympy.Piecewise: piecewise,
        sympy.Heaviside: heaviside,
        sympy.conjugate: same,
        sympy.re: same,
        boolalg.And: conjunction,
        boolalg.Or: disjunction,
        boolalg.Not: negation,
        boolalg.ITE: lambda walk, node: (node.args, lambda args: walk.apply(where(), args)),
        boolalg.BooleanTrue: lambda walk, node: ((), lambda _: walk.builder.constant(1.0)),
        boolalg.BooleanFalse: lambda walk, node: ((), lambda _: walk.builder.constant(0.0)),
    }


def where() -> Op:
    return REGISTRY["where"]


def same(walk: Walk, node: Any) -> Plan:
    """The real part and the conjugate of a real number are that number."""
    return node.args, lambda args: args[0]


def piecewise(walk: Walk, node: Any) -> Plan:
    """Returns nested `where`s, the first condition outermost; where none holds the value is nan, as in sympy."""
    pairs = [(value, condition) for value, condition in node.args]
    otherwise = pairs.pop()[0] if isinstance(pairs[-1][1], boolalg.BooleanTrue) else None
    children = [part for value, condition in pairs for part in (condition, value)]

    def combine(args: Sequence[int]) -> int:
        args = list(args)
        index = walk.builder.constant(float("nan")) if otherwise is None else args.pop()
        while args:
            value, condition = args.pop(), args.pop()
            index = walk.apply(where(), (condition, value, index))
        return index

    return children if otherwise is None else [*children, otherwise], combine


def heaviside(walk: Walk, node: Any) -> Plan:
    """Returns 0, H(0) or 1 by the sign of the argument: a step, flat on both sides."""

    def combine(args: Sequence[int]) -> int:
        x, at_zero = args
        zero, one = walk.builder.constant(0.0), walk.builder.constant(1.0)
        inner = walk.apply(where(), (walk.apply(REGISTRY["equal"], (x, zero)), at_zero, zero))
        return walk.apply(where(), (walk.apply(REGISTRY["greater"], (x, zero)), one, inner))

    return node.args, combine


def conjunction(walk: Walk, node: Any) -> Plan:
    """Returns the product of conditions, each 1 or 0."""
    from cgviz.ops.products import product

    return node.args, lambda args: walk.apply(product(len(args)), args)


def disjunction(walk: Walk, node: Any) -> Plan:
    """Returns 1 where one of the conditions holds, by nested `where`s."""

    def combine(args: Sequence[int]) -> int:
        index = args[-1]
        for condition in reversed(args[:-1]):
            index = walk.apply(where(), (condition, walk.builder.constant(1.0), index))
        return index

    return node.args, combine


def negation(walk: Walk, node: Any) -> Plan:
    return node.args, lambda args: walk.apply(REGISTRY["equal"], (args[0], walk.builder.constant(0.0)))
