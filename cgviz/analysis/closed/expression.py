"""A graph as one sympy expression, built from the definitions in the op records, node by node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy

from cgviz.analysis.closed.bounded import Closed, NoClosedFormError, TooLargeError, combined, number, raised
from cgviz.graph.nodes import CONSTANT, Graph, Node
from cgviz.ops.op import Op
from cgviz.text.formula import Formula

LARGEST_NUMBER = 64
BUILT_UP = ("Add", "Mul", "Pow")


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


LETTERS = {"pi": sympy.pi, "e": sympy.E}


def formula(written: Formula) -> Closed:
    """Returns a formula of constants, which is as short as somebody typed it."""
    if written.op is None:
        leaf = written.leaf
        return Closed(LETTERS[leaf] if isinstance(leaf, str) else number(leaf))
    if len(written.args) > LARGEST_NUMBER:
        raise TooLargeError("it is long")
    return applied(written.op, [formula(arg) for arg in written.args])
