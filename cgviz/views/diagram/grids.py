"""Which picture an array gets: its numbers in full where it is small, else a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from cgviz.arrays import Value, is_array
from cgviz.views.diagram.cells import LEFT, Cell, Grid, Table, stacked
from cgviz.views.diagram.entries import ENTRY, ROW, Look, fit, in_full, is_narrow, is_small
from cgviz.views.diagram.heat import heat_map
from cgviz.views.diagram.scene import Text, Words
from cgviz.views.diagram.summary import in_words, shape_text

SHAPE = 10.5


def grid(value: Value, kind: str, look: Look, *, step: int | None, words: str, alike: Sequence[Value | None]) -> Grid:
    """Returns the picture of an array; its columns are as wide as those of the arrays that are `alike`.

    kind   "value", "gradient" or "contribution"
    words  what it is, for its title
    """
    said = in_words(value, look.digits)
    drawn = table(value, kind, look, alike)
    about = Words(words, said)
    return Grid(said, look.colour, ENTRY, slanted=look.slanted, kind=kind, step=step, table=drawn, words=about)


def table(value: Value, kind: str, look: Look, alike: Sequence[Value | None]) -> Table:
    if not value.size:
        text = Text("no elements", look.colour, ENTRY, slanted=look.slanted, kind="entry")
        return stacked([Cell(ceil(text.width) + 2, ROW, text)])
    if is_in_full(value, look.digits):
        room = fit([value, *(each for each in alike if is_array(each) and is_in_full(each, look.digits))], look.digits)
        return in_full(value, room, look)
    return heat_map(value, look, "value" if kind == "value" else "gradient")


def is_in_full(value: Value, digits: int) -> bool:
    """Tells whether an array is small enough to be written in full."""
    return is_small(value.shape) and is_narrow(value.shape, fit([value], digits))


def headed(drawn: Grid, says: str, colour: str) -> Grid:
    """Returns a picture beneath a line of text, the shape of the array."""
    text = Text(says, colour, SHAPE, kind="shape")
    return replace(drawn, table=stacked([Cell(ceil(text.width) + 1, ROW - 2, text, LEFT), drawn.table]))


def shape_of_node(shape: tuple[int, ...] | None) -> str:
    """Returns what is written beside the name of a node: "" for a number, and where nobody knows."""
    return shape_text(shape) if shape else ""
