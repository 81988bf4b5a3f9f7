"""A sympy function without a record becomes an op: its value by sympy's evaluation, its slopes by its own `fdiff`.

The slopes are read by the same walk as a program, so that they run on numbers, formulas and tracers alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import sympy
from sympy.core.function import AppliedUndef, ArgumentIndexError

from cgviz.errors import ExpressionError, quoted
from cgviz.graph.nodes import CONSTANT, INPUT, Graph
from cgviz.ops.op import Op

LARGEST_PARAMETER = 100
LARGEST_ARGUMENT = 1e6
DIGITS = 30
NUMBERS = (sympy.Number, sympy.NumberSymbol)
NO_CLOSED_FORM = (
    *(sympy.Derivative, sympy.Subs, sympy.Integral, sympy.Sum, sympy.hyper, sympy.meijerg),
    *(AppliedUndef, type(sympy.I), type(sympy.zoo), sympy.exp_polar),
)


def admitted(node: Any) -> Op:
    """Returns the op of a sympy function; nothing flows to those of its arguments that are plain numbers.

    Raises ExpressionError where the function has no derivative in closed form.
    """
    name = type(node).__name__
    if not all(isinstance(arg, sympy.Expr) for arg in node.args):
        raise ExpressionError(f"{quoted(name)} takes lists here, which are not supported; give scalar functions")
    numbers = tuple(arg if isinstance(arg, NUMBERS) else None for arg in node.args)
    if any(number is not None and not abs(float(number)) <= LARGEST_PARAMETER for number in numbers):
        raise ExpressionError(f"{quoted(name)} with a parameter beyond {LARGEST_PARAMETER} is not computed")
    kind: Any = type(node)
    return made(kind, numbers)


@cache
def made(kind: Any, numbers: tuple[Any, ...]) -> Op:
    """Returns the op of a class of functions, some of its arguments fixed to numbers."""
    name = kind.__name__
    names = tuple(f"a{i}" for i in range(len(numbers)))
    fixed = all(number is not None for number in numbers)
    slopes = [] if fixed else [slope(kind, numbers, names, slot) for slot in range(len(numbers))]

    def partials(out: Any, *args: Any) -> tuple[Any, ...]:
        return tuple(None if found is None else replayed(graph_of_slope(found, names), args) for found in slopes)

    return Op(
        name=name,
        arity=(len(names), len(names)),
        forward=lambda *args: evaluated(kind, numbers, args),
        partials=partials,
        exact=lambda mp, *args: mp.mpf(evaluated(kind, numbers, args)),
        glyph=name,
        stem=name.lower() if name.isidentifier() else "fn",
        by="the derivative that sympy knows",
        says=f"scales by the derivative that sympy gives for {quoted(name)}",
        domain=lambda *args: reason(args) or undefined(evaluated(kind, numbers, args)),
        source=f"sympy, fdiff of {kind.__module__}.{name}",
    )


def slope(kind: Any, numbers: Sequence[Any], names: Sequence[str], slot: int) -> Any:
    """Returns ∂kind/∂argument as a sympy expression in `names`, None for a number. Raises ExpressionError."""
    if numbers[slot] is not None:
        return None
    args = (sympy.Symbol(name, real=True) if n is None else n for name, n in zip(names, numbers, strict=True))
    try:
        found = kind(*args, evaluate=False).fdiff(slot + 1)
    except (ArgumentIndexError, NotImplementedError):
        found = None
    if found is None or any(isinstance(part, NO_CLOSED_FORM) for part in sympy.preorder_traversal(found)):
        which = f" in its argument {slot + 1}; give a number there" if len(numbers) > 1 else ""
        raise ExpressionError(f"{quoted(kind.__name__)} has no derivative in closed form{which}")
    return found


@cache
def graph_of_slope(expression: Any, names: tuple[str, ...]) -> Graph:
    """Returns the graph of a slope; made when it is first needed, since a slope may hold the function itself."""
    from cgviz.reading.walk import Walk

    walk = Walk(share=True)
    for name in names:
        walk.names[name] = walk.builder.input(name)
    return walk.builder.finish(walk.tree(expression))


def replayed(graph: Graph, args: Sequence[Any]) -> Any:
    """Returns the output of `graph` run on whatever `args` are: floats, formulas, tracers, mpmath numbers."""
    given = iter(args)
    formulas = any(hasattr(arg, "write") for arg in args)
    values: list[Any] = []
    for node in graph.nodes:
        if node.op is INPUT:
            values.append(next(given))
        elif node.op is CONSTANT:
            values.append(node.formula if formulas and node.formula else node.value)
        else:
            values.append(node.op(*(values[arg] for arg in node.args)))
    return values[graph.output]


def evaluated(kind: Any, numbers: Sequence[Any], args: Sequence[Any]) -> float:
    """Returns the value of a function as a float; nan where sympy finds no real number, or it might take long."""
    if reason(args):
        return math.nan
    exact = [sympy.Float(arg, DIGITS) if n is None else n for arg, n in zip(args, numbers, strict=True)]
    try:
        value = kind(*exact).evalf(DIGITS)
        return float(value) if isinstance(value, sympy.Number) else math.nan
    except (ArithmeticError, ValueError, TypeError, NotImplementedError):
        return math.nan


def reason(args: Sequence[Any]) -> str:
    """Returns why a value is not computed, or ""."""
    if not all(abs(arg) <= LARGEST_ARGUMENT for arg in args):
        return f"an argument beyond {LARGEST_ARGUMENT:.0e} is not computed"
    return ""


def undefined(value: float) -> str:
    return "sympy finds no real number here" if math.isnan(value) else ""
