"""Sums of any number of exponentials, from which the largest can be taken out: log of a sum, softmax."""

from __future__ import annotations

import re

from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.arithmetic import reciprocal
from cgviz.ops.exponential import exp, log

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


def softmax(graph: Graph, index: int) -> tuple[str, str]:
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
