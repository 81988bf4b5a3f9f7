"""A path, a sum and a count in words, in one spelling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cgviz.analysis.paths import Edge, Path
from cgviz.documents.writing import Writing
from cgviz.graph.nodes import INPUT
from cgviz.ops.op import POWER
from cgviz.text.letters import subscript
from cgviz.text.numbers import count
from cgviz.views.paths.found import Paths
from cgviz.views.table.rows import backward

MOST_FACTORS, MOST_TERMS = 12, 6
Visited = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Wording:
    """Says what a report tells."""

    report: Paths
    spelling: Writing

    @property
    def arrow(self) -> str:
        return self.spelling.sign(" →")

    @property
    def times(self) -> str:
        return f" {self.spelling.notation.times} "

    @property
    def slope(self) -> str:
        """The gradient: `∂f/∂x`."""
        return self.spelling.slope(self.shown(self.report.run.graph.output), self.shown(self.report.source))

    def shown(self, index: int) -> str:
        return self.report.run.graph.nodes[index].shown

    def name(self, index: int) -> str:
        return self.spelling.name(self.shown(index))

    def number(self, value: float | None) -> str:
        return self.spelling.number(value, padded=False)

    def chain(self, path: Path) -> str:
        """Returns `x → num → f`, the middle of a long one left out; of edges side by side the arrow tells the slot."""
        steps = self.shortened(path.edges, lambda edge: f"{self.arrow}{self.slot(*edge)} {self.name(edge[0])}", " ")
        return "".join([self.name(path.source), *steps])

    def slot(self, target: int, slot: int) -> str:
        """Returns which operand an edge feeds, where another edge leads from the same node to the same stage."""
        args = self.report.run.graph.nodes[target].args
        if args.count(args[slot]) < 2:
            return ""
        return f"[{slot + 1}]" if self.spelling.plain else subscript(str(slot + 1))

    def formula(self, path: Path) -> str:
        """Returns the local derivatives along a path as a product: `1 · (−1/den²) · num`."""
        return self.times.join(self.shortened(path.edges, lambda edge: self.local(*edge))) or "1"

    def local(self, target: int, slot: int) -> str:
        run = self.report.run
        source, local = run.graph.nodes[target].args[slot], run.local_formula(target, slot)
        return self.spelling.local(self.shown(target), self.shown(source), local, POWER)

    def numbers(self, path: Path) -> str:
        """Returns the same product in numbers."""
        locals = self.report.run.locals
        return self.times.join(self.shortened(path.edges, lambda edge: self.factor(locals[edge[0]][edge[1]]))) or "1"

    def factor(self, value: float | None) -> str:
        text = self.number(value)
        return f"({text})" if text[:1] in "-−" else text

    def shortened(self, edges: Sequence[Edge], spell: Callable[[Edge], str], before: str = "") -> list[str]:
        """Returns the edges of a path as they are spelled, the middle of many left out and counted."""
        if len(edges) <= MOST_FACTORS:
            return [spell(edge) for edge in edges]
        half, dots = MOST_FACTORS // 2 - 1, self.spelling.ellipsis
        between = f"{before}{dots} {len(edges) - 2 * half} more {dots}"
        return [*map(spell, edges[:half]), between, *map(spell, edges[-half:])]

    def heading(self) -> str:
        """Returns how many paths there are, and what they are for."""
        report, ends = self.report, f"from {self.name(self.report.source)} to {self.name(self.report.run.graph.output)}"
        if not report.counts.paths:
            zero = "" if report.run.symbolic else f", so {self.slope} = {self.number(report.gradient)}"
            return f"No path leads {ends}{zero}."
        if report.counts.paths == 1:
            return f"1 path leads {ends}; {self.slope} is the product of the local derivatives along it."
        every = f"{count(report.counts.paths)} paths lead {ends}"
        return (
            f"{every}; {self.slope} is the sum, over all of them, of the product of the local derivatives along each."
        )

    def summed(self) -> str:
        """Returns the sum of the listed products: `1.583 + 0.5121 − 0.03576 = 2.060`."""
        products = [path.product or 0.0 for path in self.report.listed]
        most = MOST_TERMS if len(products) <= MOST_TERMS else MOST_TERMS - 2
        text = "".join(self.term(product, first=i == 0) for i, product in enumerate(products[:most]))
        if len(products) > most:
            text += f"{self.spelling.notation.plus}{self.spelling.ellipsis} ({len(products) - most} more)"
        total = self.spelling.number(self.report.total)
        return total if len(products) == 1 else f"{text} = {total}"

    def term(self, product: float, first: bool) -> str:
        notation, text = self.spelling.notation, self.number(product)
        if first:
            return text
        return notation.minus + text[1:] if text[:1] in "-−" else notation.plus + text

    def verdict(self) -> str:
        """Returns that the listed paths sum to the gradient, or what the backward pass makes of it instead."""
        if self.report.agrees:
            return f"= {self.slope}"
        return f"; the backward pass, which rounds every sum it makes, gives {self.number(self.report.gradient)}"

    def rest(self) -> str:
        """Returns how many paths are left out and what they sum to; "" where all are listed."""
        report = self.report
        if not report.left_out:
            return ""
        few = f"{count(report.left_out)} {'path is' if report.left_out == 1 else 'paths are'} not listed"
        if report.run.symbolic:
            return few
        verb = "its product is" if report.left_out == 1 else "together they sum to"
        return f"{few}: {verb} {self.number(report.rest)}"

    def factored(self) -> str:
        """Returns the gradient as backpropagation sums it: `dx = dxpy·1 + dsigx·(1 − sigx)·sigx + dnum·1`."""
        report = self.report
        terms = self.spelling.notation.plus.join(backward(report.run, report.source, self.spelling))
        return f"{self.spelling.gradient(self.shown(report.source))} = {terms}"

    def why(self) -> str:
        """Returns how factoring avoids the paths."""
        return (
            "Backpropagation walks no path: each gradient on the right is itself such a sum, made once and shared by "
            "all the paths behind it, so every edge is visited once, for all inputs together."
        )

    def visits(self) -> tuple[tuple[str, ...], list[Visited]]:
        """Returns the headings and the rows of the table of edges that are visited."""
        report, inputs = self.report, len(self.report.run.graph.inputs)
        own, every = report.counts.visits, report.counts.all_visits
        alone = inputs == 1 and report.run.graph.nodes[report.source].op is INPUT
        heads = (f"for {self.name(report.source)}", "for the input" if inputs == 1 else f"for all {inputs} inputs")
        rows = [
            ("every path by itself", (own.naive, every.naive)),
            ("forward mode, a pass per input", (own.forward, every.forward)),
            ("reverse mode, one pass", (own.reverse, every.reverse)),
        ]
        kept = 1 if alone or not inputs else 2
        return heads[:kept], [(name, tuple(map(count, numbers[:kept]))) for name, numbers in rows]
