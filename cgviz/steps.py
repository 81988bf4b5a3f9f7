"""A run as one sequence of steps: the forward pass stage by stage, the seed, the backward pass edge by edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cgviz.formula import Formula, Pretty, with_digits
from cgviz.graph import CONSTANT, Graph
from cgviz.numbers import DIGITS, number
from cgviz.op import POWER
from cgviz.passes import Contribution, Run


@dataclass(frozen=True)
class Forward:
    """The value of one stage is computed."""

    run: Run
    index: int

    @property
    def number(self) -> int:
        """The number of the stage."""
        return self.run.graph.numbers[self.index]

    @property
    def value(self) -> float | None:
        return self.run.values[self.index]

    def caption(self, digits: int = DIGITS) -> str:
        """Returns symbol = formula = numbers = result: `den = sigx + xpysqr = 0.9526 + 1 = 1.953`."""
        graph = self.run.graph
        node = graph.nodes[self.index]
        parts = [node.shown, graph.formula(self.index).pretty]
        if not self.run.symbolic:
            args = tuple(Formula(self.run.values[arg] or 0.0) for arg in node.args)
            numbers = Formula(op=node.op, args=args).write(with_digits(Pretty, digits)).text
            parts += [numbers, number(self.value, digits)]
        return joined(parts)


@dataclass(frozen=True)
class Seed:
    """The backward pass begins: the gradient of the output with respect to itself is 1."""

    run: Run

    @property
    def index(self) -> int:
        return self.run.graph.output

    @property
    def number(self) -> int | None:
        """The number of the output's stage; None where the output is an input itself."""
        return self.run.graph.numbers.get(self.index)

    @property
    def value(self) -> float:
        return 1.0

    def caption(self, digits: int = DIGITS) -> str:
        name = self.run.graph.nodes[self.index].shown
        return f"{gradient_name(name)} = ∂{name}/∂{name} = 1"


@dataclass(frozen=True)
class Backward:
    """One edge hands `upstream * local` back to its source, which sets (`=`) or adds to (`+=`) its gradient.

    total is the running sum of the source's gradient after this step.
    """

    run: Run
    edge: Contribution
    adds: bool
    total: float | None

    @property
    def index(self) -> int:
        """The node whose gradient changes."""
        return self.edge.source

    @property
    def number(self) -> int:
        """The number of the stage that is backpropagated through."""
        return self.run.graph.numbers[self.edge.target]

    @property
    def value(self) -> float | None:
        """The contribution."""
        return self.edge.value

    def caption(self, digits: int = DIGITS) -> str:
        """Returns `dden = dinvden · (−1/den²) = 3.018 · (−0.2623) = −0.7916`, `+=` where it adds."""
        graph = self.run.graph
        notation = with_digits(Pretty, digits)
        upstream = gradient_name(graph.nodes[self.edge.target].shown)
        local = self.run.local_formula(self.edge.target, self.edge.slot)
        if local is None:
            return f"{gradient_name(graph.nodes[self.index].shown)}: nothing flows back on this edge"
        parts = [f"{upstream} · {local.write(notation).within(POWER)}"]
        if self.edge.value is not None and self.edge.upstream is not None:
            local_number = Formula(self.edge.local or 0.0).write(notation).within(POWER)
            parts += [f"{number(self.edge.upstream, digits)} · {local_number}", number(self.edge.value, digits)]
        target = gradient_name(graph.nodes[self.index].shown)
        text = f"{target} {'+=' if self.adds else '='} {joined(parts)}"
        return f"{text}, so {target} = {number(self.total, digits)}" if self.adds and self.total is not None else text


Step = Forward | Seed | Backward


def steps(run: Run) -> Iterator[Step]:
    """Yields every step of `run`; their end state is the run's values and gradients."""
    graph = run.graph
    for index in graph.stages:
        yield Forward(run, index)
    yield Seed(run)
    totals: dict[int, float | None] = {graph.output: None if run.symbolic else 1.0}
    for target, slot in backward_edges(graph):
        if not run.taken[target]:
            continue
        edge = run.contribution(target, slot)
        if graph.nodes[edge.source].op is CONSTANT or (edge.local is None and not run.symbolic):
            continue
        adds = edge.source in totals
        before = totals.get(edge.source)
        totals[edge.source] = edge.value if before is None or edge.value is None else before + edge.value
        yield Backward(run, edge, adds, totals[edge.source])


def backward_edges(graph: Graph) -> Iterator[tuple[int, int]]:
    """Yields (target, slot) of every edge in the order of the backward pass: nodes last to first, slots in order."""
    for target in reversed(graph.stages):
        for slot in range(len(graph.nodes[target].args)):
            yield target, slot


def gradient_name(name: str) -> str:
    """Returns how the gradient of `name` is written in captions and code: `dname`."""
    return f"d{name}"


def joined(parts: list[str]) -> str:
    """Returns parts joined by ` = `, one that repeats the part before it left out."""
    kept = [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]
    return " = ".join(kept)
