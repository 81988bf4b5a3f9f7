"""HTML-like labels: texts in rows of cells whose sizes are known beforehand."""

from __future__ import annotations

import html
from collections.abc import Iterable

from cgviz.errors import printable
from cgviz.views.diagram.scene import Line, Text

TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" COLOR="{colour}">{rows}</TABLE>'
RULE = "<HR/>"


def label(lines: Iterable[Line]) -> str:
    """Returns a label of centred lines."""
    return f"<{'<BR/>'.join(map(line, lines))}>"


def table(rows: Iterable[str], colour: str) -> str:
    """Returns a label that is a table of rows of cells, or rules in `colour`."""
    inner = "".join(row if row == RULE else f"<TR>{row}</TR>" for row in rows)
    return f"<{TABLE.format(colour=colour, rows=inner)}>"


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
