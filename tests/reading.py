"""A graph written back as a program, so that a test can say in one line what a text became."""

from __future__ import annotations

from cgviz.graph.nodes import Graph
from cgviz.text.formula import Formula


def program(graph: Graph) -> str:
    """Returns the statements of a graph, the stages that nobody named inside those that use them: `f = -(a + b)`."""
    written: list[Formula] = []
    statements: list[str] = []
    for index, node in enumerate(graph.nodes):
        formula = graph.operand(index)
        if node.is_stage:
            formula = Formula(op=node.op, args=tuple(written[arg] for arg in node.args))
            if node.given:
                statements.append(f"{node.label or node.name} = {formula.text}")
                formula = Formula(node.shown)
        written.append(formula)
    return "; ".join(statements)
