"""The card style: a card per node with its formula, value and gradient; on every edge its local derivative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.arrays import beside_name, flowing, pictured
from cgviz.drawing.diagram.cells import Grid
from cgviz.drawing.diagram.html import RULE, cell, table
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import Box, Line, Scene, Wire, classes, step_class, widest

SIDE, HEAD, AIR, ROW, NOTE, FOOT = 10, 26, 3, 20, 15, 4
ROUND = 8  # above and below a picture
NARROWEST, BETWEEN = 60, 14
NAME, NUMBER, LOCAL = 14.0, 15.0, 12.0


def scene(pen: Pen) -> Scene:
    """Returns the cards of a run and the wires between them."""
    inputs = [head_and_rows(pen, index) for index in pen.graph.inputs]
    column = max((inner_width(*parts) for parts in inputs), default=0)
    boxes = tuple(card(pen, index, column if index in pen.graph.inputs else 0) for index in pen.drawn)
    return Scene(boxes, tuple(wire(pen, target, slot) for target, slot in pen.edges))


def wire(pen: Pen, target: int, slot: int) -> Wire:
    """Returns an edge with its local derivative on one side and, of an array, its shape on the other."""
    return pen.wire(target, slot, beside=pen.local(target, slot, LOCAL), across=flowing(pen, target, slot))


def card(pen: Pen, index: int, least: float = 0) -> Box:
    """Returns the card of a node, at least `least` wide."""
    parts = head_and_rows(pen, index)
    head, rows, note = parts
    inner = max(least, inner_width(*parts))
    kind, fill, outline = looks(pen, index)
    is_output = index == pen.graph.output
    outline, thick = pen.outline(index, outline, 1.7 if is_output else 1.1)
    left = round(widest(row[:1] for row in rows)) + 1
    pad = f'<TD WIDTH="{SIDE}"></TD>'
    air = cell((), inner + 2 * SIDE, AIR, span=4)
    cells = [pad + cell(head, inner, HEAD, span=2) + pad, RULE, air]
    for row in rows:
        name, value = row
        says = () if value.is_picture else (value,)
        cells.append(pad + cell((name,), left, row_height(row)) + cell(says, inner - left, row_height(row), "RIGHT"))
    if note:
        cells.append(pad + cell(note, inner, NOTE, span=2))
    cells.append(cell((), inner + 2 * SIDE, FOOT, span=4))
    return Box(
        key=f"n{index}",
        width=inner + 2 * SIDE,
        height=height_of(rows, note),
        label=table(cells, outline),
        lines=(head, *rows, *([note] if note else [])),
        fill=fill,
        line=outline,
        classes=classes(kind, "output" if is_output else "", pen.marked(index), step_class(pen.known.value.get(index))),
        words=words.of_box(pen.run, index, pen.digits, pen.mode),
        rank="source" if kind == "input" else "sink" if is_output else "",
        dashed=not pen.graph.reached[index],
        thick=thick,
        insets=tuple(insets(rows, inner, height_of(rows, note))),
    )


def height_of(rows: list[Line], note: Line) -> int:
    return HEAD + 1 + AIR + sum(map(row_height, rows)) + (NOTE if note else 0) + FOOT


def row_height(row: Line) -> int:
    """Returns the height of a row: of one text alone, of a caption and a number, of a caption and a picture."""
    if len(row) == 1:
        return NOTE
    return round(row[1].height) + ROUND if row[1].is_picture else ROW


def insets(rows: list[Line], inner: float, height: int) -> Iterator[tuple[Grid, tuple[float, float]]]:
    """Yields the pictures in a card's rows with their centres from the card's; the widest ends at the right."""
    most = max((text.width for row in rows for text in row if text.is_picture), default=0)
    top = HEAD + 1 + AIR - height / 2
    for row in rows:
        for text in row:
            if isinstance(text, Grid):
                yield text, (inner / 2 - most + text.width / 2, top + row_height(row) / 2)
        top += row_height(row)


def head_and_rows(pen: Pen, index: int) -> tuple[Line, list[Line], Line]:
    """Returns the texts of a card: name and formula; rows of a caption and a number; what is remarkable."""
    head: Line = (pen.name(index, NAME),)
    if pen.graph.nodes[index].is_stage:
        head = (pen.stage_number(index), *head, pen.formula(index, NAME))
    head = (*head, *beside_name(pen, index))
    rows: list[Line] = []
    if not pen.run.symbolic:
        rows.append((pen.muted(index, "value"), pen.value(index, NUMBER)))
    gradient = gradient_row(pen, index) if pen.mode.reverse else ()
    if pen.graph.reached[index] and any(text.text for text in gradient if text.kind == "gradient"):
        rows.append(gradient)
    if pen.mode.forward:
        rows.append(tangent_row(pen, index))
    flag = pen.flags(index)
    return head, rows, (flag,) if flag else ()


def gradient_row(pen: Pen, index: int) -> Line:
    gradient = pen.gradient(index, NAME if pen.run.symbolic else NUMBER)
    if pen.run.symbolic:
        return gradient, replace(gradient, text="", kind="")
    return pen.muted(index, words.partial(pen.run, index)), gradient


def tangent_row(pen: Pen, index: int) -> Line:
    tangent = pen.tangent(index, NAME if pen.run.symbolic else NUMBER)
    if pen.run.symbolic:
        return pen.muted(index, "tangent"), tangent
    picture = pictured(pen, index, pen.run.tangents(pen.mode.source)[index], tangent)
    return pen.muted(index, f"tangent {words.rate(pen.run, index, pen.mode.source)}"), picture


def inner_width(head: Line, rows: list[Line], note: Line) -> int:
    left, right = widest(row[:1] for row in rows), widest(row[1:] for row in rows)
    return round(max(widest([head, note]), left + right + (BETWEEN if right else 0), NARROWEST)) + 1


def looks(pen: Pen, index: int) -> tuple[str, str, str]:
    """Returns the class, the fill and the outline of a card."""
    theme, graph = pen.theme, pen.graph
    kind = "stage" if graph.nodes[index].is_stage else "input"
    if index == graph.output:
        return kind, theme.output_fill, pen.colour(index, theme.output_line)
    if kind == "input":
        return kind, theme.input_fill, pen.colour(index, theme.input_line)
    return kind, theme.stage_fill, pen.colour(index, theme.stage_line)
