"""The picture of a node is put together on a sheet: rows of a pill with its wires, boxes and their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cgviz.drawing.diagram.along import ARROW
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.plan import Plan, bend
from cgviz.drawing.diagram.scene import (
    LINE_HEIGHT,
    Box,
    Line,
    Scene,
    Text,
    Wire,
    Words,
    centred,
    classes,
    step_class,
    widest,
)
from cgviz.graph.nodes import CONSTANT
from cgviz.views.explain.facts import Edge
from cgviz.views.explain.ink import NUMBER, Ink

MOST = 8
PITCH, SHORT = 88.0, 58.0
PILL, CHIP, APART, NEAR = 30.0, 26.0, 7.0, 5.0
INSIDE = 11.0
LINE, THICK = 16.0, 1.6


@dataclass(frozen=True)
class PillRow:
    """A node at height y: the texts in its pill, over its wires and beneath them.

    edge   what the wires are; None for the end of a gate, and where operands are left out (`index` is None, too)
    """

    index: int | None
    edge: Edge | None
    line: Line
    over: Text | None
    under: Sequence[Text]
    y: float

    @property
    def width(self) -> float:
        """How wide the texts at the wires are."""
        return widest([(text,) for text in (self.over, *self.under) if text])

    @property
    def above(self) -> float:
        """How much higher than a number stands what is over its wires: the picture of an array."""
        return max(self.over.height - NUMBER * LINE_HEIGHT, 0.0) if self.over else 0.0

    @property
    def key(self) -> str:
        if self.edge:
            return f"{self.edge.target}-{self.edge.slot}"
        return "more" if self.index is None else "end"


def row_of(ink: Ink, edge: Edge | None, index: int, y: float) -> PillRow:
    """Returns the row of an operand, or of the output of a gate: without an edge, what arrives there."""
    under = ink.product(edge) if edge else ink.arriving(index)
    return PillRow(index, edge, ink.node(index), ink.value(index), under, y)


def left_out(line: Line, y: float) -> PillRow:
    return PillRow(None, None, line, None, (), y)


def pill(ink: Ink, sheet: NodeSheet, row: PillRow, x: float) -> None:
    """Puts down the pill of a row."""
    sheet.box(
        f"n{row.key}",
        (x, row.y),
        row.line,
        look_of(ink, row.index),
        ink.words(row.index) if row.index is not None else ink.nothing,
        size=(pill_width(row.line), PILL),
    )


def look_of(ink: Ink, index: int | None) -> BoxLook:
    """Returns the look of a pill: an input, a stage, the output, a constant, or what is left out."""
    pen, theme = ink.pen, ink.pen.theme
    if index is None:
        return BoxLook(theme.stage_fill, theme.pale, "more", dashed=True)
    if pen.graph.nodes[index].op is CONSTANT:
        return BoxLook(theme.stage_fill, theme.pale, "constant")
    step = step_class(pen.known.value.get(index))
    if index == pen.graph.output:
        return BoxLook(theme.output_fill, theme.output_line, classes("stage output", step), 1.7)
    if pen.graph.nodes[index].is_stage:
        return BoxLook(theme.stage_fill, pen.colour(index, theme.stage_line), classes("stage", step))
    return BoxLook(theme.input_fill, pen.colour(index, theme.input_line), classes("input", step))


def pair(ink: Ink, sheet: NodeSheet, row: PillRow, path: Sequence[Point], x: float) -> None:
    """Draws the wires of a row along a path: on the upper one the value goes to the right, on the lower one the
    gradient to the left; a constant has the first alone. Their texts are centred at x, at the height of the row."""
    rightwards = list(path) if path[0][0] < path[-1][0] else list(reversed(path))
    constant = row.edge is not None and row.edge.is_constant
    apart = 0.0 if constant else APART
    forth = [(a, b - apart) for a, b in rightwards]
    sheet.wire(f"e{row.key}", forth, forward(ink, row), above(row.over, x, row.y - apart))
    if not constant:
        back = [(a, b + apart) for a, b in reversed(rightwards)]
        sheet.wire(f"b{row.key}", back, backward(ink, row), stacked(row.under, x, row.y + apart))


def forward(ink: Ink, row: PillRow) -> Stroke:
    target, theme = row.edge.target if row.edge else ink.facts.index, ink.pen.theme
    step = step_class(ink.pen.known.value.get(target))
    return Stroke(ink.pen.colour(target, theme.value), classes("forward", step), said(ink, row))


def backward(ink: Ink, row: PillRow) -> Stroke:
    pen, theme, edge = ink.pen, ink.pen.theme, row.edge
    flows = edge.step is not None if edge else pen.run.taken[ink.facts.index]
    found = pen.known.edge.get((edge.target, edge.slot)) if edge else pen.known.gradient.get(ink.facts.index)
    kind = classes("backward", step_class(found))
    return Stroke(theme.gradient if flows else theme.pale, kind, said(ink, row), dashed=not flows)


def said(ink: Ink, row: PillRow) -> Words:
    """Returns what the wires of a row say."""
    return ink.wire_words(row.edge) if row.edge else ink.words(ink.facts.index)


def lowered(rows: Sequence[PillRow]) -> list[PillRow]:
    """Returns rows moved down as far as the pictures over the wires of each, and of those above it, need room."""
    down, moved = 0.0, []
    for i, row in enumerate(rows):
        down += row.above if i else 0.0
        moved.append(replace(row, y=row.y + down) if down else row)
    return moved


@dataclass(frozen=True)
class BoxLook:
    """How a box is drawn: fill, outline, classes of the part, whether it is pale."""

    fill: str
    line: str
    kind: str
    thick: float = 1.1
    dashed: bool = False


@dataclass(frozen=True)
class Stroke:
    """How a wire is drawn, and what it says; dashed where nothing flows."""

    colour: str
    kind: str
    words: Words
    dashed: bool = False


@dataclass
class NodeSheet:
    """Collects the parts; x grows to the right, y downwards."""

    boxes: list[Box] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    plan: Plan = field(default_factory=Plan)

    @property
    def scene(self) -> Scene:
        """Everything; wires on which nothing flows lie beneath the others."""
        wires = sorted(self.wires, key=lambda wire: not wire.dashed)
        return Scene(tuple(self.boxes), tuple(wires), slides=False)

    def box(
        self,
        key: str,
        at: Point,
        line: Line,
        look: BoxLook,
        words: Words,
        *,
        size: Point,
        circle: bool = False,
        caption: Sequence[Line] = (),
        caption_at: Point = (0.0, 0.0),
    ) -> None:
        """Puts down a box with its centre at `at`, and lines of a caption with theirs at `caption_at`."""
        made = Box(
            key=key,
            width=size[0],
            height=size[1],
            inside=centred([line]) if line else (),
            fill=look.fill,
            line=look.line,
            classes=look.kind,
            words=words,
            circle=circle,
            dashed=look.dashed,
            thick=look.thick,
            caption=tuple(caption),
        )
        self.boxes.append(made)
        self.plan.centre[key] = at
        if caption:
            self.plan.caption[key] = caption_at

    def wire(self, key: str, path: Sequence[Point], stroke: Stroke, texts: Sequence[tuple[Text, Point]]) -> None:
        """Draws a wire of two points, or of four, bent between the second and the third; an arrow is at its end."""
        (x, _), end = path[0], path[-1]
        stop = end[0] - (ARROW if end[0] > x else -ARROW), end[1]
        curve = [path[0]]
        if len(path) == 4:
            bend(curve, path[1][0], path[2])
        bend(curve, curve[-1][0], stop)
        self.plan.path[key], self.plan.tip[key], self.plan.texts[key] = curve, end, list(texts)
        self.wires.append(
            Wire(
                key=key,
                source=self.boxes[0].key,
                target=self.boxes[0].key,
                colour=stroke.colour,
                classes=classes("wire", stroke.kind),
                words=stroke.words,
                dashed=stroke.dashed,
                thick=THICK,
            )
        )


def stacked(texts: Sequence[Text], x: float, y: float) -> list[tuple[Text, Point]]:
    """Returns texts one under the other, the first one beneath a wire at height y."""
    return [(text, (x, y + NEAR + LINE * (i + 0.5))) for i, text in enumerate(texts)]


def above(text: Text | None, x: float, y: float) -> list[tuple[Text, Point]]:
    """Returns a text over a wire at height y."""
    return [(text, (x, y - NEAR - text.height / 2))] if text and text.text else []


def pill_width(line: Line) -> float:
    return max(widest([line]) + 2 * INSIDE, PILL + 8)


def column(widths: Sequence[float], least: float = 0.0) -> float:
    """Returns the width of what has to hold all of these."""
    return max([least, *widths])
