"""The whole page of a run for a terminal: head, table, ∇f, and the sensitivity sentence, as lines with roles."""

from __future__ import annotations

from cgviz.documents.document import GAP, Document, Prose, Table
from cgviz.documents.grid import Column
from cgviz.documents.terminal import head as head_of
from cgviz.documents.writing import Writing
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.fold import Line, Span, fold, line_width, split
from cgviz.views.table.columns import Column as TableColumn
from cgviz.views.table.columns import columns
from cgviz.views.table.heading import head, heading
from cgviz.views.table.layout import NARROWEST, table_lines
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import foot

PROSE = 80


def document(run: Run, writing: Writing, mode: Mode = REVERSE) -> Document:
    """Returns the document of a table: head, table, ∇f, and the sensitivity sentence."""
    made = list(rows(run, writing, mode))
    every = columns(writing, run.symbolic, mode, run.graph.has_arrays)
    cells = [[cell(column, row) for column in every] for row in made]
    table = Table([Column(column.heading, column.right) for column in every], cells)
    sentences = [Prose(sentence, is_math=i == 0) for i, sentence in enumerate(foot(run, writing, mode))]
    return Document([head(run, writing), GAP, table, GAP, *sentences], heading(run, writing)[-1])


def cell(column: TableColumn, row: Row) -> Span:
    """Returns a cell as one text; an array has several lines."""
    words = column.words(row)
    joint = "\n" if column.least is None else " "
    roles = [role for word in words for _, role in word]
    return joint.join("".join(text for text, _ in word) for word in words), roles[0] if roles else ""


def page(run: Run, spelling: Writing, width: int | None = None, mode: Mode = REVERSE) -> list[Line]:
    """Returns the lines of the page in at most `width` columns; None: no line of the table is folded."""
    if width is not None:
        width = max(width, NARROWEST)
    table = table_lines(list(rows(run, spelling, mode)), spelling, width, run.symbolic, mode)
    wide = width or max(PROSE, *map(line_width, table))
    return [*head_of(head(run, spelling), wide), [], *table, *foot_lines(run, spelling, wide, mode)]


def foot_lines(run: Run, spelling: Writing, width: int, mode: Mode = REVERSE) -> list[Line]:
    """Returns an empty line and the sentences under the table."""
    lines = [line for sentence in foot(run, spelling, mode) for line in fold(split(sentence), width)]
    return [[], *lines] if lines else []
