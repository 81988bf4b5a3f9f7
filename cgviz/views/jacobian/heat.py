"""The picture of a matrix, laid out: coloured cells, labels, the scale of colours, and the sentences below."""

from __future__ import annotations

from dataclasses import dataclass

from cgviz.analysis.blocks import Block
from cgviz.documents.writing import unicode_spelling
from cgviz.drawing.canvas.sheet import END, MARGIN, MIDDLE, Said, Sheet, SheetCell
from cgviz.drawing.colours import entry_colour, is_dark
from cgviz.drawing.fonts.metrics import text_width
from cgviz.drawing.theme import Theme
from cgviz.errors import printable
from cgviz.text.numbers import number
from cgviz.values.arrays import shape_text
from cgviz.views.jacobian.facts import MatrixFacts, how, sides, symbols, title, zeros
from cgviz.views.jacobian.terminal import MOST_PIXELS, Pixels, pixels

GAP, TITLE, LABEL, BODY, LINE = 8.0, 15.0, 11.0, 11.0, 17.0
WITH_NUMBERS, LARGEST = 12, 480.0
SMALLEST_CELL, LARGEST_CELL, LOW = 3.0, 22.0, 26.0
SCALE_WIDTH, SCALE_STEPS, LEAST_SCALE = 12.0, 25, 76.0
LONGEST_LABEL = 24


@dataclass(frozen=True)
class HeatFrame:
    """Where the cells are: the upper left corner, and the size of one."""

    x: float
    y: float
    wide: float
    high: float
    rows: int
    columns: int

    @property
    def width(self) -> float:
        return self.columns * self.wide

    @property
    def height(self) -> float:
        return self.rows * self.high


@dataclass(frozen=True)
class HeatInk:
    """What is drawn, and how: the matrix as pixels, numbers of so many digits, the colours of a theme."""

    facts: MatrixFacts
    found: Pixels
    digits: int
    theme: Theme

    @property
    def with_numbers(self) -> bool:
        """Whether the cells are few enough to hold their numbers."""
        return max(self.facts.matrix.shape) <= WITH_NUMBERS

    def entry(self, i: int, j: int) -> str:
        """Returns an entry as it is written into its cell, nothing for what is 0 for want of a path."""
        matrix = self.facts.matrix
        return "" if matrix.blank[i, j] else number(float(matrix.entries[i, j]), self.digits)

    def on(self, fill: str) -> str:
        """Returns the colour of what stands on a cell."""
        if not fill:
            return self.theme.muted
        return self.theme.ink if is_dark(fill) == is_dark(self.theme.background) else self.theme.background


def drawn(facts: MatrixFacts, digits: int, theme: Theme, background: str) -> Sheet:
    """Returns the picture of a matrix."""
    spelling = unicode_spelling(digits)
    called = title(facts, spelling)
    sentences = [s for s in (sides(facts, spelling), zeros(facts), how(facts)) if s]
    sheet = Sheet(called, ". ".join(sentences), background)
    y = MARGIN + TITLE
    sheet.say(Said(MARGIN, y, called, TITLE, theme.ink, bold=True))
    for formula in symbols(facts, spelling):
        y += LINE + 2
        sheet.say(Said(MARGIN, y, formula, LABEL + 1, theme.soft))
    if facts.matrix.entries.size:
        ink = HeatInk(facts, pixels(facts.matrix, MOST_PIXELS, MOST_PIXELS), digits, theme)
        y = body(sheet, ink, y + GAP)
        each = ink.found.each
        sentences += [f"each cell is the largest of up to {shape_text(each)} entries"] * (each != (1, 1))
    for sentence in sentences:
        y += LINE
        sheet.say(Said(MARGIN, y, sentence, BODY, theme.soft))
    return sheet


def body(sheet: Sheet, ink: HeatInk, top: float) -> float:
    """Draws cells, labels and the scale; returns how far down they reach."""
    frame = placed(ink, top)
    sheet.cell(SheetCell(frame.x - 1, frame.y - 1, frame.width + 2, frame.height + 2, ink.theme.pale))
    sheet.cell(SheetCell(frame.x, frame.y, frame.width, frame.height, ink.theme.background))
    for i in range(frame.rows):
        for j in range(frame.columns):
            paint(sheet, ink, frame, i, j)
    borders(sheet, ink, frame)
    labels(sheet, ink, frame)
    scale(sheet, ink, frame)
    return frame.y + max(frame.height, LEAST_SCALE) + GAP


def placed(ink: HeatInk, top: float) -> HeatFrame:
    rows, columns = ink.found.values.shape
    matrix = ink.facts.matrix
    x, y = MARGIN + widest(some_labels(matrix.rows)) + GAP, top + LABEL + GAP
    if not ink.with_numbers:
        size = min(LARGEST_CELL, max(SMALLEST_CELL, LARGEST / max(rows, columns)))
        return HeatFrame(x, y, size, size, rows, columns)
    shown = [ink.entry(i, j) for i in range(rows) for j in range(columns)]
    wide = max(widest([*shown, *some_labels(matrix.columns)]), LOW) + 2 * GAP
    return HeatFrame(x, y, wide, LOW, rows, columns)


def widest(texts: list[str]) -> float:
    return max(text_width(text, LABEL) for text in texts)


def paint(sheet: Sheet, ink: HeatInk, frame: HeatFrame, i: int, j: int) -> None:
    """Draws one cell: nothing for 0, its number where there is room, else a stroke in what is negative."""
    value = float(ink.found.values[i, j])
    x, y, fill = frame.x + j * frame.wide, frame.y + i * frame.high, entry_colour(value, ink.theme)
    if fill:
        sheet.cell(SheetCell(x, y, frame.wide, frame.high, fill))
    if ink.with_numbers:
        text = ink.entry(i, j)
        if text:
            sheet.say(Said(x + frame.wide / 2, y + frame.high / 2 + LABEL / 3, text, LABEL, ink.on(fill), MIDDLE))
    elif value < 0 and frame.high >= SMALLEST_CELL * 2:
        sheet.cell(
            SheetCell(x + frame.wide * 0.3, y + frame.high * 0.45, frame.wide * 0.4, frame.high * 0.1, ink.on(fill))
        )


def borders(sheet: Sheet, ink: HeatInk, frame: HeatFrame) -> None:
    """Draws lines between the blocks of several nodes."""
    matrix, colour_of = ink.facts.matrix, ink.theme.edge
    for at in boundaries(matrix.columns, frame.columns):
        sheet.cell(SheetCell(frame.x + at * frame.wide - 0.75, frame.y, 1.5, frame.height, colour_of))
    for at in boundaries(matrix.rows, frame.rows):
        sheet.cell(SheetCell(frame.x, frame.y + at * frame.high - 0.75, frame.width, 1.5, colour_of))


def boundaries(blocks: tuple[Block, ...], pixels: int) -> list[float]:
    every, at, found = sum(block.size for block in blocks), 0, []
    for block in blocks[:-1]:
        at += block.size
        found.append(at * pixels / every)
    return found


def labels(sheet: Sheet, ink: HeatInk, frame: HeatFrame) -> None:
    """Writes the names of rows at their left and those of columns above them."""
    rows, columns = ink.facts.matrix.rows, ink.facts.matrix.columns
    for at, text in spread_labels(rows, frame.rows, frame.high, LABEL + 3):
        y = frame.y + at * frame.high + LABEL / 3
        sheet.say(Said(frame.x - GAP, y, text, LABEL, ink.theme.soft, END))
    room = widest(some_labels(columns)) + GAP
    for at, text in spread_labels(columns, frame.columns, frame.wide, room):
        sheet.say(Said(frame.x + at * frame.wide, frame.y - GAP + 1, text, LABEL, ink.theme.soft, MIDDLE))


def scale(sheet: Sheet, ink: HeatInk, frame: HeatFrame) -> None:
    """Draws the scale of colours to the right of the matrix, from the largest entry down to its negative."""
    x, high = frame.x + frame.width + 3 * GAP, max(frame.height, LEAST_SCALE)
    step, largest = high / SCALE_STEPS, ink.found.largest
    sheet.cell(SheetCell(x - 1, frame.y - 1, SCALE_WIDTH + 2, high + 2, ink.theme.pale))
    for i in range(SCALE_STEPS):
        fill = entry_colour(round(1 - 2 * i / (SCALE_STEPS - 1), 9), ink.theme) or ink.theme.background
        sheet.cell(SheetCell(x, frame.y + i * step, SCALE_WIDTH, step, fill))
    for value, at in ((largest, 0.0), (0.0, 0.5), (-largest, 1.0)):
        y = frame.y + at * (high - LABEL) + LABEL * 0.85
        sheet.say(Said(x + SCALE_WIDTH + GAP, y, number(value, ink.digits), LABEL, ink.theme.soft))


def some_labels(blocks: tuple[Block, ...]) -> list[str]:
    """Returns the labels of all elements, of many those of the first and last of each block."""
    places = [(b, p) for b in blocks for p in (range(b.size) if b.size <= MOST_PIXELS else (0, b.size - 1))]
    return [label(block, place) for block, place in places]


def label(block: Block, place: int) -> str:
    text = printable(block.label(place))
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL // 2]}…{text[-LONGEST_LABEL // 2 + 1 :]}"


def spread_labels(blocks: tuple[Block, ...], pixels: int, size: float, room: float) -> list[tuple[float, str]]:
    """Returns (middle in pixels, label) of as many elements as have room, `room` apart at least."""
    every = sum(block.size for block in blocks)
    elements = [(block, place) for block in blocks for place in range(block.size)]
    step = max(1, round(room * every / (size * pixels) + 0.499))
    return [((i + 0.5) * pixels / every, label(*elements[i])) for i in range(0, every, step)]
