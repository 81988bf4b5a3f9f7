"""The paths of a run: the gradient as the sum over all of them, and what it would cost to walk them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cgviz.analysis.paths import Counts, Edge, EdgeVisits, NodePath, Web, check_scalars, counts, listed
from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table
from cgviz.documents.grid import NARROWEST, TableColumn, prose
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing, is_short
from cgviz.drawing.theme import Theme
from cgviz.graph.nodes import INPUT
from cgviz.ops.op import POWER
from cgviz.runs.run import Run
from cgviz.text.fold import Line, Span
from cgviz.text.letters import subscript
from cgviz.text.numbers import DIGITS, count
from cgviz.views.table.heading import head
from cgviz.views.table.json import VERSION, number, pretty
from cgviz.views.table.rows import backward, by_name

PROSE = 100
COLUMNS = (
    TableColumn("#", right=True),
    TableColumn("path", least=12),
    TableColumn("local derivatives", least=12),
    TableColumn("in numbers", least=12),
    TableColumn("product", right=True),
)
MOST_FACTORS, MOST_TERMS = 12, 6
Visited = tuple[str, tuple[str, ...]]
MOST = 10
LARGEST = 2**53
__all__ = ["MOST", "Paths", "paths_of", "report"]


def report(
    run: Run, wrt: str | None = None, most: int = MOST, *, digits: int = DIGITS, theme: str | Theme = "light"
) -> Report:
    """Returns the report on the paths from the input or stage `wrt` (None: the first input), `most` of them listed.

    Raises UsageError for a name that there is not, and in a program with arrays.
    """
    found = paths_of(run, wrt, most)
    return Report(lambda writing: document(found, writing), lambda: pretty(as_data(found)) + "\n", digits, theme)


def document(found: Paths, writing: Writing) -> Document:
    """Returns the document of the paths."""
    says = PathWords(found, writing)
    blocks: list[Block] = [head(found.run, writing), GAP, Prose([(says.heading(), "")])]
    if found.listed:
        blocks += [
            GAP,
            Drawn(lambda width, _: listed_lines(says, max(width or PROSE, NARROWEST)), lambda: table(says)),
            GAP,
        ]
        blocks += [*sums(says), GAP, Prose([(says.factored(), "name")]), Prose([(says.why(), "muted")]), GAP]
        blocks.append(work(says))
    return Document(blocks, says.heading(), PROSE)


def table(says: PathWords) -> Table:
    """Returns a row per path."""
    symbolic = says.report.run.symbolic
    columns = [column for column in COLUMNS if not symbolic or column.heading not in ("in numbers", "product")]
    rows = [row(says, place, path)[: len(columns)] for place, path in enumerate(says.report.listed, 1)]
    return Table(columns, rows)


def row(says: PathWords, place: int, path: NodePath) -> list[Span]:
    product = "" if path.product is None else says.spelling.number(path.product)
    numbers = "" if path.product is None else says.numbers(path)
    chain, formula = (says.chain(path), "name"), (says.formula(path), "name")
    return [(str(place), "muted"), chain, formula, (numbers, ""), (product, "gradient")]


def listed_lines(says: PathWords, width: int) -> list[Line]:
    """Returns the paths for a terminal, a line for each of its nodes, its formula, its numbers and its product."""
    indent = len(f"({len(says.report.listed)}) ")
    return [line for place, path in enumerate(says.report.listed, 1) for line in one(says, place, path, indent, width)]


def one(says: PathWords, place: int, path: NodePath, indent: int, width: int) -> Iterator[Line]:
    blank = " " * indent
    yield from prose([(says.chain(path), "name")], width, f"({place})".ljust(indent))
    yield from prose([(says.formula(path), "")], width, blank)
    if path.product is None:
        return
    if path.edges:
        yield from prose([(says.numbers(path), "")], width, f"{blank}= ")
    yield from prose([(says.number(path.product), "gradient")], width, f"{blank}= ")


def sums(says: PathWords) -> Iterator[Block]:
    """Yields the sum of the listed paths, and what is left out."""
    found, rest = says.report, says.rest()
    if found.run.symbolic:
        yield Prose([(rest, "flag")] if rest else [(f"{says.slope} is their sum", "name")])
        return
    whole: Line = [] if rest else [(f" {says.verdict()}", "name")]
    yield Prose([(says.summed(), "gradient"), *whole], "sum ")
    if rest:
        yield Prose([(rest, "flag")])
        every = says.spelling.number(found.gradient)
        yield Prose([("all sum to ", ""), (every, "gradient"), (f" = {says.slope}", "name")])


def work(says: PathWords) -> Table:
    """Returns the table of the edges that each way of computing the gradient visits."""
    heads, rows = says.visits()
    columns = [TableColumn("edges visited", least=16), *(TableColumn(heading, right=True) for heading in heads)]
    return Table(columns, [[(name, ""), *((cell, "") for cell in cells)] for name, cells in rows])


@dataclass(frozen=True)
class PathWords:
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

    def chain(self, path: NodePath) -> str:
        """Returns `x → num → f`, the middle of a long one left out; of edges side by side the arrow tells the slot."""
        steps = self.shortened(path.edges, lambda edge: f"{self.arrow}{self.slot(*edge)} {self.name(edge[0])}", " ")
        return "".join([self.name(path.source), *steps])

    def slot(self, target: int, slot: int) -> str:
        """Returns which operand an edge feeds, where another edge leads from the same node to the same stage."""
        args = self.report.run.graph.nodes[target].args
        if args.count(args[slot]) < 2:
            return ""
        return f"[{slot + 1}]" if self.spelling.plain else subscript(str(slot + 1))

    def formula(self, path: NodePath) -> str:
        """Returns the local derivatives along a path as a product: `1 · (−1/den²) · num`."""
        return self.times.join(self.shortened(path.edges, lambda edge: self.local(*edge))) or "1"

    def local(self, target: int, slot: int) -> str:
        run = self.report.run
        source, local = run.graph.nodes[target].args[slot], run.local_formula(target, slot)
        return self.spelling.local(self.shown(target), self.shown(source), local, POWER)

    def numbers(self, path: NodePath) -> str:
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


@dataclass(frozen=True)
class Paths:
    """The paths from node `source` to the output.

    listed  the first of them, the largest product first
    """

    run: Run
    source: int
    counts: Counts
    listed: Sequence[NodePath]

    @property
    def left_out(self) -> int:
        """How many paths are not listed."""
        return self.counts.paths - len(self.listed)

    @property
    def gradient(self) -> float | None:
        """What all paths sum to, from the backward pass."""
        return self.run.gradients[self.source]

    @property
    def total(self) -> float | None:
        """What the listed paths sum to; None where there are no numbers."""
        if self.run.symbolic:
            return None
        products = [path.product or 0.0 for path in self.listed]
        try:
            return math.fsum(products)
        except (ValueError, OverflowError):
            return sum(products)

    @property
    def agrees(self) -> bool:
        """Whether all paths are listed and their sum is the gradient, up to rounding."""
        if self.left_out or self.total is None or self.gradient is None:
            return False
        both_undefined = self.total != self.total and self.gradient != self.gradient
        return both_undefined or math.isclose(self.total, self.gradient, rel_tol=1e-6)

    @property
    def rest(self) -> float | None:
        """What the paths that are not listed sum to: the gradient without the listed ones."""
        return None if self.gradient is None or self.total is None else self.gradient - self.total


def paths_of(run: Run, wrt: str | None = None, most: int = MOST) -> Paths:
    """Returns the paths from the input or stage `wrt` (None: the first input) to the output, `most` of them listed.

    Raises UsageError for a name that there is not, and in a program with arrays.
    """
    web, source = Web(run), run.index(wrt)
    check_scalars(run, source)
    return Paths(run, source, counts(web, source), listed(web, source, most))


def as_data(report: Paths) -> dict[str, Any]:
    """Returns the report as what the JSON Schema `paths-v1` describes."""
    run, counts = report.run, report.counts
    nodes, spelled = run.graph.nodes, by_name(run)
    return {
        "cgviz": VERSION,
        "program": run.graph.program,
        "detail": run.graph.detail,
        "wrt": nodes[report.source].name,
        "output": nodes[run.graph.output].name,
        "paths": whole(counts.paths),
        "listed": [listed_path(run, spelled, path) for path in report.listed],
        "listed_sum": number(report.total),
        "left_out": whole(report.left_out),
        "left_out_sum": number(report.rest),
        "gradient": number(report.gradient),
        "all_inputs": {"inputs": len(run.graph.inputs), "paths": whole(counts.all_paths)},
        "edge_visits": {"wrt": visits(counts.visits), "all_inputs": visits(counts.all_visits)},
    }


def listed_path(run: Run, spelled: Run, path: NodePath) -> dict[str, Any]:
    """Returns one path: its nodes, the edges between them, and its product."""
    names = [run.graph.nodes[index].name for index in path.nodes]
    edges = [edge(run, spelled, target, slot) for target, slot in path.edges]
    return {"nodes": names, "edges": edges, "product": number(path.product)}


def edge(run: Run, spelled: Run, target: int, slot: int) -> dict[str, Any]:
    formula = spelled.local_formula(target, slot)
    local = {"formula": formula.text if is_short(formula) else None, "value": number(run.locals[target][slot])}
    return {"to": run.graph.nodes[target].name, "slot": slot, "local": local}


def visits(counted: EdgeVisits) -> dict[str, Any]:
    return {"naive": whole(counted.naive), "forward": whole(counted.forward), "reverse": whole(counted.reverse)}


def whole(count: int) -> int | str:
    """Returns a count as JSON's readers can hold it: a string of digits from 2⁵³ on."""
    return count if count < LARGEST else f"{Decimal(count):f}"
