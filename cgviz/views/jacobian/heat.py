"""The picture of a matrix, laid out: coloured cells, labels, the scale of colours, and the sentences below."""

from __future__ import annotations

from dataclasses import dataclass, field

from cgviz.blocks import Block
from cgviz.fonts.metrics import text_width
from cgviz.numbers import number
from cgviz.ops.rearranging import times
from cgviz.theme import Theme
from cgviz.views.jacobian import words
from cgviz.views.jacobian.facts import Facts
from cgviz.views.jacobian.pixels import Pixels, pixels
from cgviz.views.jacobian.scale import colour, is_dark
from cgviz.views.jacobian.text import symbols
from cgviz.views.table.spelling import Spelling, unicode_spelling

MARGIN, GAP, TITLE, LABEL, BODY, LINE = 18.0, 8.0, 15.0, 11.0, 11.0, 17.0
MOST_PIXELS, WITH_NUMBERS, LARGEST = 160, 12, 480.0
SMALLEST_CELL, LARGEST_CELL, LOW = 3.0, 22.0, 26.0
SCALE_WIDTH, SCALE_STEPS, LEAST_SCALE = 12.0, 25, 76.0
LONGEST_LABEL = 24
START, MIDDLE, END = 0.0, 0.5, 1.0


@dataclass(frozen=True)
class Cell:
    """A rectangle without an outline."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    title: str = ""


@dataclass(frozen=True)
class Said:
    """A text on a baseline; `align` is which part of it stands at x: 0 its start, 1 its end."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    align: float = START
    bold: bool = False

    @property
    def left(self) -> float:
        return self.x - self.align * text_width(self.text, self.size, self.bold)


@dataclass
class Sheet:
    """Everything in a picture, y downwards; `background` is a colour or "transparent"."""

    title: str
    description: str
    background: str
    width: float = 0.0
    height: float = 0.0
    cells: list[Cell] = field(default_factory=list)
    texts: list[Said] = field(default_factory=list)

    def cell(self, cell: Cell) -> None:
        self.cells.append(cell)
        self.reach(cell.x + cell.width, cell.y + cell.height)

    def say(self, said: Said) -> None:
        self.texts.append(said)
        self.reach(said.left + text_width(said.text, said.size, said.bold), said.y + said.size / 3)

    def reach(self, right: float, bottom: float) -> None:
        self.width, self.height = max(self.width, right + MARGIN), max(self.height, bottom + MARGIN)


@dataclass(frozen=True)
class Frame:
    """Where the cells are: the upper left corner, and the size of one."""

    x: float
    y: float
    wide: float
    high: float
    rows: int
    columns: int

    @property
    def right(self) -> float:
        return self.x + self.columns * self.wide

    @property
    def bottom(self) -> float:
        return self.y + self.rows * self.high


def drawn(facts: Facts, digits: int, theme: Theme, background: str) -> Sheet:
    """Returns the picture of a matrix."""
    spelling = unicode_spelling(digits)
    title = words.title(facts, spelling)
    sentences = [s for s in (words.sides(facts, spelling), words.zeros(facts), words.how(facts)) if s]
    sheet = Sheet(title, ". ".join(sentences), background)
    y = MARGIN + TITLE
    sheet.say(Said(MARGIN, y, title, TITLE, theme.ink, bold=True))
    for formula in symbols(facts, spelling):
        y += LINE + 2
        sheet.say(Said(MARGIN, y, formula, LABEL + 1, theme.soft))
    if facts.matrix.entries.size:
        found = pixels(facts.matrix, MOST_PIXELS, MOST_PIXELS)
        y = body(sheet, facts, spelling, theme, found, y + GAP)
        sentences += [f"each cell is the largest of up to {times(found.each)} entries"] * (found.each != (1, 1))
    for sentence in sentences:
        y += LINE
        sheet.say(Said(MARGIN, y, sentence, BODY, theme.soft))
    return sheet


def body(sheet: Sheet, facts: Facts, spelling: Spelling, theme: Theme, found: Pixels, top: float) -> float:
    """Draws cells, labels and the scale; returns how far down they reach."""
    with_numbers = max(facts.matrix.shape) <= WITH_NUMBERS
    frame = placed(facts, spelling, found, with_numbers, top)
    sheet.cell(Cell(frame.x - 1, frame.y - 1, frame.right - frame.x + 2, frame.bottom - frame.y + 2, theme.pale))
    sheet.cell(Cell(frame.x, frame.y, frame.right - frame.x, frame.bottom - frame.y, theme.background))
    for i, j in ((i, j) for i in range(frame.rows) for j in range(frame.columns)):
        paint(sheet, facts, spelling, theme, frame, found, i, j, with_numbers)
    borders(sheet, facts, frame, theme)
    row_labels(sheet, facts, spelling, theme, frame)
    column_labels(sheet, facts, spelling, theme, frame)
    scale(sheet, found, spelling, theme, frame)
    return max(frame.bottom, frame.y + LEAST_SCALE) + GAP


def placed(facts: Facts, spelling: Spelling, found: Pixels, with_numbers: bool, top: float) -> Frame:
    rows, columns = found.values.shape
    longest = max(text_width(text, LABEL) for text in some_labels(facts.matrix.rows, spelling))
    x, y = MARGIN + longest + GAP, top + LABEL + GAP
    if not with_numbers:
        size = min(LARGEST_CELL, max(SMALLEST_CELL, LARGEST / max(rows, columns)))
        return Frame(x, y, size, size, rows, columns)
    shown = [entry(facts, spelling, i, j) for i in range(rows) for j in range(columns)]
    heads = some_labels(facts.matrix.columns, spelling)
    wide = max(*(text_width(text, LABEL) for text in (*shown, *heads)), LOW) + 2 * GAP
    return Frame(x, y, wide, LOW, rows, columns)


def some_labels(blocks: tuple[Block, ...], spelling: Spelling) -> list[str]:
    """Returns the labels of all elements, of many those of the first and last of each block."""
    places = [(b, p) for b in blocks for p in (range(b.size) if b.size <= MOST_PIXELS else (0, b.size - 1))]
    return [label(block, place, spelling) for block, place in places]


def label(block: Block, place: int, spelling: Spelling) -> str:
    text = spelling.name(block.label(place))
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL // 2]}…{text[-LONGEST_LABEL // 2 + 1 :]}"


def entry(facts: Facts, spelling: Spelling, i: int, j: int) -> str:
    value = float(facts.matrix.entries[i, j])
    return "" if facts.matrix.blank[i, j] else number(value, spelling.digits or 4)


def paint(
    sheet: Sheet,
    facts: Facts,
    spelling: Spelling,
    theme: Theme,
    frame: Frame,
    found: Pixels,
    i: int,
    j: int,
    numbers: bool,
) -> None:
    """Draws one cell: nothing for 0, a stroke in a negative one, its number where there is room."""
    value = float(found.values[i, j])
    x, y, fill = frame.x + j * frame.wide, frame.y + i * frame.high, colour(value, theme)
    if fill:
        sheet.cell(Cell(x, y, frame.wide, frame.high, fill))
    ink = theme.ink if not fill or is_dark(fill) == is_dark(theme.background) else theme.background
    ink = ink if fill else theme.muted
    if numbers:
        text = entry(facts, spelling, i, j)
        if text:
            sheet.say(Said(x + frame.wide / 2, y + frame.high / 2 + LABEL / 3, text, LABEL, ink, MIDDLE))
    elif value < 0 and frame.high >= SMALLEST_CELL * 2:
        sheet.cell(Cell(x + frame.wide * 0.3, y + frame.high * 0.45, frame.wide * 0.4, frame.high * 0.1, ink))


def borders(sheet: Sheet, facts: Facts, frame: Frame, theme: Theme) -> None:
    """Draws lines between the blocks of several nodes."""
    for at in boundaries(facts.matrix.columns, frame.columns):
        sheet.cell(Cell(frame.x + at * frame.wide - 0.75, frame.y, 1.5, frame.bottom - frame.y, theme.edge))
    for at in boundaries(facts.matrix.rows, frame.rows):
        sheet.cell(Cell(frame.x, frame.y + at * frame.high - 0.75, frame.right - frame.x, 1.5, theme.edge))


def boundaries(blocks: tuple[Block, ...], pixels: int) -> list[float]:
    every, at, found = sum(block.size for block in blocks), 0, []
    for block in blocks[:-1]:
        at += block.size
        found.append(at * pixels / every)
    return found


def row_labels(sheet: Sheet, facts: Facts, spelling: Spelling, theme: Theme, frame: Frame) -> None:
    for at, text in spread_labels(facts.matrix.rows, frame.rows, frame.high, LABEL + 3, spelling):
        y = frame.y + at * frame.high + LABEL / 3
        sheet.say(Said(frame.x - GAP, y, text, LABEL, theme.soft, END))


def column_labels(sheet: Sheet, facts: Facts, spelling: Spelling, theme: Theme, frame: Frame) -> None:
    room = max(text_width(text, LABEL) for text in some_labels(facts.matrix.columns, spelling)) + GAP
    for at, text in spread_labels(facts.matrix.columns, frame.columns, frame.wide, room, spelling):
        sheet.say(Said(frame.x + at * frame.wide, frame.y - GAP + 1, text, LABEL, theme.soft, MIDDLE))


def spread_labels(
    blocks: tuple[Block, ...], pixels: int, size: float, room: float, spelling: Spelling
) -> list[tuple[float, str]]:
    """Returns (middle in pixels, label) of as many elements as have room, `room` apart at least."""
    every = sum(block.size for block in blocks)
    elements = [(block, place) for block in blocks for place in range(block.size)]
    step = max(1, round(room * every / (size * pixels) + 0.499))
    return [((i + 0.5) * pixels / every, label(*elements[i], spelling)) for i in range(0, every, step)]


def scale(sheet: Sheet, found: Pixels, spelling: Spelling, theme: Theme, frame: Frame) -> None:
    """Draws the scale of colours to the right of the matrix, from the largest entry down to its negative."""
    x, high = frame.right + 3 * GAP, max(frame.bottom - frame.y, LEAST_SCALE)
    step = high / SCALE_STEPS
    sheet.cell(Cell(x - 1, frame.y - 1, SCALE_WIDTH + 2, high + 2, theme.pale))
    for i in range(SCALE_STEPS):
        value = 1 - 2 * i / (SCALE_STEPS - 1)
        fill = colour(round(value, 9), theme) or theme.background
        sheet.cell(Cell(x, frame.y + i * step, SCALE_WIDTH, step, fill))
    largest = number(found.largest, spelling.digits or 4)
    least = number(-found.largest, spelling.digits or 4)
    for text, at in ((largest, 0.0), ("0", 0.5), (least, 1.0)):
        y = frame.y + at * (high - LABEL) + LABEL * 0.85
        sheet.say(Said(x + SCALE_WIDTH + GAP, y, text, LABEL, theme.soft))
