"""The microscope: stages for arrays, opened into their scalar gates, so that every single rule is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cgviz.errors import UsageError, quoted
from cgviz.graph.naming import named
from cgviz.graph.nodes import INPUT, Graph
from cgviz.graph.shapes import shaped
from cgviz.graph.staging import staged
from cgviz.ops.rearranging import listed
from cgviz.runs.expanding.elements import refusal
from cgviz.runs.expanding.rewriting import Expansion
from cgviz.runs.run import Run

EVERY = "all"


def expanded(run: Run, names: str | Sequence[str]) -> Run:
    """Returns the run with stages opened into scalar gates: names, or text with commas between them.

    "all" is every stage for arrays that is small enough.

    An opened stage keeps its name: it is the stack of its elements, `q = [q_0, q_1]`. Where all stages that use it
    are opened, too, they take the elements and the stack is left out.

    Raises UsageError for a name that there is not, and for a stage that does not open, with the reason.
    """
    texts = [names] if isinstance(names, str) else names
    wanted = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    if not wanted:
        return run
    shapes = {node.name: node.shape for node in run.bare if node.op is INPUT}
    graph = named(shaped(run.bare.whole or run.bare, shapes))
    chosen = {index for name in wanted for index in chosen_by(replace(run, bare=graph), name)}
    if not chosen:
        return run
    made = Expansion(graph, chosen).graph()
    return replace(run, bare=replace(shaped(staged(made, run.bare.detail), shapes), closed=run.bare))


def chosen_by(run: Run, name: str) -> list[int]:
    """Returns the stages that a name opens. Raises UsageError."""
    graph = run.graph
    if name != EVERY:
        return [checked(graph, run.index(name))]
    every = [index for index in graph.stages if has_arrays(graph, index)]
    small = [index for index in every if not why_closed(graph, index)]
    return small if small or not every else [checked(graph, every[0])]


def has_arrays(graph: Graph, index: int) -> bool:
    """Tells whether a stage has to do with arrays."""
    return any(graph.nodes[i].shape != () for i in (index, *graph.nodes[index].args))


def why_closed(graph: Graph, index: int) -> str:
    node = graph.nodes[index]
    return refusal(node.op, [graph.nodes[arg].shape for arg in node.args], node.shape)


def checked(graph: Graph, index: int) -> int:
    """Returns the index of a stage that opens. Raises UsageError for any other node."""
    node = graph.nodes[index]
    if not node.is_stage:
        raise UsageError(f"{quoted(node.shown)} is an input; a stage is what opens into scalar gates")
    if not has_arrays(graph, index):
        raise UsageError(f"{quoted(node.shown)} is a scalar gate already; --detail gate opens gates such as sigmoid")
    why = why_closed(graph, index)
    if why:
        shape = f" of shape {listed(node.shape)}" if node.shape else ""
        written = quoted(f"{node.shown} = {graph.formula(index).text}")
        raise UsageError(f"the stage {written}{shape} does not open into scalar gates: {why}")
    return index
