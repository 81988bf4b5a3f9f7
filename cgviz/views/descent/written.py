"""What a descent came to, in the terminal: the curve of its loss, and its parameters before and after."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from cgviz.documents.document import GAP, Document, Prose, Table
from cgviz.documents.grid import Column
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.errors import cells, printable
from cgviz.learning import Descent, Objective
from cgviz.learning.magnitudes import elements
from cgviz.text.numbers import DIGITS, number
from cgviz.text.plain import ascii_text
from cgviz.views.descent.dots import ASCII, UNICODE
from cgviz.views.descent.json import history
from cgviz.views.descent.plot import Line, plot
from cgviz.views.descent.words import caption, elided, shown_names

WIDTH, NARROW, MOST = 80, 20, 24
HEADER = ("", "before", "after", "gradient")
ROLES = ("name", "value", "value", "gradient")


def report(objective: Objective, descent: Descent, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns curve, caption and table of a descent; its JSON is the history."""
    return Report(
        lambda writing: document(objective, descent, writing),
        lambda: history(objective, descent),
        digits,
        theme,
        lambda writing, width, _: [*page(objective, descent, width or WIDTH, digits, writing.plain)],
    )


def document(objective: Objective, descent: Descent, writing: Writing) -> Document:
    """Returns the document: the parameters and the loss before and after, under what was done."""
    digits = writing.digits or DIGITS
    name = elided(objective.graph.nodes[objective.graph.output].shown)
    told = caption(descent, objective.examples, digits)
    columns = [Column(HEADER[0]), *(Column(heading, right=True) for heading in HEADER[1:])]
    body = [*parameters(objective, descent, digits), *losses(descent, name, digits)]
    rows = [[(writing.clean(text), role) for text, role in zip(row, ROLES, strict=True)] for row in body]
    return Document([Prose([(told, "muted")]), GAP, Table(columns, rows)], told)


def page(objective: Objective, descent: Descent, width: int, digits: int, plain: bool) -> Iterator[Line]:
    """Yields all lines as (text, role)."""
    name = elided(objective.graph.nodes[objective.graph.output].shown)
    found = list(plot(descent, name, width, ASCII if plain else UNICODE))
    said = fill(caption(descent, objective.examples, digits), max(width, NARROW)).splitlines()
    lines: list[Line] = [*found, *([[]] if found else []), *([(words, "muted")] for words in said), []]
    for line in [*lines, *table(objective, descent, name, digits, width)]:
        yield [(spelled(text, plain), role) for text, role in line]


def spelled(text: str, plain: bool) -> str:
    return printable(ascii_text(text) if plain else text)


def table(objective: Objective, descent: Descent, name: str, digits: int, width: int) -> Iterator[Line]:
    """Yields the table: parameters, then the loss and the norm of its gradient, before and after."""
    body = [*parameters(objective, descent, digits), ("─",) * 4, *losses(descent, name, digits)]
    columns = list(zip(HEADER, *(row for row in body if row[0] != "─"), strict=True))
    widths = [max(map(cells, column)) for column in columns]
    gap = 3 if sum(widths) + 9 <= width else 1
    for row in [HEADER, *body]:
        if row[0] == "─":
            yield [("─" * (sum(widths) + 3 * gap), "muted")]
            continue
        roles = ("muted",) * 4 if row is HEADER else ROLES
        pads = [" " * (width - cells(text)) for text, width in zip(row, widths, strict=True)]
        first, *rest = zip(row, pads, roles, strict=True)
        yield [(first[0] + first[1], first[2]), *((" " * gap + pad + text, role) for text, pad, role in rest)]


def parameters(objective: Objective, descent: Descent, digits: int) -> Iterator[tuple[str, ...]]:
    """Yields a row per number of the parameters; of very many, the first and the last ones."""
    shown = shown_names(objective)
    start, end = list(elements(descent.start)), list(elements(descent.reached[1]))
    slopes = list(elements(descent.after.gradient)) if descent.after else [None] * len(end)
    rows = list(zip(start, end, slopes, strict=True))
    few = rows if len(rows) <= MOST else [*rows[: MOST // 2], None, *rows[-MOST // 2 :]]
    for row in few:
        if row is None:
            yield f"… {len(rows) - MOST} more", "", "", ""
            continue
        name, place, _ = row[0]
        called = shown(name) + (f"[{', '.join(map(str, place))}]" if place else "")
        yield called, *(number(each and each[2], digits, padded=True) for each in row)


def losses(descent: Descent, name: str, digits: int) -> Iterator[tuple[str, ...]]:
    both = descent.before, descent.after
    yield name, *(number(loss and loss.loss, digits, padded=True) for loss in both), ""
    yield "gradient norm", *(number(loss and loss.norm, digits, padded=True) for loss in both), ""
