"""A sympy expression as a Formula, so that it is written in whatever notation the rest is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from cgviz.analysis.closed.expression import NoClosedFormError
from cgviz.ops.arithmetic import pow_, power, signed_sum
from cgviz.ops.op import REGISTRY
from cgviz.ops.products import product
from cgviz.reading.walk import known_op
from cgviz.text.formula import Formula

Write = Callable[[Any], Formula]


def written(expression: Any, names: Mapping[str, str]) -> Formula:
    """Returns an expression, whose nesting is bounded, with the names that its symbols have in print.

    Raises NoClosedFormError for what is no function of real numbers that has a record.
    """
    if expression.is_Symbol:
        return Formula(names[expression.name])
    if expression.is_Number:
        return number(expression)
    for kind, write in KINDS.items():
        if isinstance(expression, kind):
            return write(expression, lambda part: written(part, names))
    op = known_op(expression)
    if op is None:
        raise NoClosedFormError(f"sympy answers with {type(expression).__name__}, no function of real numbers")
    return Formula(op=op, args=tuple(written(arg, names) for arg in expression.args))


def number(value: Any) -> Formula:
    if value.is_Rational and value.q != 1:
        fraction: Formula = Formula(int(value.p)) / Formula(int(value.q))
        return fraction
    return Formula(int(value) if value.is_Integer else float(value))


def total(expression: Any, write: Write) -> Formula:
    """Returns a sum, a positive term first where there is one."""
    pairs = [(-1, -term) if term.as_coeff_Mul()[0].is_negative else (1, term) for term in terms(expression)]
    pairs.sort(key=lambda pair: -pair[0])
    made: Formula = signed_sum(*(sign for sign, _ in pairs))(*(write(term) for _, term in pairs))
    return made


def terms(expression: Any) -> list[Any]:
    return list(expression.as_ordered_terms())


def multiplied(expression: Any, write: Write) -> Formula:
    """Returns a product as one fraction; its sign stands before it."""
    coefficient, rest = expression.as_coeff_Mul()
    if coefficient.is_negative:
        negative: Formula = -write(-coefficient * rest)
        return negative
    above, below = [], []
    for factor in expression.as_ordered_factors():
        if factor.is_Rational:
            above += [sympy.Integer(factor.p)] * (factor.p != 1)
            below += [sympy.Integer(factor.q)] * (factor.q != 1)
        elif divides(factor):
            below.append(1 / factor)
        else:
            above.append(factor)
    top = joined([write(factor) for factor in above])
    made: Formula = top / joined([write(factor) for factor in below]) if below else top
    return made


def joined(factors: list[Formula]) -> Formula:
    if len(factors) < 2:
        return factors[0] if factors else Formula(1)
    made: Formula = product(len(factors))(*factors)
    return made


def divides(factor: Any) -> bool:
    return bool(factor.is_Pow and factor.base is not sympy.E and factor.exp.is_Rational and factor.exp.is_negative)


def raised(expression: Any, write: Write) -> Formula:
    base, exponent = expression.args
    made: Formula
    if base is sympy.E:
        made = REGISTRY["exp"](write(exponent))
    elif divides(expression):
        made = Formula(1) / write(1 / expression)
    elif exponent == sympy.Rational(1, 2):
        made = REGISTRY["sqrt"](write(base))
    elif exponent.is_Integer:
        made = power(int(exponent))(write(base))
    else:
        made = pow_(write(base), write(exponent))
    return made


KINDS: dict[Any, Callable[[Any, Write], Formula]] = {
    type(sympy.pi): lambda expression, write: Formula("pi"),
    type(sympy.E): lambda expression, write: Formula("e"),
    sympy.Add: total,
    sympy.Mul: multiplied,
    sympy.Pow: raised,
}
