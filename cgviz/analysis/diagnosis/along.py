"""Stages along an axis that are written so that they overflow: log of softmax, log of a sum of exponentials, a length.

Each is looked for op by op, since an axis belongs to the op that it is given to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.arithmetic import reciprocal, square
from cgviz.ops.exponential import exp, log
from cgviz.ops.norms import norm
from cgviz.ops.op import Op
from cgviz.ops.reductions import total as sum_of
from cgviz.ops.roots import sqrt
from cgviz.ops.softmax import log_softmax, logsumexp, softmax
from cgviz.text.formula import Formula

MOST_TERMS = 12


def exponentials(graph: Graph, index: int) -> list[int]:
    """Returns the exponentials of a plain sum of them, else nothing."""
    node = graph.nodes[index]
    below = [arg for arg in node.args if graph.nodes[arg].op is not exp]
    total = index if node.op.family == "sum" else next((arg for arg in below), index)
    if graph.nodes[total].op is reciprocal:
        total = graph.nodes[total].args[0]
    terms = graph.nodes[total]
    plain = terms.op.family == "sum" and set(terms.op.parameter) == {1}
    return list(terms.args) if plain and all(graph.nodes[arg].op is exp for arg in terms.args) else []


def log_of_sum(graph: Graph, index: int) -> tuple[str, str]:
    """Returns log(exp(a) + exp(b) + ...) with the largest taken out, or ""."""
    terms = exponentials(graph, index) if graph.nodes[index].op is log else []
    if not 2 <= len(terms) <= MOST_TERMS:
        return "", ""
    inner = [operand(graph, graph.nodes[term].args[0]) for term in terms]
    top = free_name(graph)
    total = " + ".join(f"exp({each} - {top})" for each in inner)
    text = f"{top} = max({', '.join(inner)}); {graph.nodes[index].name} = {top} + log({total})"
    return text, "exp overflows above 709.78; the largest is taken out of the sum"


def softmax_of(graph: Graph, index: int) -> tuple[str, str]:
    """Returns exp(a)/(exp(a) + exp(b) + ...) with the largest taken out, or "" where there are fewer than three."""
    node = graph.nodes[index]
    terms = exponentials(graph, index) if node.op.family == "product" and len(node.args) == 2 else []
    own = [arg for arg in node.args if arg in terms]
    if not (own and 3 <= len(terms) <= MOST_TERMS) or reciprocal not in (graph.nodes[arg].op for arg in node.args):
        return "", ""
    inner = [operand(graph, graph.nodes[term].args[0]) for term in terms]
    top = free_name(graph)
    total = " + ".join(f"exp({each} - {top})" for each in inner)
    first = operand(graph, graph.nodes[own[0]].args[0])
    text = f"{top} = max({', '.join(inner)}); {node.name} = exp({first} - {top})/({total})"
    return text, "exp overflows: inf/inf; the largest is taken out of all"


def free_name(graph: Graph) -> str:
    """Returns a name for the largest that the program does not have."""
    names = {node.name for node in graph.nodes}
    return next(name for name in ("top", *(f"top{i}" for i in range(2, len(names) + 3))) if name not in names)


def operand(graph: Graph, index: int) -> str:
    """Returns a node as an operand in program text."""
    node = graph.nodes[index]
    if node.op is not CONSTANT:
        return node.name
    text = graph.operand(index).text
    return text if re.fullmatch(r"[\w.]+", text) else f"({text})"


class AlongAxis(NamedTuple):
    """A stage as it may be written: its formula, why, and the stages that it is made of."""

    formula: Formula
    why: str
    inside: tuple[int, ...]


def along(graph: Graph, index: int) -> AlongAxis | None:
    """Returns the first of these forms that a stage has, written safely, or None."""
    return next((made for form in FORMS for made in form(graph, index)), None)


def inner(graph: Graph, index: int, op: Op | str) -> int | None:
    """Returns the one operand of node `index` where it is that op, or one of the family of that name."""
    node = graph.nodes[index]
    same = node.op is op or (node.op.vjp is not None and node.op.name == op)
    return node.args[0] if same else None


def on(graph: Graph, op: Op, index: int) -> Formula:
    return Formula(op=op, args=(Formula(operand(graph, index)),))


def log_of_softmax(graph: Graph, index: int) -> Iterator[AlongAxis]:
    """log(softmax(x)) and the log of a part of it, as in log(p[1])."""
    shares = inner(graph, index, log)
    if shares is None:
        return
    part = graph.nodes[shares]
    picked = part.op.vjp is not None and part.op.family == "pick"
    whole = part.args[0] if picked else shares
    found = shares_of(graph, whole)
    if found is None:
        return
    x, axis, behind = found
    made = on(graph, log_softmax(axis), x)
    if picked:
        made = Formula(op=part.op, args=(made, *(Formula(operand(graph, arg)) for arg in part.args[1:])))
    yield AlongAxis(made, "a share underflows to 0, and log 0 is −inf", tuple({index, shares, whole, *behind}))


def shares_of(graph: Graph, index: int) -> tuple[int, Any, tuple[int, ...]] | None:
    """Returns what a stage is the softmax of, along which axis, and the stages it is made of; None for any other."""
    x = inner(graph, index, "softmax")
    if x is not None:
        return x, graph.nodes[index].op.parameter, ()
    made = next(shares_by_hand(graph, index), None)
    if made is None:
        return None
    exponential = next(i for i in made.inside if graph.nodes[i].op is exp)
    return graph.nodes[exponential].args[0], made.formula.op.parameter, made.inside  # type: ignore[union-attr]


def log_of_total(graph: Graph, index: int) -> Iterator[AlongAxis]:
    """log(sum(exp(x)))."""
    total = inner(graph, index, log)
    raised = None if total is None else inner(graph, total, "sum")
    x = None if raised is None else inner(graph, raised, exp)
    if total is not None and raised is not None and x is not None:
        made = on(graph, logsumexp(*graph.nodes[total].op.parameter), x)
        yield AlongAxis(made, "exp overflows above 709.78; the largest is taken out of the sum", (index, total, raised))


def log_of_product(graph: Graph, index: int) -> Iterator[AlongAxis]:
    """log(prod(x))."""
    total = inner(graph, index, log)
    x = None if total is None else inner(graph, total, "prod")
    if total is not None and x is not None:
        axes = sum_of(*graph.nodes[total].op.parameter)
        made = Formula(op=axes, args=(on(graph, log, x),))
        yield AlongAxis(made, "a product of many factors leaves the range of floats", (index, total))


def root_of_squares(graph: Graph, index: int) -> Iterator[AlongAxis]:
    """sqrt(sum(x**2))."""
    total = inner(graph, index, sqrt)
    squares = None if total is None else inner(graph, total, "sum")
    x = None if squares is None else inner(graph, squares, square)
    if total is not None and squares is not None and x is not None:
        made = on(graph, norm(*graph.nodes[total].op.parameter), x)
        yield AlongAxis(made, "a square overflows, and √ has no slope at 0", (index, total, squares))


def shares_by_hand(graph: Graph, index: int) -> Iterator[AlongAxis]:
    """exp(x)/sum(exp(x)) along one axis."""
    node = graph.nodes[index]
    if node.op.family != "product" or len(node.args) != 2:
        return
    for top, bottom in (node.args, node.args[::-1]):
        total = inner(graph, bottom, reciprocal)
        if total is None or inner(graph, total, "sum") != top:
            continue
        x, (axis, keeps) = inner(graph, top, exp), graph.nodes[total].op.parameter
        vector = len(graph.nodes[top].shape or ()) == 1
        if x is not None and (vector or (isinstance(axis, int) and keeps)):
            made = on(graph, softmax(-1 if vector else axis), x)
            yield AlongAxis(
                made, "exp overflows: inf/inf; the largest is taken out of all", (index, top, bottom, total)
            )


FORMS: tuple[Callable[[Graph, int], Iterator[AlongAxis]], ...] = (
    log_of_softmax,
    log_of_total,
    log_of_product,
    root_of_squares,
    shares_by_hand,
)
