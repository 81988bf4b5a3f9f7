"""HTML-like labels: texts in rows of cells whose sizes are known beforehand."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable

from cgviz.drawing.diagram.cells import MIDDLE, RIGHT, Cell, Part, Table
from cgviz.drawing.diagram.scene import Line, Text
from cgviz.drawing.engine import text_width
from cgviz.errors import printable

TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" COLOR="{colour}">{rows}</TABLE>'
RULE = "<HR/>"
PLAIN = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
ALIGNS = {0.0: "LEFT", 0.5: "CENTER", 1.0: "RIGHT"}
SPACE = "\u2007"  # fills a place exactly, being set in any size


def label(lines: Iterable[Line]) -> str:
    """Returns a label of centred lines."""
    return f"<{'<BR/>'.join(map(line, lines))}>"


def table(rows: Iterable[str], colour: str) -> str:
    """Returns a label that is a table of rows of cells, or rules in `colour`."""
    inner = "".join(row if row == RULE else f"<TR>{row}</TR>" for row in rows)
    return f"<{TABLE.format(colour=colour, rows=inner)}>"


def picture(table: Table) -> str:
    """Returns a label that is a table of a picture's cells."""
    return f"<{nested(table)}>"


def nested(table: Table) -> str:
    """Returns a table as it stands in a label or in a cell. Tables are few deep."""
    rows = "".join(f"<TR>{''.join(map(part, row))}</TR>" for row in table.rows)
    opening = PLAIN.replace(">", f' BGCOLOR="{table.fill}">') if table.fill else PLAIN
    return f"{opening}{rows}</TABLE>"


def part(part: Part) -> str:
    if isinstance(part, Table):
        return f"<TD>{nested(part)}</TD>"
    look = f' BGCOLOR="{part.fill}"' if part.fill else ""
    if part.sides:
        look += f' BORDER="1" SIDES="{part.sides}" COLOR="{part.colour}"'
    if part.text and part.align != MIDDLE:
        look += f' ALIGN="{ALIGNS[part.align]}"'
    inner = f"{font(part.text)}{space(part)}" if part.text else ""
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{part.width}" HEIGHT="{part.height}"{look}>{inner}</TD>'


def space(cell: Cell) -> str:
    """Returns what keeps the text of a cell from its right side: spaces in a size that makes them as wide."""
    if cell.align != RIGHT or cell.tail < 0.05 or not cell.text:
        return ""
    wide = text_width(SPACE, 1)
    count = math.ceil(cell.tail / (wide * cell.text.size))
    return f'<FONT POINT-SIZE="{cell.tail / (wide * count):.2f}">{SPACE * count}</FONT>'


def cell(texts: Line, width: float, height: float, align: str = "LEFT", span: int = 1) -> str:
    columns = f'COLSPAN="{span}" ' if span > 1 else ""
    size = f'FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}"'
    return f'<TD {columns}{size} ALIGN="{align}">{line(texts)}</TD>'


def line(texts: Line) -> str:
    return "".join(font(text) for text in texts if text.text)


def font(text: Text) -> str:
    inner = plain(text.text)
    if text.bold:
        inner = f"<B>{inner}</B>"
    if text.slanted:
        inner = f"<I>{inner}</I>"
    return f'<FONT COLOR="{text.colour}" POINT-SIZE="{text.size:g}">{inner}</FONT>'


def plain(text: str) -> str:
    """Returns the user's text, on one line, and neither markup nor one of Graphviz's escapes."""
    return html.escape(one_line(text)).replace("\\", "\\\\")


def one_line(text: str) -> str:
    return text if text.isprintable() else printable(text).replace("\n", "\\n")
