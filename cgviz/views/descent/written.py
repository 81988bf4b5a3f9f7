"""What a descent came to, in the terminal: the curve of its loss, and its parameters before and after."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cgviz.analysis.learning import Descent, Objective
from cgviz.analysis.learning.magnitudes import elements
from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table
from cgviz.documents.grid import Column
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.errors import printable
from cgviz.text.numbers import DIGITS, number
from cgviz.views.descent.dots import ASCII, UNICODE
from cgviz.views.descent.json import history
from cgviz.views.descent.plot import plot
from cgviz.views.descent.words import caption, elided, shown_names

WIDTH, NARROW, MOST = 80, 20, 24
HEADER = ("", "before", "after", "gradient")
ROLES = ("name", "value", "value", "gradient")


def report(objective: Objective, descent: Descent, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns curve, caption and table of a descent; its JSON is the history."""
    data = partial(history, objective, descent)
    return Report(lambda writing: document(objective, descent, writing), data, digits, theme)


def document(objective: Objective, descent: Descent, writing: Writing) -> Document:
    """Returns the document: the curve of the loss, what was done, the parameters and the loss before and after."""
    digits, pen = writing.digits or DIGITS, ASCII if writing.plain else UNICODE
    name = printable(elided(objective.graph.nodes[objective.graph.output].shown))
    told = caption(descent, objective.examples, digits)
    curve = Drawn(lambda width, _: list(plot(descent, name, width or WIDTH, pen)))
    columns = [Column(HEADER[0]), *(Column(heading, right=True) for heading in HEADER[1:])]
    body = [*parameters(objective, descent, digits), *losses(descent, name, digits)]
    rows = [[(writing.clean(text), role) for text, role in zip(row, ROLES, strict=True)] for row in body]
    seen: list[Block] = [curve, GAP] if list(plot(descent, name, WIDTH, pen)) else []
    return Document([*seen, Prose([(told, "muted")]), GAP, Table(columns, rows)], told)


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
