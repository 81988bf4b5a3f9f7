"""The table of a run: every stage with its value, its gradient and how both came about, in each format."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.documents.document import GAP, Document, Drawn, Head, Prose, Table
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.fold import Span
from cgviz.text.numbers import DIGITS
from cgviz.text.runs import MATH
from cgviz.views.table.heading import head, heading
from cgviz.views.table.layout import ToldColumn, table_lines, told
from cgviz.views.table.rows import TableRow, rows
from cgviz.views.table.sentence import foot

MATHEMATICS = ("name", "formula", "value", "tangent", "gradient")
"""Roles of what is set as mathematics."""
WORDS_ONLY = 0  # columns, in which there is no room for bars


def report(run: Run, *, digits: int = DIGITS, theme: str | Theme = "light", mode: Mode = REVERSE) -> Report:
    """Returns the table of a run; `mode` tells whether it holds gradients, tangents or both."""

    def as_json() -> str:
        from cgviz.views.table.json import table

        return table(run, mode)

    def as_csv() -> str:
        from cgviz.views.table.csv import table

        return table(run, mode)

    return Report(lambda writing: document(run, writing, mode), as_json, digits, theme, {"csv": as_csv})


def document(run: Run, writing: Writing, mode: Mode = REVERSE) -> Document:
    """Returns the document of a table: head, table, ∇f, and the sensitivity sentence."""
    shown = writing.display or writing
    made = list(rows(run, shown, mode))
    table = Drawn(
        lambda width, _: table_lines(made, shown, width, run.symbolic, mode), lambda: in_full(run, made, shown, mode)
    )
    top, sentences = head(run, shown), list(feet(run, writing, mode))
    top = Head([shown.math(each) for each in top.statements], shown.math(top.where), top.note)
    return Document([top, GAP, table, *([GAP] if sentences else []), *sentences], heading(run, writing)[-1])


def in_full(run: Run, made: list[TableRow], writing: Writing, mode: Mode) -> Table:
    """Returns the table with a cell for each thing that there is to say."""
    room = WORDS_ONLY if writing.math("=") != "=" else None
    every = told(writing, run.symbolic, mode, run.graph.has_arrays, room)
    return Table([each.column for each in every], [[cell(each, row, writing) for each in every] for row in made])


def cell(each: ToldColumn, row: TableRow, writing: Writing) -> Span:
    """Returns a cell as one text; an array has several lines."""
    words = each.words(row)
    texts, roles = ["".join(text for text, _ in word) for word in words], [role for word in words for _, role in word]
    role = roles[0] if roles else ""
    if each.column.heading in row.arrays:
        return "\n".join(texts), role
    text = " ".join(texts)
    return (writing.math(text) if role in MATHEMATICS else text), role


def feet(run: Run, writing: Writing, mode: Mode) -> Iterator[Prose]:
    """Yields the sentences under the table; ∇f and ∂f/∂x are lines of mathematics."""
    signs = (writing.nabla, writing.partial, MATH)
    for sentence in foot(run, writing, mode):
        yield Prose(sentence, is_math=not sentence[0][1] and sentence[0][0].startswith(signs))
