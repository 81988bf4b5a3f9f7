"""Names for stages, from the role each plays: `num`, `den`, `invden`, `xpy`, `sigy`; short, valid, stable."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from unicodedata import combining

from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node, operand
from cgviz.ops.arithmetic import divide, reciprocal
from cgviz.ops.op import REGISTRY
from cgviz.records import record
from cgviz.text.formula import PRETTY, Formula
from cgviz.text.gradients import STYLES, Gradient
from cgviz.text.identifiers import CONSTANTS
from cgviz.text.names import Name
from cgviz.text.parsing import parse_spelling
from cgviz.text.spelling import Spelling
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
        elif node.op.family == "product" and len(node.args) == 2:
            top, bottom = (graph.nodes[arg] for arg in node.args)
            if bottom.op is reciprocal and is_compound(top) and is_compound(graph.nodes[bottom.args[0]]):
                roles.setdefault(node.args[0], "num")
    return roles


def is_compound(node: Node) -> bool:
    """Tells whether a stage without a name of its own is a sum, difference or product."""
    return node.op.family in ("sum", "product") and not node.given


def composed(nodes: Sequence[Node], node: Node) -> str:
    """Returns a name made of the op's stem and the names of the operands; the stem alone where that is long."""
    op, operands = node.op, [nodes[arg] for arg in node.args]
    if op.family == "product" and len(operands) == 2 and operands[1].op is reciprocal:
        top, bottom = operands[0], nodes[operands[1].args[0]]
        return divide.stem if is_compound(bottom) else joined([top, bottom], divide.marks, divide.stem)
    if op.family == "sum" and is_dot_product(nodes, node):
        return "dot"
    if op.marks:
        return joined(operands, op.marks, op.stem)
    name = operands[0].name + op.suffix if op.suffix else op.stem + "".join(operand.name for operand in operands)
    return name if len(name) <= LONGEST else op.stem


def is_dot_product(nodes: Sequence[Node], node: Node) -> bool:
    """Tells whether a sum is one of products of two numbers each, no number in two of them; a bias may be added."""
    products = [operand for operand in (nodes[arg] for arg in node.args) if operand.op.family == "product"]
    factors = [arg for product in products for arg in product.args]
    pairs = all(len(product.args) == 2 for product in products) and len(set(factors)) == len(factors)
    numbers = all(nodes[arg].op is not CONSTANT and not nodes[arg].shape for arg in factors)
    return len(products) > 1 and pairs and numbers and not node.shape


def joined(operands: Sequence[Node], marks: Sequence[str], stem: str) -> str:
    """Returns `xpy` for x + y: the operands' short names joined by marks, `stem` where that gives no short name."""
    words = [word(operand, first=i == 0) for i, operand in enumerate(operands)]
    if not all(words) or len(operands) > 3:
        return stem
    words[:-1] = [part.replace("_", "") for part in words[:-1]]  # else w_1 times x reads as w with subscript 1x
    apart = words[0] == "d"  # else d·y would be called as the gradient of y is
    between = [
        mark or "t" * (apart or operand.op is CONSTANT) for mark, operand in zip(marks[1:], operands[1:], strict=True)
    ]
    name = words[0] + "".join(mark + part for mark, part in zip(between, words[1:], strict=True))
    return name if len(name) <= LONGEST and name.isidentifier() else stem


def word(operand: Node, first: bool) -> str:
    """Returns how an operand stands in a joined name, "" where it is too long to."""
    if operand.op is CONSTANT:
        value = operand.value
        if value is None or is_array(value) or value < 0 or value >= 1000 or value % 1 != 0:
            return ""
        return str(int(value)) if not first else WORDS[int(value)] if value < len(WORDS) else ""
    most = LONGEST_GIVEN if operand.op is INPUT or operand.given else LONGEST_MADE
    marked = any(map(combining, operand.name))  # the mark of x̂ would be read as one on all that stands before it
    return operand.name if len(operand.name) <= most and not marked else ""


@record
class Wording:
    r"""How an output calls nodes and gradients.

    names      "code": stages bear their code names, `xpy`; "math": one without a name of its own is called by what it
               computes where that is short, `x + y`
    gradient   the style of gradients: "d" for dq, "partial" for ∂L/∂q, "bar" for q̄, "delta" for δq
    spellings  the spelling of a node by its name: {"w_1": parse_spelling(r"\omega_1")}
    """

    names: str = "code"
    gradient: str = "d"
    spellings: Mapping[str, Spelling] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for given, known in ((self.names, NAMINGS), (self.gradient, tuple(STYLES))):
            if given not in known:
                raise UsageError(f"{quoted(given)} is not one of {', '.join(known)}")


NAMINGS = ("code", "math")
LONGEST_SHOWN = 14


def respelled(graph: Graph, spellings: Mapping[str, Spelling]) -> Graph:
    r"""Returns the graph with spellings on nodes, by name: `w_1` printed as ω₁. Its names stay what they are."""
    if not spellings:
        return graph
    nodes = (
        node._replace(label=Name(node.label or node.name, spellings[node.name])) if node.name in spellings else node
        for node in graph.nodes
    )
    return replace(graph, nodes=tuple(nodes))


def worded(graph: Graph, wording: Wording) -> Graph:
    """Returns a graph with all names in the labels that a wording gives them."""
    graph = respelled(graph, {**told_apart(graph), **wording.spellings})
    if wording.names == "math":
        graph = in_formulas(graph)
    if wording.gradient == "d":
        return graph
    output = graph.nodes[graph.output].shown
    nodes = (
        node._replace(label=Name(node.shown, getattr(node.shown, "spelling", None), gradient))
        for node in graph.nodes
        for gradient in [Gradient(node.shown, output, wording.gradient)]
    )
    return replace(graph, nodes=tuple(nodes))


def told_apart(graph: Graph) -> dict[str, Spelling]:
    """Returns spellings for the names that would look like others: `x1` beside `x_1` stays a word."""
    names = {node.name for node in graph.nodes if "_" in node.name and not node.label}
    beside = {name.replace("_", "", 1): name for name in names}
    twins = {node.name for node in graph.nodes if node.name in beside and not node.label}
    return {twin: Spelling(twin, "upright") for twin in twins if parse_spelling(twin).glued}


def in_formulas(graph: Graph) -> Graph:
    """Returns a graph whose stages without a name of their own are called by what they compute, where it is short."""
    nodes = list(graph.nodes)
    for index in graph.stages:
        node = nodes[index]
        if node.given or index == graph.output:
            continue
        formula = Formula(op=node.op, args=tuple(operand(nodes[arg]) for arg in node.args), shape=node.shape)
        if len(formula.write(PRETTY).text) <= LONGEST_SHOWN:
            nodes[index] = node._replace(label=Name(node.name, formula))
    return replace(graph, nodes=tuple(nodes))


def spellings_from(given: Mapping[str, str]) -> dict[str, Spelling]:
    r"""Returns spellings as a user writes them, `{"w_1": r"\omega_1"}`. Raises UsageError for what is not a name."""
    return {name: parse_spelling(written) for name, written in given.items()}
