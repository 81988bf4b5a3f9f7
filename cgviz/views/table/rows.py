"""The rows of the table: what it says about each input and each stage, in one spelling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from cgviz.documents.writing import Writing
from cgviz.graph.nodes import CONSTANT, INPUT
from cgviz.ops.op import PRODUCT
from cgviz.runs.corners import remarks
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Contribution, Run
from cgviz.text.formula import Formula
from cgviz.text.grids import grid
from cgviz.text.numbers import DIGITS
from cgviz.text.summaries import Summary, lines
from cgviz.values.arrays import Value, is_array

MOST_TERMS = 6


class TableRow(NamedTuple):
    """An input or a stage.

    number    of the stage; "" for an input
    symbol    what its gradient is called: `dx`
    backward  upstream × local, one term per contribution
    gate      what the gate does to the gradient, and the branches that are summed
    flags     what is special here, with the rule that was used
    shape     "" in a program without arrays
    tangent   in forward mode, `rate` is what it is called: `∂den/∂x`; `carried` are its terms, local × tangent
    arrays    "value", "gradient" and "tangent" where they are arrays, which the row's fields of that name only name
    """

    number: str
    name: str
    symbol: str
    forward: str
    value: str
    gradient: str
    backward: tuple[str, ...]
    gate: str
    flags: tuple[str, ...]
    shape: str = ""
    tangent: str = ""
    rate: str = ""
    carried: tuple[str, ...] = ()
    arrays: Mapping[str, ArrayBlock] = MappingProxyType({})

    @property
    def notes(self) -> str:
        """The gate and the flags."""
        return "; ".join(filter(None, (self.gate, *self.flags)))


def rows(run: Run, spelling: Writing, mode: Mode = REVERSE) -> Iterator[TableRow]:
    """Yields the inputs in the order of their first appearance, then the stages by number."""
    for index in (*run.graph.inputs, *run.graph.stages):
        found = row(run, index, spelling)
        yield with_tangent(found, run, index, spelling, mode) if mode.forward else found


def row(run: Run, index: int, spelling: Writing) -> TableRow:
    graph, node = run.graph, run.graph.nodes[index]
    symbol = spelling.gradient(node.shown)
    return TableRow(
        str(graph.numbers.get(index, "")),
        spelling.name(node.shown),
        symbol,
        spelling.formula(graph.formula(index)) if node.is_stage else "input",
        spelling.number(run.values[index]),
        symbol if run.symbolic else spelling.number(run.gradients[index]),
        backward(run, index, spelling),
        spelling.clean(gate(run, index)),
        flags(run, index, spelling),
        spelling.shape(node.shape) if graph.has_arrays else "",
        arrays=blocks(spelling, value=run.values[index], gradient=run.gradients[index]),
    )


def blocks(spelling: Writing, **numbers: Value | None) -> dict[str, ArrayBlock]:
    """Returns the arrays among numbers, as they stand in a cell."""
    return {role: ArrayBlock(value, spelling, spelling.nested) for role, value in numbers.items() if is_array(value)}


def with_tangent(row: TableRow, run: Run, index: int, spelling: Writing, mode: Mode) -> TableRow:
    """Returns a row that tells the tangent as well; in forward mode alone it tells no branches that are summed."""
    rate = rate_of(run, index, spelling, mode)
    number = run.tangents(mode.source)[index]
    tangent = rate if run.symbolic else spelling.number(number)
    told = row.gate if mode.reverse else spelling.clean(carries(run, index))
    arrays = {**row.arrays, **blocks(spelling, tangent=number)}
    terms = carried(run, index, spelling, mode)
    return row._replace(gate=told, tangent=tangent, rate=rate, carried=terms, arrays=arrays)


def rate_of(run: Run, index: int, spelling: Writing, mode: Mode) -> str:
    """Returns how the tangent of a node is called: `∂den/∂x`, `ẋ` for an input."""
    nodes = run.graph.nodes
    return spelling.tangent(nodes[index].shown, nodes[mode.source].shown, not nodes[index].is_stage)


def carried(run: Run, index: int, spelling: Writing, mode: Mode) -> tuple[str, ...]:
    """Returns the terms of a node's tangent, `local · tangent` for each operand; the middle of many left out."""
    node = run.graph.nodes[index]
    if index == mode.source:
        return ("seed",)
    if not node.is_stage:
        return ("held fixed",)
    if node.op.vjp is not None:
        return (spelling.carried(run.carried_formula(index, [moving(run, arg, spelling, mode) for arg in node.args])),)
    slots = [slot for slot, arg in enumerate(node.args) if run.graph.nodes[arg].op is not CONSTANT]
    slots = [slot for slot in slots if run.flows(index, slot)]
    most = MOST_TERMS if len(slots) <= MOST_TERMS else MOST_TERMS - 2
    terms = [advance(run, index, slot, spelling, mode) for slot in slots[:most]]
    if len(slots) > most:
        terms.append(f"{spelling.ellipsis} ({len(slots) - most} more)")
    return tuple(terms) or ("nothing",)


def moving(run: Run, index: int, spelling: Writing, mode: Mode) -> Formula | None:
    """Returns the tangent of an operand as a formula; None for a constant."""
    nodes = run.graph.nodes
    node, wrt = nodes[index], nodes[mode.source].shown
    return None if node.op is CONSTANT else spelling.moving(node.shown, wrt, not node.is_stage, node.shape)


def advance(run: Run, index: int, slot: int, spelling: Writing, mode: Mode) -> str:
    """Returns `local · tangent` of one edge; of a structural op, whose local derivative is no formula, its name."""
    source = run.graph.nodes[index].args[slot]
    names = run.graph.nodes[index].shown, run.graph.nodes[source].shown
    formula = run.local_formula(index, slot)
    local = spelling.slope(*names) if formula is None else spelling.local(*names, formula, PRODUCT)
    return local + spelling.notation.times + rate_of(run, source, spelling, mode)


def carries(run: Run, index: int) -> str:
    """Returns `add`: the op of a stage, whose work on gradients is no matter here."""
    node = run.graph.nodes[index]
    return node.op.name.replace("_", " ") if node.is_stage else ""


def by_name(run: Run) -> Run:
    """Returns the run with names instead of labels (`c_2`, not `c′`), so that its formulas are program text."""
    nodes = run.bare.nodes
    if not any(node.label for node in nodes):
        return run
    bare = replace(run.bare, nodes=tuple(node._replace(label="") for node in nodes))
    return replace(run, bare=bare)


def flowing(run: Run, index: int) -> list[Contribution]:
    """Returns the contributions that make up a node's gradient; an edge on which nothing flows is none."""
    if run.symbolic:
        return [edge for edge in run.contributions[index] if run.taken[edge.target]]
    return [edge for edge in run.contributions[index] if edge.value is not None]


def backward(run: Run, index: int, spelling: Writing) -> tuple[str, ...]:
    """Returns the terms of a node's gradient; where there are many, the first few and how many more there are."""
    edges = flowing(run, index)
    most = MOST_TERMS if len(edges) <= MOST_TERMS else MOST_TERMS - 2
    alone = len(edges) == 1 and index != run.graph.output
    terms = [term for edge in edges[:most] if (term := product(run, edge, spelling, alone))]
    if index == run.graph.output:
        terms.insert(0, "seed")
    if len(edges) > most:
        terms.append(f"{spelling.ellipsis} ({len(edges) - most} more)")
    return tuple(terms) or ("nothing",)


def product(run: Run, edge: Contribution, spelling: Writing, alone: bool = True) -> str:
    """Returns `upstream · local` of one edge; of one that has to do with arrays, what it hands back: `dq xᵀ`."""
    target, source = run.graph.nodes[edge.target], run.graph.nodes[edge.source]
    if target.op.vjp is not None or run.is_broadcast(edge.target, edge.slot):
        handed = run.handed_formula(edge.target, edge.slot)
        return "" if handed is None else spelling.handed(target.shown, handed, alone)
    local = run.local_formula(edge.target, edge.slot)
    return "" if local is None else spelling.term(target.shown, source.shown, local)


def gate(run: Run, index: int) -> str:
    """Returns `add: distributes`, `sums 3 branches`."""
    node, branches = run.graph.nodes[index], len(flowing(run, index))
    parts = [] if node.op is INPUT else [f"{node.op.name.replace('_', ' ')}: {node.op.gate}"]
    if branches > 1:
        parts.append(f"{INPUT.gate} {branches} branches")
    return ", ".join(parts)


def flags(run: Run, index: int, spelling: Writing) -> tuple[str, ...]:
    """Returns what is special about a node, with the rule that was used: `tie: split evenly`."""
    graph = run.graph
    if not graph.reached[index]:
        return (f"does not reach {spelling.name(graph.nodes[graph.output].shown)}",)
    found = [spelling.clean(text) for text in remarks(run, index).values()]
    if not run.taken[index]:
        found.append("no gradient flows to it")
    return tuple(found)


class ArrayBlock:
    """The lines of one array, for every width that is asked for; they are all of one length.

    `nested`: a matrix stands in brackets as a program nests them.
    """

    def __init__(self, value: Value, spelling: Writing, nested: bool = False) -> None:
        self.value, self.spelling = value, spelling
        self.digits, self.plain = spelling.digits or DIGITS, spelling.plain
        self.nested = nested or self.plain
        self.summary = Summary(value)
        self.known: dict[int | None, list[str]] = {}

    def lines(self, width: int | None = None) -> list[str]:
        """Returns the grid in at most `width` columns, or else a summary, which may be wider where it must."""
        if width not in self.known:
            matrix = self.spelling.matrix(self.value)
            made = [matrix] if matrix else grid(self.value, self.digits, width, plain=self.nested)
            made = made or lines(self.summary, self.digits, width, plain=self.plain)
            self.known[width] = [self.spelling.sign(line) for line in made]
        return self.known[width]
