"""Names for stages, from the role each plays: `num`, `den`, `invden`, `xpy`, `sigy`; short, valid, stable."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from dataclasses import replace

from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.arithmetic import divide, reciprocal
from cgviz.ops.op import REGISTRY
from cgviz.text.identifiers import CONSTANTS
from cgviz.values.arrays import is_array

LONGEST = 9
LONGEST_GIVEN, LONGEST_MADE = 4, 3
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def named(graph: Graph) -> Graph:
    """Returns the graph with a name on every stage. A name that the user gave stays; none is used twice."""
    roles = fraction_roles(graph)
    free = Names({node.name for node in graph.nodes if node.name} | CONSTANTS, {node.op.name for node in graph.nodes})
    nodes = list(graph.nodes)
    for index, node in enumerate(nodes):
        if node.is_stage and not node.name:
            nodes[index] = node._replace(name=free.take(roles.get(index) or composed(nodes, node)))
    return replace(graph, nodes=tuple(nodes))


class Names:
    """The names that are taken, and how often a stem has come up. `applied` are the names of the graph's own ops."""

    def __init__(self, taken: set[str], applied: set[str]) -> None:
        self.taken, self.applied = taken, applied
        self.count: dict[str, int] = {}

    def take(self, stem: str) -> str:
        """Returns `stem`, or the first of stem2, stem3 ... that is free and means nothing else in the language.

        A stem that is a function's name begins with 1: `exp1`, since `exp2` would read as a power of 2. The name of a
        function for arrays (`sum`, `dot`) is free as long as the graph does not apply it.
        """
        name, first = stem, 0 if self.is_function(stem) else 1
        while name in self.taken or self.is_function(name) or keyword.iskeyword(name):
            self.count[stem] = self.count.get(stem, first) + 1
            name = f"{stem}{'_' if stem[-1].isdigit() else ''}{self.count[stem]}"
        self.taken.add(name)
        return name

    def is_function(self, name: str) -> bool:
        op = REGISTRY.get(name)
        return op is not None and (op.vjp is None or op.name in self.applied)


def fraction_roles(graph: Graph) -> dict[int, str]:
    """Returns "num" and "den" for the stages that are numerator and denominator of a fraction."""
    roles: dict[int, str] = {}
    for node in graph.nodes:
        if node.op is reciprocal and is_compound(graph.nodes[node.args[0]]):
            roles[node.args[0]] = "den"
        elif node.op.stem == "prod" and len(node.args) == 2:
            top, bottom = (graph.nodes[arg] for arg in node.args)
            if bottom.op is reciprocal and is_compound(top) and is_compound(graph.nodes[bottom.args[0]]):
                roles.setdefault(node.args[0], "num")
    return roles


def is_compound(node: Node) -> bool:
    """Tells whether a stage without a name of its own is a sum, difference or product."""
    return node.op.stem in ("sum", "diff", "prod") and not node.given


def composed(nodes: Sequence[Node], node: Node) -> str:
    """Returns a name made of the op's stem and the names of the operands; the stem alone where that is long."""
    op, operands = node.op, [nodes[arg] for arg in node.args]
    if op.stem == "prod" and len(operands) == 2 and operands[1].op is reciprocal:
        top, bottom = operands[0], nodes[operands[1].args[0]]
        return divide.stem if is_compound(bottom) else joined([top, bottom], divide.marks, divide.stem)
    if op.stem in ("sum", "diff") and sum(operand.op.stem == "prod" for operand in operands) > 1:
        return "dot"
    if op.marks:
        return joined(operands, op.marks, op.stem)
    name = operands[0].name + op.suffix if op.suffix else op.stem + "".join(operand.name for operand in operands)
    return name if len(name) <= LONGEST else op.stem


def joined(operands: Sequence[Node], marks: Sequence[str], stem: str) -> str:
    """Returns `xpy` for x + y: the operands' short names joined by marks, `stem` where that gives no short name."""
    words = [word(operand, first=i == 0) for i, operand in enumerate(operands)]
    if not all(words) or len(operands) > 3:
        return stem
    if operands[0].op is CONSTANT and marks[1] == "t":
        marks = ["", "", *marks[2:]]
    name = words[0] + "".join(mark + part for mark, part in zip(marks[1:], words[1:], strict=True))
    return name if len(name) <= LONGEST and name.isidentifier() else stem


def word(operand: Node, first: bool) -> str:
    """Returns how an operand stands in a joined name, "" where it is too long to."""
    if operand.op is CONSTANT:
        value = operand.value
        if value is None or is_array(value) or value < 0 or value >= 1000 or value % 1 != 0:
            return ""
        return str(int(value)) if not first else WORDS[int(value)] if value < len(WORDS) else ""
    most = LONGEST_GIVEN if operand.op is INPUT or operand.given else LONGEST_MADE
    return operand.name if len(operand.name) <= most else ""
