"""A row of the picture of a node: a pill with a name, and the wires on which a value comes and a gradient goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.scene import LINE_HEIGHT, Line, Text, Words, classes, step_class, widest
from cgviz.graph.nodes import CONSTANT
from cgviz.views.explain.facts import Edge
from cgviz.views.explain.ink import NUMBER, Ink
from cgviz.views.explain.sheet import APART, PILL, Look, Sheet, Stroke, above, pill_width, stacked

MOST = 8
PITCH, SHORT = 88.0, 58.0


@dataclass(frozen=True)
class Row:
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


def row_of(ink: Ink, edge: Edge | None, index: int, y: float) -> Row:
    """Returns the row of an operand, or of the output of a gate: without an edge, what arrives there."""
    under = ink.product(edge) if edge else ink.arriving(index)
    return Row(index, edge, ink.node(index), ink.value(index), under, y)


def left_out(ink: Ink, line: Line, y: float) -> Row:
    return Row(None, None, line, None, (), y)


def pill(ink: Ink, sheet: Sheet, row: Row, x: float) -> None:
    """Puts down the pill of a row."""
    sheet.box(
        f"n{row.key}",
        (x, row.y),
        row.line,
        look_of(ink, row.index),
        ink.words(row.index) if row.index is not None else ink.nothing,
        size=(pill_width(row.line), PILL),
    )


def look_of(ink: Ink, index: int | None) -> Look:
    """Returns the look of a pill: an input, a stage, the output, a constant, or what is left out."""
    pen, theme = ink.pen, ink.pen.theme
    if index is None:
        return Look(theme.stage_fill, theme.pale, "more", dashed=True)
    if pen.graph.nodes[index].op is CONSTANT:
        return Look(theme.stage_fill, theme.pale, "constant")
    step = step_class(pen.known.value.get(index))
    if index == pen.graph.output:
        return Look(theme.output_fill, theme.output_line, classes("stage output", step), 1.7)
    if pen.graph.nodes[index].is_stage:
        return Look(theme.stage_fill, pen.colour(index, theme.stage_line), classes("stage", step))
    return Look(theme.input_fill, pen.colour(index, theme.input_line), classes("input", step))


def pair(ink: Ink, sheet: Sheet, row: Row, path: Sequence[Point], x: float) -> None:
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


def forward(ink: Ink, row: Row) -> Stroke:
    target, theme = row.edge.target if row.edge else ink.facts.index, ink.pen.theme
    step = step_class(ink.pen.known.value.get(target))
    return Stroke(ink.pen.colour(target, theme.value), classes("forward", step), said(ink, row))


def backward(ink: Ink, row: Row) -> Stroke:
    pen, theme, edge = ink.pen, ink.pen.theme, row.edge
    flows = edge.step is not None if edge else pen.run.taken[ink.facts.index]
    found = pen.known.edge.get((edge.target, edge.slot)) if edge else pen.known.gradient.get(ink.facts.index)
    kind = classes("backward", step_class(found))
    return Stroke(theme.gradient if flows else theme.pale, kind, said(ink, row), dashed=not flows)


def said(ink: Ink, row: Row) -> Words:
    """Returns what the wires of a row say."""
    return ink.wire_words(row.edge) if row.edge else ink.words(ink.facts.index)


def lowered(rows: Sequence[Row]) -> list[Row]:
    """Returns rows moved down as far as the pictures over the wires of each, and of those above it, need room."""
    down, moved = 0.0, []
    for i, row in enumerate(rows):
        down += row.above if i else 0.0
        moved.append(replace(row, y=row.y + down) if down else row)
    return moved
