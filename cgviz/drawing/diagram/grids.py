"""Which picture an array gets: its numbers in full where it is small, else a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from cgviz.drawing.diagram.cells import LEFT, MIDDLE, Cell, CellTable, Grid, stacked
from cgviz.drawing.diagram.entries import ENTRY, ROW, Look, fit_blanks, fits, in_full, is_narrow, is_small
from cgviz.drawing.diagram.heat import heat_map
from cgviz.drawing.diagram.scene import SIZE, Text, Words
from cgviz.drawing.diagram.summary import in_words
from cgviz.values.arrays import Value, is_array


def grid(
    value: Value,
    kind: str,
    look: Look,
    *,
    step: int | None,
    words: str,
    alike: Sequence[Value | None],
    wide: Value | None = None,
) -> Grid:
    """Returns the picture of an array: its numbers where all that are `alike` are small, or a heat map as they are.

    kind   "value", "gradient" or "contribution"
    words  what it is, for its title
    wide   an array for whose numbers there is to be room
    """
    said = in_words(value, look.digits)
    together = [each for each in alike if is_array(each)]
    whole = all(is_in_full(each, look.digits) for each in together)
    drawn = numbers(value, wide, look) if whole else heat_map(value, look, kind) if value.size else nothing(look)
    return Grid(
        said, look.colour, ENTRY, slanted=look.slanted, kind=kind, step=step, table=drawn, words=Words(words, said),
        align=MIDDLE if whole else LEFT,
    )  # fmt: skip


def blank_grid(value: Value, kind: str, look: Look, step: int | None) -> Grid | None:
    """Returns the picture of an array whose elements are to be filled in; None where they are too many."""
    rooms = [fit_blanks(look.blank)] * value.shape[-1]
    if not is_small(value.shape) or not is_narrow(value.shape, rooms):
        return None
    drawn = in_full(value, rooms, look)
    return Grid(look.blank, look.colour, ENTRY, kind=kind, step=step, table=drawn, align=MIDDLE)


def is_in_full(value: Value, digits: int) -> bool:
    """Tells whether an array is small enough to be written in full."""
    return is_small(value.shape) and is_narrow(value.shape, fits(value, digits))


def numbers(value: Value, wide: Value | None, look: Look) -> CellTable:
    rooms = fits(value, look.digits)
    if wide is not None:
        pairs = zip(rooms, fits(wide, look.digits), strict=True)
        rooms = [replace(own, column=max(own.column, room.column)) for own, room in pairs]
    return in_full(value, rooms, look)


def nothing(look: Look) -> CellTable:
    text = Text("no elements", look.colour, ENTRY, slanted=look.slanted, kind="entry")
    return stacked([Cell(ceil(text.width) + 2, ROW, text)])


def headed(drawn: Grid, says: str, colour: str) -> Grid:
    """Returns a picture beneath a line of text, the shape of the array."""
    text = Text(says, colour, SIZE, kind="shape")
    head = Cell(ceil(text.width) + 1, ROW - 1, text, drawn.align)
    return replace(drawn, table=stacked([head, drawn.table], drawn.align), headline=head)
