"""Names for stages, from the role each plays: `num`, `den`, `invden`, `xpy`, `sigy`; short, valid, stable."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from dataclasses import replace

from cgviz.graph import CONSTANT, INPUT, Graph, Node
from cgviz.language.tokens import CONSTANTS
from cgviz.op import REGISTRY

LONGEST = 9
LONGEST_GIVEN, LONGEST_MADE = 4, 3
WORDS = {
    0: "zero",
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
}


def named(graph: Graph) -> Graph:
    """Returns the graph with a name on every stage. A name that the user gave stays; none is used twice."""
    roles = fraction_roles(graph)
    taken = {node.name for node in graph.nodes if node.name} | CONSTANTS
    nodes = list(graph.nodes)
    for index, node in enumerate(nodes):
        if node.is_stage and not node.name:
            name = free(roles.get(index) or composed(nodes, node), taken, role=index in roles)
            taken.add(name)
            nodes[index] = node._replace(name=name)
    return replace(graph, nodes=tuple(nodes))


def free(stem: str, taken: set[str], role: bool) -> str:
    """Returns `stem`, or the first of stem2, stem3 ... that is free and means nothing else in the language."""
    name, count = stem, 1
    while name in taken or name in REGISTRY or keyword.iskeyword(name):
        count += 1
        name = f"{stem}{count}" if not stem[-1].isdigit() else f"{stem}_{count}"
    return name


def fraction_roles(graph: Graph) -> dict[int, str]:
    """Returns "num" and "den" for the stages that are numerator and denominator of a fraction."""
    roles: dict[int, str] = {}
    for node in graph.nodes:
        if node.op.name == "reciprocal" and is_compound(graph.nodes[node.args[0]]):
            roles[node.args[0]] = "den"
        elif node.op.name == "multiply" and len(node.args) == 2:
            top, bottom = (graph.nodes[arg] for arg in node.args)
            if bottom.op.name == "reciprocal" and is_compound(top) and is_compound(graph.nodes[bottom.args[0]]):
                roles.setdefault(node.args[0], "num")
    return roles


def is_compound(node: Node) -> bool:
    """Tells whether a stage without a name of its own is a sum, difference or product."""
    return node.is_stage and not node.given and node.op.stem in ("sum", "prod")


def composed(nodes: Sequence[Node], node: Node) -> str:
    """Returns a name made of the op's stem and the names of the operands; the stem alone where that is long."""
    stem = node.op.stem or node.op.name
    operands = [nodes[arg] for arg in node.args]
    if stem == "sum":
        signs = node.op.parameter
        return joined(operands, ["p" if sign > 0 else "m" for sign in signs], stem_of_sum(operands, signs))
    if stem == "prod":
        return joined(operands, ["t"] * len(operands), stem)
    if stem == "quot":
        return joined(operands, ["", "by"], stem)
    name = operands[0].name + suffix(node) if suffix(node) else stem + "".join(operand.name for operand in operands)
    return name if len(name) <= LONGEST else stem


def suffix(node: Node) -> str:
    """Returns what a power adds to the name of its base: `xpysqr`, `xcube`, `xpow4`."""
    if node.op.stem in ("sqr", "cube"):
        return node.op.stem
    exponent = node.op.parameter
    if node.op.stem != "pow" or not isinstance(exponent, float):
        return ""
    return f"pow{'m' if exponent < 0 else ''}{abs(exponent):.0f}" if exponent % 1 == 0 and abs(exponent) < 100 else "pow"


def stem_of_sum(operands: Sequence[Node], signs: Sequence[int]) -> str:
    """Returns "dot" for a sum of products, "diff" for a difference, else "sum"."""
    if sum(operand.op.stem == "prod" for operand in operands) > 1:
        return "dot"
    return "diff" if tuple(signs) == (1, -1) else "sum"


def joined(operands: Sequence[Node], marks: Sequence[str], stem: str) -> str:
    """Returns `xpy` for x + y: the operands' short names joined by marks, `stem` where that gives no short name."""
    if stem == "dot" or len(operands) > 3:
        return stem
    words = [word(operand, first=i == 0) for i, operand in enumerate(operands)]
    if not all(words):
        return stem
    if operands[0].op is CONSTANT and marks[1] == "t":
        marks = ["", "", *marks[2:]]
    name = words[0] + "".join(mark + part for mark, part in zip(marks[1:], words[1:], strict=True))
    return name if len(name) <= LONGEST and name.isidentifier() else stem


def word(operand: Node, first: bool) -> str:
    """Returns how an operand stands in a joined name, "" where it is too long to."""
    if operand.op is CONSTANT:
        value = operand.value or 0.0
        if value < 0 or value >= 1000 or value % 1 != 0:
            return ""
        return WORDS.get(int(value), "") if first else str(int(value))
    most = LONGEST_GIVEN if operand.op is INPUT or operand.given else LONGEST_MADE
    return operand.name if len(operand.name) <= most else ""
