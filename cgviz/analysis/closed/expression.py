"""A graph as sympy's expression, as long as that stays small."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

import sympy

from cgviz.graph.nodes import CONSTANT, Graph, Node
from cgviz.ops.op import Op
from cgviz.text.formula import Formula

MOST_OPERATIONS, MOST_LEVELS, MOST_BITS = 300, 50, 2000
LARGEST_NUMBER = 64
BUILT_UP = ("Add", "Mul", "Pow")
LETTERS = {"pi": sympy.pi, "e": sympy.E}


class NoClosedFormError(Exception):
    """Says why there is no closed form."""

    said = "sympy has no closed form here"


class TooLargeError(NoClosedFormError):
    """Says why a closed form is left out."""

    said = "The closed form is left out"


class Closed:
    """A sympy expression under Python's operators, which never decides a comparison.

    size  how many operations it takes, every one written out
    deep  how deeply they are nested
    """

    __slots__ = ("deep", "expression", "size")

    def __init__(self, expression: Any, size: int = 0, deep: int = 0) -> None:
        self.expression, self.size, self.deep = expression, size, deep

    def __add__(self, other: Any) -> Closed:
        return combined(lambda a, b: a + b, self, other)

    def __sub__(self, other: Any) -> Closed:
        return combined(lambda a, b: a - b, self, other)

    def __mul__(self, other: Any) -> Closed:
        return combined(lambda a, b: a * b, self, other)

    def __truediv__(self, other: Any) -> Closed:
        return combined(divided, self, other)

    def __pow__(self, other: Any) -> Closed:
        return combined(raised, self, other)

    def __rsub__(self, other: Any) -> Closed:
        return combined(lambda a, b: b - a, self, other)

    def __rtruediv__(self, other: Any) -> Closed:
        return combined(lambda a, b: divided(b, a), self, other)

    def __rpow__(self, other: Any) -> Closed:
        return combined(lambda a, b: raised(b, a), self, other)

    def __neg__(self) -> Closed:
        return combined(lambda a: -a, self)

    def __abs__(self) -> Closed:
        return combined(sympy.Abs, self)

    def undecided(self, *_: Any) -> NoReturn:
        raise NoClosedFormError("it takes a decision that depends on the inputs")

    __radd__, __rmul__ = __add__, __mul__
    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = undecided
    __hash__ = None  # type: ignore[assignment]


def combined(function: Callable[..., Any], *operands: Any) -> Closed:
    """Returns `function` of operands. Raises TooLargeError where that is too large to be worth reading."""
    closed = [operand if isinstance(operand, Closed) else Closed(number(operand)) for operand in operands]
    size = 1 + sum(operand.size for operand in closed)
    deep = 1 + max(operand.deep for operand in closed)
    if size > MOST_OPERATIONS:
        raise TooLargeError(f"written out it takes more than {MOST_OPERATIONS} operations")
    if deep > MOST_LEVELS:
        raise TooLargeError(f"written out it is nested more than {MOST_LEVELS} levels deep")
    return Closed(function(*(operand.expression for operand in closed)), size, deep)


def divided(a: Any, b: Any) -> Any:
    if b.is_zero:
        raise NoClosedFormError("it divides by zero")
    return a / b


def raised(base: Any, exponent: Any) -> Any:
    """Returns a power. sympy writes powers of numbers out, so that a large one is refused."""
    if exponent.is_number:
        coefficient = base if base.is_Rational else base.as_coeff_Mul()[0]
        bits = coefficient.p.bit_length() + coefficient.q.bit_length() - 1 if coefficient.is_Rational else 1
        if bits > 1 and bits * abs(float(exponent)) > MOST_BITS:
            raise TooLargeError("it holds a very large power of a number")
        if base.is_zero and not exponent.is_positive:
            raise NoClosedFormError("it divides by zero")
    return base**exponent


def number(value: float) -> Any:
    """Returns a number as the simple fraction or the decimal that it was written as."""
    near = Fraction(value).limit_denominator(1000)
    if float(near) == value:
        return sympy.Rational(near.numerator, near.denominator)
    return sympy.Rational(repr(float(value))) if 1e-12 < abs(value) < 1e12 else sympy.Float(value, 17)


class Functions:
    """What a definition `exact(mp, *args)` finds on mpmath, here for sympy."""

    def __getattr__(self, name: str) -> Callable[..., Closed]:
        if name not in KNOWN:
            raise NoClosedFormError("sympy has no such function")
        return lambda *args: combined(KNOWN[name], *args)


KNOWN: Mapping[str, Callable[..., Any]] = {
    "mpf": lambda x: x,
    "power": raised,
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "expm1": lambda x: sympy.exp(x) - 1,
    "log1p": lambda x: sympy.log(1 + x),
    "erfc": sympy.erfc,
}


def expression(graph: Graph) -> Any:
    """Returns the output as a sympy expression in real symbols that bear the inputs' names.

    Raises NoClosedFormError, which says why there is none.
    """
    values: list[Closed | None] = []
    for index, node in enumerate(graph.nodes):
        values.append(value(graph, index, node, values) if graph.reached[index] else None)
    found = values[graph.output]
    assert found is not None
    if found.expression.has(sympy.nan, sympy.zoo, sympy.oo, sympy.I):
        raise NoClosedFormError("sympy finds no real number for it")
    return found.expression


def value(graph: Graph, index: int, node: Node, values: Sequence[Closed | None]) -> Closed:
    if node.op is CONSTANT:
        return constant(node)
    if not node.is_stage:
        return Closed(sympy.Symbol(node.name, real=True))
    try:
        return applied(node.op, [values[arg] for arg in node.args])
    except NoClosedFormError as error:
        where = f"stage ({graph.numbers[index]}), {node.op.name}"
        raise type(error)(f"{where}: {error}") from error


def applied(op: Op, args: Sequence[Any]) -> Closed:
    """Returns `op(*args)`: by sympy's function of the same meaning, or by the op's definition."""
    if op.sympy and op.sympy not in BUILT_UP:
        if all(arg.expression.is_number for arg in args) and any(beyond(arg.expression) for arg in args):
            raise TooLargeError("it is taken of a large number")
        return combined(getattr(sympy, op.sympy), *args)
    if op.exact is None:
        raise NoClosedFormError("sympy has no such function")
    return op.exact(Functions(), *args)  # type: ignore[no-any-return]


def beyond(value: Any) -> bool:
    return bool(abs(float(value)) > LARGEST_NUMBER)


def constant(node: Node) -> Closed:
    """Returns a constant as it was written where that is simple (`pi/4`), else its number."""
    leaf = node.formula.leaf if node.formula and node.formula.op is None else None
    if isinstance(leaf, str) and leaf in LETTERS:
        return Closed(LETTERS[leaf])
    if node.formula is not None and node.formula.op is not None:
        try:
            return formula(node.formula)
        except NoClosedFormError:
            pass
    return Closed(number(node.value or 0.0))


def formula(written: Formula) -> Closed:
    """Returns a formula of constants, which is as short as somebody typed it."""
    if written.op is None:
        leaf = written.leaf
        return Closed(LETTERS[leaf] if isinstance(leaf, str) else number(leaf))
    if len(written.args) > LARGEST_NUMBER:
        raise TooLargeError("it is long")
    return applied(written.op, [formula(arg) for arg in written.args])
