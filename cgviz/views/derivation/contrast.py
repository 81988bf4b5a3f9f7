"""The closed form of each derivative, to contrast with the staged one: equal at the point, at what cost."""

from __future__ import annotations

from typing import Any

from cgviz.analysis.closed import ClosedForms, closed_forms, effort, evaluated
from cgviz.documents.equations import Equation, equation, part
from cgviz.documents.writing import Hand
from cgviz.text.formula import Formula
from cgviz.text.numbers import number
from cgviz.views.derivation.flow import BoardSection, Flow

DIGITS, MOST_OPERATIONS, MOST_INPUTS = 12, 120, 40
NO_ARRAYS = (
    "sympy has no closed form here: it differentiates numbers, not arrays; --expand all opens them into numbers."
)
NO_SEED = "Left out: the gradient begins with one that was given."
TITLE = "The closed form, for contrast"


def contrast(flow: Flow, hand: Hand) -> BoardSection | None:
    """Returns what sympy finds; None where there is no input to differentiate with respect to."""
    if not flow.wanted:
        return None
    if flow.run.graph.has_arrays or flow.seeded:
        return BoardSection(TITLE, (), "", (NO_ARRAYS if flow.run.graph.has_arrays else NO_SEED,))
    cost = staged_cost(flow)
    if len(flow.wanted) > MOST_INPUTS:
        return BoardSection(TITLE, (), "", (f"Left out: there are {len(flow.wanted)} inputs; --wrt chooses one.", cost))
    found = closed_forms(flow.run.graph, flow.wanted)
    if found.reason:
        return BoardSection(TITLE, (), "", (found.reason, cost))
    lines = tuple(slope(flow, hand, found, index) for index in flow.wanted)
    total = found.value + sum(found.counts.values())
    each = " + ".join(str(found.counts[i]) for i in flow.wanted)
    compared = f"Closed forms: {found.value} for the function + {each} for {slopes(flow)} = {total}."
    return BoardSection(TITLE, lines, "As sympy differentiates the whole function at once.", (cost, compared))


def slopes(flow: Flow) -> str:
    return f"its {len(flow.wanted)} derivatives" if len(flow.wanted) > 1 else "its derivative"


def staged_cost(flow: Flow) -> str:
    """Returns what the passes take, counted as sympy's `count_ops` counts."""
    spent = effort(flow.run, flow.kept)
    passes = f"{spent.forward} forward + {spent.backward} backward = {spent.total}"
    return f"Operations, staged: {passes} for the function and {slopes(flow)}."


def slope(flow: Flow, hand: Hand, found: ClosedForms, index: int) -> Equation:
    """Returns the closed form of one derivative, and beside it both numbers."""
    graph, formula = flow.run.graph, found.slopes[index]
    symbol = hand.slope(graph.nodes[graph.output].shown, graph.nodes[index].shown)
    short = found.counts[index] <= MOST_OPERATIONS
    written = part(hand.formula(formula) if short else hand.dots)
    left_out = "" if short else f"too long to write: {found.counts[index]} operations"
    if flow.run.symbolic:
        return equation(symbol, [written], note=left_out)
    value, said = at_the_point(flow, formula, index)
    result = part(hand.number(float(value)), "gradient") if value is not None else None
    return equation(symbol, [written, result], note="; ".join(filter(None, (left_out, said))))


def at_the_point(flow: Flow, formula: Formula, index: int) -> tuple[Any, str]:
    """Returns the value of a closed form with 50 digits, and both numbers and their difference in words."""
    run, nodes = flow.run, flow.run.graph.nodes
    values: dict[str, float] = {str(nodes[i].shown): run.values[i] or 0.0 for i in run.graph.inputs}
    staged = run.gradients[index] or 0.0
    value = evaluated(formula, values) if staged - staged == 0 else None
    if value is None:
        return None, f"staged {number(staged, DIGITS)}; the closed form has no finite value here"
    size = max(abs(value), abs(staged))
    difference = float(abs(value - staged) / size) if size else 0.0
    both = f"closed {number(float(value), DIGITS)}, staged {number(staged, DIGITS)}"
    return value, f"{both}, relative difference {number(difference, 2)}"
