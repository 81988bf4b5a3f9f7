"""The card style: a card per node with its formula, value and gradient; on every edge its local derivative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, cast

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.arrays import beside_name, pictured
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import (
    LEFT,
    RIGHT,
    SIZE,
    Box,
    Line,
    Scene,
    Text,
    TextPlace,
    Wire,
    classes,
    step_class,
    widest,
)
from cgviz.records import record

if TYPE_CHECKING:
    from cgviz.drawing.diagram.cells import Grid

SIDE, AIR, ROW = 8.0, 2.5, 18.0
ROUND = 6  # above and below a picture, and between two
BETWEEN, NARROWEST = 12.0, 34.0
LONGEST = 30  # letters of a formula on one line


@record
class Form:
    """How the texts of cards are broken into lines: more lines make a card narrower.

    stage  2: name and formula, then the numbers; 3: a line each
    input  1: the name and its numbers on one line; 2: the numbers beneath the name; 3: pictures one below the other
    """

    stage: int = 2
    input: int = 2


FORMS = (Form(2, 2), Form(3, 2), Form(2, 1), Form(3, 1))
NARROW = Form(3, 3)


class CardRow(NamedTuple):
    """A line of a card: texts at its left, and at its right; `ruled`: beneath a line across the card."""

    left: Line = ()
    right: Line = ()
    ruled: bool = False

    @property
    def width(self) -> float:
        sides = [widest([side]) for side in (self.left, self.right) if side]
        return sum(sides) + BETWEEN * (len(sides) - 1)

    @property
    def height(self) -> float:
        pictures = [text.height for text in (*self.left, *self.right) if text.is_picture]
        return max(pictures) + ROUND if pictures else ROW


@dataclass
class Cards:
    """The cards of a run, in any form; their texts are written once."""

    pen: Pen
    content: dict[int, Content] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()

    def scene(self, form: Form) -> Scene:
        """Returns the cards and the wires between them."""
        pen = self.pen
        self.wires = self.wires or tuple(wire(pen, target, slot) for target, slot in pen.edges)
        return Scene(tuple(self.card(index, form) for index in pen.drawn), self.wires)

    def card(self, index: int, form: Form) -> Box:
        """Returns the card of a node."""
        if index not in self.content:
            self.content[index] = content(self.pen, index)
        rows = list(rows_of(self.content[index], form.stage if self.pen.graph.nodes[index].is_stage else form.input))
        return framed(self.pen, index, rows)


class Content(NamedTuple):
    """The texts of a card: what names it, its formula, its numbers, and rows that stand below them."""

    name: Line
    formula: tuple[Line, ...]
    value: Text | None
    gradient: Text | None
    below: tuple[CardRow, ...]

    @property
    def numbers(self) -> list[Text]:
        return [text for text in (self.value, self.gradient) if text]


def wire(pen: Pen, target: int, slot: int) -> Wire:
    """Returns an edge with its local derivative beside it; none where that is 1 and changes nothing."""
    local = pen.local(target, slot, SIZE)
    is_silent = local.text in ("", "× 1") or pen.figure.edges == "none"
    return pen.wire(target, slot, beside=None if is_silent else local)


def content(pen: Pen, index: int) -> Content:
    is_stage = pen.graph.nodes[index].is_stage
    name: Line = () if pen.hides("names") and is_stage else (pen.name(index, SIZE), *beside_name(pen, index))
    formula: tuple[Line, ...] = ()
    if is_stage and not (pen.hides("stage numbers") and name):
        name = (pen.stage_number(index), *name)
    if is_stage and not pen.hides("formulas"):
        formula = tuple((line,) for line in pen.formula(index, SIZE, LONGEST))
    value = None if pen.run.symbolic or pen.hides("values") else pen.value(index, SIZE)
    shows = pen.mode.reverse and pen.graph.reached[index] and not pen.hides("gradients", index)
    gradient = pen.gradient(index, SIZE) if shows else None
    below = [CardRow(*tangent_row(pen, index))] if pen.mode.forward else []
    flag = pen.flags(index)
    below += [CardRow((flag,))] if flag else []
    return Content(name, formula, value, gradient if gradient and gradient.text else None, tuple(below))


def tangent_row(pen: Pen, index: int) -> tuple[Line, Line]:
    tangent = pen.tangent(index, SIZE)
    if pen.run.symbolic:
        return (pen.muted(index, "tangent"),), (tangent,)
    picture = pictured(pen, index, pen.run.tangents(pen.mode.source)[index], tangent)
    return (pen.muted(index, f"tangent {words.rate(pen.run, index, pen.mode.source)}"),), (picture,)


def rows_of(card: Content, lines: int) -> Iterator[CardRow]:
    """Yields the rows of a card on so many lines."""
    numbers = card.numbers
    pictures = any(number.is_picture for number in numbers)
    if lines == 1 and not card.formula and not pictures and numbers:
        gap = Text(" " * 3, numbers[0].colour, SIZE)
        yield CardRow((*card.name, gap, numbers[0]), tuple(numbers[1:]))
    else:
        beside = lines < 3 and len(card.formula) == 1
        yield CardRow((*card.name, *(card.formula[0] if beside else ())))
        for (formula,) in () if beside else card.formula:
            yield CardRow((replace(formula, text=formula.text.lstrip()),))
        if pictures and lines > 2:
            yield from (CardRow((number,), ruled=i == 0) for i, number in enumerate(numbers))
        elif numbers:
            value, gradient = (numbers[:1], numbers[1:]) if card.value else ([], numbers)
            yield CardRow(tuple(value), tuple(gradient), ruled=True)
    yield from card.below


def framed(pen: Pen, index: int, rows: Sequence[CardRow]) -> Box:
    """Returns rows in the frame of a node."""
    kind, fill, outline = looks(pen, index)
    is_output = index == pen.graph.output
    outline, thick = pen.outline(index, outline, 1.7 if is_output else 1.1)
    inner = max([NARROWEST, *[row.width for row in rows]])
    highs = [row.height for row in rows]
    height = sum(highs) + 2 * AIR
    places, insets, rules, top = [], [], [], height / 2 - AIR
    for row, high in zip(rows, highs, strict=True):
        if row.ruled:
            rules.append(((-inner / 2 - SIDE, top), (inner / 2 + SIDE, top)))
        middle = top - high / 2
        for line, end, align in ((row.left, -inner / 2, LEFT), (row.right, inner / 2, RIGHT)):
            if line and line[0].is_picture:
                insets.append((cast("Grid", line[0]), (end + line[0].width * (0.5 - align), -middle)))
            elif line:
                places.append(
                    TextPlace(line, end, middle, align, inner if align == LEFT and not row.right else widest([line]))
                )
        top -= high
    return Box(
        key=f"n{index}",
        width=inner + 2 * SIDE,
        height=height,
        inside=tuple(places),
        insets=tuple(insets),
        rules=tuple(rules),
        fill=fill,
        line=outline,
        classes=classes(kind, "output" if is_output else "", pen.marked(index), step_class(pen.known.value.get(index))),
        words=pen.words_of(index),
        rank="source" if kind == "input" else "sink" if is_output else "",
        dashed=not pen.graph.reached[index],
        thick=thick,
    )


def looks(pen: Pen, index: int) -> tuple[str, str, str]:
    """Returns the class, the fill and the outline of a card."""
    theme, graph = pen.theme, pen.graph
    kind = "stage" if graph.nodes[index].is_stage else "input"
    if index == graph.output:
        return kind, theme.output_fill, pen.colour(index, theme.output_line)
    if kind == "input":
        return kind, theme.input_fill, pen.colour(index, theme.input_line)
    return kind, theme.stage_fill, pen.colour(index, theme.stage_line)
