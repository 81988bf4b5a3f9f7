"""The program as it was written: the stages that nobody named are written out in those that somebody did."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.graph.nodes import Graph, Node
from cgviz.ops.arithmetic import divide, multiply, reciprocal
from cgviz.text.formula import Formula

MOST_LEAVES = 60


def statements(graph: Graph) -> Iterator[tuple[int, Formula]]:
    """Yields every stage that the user named, and the output, with its formula.

    Stages without a name from the user are written out in it, as long as that stays readable: a shared stage is
    written as often as it is used, which grows without bound.
    """
    formulas: dict[int, Formula] = {}
    sizes: dict[int, int] = {}
    for index in graph.stages:
        node = graph.nodes[index]
        inlined = {arg for arg in node.args if arg in formulas}
        size = sum(sizes.get(arg, 1) for arg in node.args)
        if size > MOST_LEAVES * 4:
            inlined, size = set(), len(node.args)
        formula = written(node, tuple(formulas[a] if a in inlined else graph.operand(a) for a in node.args))
        if node.given or index == graph.output:
            yield index, formula
        elif size <= MOST_LEAVES:
            formulas[index], sizes[index] = formula, size


def written(node: Node, args: tuple[Formula, ...]) -> Formula:
    """Returns `op(*args)`; a product whose last factor is a reciprocal is written as the fraction it was."""
    last = args[-1]
    if node.op is multiply and last.op is reciprocal:
        return Formula(op=divide, args=(args[0], last.args[0]), shape=node.shape)
    return Formula(op=node.op, args=args, shape=node.shape)
