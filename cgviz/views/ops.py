"""The functions of the language as a report: in columns under their sources, or one of them in full."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from operator import attrgetter

from cgviz.documents.document import GAP, Block, Document, Entry, Prose, Table
from cgviz.documents.grid import TableColumn
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.ops.listing import OpRow
from cgviz.text.fold import Span

COLUMNS = (
    TableColumn("name"),
    TableColumn("gate"),
    TableColumn("f", least=16),
    TableColumn("local derivatives", least=16),
    TableColumn("what it does to the gradient; corners", least=20),
)


def report(rows: Sequence[OpRow], in_full: bool = False) -> Report:
    """Returns the report on some functions; `in_full`, all that is known of each."""
    data = json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False) + "\n"
    return Report(lambda writing: full(rows, writing) if in_full else listed(rows, writing), lambda: data)


def listed(rows: Sequence[OpRow], writing: Writing) -> Document:
    """Returns a table for each source."""
    blocks: list[Block] = []
    for source, group in groupby(rows, key=attrgetter("source")):
        blocks += [GAP] * bool(blocks)
        blocks += [Prose([(writing.clean(source), "muted")]), Table(COLUMNS, [cells(row, writing) for row in group])]
    return Document(blocks, "The functions of the language")


def cells(row: OpRow, writing: Writing) -> list[Span]:
    """Returns the cells of an op: its name, how it is drawn, its formula, its local derivatives, and what to know."""
    corners = "" if row.corners == "none" else f"; {row.corners}"
    also = f"; also {', '.join(row.aliases)}" if row.aliases else ""
    glyph = row.name if "?" in writing.sign(row.glyph) else row.glyph
    texts = (row.name, glyph, row.formula, slopes(row), row.gate + corners + also)
    return [(writing.clean(text), "name" if i in (0, 2, 3) else "") for i, text in enumerate(texts)]


def slopes(row: OpRow) -> str:
    """Returns the local derivatives, an argument after the other; a dash where nothing flows."""
    return "; ".join(slope or "-" for slope in row.derivatives)


def full(rows: Sequence[OpRow], writing: Writing) -> Document:
    blocks = [Entry(word, [[(writing.clean(text), "")]]) for row in rows for word, text in facts(row).items()]
    return Document(blocks, rows[0].name, 100)


def facts(row: OpRow) -> dict[str, str]:
    return {
        "name": ", ".join((row.name, *row.aliases)),
        "drawn as": row.glyph,
        "f": row.formula,
        "local derivatives": slopes(row),
        "gradient": row.gate,
        "corners": row.corners,
        "source": row.source,
    }
