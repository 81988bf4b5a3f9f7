"""The rows of the table: what it says about each input and each stage, in one spelling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from cgviz.arrays import Value, is_array
from cgviz.graph import INPUT
from cgviz.runs import Contribution, Run
from cgviz.views.table.block import Block
from cgviz.views.table.corners import affected
from cgviz.views.table.spelling import Spelling

MOST_TERMS = 6
WORDS = {"dead": "dead: hands nothing back", "nonfinite": "not finite"}


class Row(NamedTuple):
    """An input or a stage.

    number    of the stage; "" for an input
    symbol    what its gradient is called: `dx`
    backward  upstream × local, one term per contribution
    gate      what the gate does to the gradient, and the branches that are summed
    flags     what is special here, with the rule that was used
    shape     "" in a program without arrays
    arrays    value and gradient where they are arrays, which `value` and `gradient` only name
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
    arrays: tuple[Block | None, Block | None] = (None, None)

    @property
    def notes(self) -> str:
        """The gate and the flags."""
        return "; ".join(filter(None, (self.gate, *self.flags)))


def rows(run: Run, spelling: Spelling) -> Iterator[Row]:
    """Yields the inputs in the order of their first appearance, then the stages by number."""
    for index in (*run.graph.inputs, *run.graph.stages):
        yield row(run, index, spelling)


def row(run: Run, index: int, spelling: Spelling) -> Row:
    graph, node = run.graph, run.graph.nodes[index]
    symbol = spelling.gradient(node.shown)
    return Row(
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
        (block(run.values[index], spelling), block(run.gradients[index], spelling)),
    )


def block(value: Value | None, spelling: Spelling) -> Block | None:
    return Block(value, spelling) if is_array(value) else None


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


def backward(run: Run, index: int, spelling: Spelling) -> tuple[str, ...]:
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


def product(run: Run, edge: Contribution, spelling: Spelling, alone: bool = True) -> str:
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


def flags(run: Run, index: int, spelling: Spelling) -> tuple[str, ...]:
    """Returns what is special about a node, with the rule that was used: `tie: split evenly`."""
    graph = run.graph
    if not graph.reached[index]:
        return (f"does not reach {spelling.name(graph.nodes[graph.output].shown)}",)
    rule, counts = graph.nodes[index].op.rule, affected(run, index)
    every = dict.fromkeys((*run.flags[index], *counts))
    found = [spelling.clean(described(flag, rule, counts.get(flag, ""))) for flag in every]
    if not run.taken[index]:
        found.append("no gradient flows to it")
    return tuple(found)


def described(flag: str, rule: str, where: str = "") -> str:
    """Returns a flag in words, with the rule of the op at its corner; `where` is `at 1 of 6` of an array."""
    said, _, why = WORDS.get(flag, f"{flag}: {rule}").partition(": ")
    told = f"{said} {where}" if where else said
    return f"{told}: {why}" if why else told
