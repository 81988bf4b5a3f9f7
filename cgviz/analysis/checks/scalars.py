"""A program of arrays as one of single numbers, an input per element, so that mpmath can be asked of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cgviz.errors import CgvizError
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.arithmetic import multiply, signed_sum
from cgviz.ops.indexing import indexed
from cgviz.runs.expanding import expanded
from cgviz.runs.run import Run
from cgviz.runs.starting import in_range
from cgviz.values.arrays import Shape, Value, element_of, is_array, places

MOST = 3000


def from_stage(run: Run, index: int) -> Run:
    """Returns what follows a stage as a run of its own, in which the stage is an input; what it needs is kept."""
    nodes = list(run.graph.nodes)
    nodes[index] = nodes[index]._replace(op=INPUT, args=(), given=True)
    needed = {run.graph.output}
    for i in range(run.graph.output, -1, -1):
        if i in needed:
            needed.update(nodes[i].args)
    kept = sorted(needed)
    at = {old: new for new, old in enumerate(kept)}
    cut = tuple(nodes[i]._replace(args=tuple(at[arg] for arg in nodes[i].args)) for i in kept)
    inputs = tuple(at[i] for i in kept if nodes[i].op is INPUT)
    values = {nodes[i].name: run.values[i] for i in kept if nodes[i].op is INPUT}
    graph = Graph(cut, at[run.graph.output], inputs, run.graph.program, run.graph.detail)
    made = replace(run, bare=graph, inputs=values)
    vars(made)["gradients"] = [run.gradients[i] for i in kept]  # it is they that are judged
    return made


class Scalars:
    """The run of single numbers, and the node in it of each element of an input; `why` there is none, else "".

    Its gradients at the inputs are those of the run of arrays: it is they that are judged.
    """

    def __init__(self, run: Run) -> None:
        self.at: dict[tuple[str, Shape], int] = {}
        self.run, self.why = run, ""
        try:
            self.run = self.opened(expanded(run, "all"), run)
        except (CgvizError, NotSingleError) as error:
            self.why = str(error) or "not every stage opens into scalar gates"

    def opened(self, wide: Run, run: Run) -> Run:
        """Returns the run of single numbers. Raises NotSingleError where something stays an array."""
        if len(wide.bare) > MOST:
            raise NotSingleError(f"more than {MOST} single numbers")
        nodes: list[Node] = []
        where: dict[int, int] = {}
        values: dict[str, Value] = {}
        for index, node in enumerate(wide.bare.nodes):
            if node.op is INPUT and node.shape:
                for place in places(node.shape, MOST):
                    self.add(nodes, values, node.name, place, element_of((wide.inputs or {})[node.name], place))
                continue
            source = wide.bare.nodes[node.args[0]] if len(node.args) == 1 else None
            if source is not None and source.op is INPUT and source.shape and node.shape == ():
                if node.op is not indexed(node.op.parameter):
                    raise NotSingleError
                where[index] = self.at[source.name, tuple(map(int, node.op.parameter))]
                continue
            if node.op is INPUT:
                where[index] = self.add(nodes, values, node.name, (), (wide.inputs or {})[node.name])
                continue
            if index == wide.bare.output and node.shape:
                where[index] = self.weighed(nodes, [where[arg] for arg in node.args], run.upstream)
                continue
            if node.shape or node.op.vjp is not None or any(arg not in where for arg in node.args):
                raise NotSingleError
            nodes.append(node._replace(args=tuple(where[arg] for arg in node.args), name="", given=False))
            where[index] = len(nodes) - 1
        output = where[wide.bare.output]
        if run.upstream is not None and wide.bare.nodes[wide.bare.output].shape == ():
            output = self.weighed(nodes, [output], run.upstream)
        made = in_range(Run(Graph(tuple(nodes), output, tuple(self.at.values())), values))
        self.at = dict(zip(self.at, made.bare.inputs, strict=True))
        self.judge(made, run)
        return made

    def add(self, nodes: list[Node], values: dict[str, Value], name: str, place: Shape, value: float) -> int:
        self.at[name, place] = len(nodes)
        nodes.append(Node(INPUT, name=f"{name}{list(place) if place else ''}", given=True))
        values[nodes[-1].name] = value
        return len(nodes) - 1

    def weighed(self, nodes: list[Node], elements: list[int], upstream: Value | None) -> int:
        """Returns the sum of a number, or of the elements of a vector, each times its upstream gradient."""
        weights: list[Any] = list(upstream) if upstream is not None and is_array(upstream) else [upstream]
        if upstream is None or len(weights) != len(elements) or any(map(is_array, weights)):
            raise NotSingleError
        terms = []
        for element, weight in zip(elements, weights, strict=True):
            nodes.append(Node(CONSTANT, value=float(weight)))
            nodes.append(Node(multiply, (element, len(nodes) - 1)))
            terms.append(len(nodes) - 1)
        nodes.append(Node(signed_sum(*(1,) * len(terms)), tuple(terms)))
        return len(nodes) - 1

    def judge(self, made: Run, run: Run) -> None:
        """Puts the gradients that are judged in the places of those of the run of single numbers."""
        gradients: list[Any] = list(made.gradients)
        for (name, place), at in self.at.items():
            gradient = run.gradients[run.index(name)]
            gradients[at] = element_of(gradient, place) if is_array(gradient) else gradient
        vars(made)["gradients"] = gradients


class NotSingleError(Exception):
    """A stage stays an array."""
