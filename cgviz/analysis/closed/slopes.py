"""The derivative with respect to each input as sympy finds it: no simplification, bounded in size, never a hang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cgviz.graph.nodes import Graph
from cgviz.ops.precise import context, failures
from cgviz.records import record
from cgviz.text.formula import Formula

MOST_OPERATIONS = 3000
DIGITS = 50


@record
class Closed:
    """What sympy finds for a graph.

    slopes  ∂output/∂input as a formula, by the input's index
    counts  how many operations each takes, and `value` the output itself, by sympy's `count_ops`
    reason  why there is none, or why it is left out
    """

    slopes: Mapping[int, Formula]
    counts: Mapping[int, int]
    value: int = 0
    reason: str = ""


def closed_forms(graph: Graph, wanted: Sequence[int]) -> Closed:
    """Returns the derivatives with respect to the inputs that are `wanted`, or the reason why there are none."""
    import sympy

    from cgviz.analysis.closed.bounded import NoClosedFormError, TooLargeError
    from cgviz.analysis.closed.expression import expression
    from cgviz.analysis.closed.written import written

    names = {graph.nodes[i].name: graph.nodes[i].shown for i in graph.inputs}
    slopes, counts = {}, {}
    try:
        whole = expression(graph)
        for index in wanted:
            slope = sympy.diff(whole, sympy.Symbol(graph.nodes[index].name, real=True))
            counts[index] = int(slope.count_ops())
            if counts[index] > MOST_OPERATIONS:
                raise TooLargeError(f"written out it takes {counts[index]} operations")
            slopes[index] = written(slope, names)
        return Closed(slopes, counts, int(whole.count_ops()))
    except NoClosedFormError as error:
        return Closed({}, {}, reason=f"{error.said}: {error}.")
    except (RecursionError, ArithmeticError, ValueError, TypeError) as error:
        return Closed({}, {}, reason=f"The closed form is left out: sympy stops with {type(error).__name__}.")


def evaluated(formula: Formula, values: Mapping[str, float]) -> Any:
    """Returns a formula's value with 50 digits, as an mpmath number; None where mpmath finds no real number."""
    mp = context(DIGITS)
    try:
        found = mp.mpmathify(value(formula, mp, values))
    except TypeError:
        return None
    except failures():
        return None
    return found if isinstance(found, mp.mpf) and mp.isfinite(found) else None


def value(formula: Formula, mp: Any, values: Mapping[str, float]) -> Any:
    """Returns the value of a formula whose nesting is bounded."""
    if formula.op is not None:
        return formula.op.in_mpmath(mp, *(value(arg, mp, values) for arg in formula.args))
    if not isinstance(formula.leaf, str):
        return mp.mpf(formula.leaf)
    constants = {"pi": mp.pi, "e": mp.e}
    return mp.mpf(values[formula.leaf]) if formula.leaf in values else +constants[formula.leaf]
