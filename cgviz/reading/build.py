"""The one place where sympy nodes are made: unevaluated, node by node, from constructors that this file names.

`Expr.__new__` is called instead of the classes: they would evaluate, re-order, hash whole trees, or recurse.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sympy
from sympy import Add, Expr, Function, Integer, Mul, Pow, Symbol
from sympy.core.basic import Basic

from cgviz.ops.making import INF
from cgviz.ops.op import Op
from cgviz.ops.places import CONDITIONS

MINUS_ONE = Integer(-1)
bare = Expr.__new__
CONSTANTS: dict[str, Any] = {"pi": sympy.pi, "π": sympy.pi, "e": sympy.E}
EXACT_DIGITS = 15


def number(text: str) -> Any:
    """Returns a literal as an Integer, or a Float of double precision. OverflowError beyond a double's range."""
    plain = text.replace("_", "")
    if len(plain) <= EXACT_DIGITS and plain.isdecimal():
        return Integer(int(plain))
    value = float(plain)
    if value in (float("inf"),):
        raise OverflowError(text)
    return sympy.Float(value)


def integer(value: int) -> Any:
    return Integer(value)


def is_literal(node: Any) -> bool:
    return isinstance(node, sympy.Number)


PLAIN = Symbol("x")
SHARED = [(slot, getattr(PLAIN, slot)) for slot in ("_assumptions", *Symbol.__slots__) if slot != "name"]


def symbol(name: str) -> Any:
    """Returns a symbol that equals `Symbol(name)`: all of ours share what is assumed of them, which is nothing."""
    made = Expr.__new__(Symbol)
    made.name = name
    for slot, value in SHARED:
        setattr(made, slot, value)
    return made


def commutative(cls: type, *args: Any) -> Any:
    """Returns an unevaluated Add, Mul or Pow."""
    node = bare(cls, *args)
    node.is_commutative = True
    return node


def total(terms: Sequence[tuple[int, Any]]) -> Any:
    """Returns a flat sum of (sign, term) pairs."""
    if len(terms) == 1 and terms[0][0] > 0:
        return terms[0][1]
    made = [term if sign > 0 else negative(term) for sign, term in terms]
    return made[0] if len(made) == 1 else commutative(Add, *made)


def negative(term: Any) -> Any:
    return commutative(Mul, MINUS_ONE, term)


def product(factors: Sequence[tuple[Any, bool]]) -> Any:
    """Returns a flat product of (factor, divides) pairs; `1/x` is the power x**−1."""
    made = [inverse(factor) if divides else factor for factor, divides in factors]
    if len(made) > 1 and factors[1][1] and not factors[0][1] and is_one(made[0]):
        made = made[1:]
    return made[0] if len(made) == 1 else commutative(Mul, *made)


def inverse(factor: Any) -> Any:
    return commutative(Pow, factor, MINUS_ONE)


def is_one(node: Any) -> bool:
    """Tells whether a node is the literal 1 or 1.0 (by type first: `==` on a tree recurses)."""
    return is_literal(node) and float(node) == 1.0


def raised(base: Any, exponent: Any) -> Any:
    return commutative(Pow, base, exponent)


def call(op: Op, args: Sequence[Any]) -> Any:
    """Returns `op(*args)`: sympy's own function where the op names one, else one of ours."""
    return Basic.__new__(function(op), *args)


def elements(node: Any) -> tuple[Any, ...] | None:
    """Returns the elements of an array that is written out, `[a, b]`; None for anything else."""
    op = getattr(type(node), "cgviz_op", None)
    return node.args if isinstance(op, Op) and op.sized is not None else None


@cache
def function(op: Op) -> type[Basic]:
    """Returns the sympy class for an op, which remembers its op in `cgviz_op` where it is one of ours."""
    if op.sympy and op.sympy not in ("Add", "Mul", "Pow"):
        return getattr(sympy, op.sympy)  # type: ignore[no-any-return]  # a name from our own record
    made: type[Basic] = type(op.name, (Function,), {"cgviz_op": op})
    return made


CONSTANTS |= {name: call(INF, ()) for name in ("inf", "np.inf", "math.inf", "torch.inf", "jnp.inf", "numpy.inf")}


def is_condition(node: Any) -> bool:
    """Tells whether a node is true or false by what it is: a comparison, or several together."""
    op = getattr(type(node), "cgviz_op", None)
    return op is not None and op.name in CONDITIONS
