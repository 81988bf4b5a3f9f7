"""The paths for a terminal: each with its formula, its numbers and its product, then the sum, then the work."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.analysis.paths import Path
from cgviz.text.fold import Line, fold, split, width_of
from cgviz.views.paths.report import Report
from cgviz.views.paths.wording import Wording
from cgviz.views.table.layout import NARROWEST
from cgviz.views.table.page import head_lines, text
from cgviz.views.table.spelling import Spelling, unicode_spelling

PROSE = 100
GAP = 3


def paths(report: Report, digits: int) -> str:
    """Returns the page as plain text."""
    return text(page(report, unicode_spelling(digits)))


def page(report: Report, spelling: Spelling, width: int | None = None) -> list[Line]:
    """Returns the lines of the page in at most `width` columns."""
    width, says = max(width or PROSE, NARROWEST), Wording(report, spelling)
    lines = [*head_lines(report.run, spelling, width), [], *fold(split([(says.heading(), "")]), width), []]
    indent = len(f"({len(report.listed)}) ")
    for place, path in enumerate(report.listed, 1):
        lines += listed(says, place, path, indent, width)
    if report.listed:
        lines += [*sums(says, width), []]
        lines += fold(split([(says.factored(), "name")]), width) + fold(split([(says.why(), "muted")]), width)
        lines += [[], *work(says, width)]
    return lines if report.listed else lines[:-1]


def listed(says: Wording, place: int, path: Path, indent: int, width: int) -> Iterator[Line]:
    """Yields a path: its nodes, then formula = numbers = product, a line each."""
    number = f"({place})".ljust(indent)
    yield from hung(number, [[(says.chain(path), "name")]], width, "muted")
    yield from hung("", [[(says.formula(path), "")]], width, indent=indent)
    if path.product is not None and path.edges:
        yield from hung("= ", [[(says.numbers(path), "")]], width, indent=indent)
    if path.product is not None:
        yield from hung("= ", [[(says.number(path.product), "gradient")]], width, indent=indent)


def hung(lead: str, words: list[Line], width: int, role: str = "", indent: int = 0) -> Iterator[Line]:
    """Yields words after `lead`, further lines set in as far as the first."""
    room = indent + width_of(lead)
    for i, line in enumerate(fold([part for word in words for part in split(word)], max(width - room, NARROWEST // 2))):
        yield [(" " * indent, ""), (lead if i == 0 else " " * width_of(lead), role), *line]


def sums(says: Wording, width: int) -> Iterator[Line]:
    """Yields the sum of the listed paths, and what is left out."""
    report = says.report
    rest = says.rest()
    yield []
    if report.run.symbolic:
        yield from fold(split([(f"{says.slope} is their sum", "name")] if not rest else [(rest, "flag")]), width)
        return
    whole: list[Line] = [] if rest else [[(says.verdict(), "name")]]
    yield from hung("sum ", [[(says.summed(), "gradient")], *whole], width, "muted")
    if rest:
        yield from fold(split([(rest, "flag")]), width)
        yield from fold(
            split(
                [("all sum to ", ""), (says.spelling.number(report.gradient), "gradient"), (f" = {says.slope}", "name")]
            ),
            width,
        )


def work(says: Wording, width: int) -> Iterator[Line]:
    """Yields the table of the edges that each way of computing the gradient visits."""
    heads, rows = says.visits()
    first = max(width_of(name) for name in ("edges visited", *(name for name, _ in rows)))
    table = [("edges visited", heads), *rows]
    widths = [max(width_of(cells[i]) for _, cells in table) for i in range(len(heads))]
    if first + sum(widths) + GAP * len(widths) > width:
        yield from stacked(heads, rows, width)
        return
    for i, (name, cells) in enumerate(table):
        shown = "".join(" " * (GAP + wide - width_of(cell)) + cell for cell, wide in zip(cells, widths, strict=True))
        yield [(name + " " * (first - width_of(name)), "name" if i == 0 else ""), (shown, "name" if i == 0 else "")]
        if i == 0:
            yield [(says.spelling.rule * (first + sum(widths) + GAP * len(widths)), "muted")]


def stacked(heads: tuple[str, ...], rows: list[tuple[str, tuple[str, ...]]], width: int) -> Iterator[Line]:
    """Yields the same a line each, where the table is too wide."""
    yield from fold(split([("edges visited", "name")]), width)
    for name, cells in rows:
        told = "; ".join(f"{cell} {head}" for cell, head in zip(cells, heads, strict=True))
        yield from hung("  ", [[(f"{name}: {told}", "")]], width)
