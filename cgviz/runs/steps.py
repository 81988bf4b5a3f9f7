"""A run as one sequence of steps: the forward pass stage by stage, the seed, the backward pass edge by edge."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.op import POWER
from cgviz.records import record
from cgviz.runs.run import Contribution, Run
from cgviz.text.formula import Formula, Notation, Pretty, with_digits
from cgviz.text.numbers import DIGITS, MOST_IN_A_LINE
from cgviz.values.arrays import Value, is_array

ROUNDED: dict[tuple[type[Notation], int], Notation] = {}


def rounding(notation: type[Notation], digits: int) -> Notation:
    """Returns the notation of captions, made once: a picture has thousands of them."""
    key = notation, digits
    if key not in ROUNDED:
        ROUNDED[key] = with_digits(notation, digits)
    return ROUNDED[key]


@record
class Forward:
    """The value of one stage is computed."""

    run: Run
    index: int

    @property
    def number(self) -> int:
        """The number of the stage."""
        return self.run.graph.numbers[self.index]

    @property
    def value(self) -> Value | None:
        return self.run.values[self.index]

    def caption(self, digits: int = DIGITS, notation: type[Notation] = Pretty) -> str:
        """Returns symbol = formula = numbers = result: `den = sigx + xpysqr = 0.9526 + 1 = 1.953`."""
        graph, writes = self.run.graph, rounding(notation, digits)
        node = graph.nodes[self.index]
        parts = [writes.name(node.shown), graph.formula(self.index).write(notation()).text]
        if self.value is not None:
            values = [self.run.values[arg] for arg in node.args]
            args = tuple(
                Formula(value, shape=graph.nodes[arg].shape) for value, arg in zip(values, node.args, strict=True)
            )
            numbers = [] if any(map(is_large, values)) else [Formula(op=node.op, args=args).write(writes).text]
            parts += [*numbers, Formula(self.value).write(writes).text]
        return joined(parts)


@record
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
    def value(self) -> Value:
        return 1.0 if self.run.seed is None else self.run.seed

    def caption(self, digits: int = DIGITS, notation: type[Notation] = Pretty) -> str:
        name, writes = self.run.graph.nodes[self.index].shown, rounding(notation, digits)
        if is_array(self.value):
            given = writes.words(" is the upstream gradient that was given")
            return f"{writes.gradient(name)} = {Formula(self.value).write(writes)}{given}"
        return f"{writes.gradient(name)} = {writes.slope(name, name)} = {writes.number(self.value)}"


@record
class Backward:
    """One edge hands `upstream * local` back to its source, which sets (`=`) or adds to (`+=`) its gradient.

    total is the running sum of the source's gradient after this step.
    """

    run: Run
    edge: Contribution
    adds: bool
    total: Value | None

    @property
    def index(self) -> int:
        """The node whose gradient changes."""
        return self.edge.source

    @property
    def number(self) -> int:
        """The number of the stage that is backpropagated through."""
        return self.run.graph.numbers[self.edge.target]

    @property
    def value(self) -> Value | None:
        """The contribution."""
        return self.edge.value

    def caption(self, digits: int = DIGITS, notation: type[Notation] = Pretty) -> str:
        """Returns `dden = dinvden · (−1/den²) = 3.018 · (−0.2623) = −0.7916`, `+=` where it adds."""
        graph, writes = self.run.graph, rounding(notation, digits)
        target, upstream = (writes.gradient(graph.nodes[i].shown) for i in (self.index, self.edge.target))
        edge = self.edge.target, self.edge.slot
        if self.run.local_formula(*edge) is None and self.run.handed_formula(*edge) is None:
            return f"{target}{writes.words(': nothing flows back on this edge')}"
        parts = [self.product(upstream, writes)]
        if self.edge.value is not None and self.edge.upstream is not None:
            large = is_large(self.edge.upstream) or is_large(self.edge.local) or is_large(self.edge.value)
            parts += [*([] if large else [self.numbers(writes)]), Formula(self.edge.value).write(writes).text]
        text = f"{target} {writes.adds if self.adds else '='} {joined(parts)}"
        if not self.adds or self.total is None:
            return text
        return f"{text}{writes.words(', so ')}{target} = {Formula(self.total).write(writes)}"

    def product(self, upstream: str, writes: Notation) -> str:
        """Returns upstream · local, or what a structural op hands back, `dq xᵀ`; summed where it was broadcast."""
        local = self.run.local_formula(self.edge.target, self.edge.slot)
        if local is not None and not self.run.is_broadcast(self.edge.target, self.edge.slot):
            by = writes.elementwise if local.shape and writes.elementwise != writes.times else writes.by
            return f"{upstream}{by}{local.write(writes).within(POWER)}"
        handed = self.run.handed_formula(self.edge.target, self.edge.slot)
        return handed.write(writes).text if handed is not None else ""

    def numbers(self, writes: Notation) -> str:
        """Returns the same with numbers in the place of names."""
        if self.edge.local is not None and not self.run.is_broadcast(self.edge.target, self.edge.slot):
            upstream, local = (Formula(value).write(writes) for value in (self.edge.upstream, self.edge.local))
            by = writes.elementwise if is_array(self.edge.local) and writes.elementwise != writes.times else writes.by
            return f"{upstream}{by}{local.within(POWER)}"
        handed = self.run.handed_formula(self.edge.target, self.edge.slot, numbers=True)
        return handed.write(writes).text if handed is not None else ""


Step = Forward | Seed | Backward


def steps(run: Run) -> Iterator[Step]:
    """Yields every step of `run`; their end state is the run's values and gradients."""
    graph = run.graph
    for index in graph.stages:
        yield Forward(run, index)
    yield Seed(run)
    totals: dict[int, Value | None] = {graph.output: run.seed}
    for target, slot in backward_edges(graph):
        if not run.taken[target] or not run.flows(target, slot):
            continue
        edge = run.contribution(target, slot)
        if graph.nodes[edge.source].op is CONSTANT:
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


def is_large(value: Value | None) -> bool:
    """Tells whether a value has too many elements to stand in a formula."""
    return value is not None and is_array(value) and value.size > MOST_IN_A_LINE


def joined(parts: list[str]) -> str:
    """Returns parts joined by ` = `, one that repeats the part before it left out."""
    kept = [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]
    return " = ".join(kept)
