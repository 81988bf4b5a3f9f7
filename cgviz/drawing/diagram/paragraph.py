"""A text of several lines: cells one below the other, in the place of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from cgviz.drawing.diagram.scene import LINE_HEIGHT, Text, Words


def paragraph(text: Text, lines: Sequence[str]) -> Text:
    """Returns a text broken into lines; itself where it is one."""
    if len(lines) < 2:
        return text
    from cgviz.drawing.diagram.cells import LEFT, Cell, Grid, stacked

    parts = [replace(text, text=line) for line in lines]
    high = ceil(LINE_HEIGHT * text.size)
    table = stacked([Cell(ceil(part.width) + 1, high, part, LEFT) for part in parts])
    return Grid(
        text.text, text.colour, text.size, slanted=text.slanted, kind=text.kind, step=text.step, table=table,
        words=Words(text.text),
    )  # fmt: skip
