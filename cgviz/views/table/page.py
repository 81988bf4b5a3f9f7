"""The document of a table: head, table, ∇f, and the sensitivity sentence."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.documents.document import GAP, Document, Drawn, Head, Prose, Table
from cgviz.documents.grid import Column
from cgviz.documents.writing import Writing
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.fold import Span
from cgviz.text.runs import MATH
from cgviz.views.table.columns import Column as TableColumn
from cgviz.views.table.columns import columns
from cgviz.views.table.heading import head, heading
from cgviz.views.table.layout import table_lines
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import foot

MATHEMATICS = ("name", "formula", "value", "tangent", "gradient")
"""Roles of what is set as mathematics."""
WORDS_ONLY = 0  # columns, in which there is no room for bars


def document(run: Run, writing: Writing, mode: Mode = REVERSE) -> Document:
    """Returns the document of a table: head, table, ∇f, and the sensitivity sentence."""
    shown = writing.display or writing
    made = list(rows(run, shown, mode))
    table = Drawn(
        lambda width, _: table_lines(made, shown, width, run.symbolic, mode),
        lambda: grid(run, made, shown, mode),
    )
    told, sentences = head(run, shown), list(feet(run, writing, mode))
    top = Head([shown.math(each) for each in told.statements], shown.math(told.where), told.note)
    return Document([top, GAP, table, *([GAP] if sentences else []), *sentences], heading(run, writing)[-1])


def grid(run: Run, made: list[Row], writing: Writing, mode: Mode) -> Table:
    """Returns the table with a cell for each thing that there is to say."""
    room = WORDS_ONLY if writing.math("=") != "=" else None
    every = columns(writing, run.symbolic, mode, run.graph.has_arrays, room)
    cells = [[cell(column, row, writing) for column in every] for row in made]
    return Table([Column(column.heading, column.right) for column in every], cells)


def cell(column: TableColumn, row: Row, writing: Writing) -> Span:
    """Returns a cell as one text; an array has several lines."""
    words = column.words(row)
    texts, roles = ["".join(text for text, _ in word) for word in words], [role for word in words for _, role in word]
    role = roles[0] if roles else ""
    if column.heading in row.arrays:
        return "\n".join(texts), role
    text = " ".join(texts)
    return (writing.math(text) if role in MATHEMATICS else text), role


def feet(run: Run, writing: Writing, mode: Mode) -> Iterator[Prose]:
    """Yields the sentences under the table; ∇f and ∂f/∂x are lines of mathematics."""
    signs = (writing.nabla, writing.partial, MATH)
    for sentence in foot(run, writing, mode):
        yield Prose(sentence, is_math=not sentence[0][1] and sentence[0][0].startswith(signs))
