"""The paths as a document: each with its formula, its numbers and its product, then the sum, then the work."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.analysis.paths import Path
from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table
from cgviz.documents.grid import NARROWEST, Column, prose
from cgviz.documents.writing import Writing
from cgviz.text.fold import Line, Span
from cgviz.views.paths.found import Paths
from cgviz.views.paths.wording import Wording
from cgviz.views.table.heading import head

PROSE = 100
COLUMNS = (
    Column("#", right=True),
    Column("path", least=12),
    Column("local derivatives", least=12),
    Column("in numbers", least=12),
    Column("product", right=True),
)


def document(found: Paths, writing: Writing) -> Document:
    """Returns the document of the paths."""
    says = Wording(found, writing)
    blocks: list[Block] = [head(found.run, writing), GAP, Prose([(says.heading(), "")])]
    if found.listed:
        blocks += [GAP, Drawn(lambda width, _: listed(says, max(width or PROSE, NARROWEST)), lambda: table(says)), GAP]
        blocks += [*sums(says), GAP, Prose([(says.factored(), "name")]), Prose([(says.why(), "muted")]), GAP]
        blocks.append(work(says))
    return Document(blocks, says.heading(), PROSE)


def table(says: Wording) -> Table:
    """Returns a row per path."""
    symbolic = says.report.run.symbolic
    columns = [column for column in COLUMNS if not symbolic or column.heading not in ("in numbers", "product")]
    rows = [row(says, place, path)[: len(columns)] for place, path in enumerate(says.report.listed, 1)]
    return Table(columns, rows)


def row(says: Wording, place: int, path: Path) -> list[Span]:
    product = "" if path.product is None else says.spelling.number(path.product)
    numbers = "" if path.product is None else says.numbers(path)
    chain, formula = (says.chain(path), "name"), (says.formula(path), "name")
    return [(str(place), "muted"), chain, formula, (numbers, ""), (product, "gradient")]


def listed(says: Wording, width: int) -> list[Line]:
    """Returns the paths for a terminal, a line for each of its nodes, its formula, its numbers and its product."""
    indent = len(f"({len(says.report.listed)}) ")
    return [line for place, path in enumerate(says.report.listed, 1) for line in one(says, place, path, indent, width)]


def one(says: Wording, place: int, path: Path, indent: int, width: int) -> Iterator[Line]:
    blank = " " * indent
    yield from prose([(says.chain(path), "name")], width, f"({place})".ljust(indent))
    yield from prose([(says.formula(path), "")], width, blank)
    if path.product is None:
        return
    if path.edges:
        yield from prose([(says.numbers(path), "")], width, f"{blank}= ")
    yield from prose([(says.number(path.product), "gradient")], width, f"{blank}= ")


def sums(says: Wording) -> Iterator[Block]:
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


def work(says: Wording) -> Table:
    """Returns the table of the edges that each way of computing the gradient visits."""
    heads, rows = says.visits()
    columns = [Column("edges visited", least=16), *(Column(heading, right=True) for heading in heads)]
    return Table(columns, [[(name, ""), *((cell, "") for cell in cells)] for name, cells in rows])
