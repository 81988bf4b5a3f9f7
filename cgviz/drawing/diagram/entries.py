"""A small array in full: numbers in columns, aligned at their points, in brackets; more axes as slices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import ceil, isfinite

from cgviz.drawing.diagram.cells import MIDDLE, RIGHT, Cell, CellTable, Part, beside, stacked
from cgviz.drawing.diagram.scene import SIZE, Text
from cgviz.drawing.fonts.metrics import text_width
from cgviz.drawing.theme import Theme
from cgviz.records import record
from cgviz.text.numbers import number
from cgviz.values.arrays import Shape, Value

MOST, MOST_ROWS, MOST_COLUMNS, MOST_SLICES, WIDEST = 64, 10, 10, 4, 600
ENTRY, INDEX = SIZE, SIZE
ROW, LABEL, BRACKET, AIR, BETWEEN = 16, 15, 4, 8, 8
BY_HAND = 5  # that a row is higher in which somebody writes
FEW = 4  # columns; of more, every number has a digit less


@record
class Fit:
    """The room of numbers before and after the place where they are aligned, and the column they are centred in."""

    whole: float
    rest: float
    column: int


@record
class Look:
    """How the numbers of an array are written; `blank` stands in the place of each where it is to be filled in."""

    theme: Theme
    colour: str
    digits: int
    slanted: bool = False
    blank: str = ""


def is_small(shape: Shape) -> bool:
    """Tells whether an array of this shape is written out in full."""
    size = 1
    for length in shape:
        size *= length
    if not 0 < size <= MOST:
        return False
    rows, columns = (1, 1, *shape)[-2:]
    slices = size // (rows * columns)
    return rows <= MOST_ROWS and columns <= MOST_COLUMNS and slices <= MOST_SLICES and len(shape) <= 4


def digits_for(shape: Shape, digits: int) -> int:
    """Returns how many digits the numbers of an array have."""
    return digits if shape[-1] <= FEW or digits < 3 else digits - 1


def fits(array: Value, digits: int) -> list[Fit]:
    """Returns the room for the numbers of an array, column by column: each as wide as its widest number needs."""
    digits = digits_for(array.shape, digits)
    columns = array.reshape((-1, array.shape[-1])).T
    return [fit([number(float(each), digits) for each in column]) for column in columns]


def fit(texts: Sequence[str]) -> Fit:
    wholes, rests = zip(*((width(whole), width(rest)) for whole, rest in map(pieces_of, texts)), strict=True)
    return Fit(max(wholes), max(rests), ceil(max(wholes) + max(rests) + AIR))


def width(text: str) -> float:
    return text_width(text, ENTRY)


def pieces_of(text: str) -> tuple[str, str]:
    """Returns a number up to its point, or to the power of ten, and from there on."""
    at = next((i for i, char in enumerate(text) if char == "." or (char == "e" and i)), len(text))
    return text[:at], text[at:]


def fit_blanks(blank: str) -> Fit:
    """Returns the room for what is to be filled in, which does not tell how long it is."""
    return Fit(width(blank), 0.0, ceil(width(blank) + AIR))


def is_narrow(shape: Shape, rooms: Sequence[Fit]) -> bool:
    """Tells whether a small array is narrow enough, written in columns of these rooms."""
    across = (1, 1, *shape)[-3]
    return across * (sum(room.column for room in rooms) + 2 * BRACKET) + (across - 1) * BETWEEN <= WIDEST


def in_full(value: Value, rooms: Sequence[Fit], look: Look) -> CellTable:
    """Returns the picture of a small array: a vector is a row, three axes a row of slices, four rows of them."""
    look = replace(look, digits=digits_for(value.shape, look.digits))
    if value.ndim < 3:
        return matrix(value.reshape((-1, value.shape[-1])), rooms, look)
    names = product(*map(range, value.shape[:-2]))
    slices = [named(name, matrix(value[name], rooms, look), look) for name in names]
    across = value.shape[-3]
    rows = [beside(slices[i : i + across], BETWEEN) for i in range(0, len(slices), across)]
    return stacked(rows)


def named(name: tuple[int, ...], part: Part, look: Look) -> CellTable:
    """Returns a slice beneath its index."""
    text = Text(f"[{', '.join(map(str, name))}]", look.theme.muted, INDEX, kind="index")
    return stacked([Cell(part.width, LABEL, text), part], MIDDLE)


def matrix(rows: Value, rooms: Sequence[Fit], look: Look) -> CellTable:
    """Returns the numbers of rows in brackets."""
    numbers = CellTable(tuple(tuple(entries(row, rooms, look)) for row in rows))
    sides = [Cell(BRACKET, numbers.height, sides=sides, colour=look.colour) for sides in ("LTB", "RTB")]
    return beside([sides[0], numbers, sides[1]])


def entries(row: Value, rooms: Sequence[Fit], look: Look) -> Iterator[Cell]:
    if look.blank:
        line = Text(look.blank, look.colour, ENTRY, kind="entry")
        yield from (Cell(room.column, ROW + BY_HAND, line) for room in rooms)
        return
    for each, room in zip(row, rooms, strict=True):
        text = number(float(each), look.digits)
        colour = look.colour if isfinite(each) else look.theme.flag
        tail = room.rest - width(pieces_of(text)[1]) + (room.column - room.whole - room.rest) / 2
        shown = Text(text, colour, ENTRY, slanted=look.slanted, kind="entry")
        yield Cell(room.column, ROW, shown, RIGHT, tail)
