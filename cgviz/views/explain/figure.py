"""The picture of one node: a stage is a gate with what comes and goes, an input is a fan-out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from cgviz.drawing.diagram import Diagram, checked, digest, words
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.lines import one_line
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import Line, Text, Words, classes, step_class, widest
from cgviz.drawing.diagram.words import LONGEST
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as theme_of
from cgviz.errors import shorten
from cgviz.text.numbers import DIGITS
from cgviz.views.explain.facts import Edge, Facts, ends
from cgviz.views.explain.ink import FORMULA, Ink
from cgviz.views.explain.rows import (
    CHIP,
    MOST,
    PITCH,
    SHORT,
    BoxLook,
    NodeSheet,
    PillRow,
    Stroke,
    column,
    left_out,
    look_of,
    lowered,
    pair,
    pill,
    pill_width,
    row_of,
    stacked,
)

DIRECTION = "LR"
CHANNEL, RADIUS, SIDE, BETWEEN, ROOM = 130.0, 27.0, 10.0, 22.0, 40.0
GLYPH, TITLE = 18.0, 26.0
LONGEST_SIGN, LONGEST_RULE = 18, 36
PAD, NEAR = 18.0, 5.0
TRUNK, JOINT, BEND = 110.0, 21.0, 84.0
AIR = 16.0
SIGN = 20.0


def figure(
    facts: Facts, *, theme: str | Theme = "light", digits: int = DIGITS, background: str = "transparent"
) -> Diagram:
    """Returns the picture of a node: a gate with what comes and goes, or the fan-out of an input.

    Raises UsageError for a theme or a background that there is not.
    """
    colours = theme_of(theme)
    ink = Ink(facts, Pen(facts.run, colours, digits))
    sheet = gate_drawn(ink) if facts.node.is_stage else fanout_drawn(ink)
    behind = colours.background if background == "filled" else checked(background)
    layout = Layout(facts.run, sheet.scene, sheet.plan, Axes(DIRECTION), colours, digits, behind)
    prefix = f"cg{digest(facts.run, f'explain {facts.index}', DIRECTION)}-"
    return Diagram(about(ink), layout, prefix)


def about(ink: Ink) -> Words:
    """Returns the title and the alternative text of the picture."""
    said = ink.words(ink.facts.index)
    backward = [step for edge in ink.edges if (step := edge.step)]
    told = "; ".join([said.description, *(step.caption(ink.pen.digits) for step in backward[:4])])
    return Words(f"The local step at {said.title}", shorten(told, 2 * LONGEST))


def gate_drawn(ink: Ink) -> NodeSheet:
    """Returns the sheet with the gate, its operands and its output."""
    sheet = NodeSheet()
    rows = operands_placed(ink)
    left = column([pill_width(row.line) for row in rows])
    channel = column([row.width + 2 * PAD for row in rows], CHANNEL)
    middle = (rows[0].y + rows[-1].y) / 2 if rows else 0.0
    chips = column([pill_width((ink.local(row.edge),)) for row in rows if row.edge and not row.edge.is_constant])
    caption = captions(ink)
    inner = max(glyph_width(sign(ink)), widest(caption))
    width = 2 * SIDE + chips + (BETWEEN if chips else 0) + inner
    body = left + channel
    body_of(ink, sheet, (body + width / 2, middle), (width, height_of(rows, caption)))
    for row in rows:
        operand(ink, sheet, row, left, body, chips)
    glyph(ink, sheet, (body + width - SIDE - inner / 2, middle), caption)
    result(ink, sheet, body + width, middle)
    return sheet


def operands_placed(ink: Ink) -> list[PillRow]:
    """Returns a row for every operand that is shown, and one for those that are left out."""
    edges = ink.facts.operands
    return placed(edges, lambda edge, y: row_of(ink, edge, edge.source, y), partial(more_operands, ink))


def placed(
    edges: Sequence[Edge], row: Callable[[Edge, float], PillRow], more: Callable[[Sequence[Edge]], Line]
) -> list[PillRow]:
    """Returns a row for every edge that is shown, one below the other, and one for those that are left out."""
    first, hidden, last = ends(edges, MOST)
    rows = [row(edge, i * PITCH) for i, edge in enumerate(first)]
    y = len(first) * PITCH
    if hidden:
        y += SHORT - PITCH
        rows.append(left_out(more(edges[len(first) : len(first) + hidden]), y))
        y += SHORT
    return lowered([*rows, *(row(edge, y + i * PITCH) for i, edge in enumerate(last))])


def more_operands(ink: Ink, hidden: Sequence[Edge]) -> Line:
    """Returns `… 22 more`, and where the gate is linear what they make together."""
    pen, run, slopes = ink.pen, ink.facts.run, ink.facts.node.op.slopes
    said = f"… {len(hidden)} more"
    if slopes is None or run.symbolic:
        return (Text(said, pen.theme.muted, FORMULA, kind="caption"),)
    found = ((slopes[edge.slot], run.values[edge.source]) for edge in hidden)
    together = sum(slope * value for slope, value in found if value is not None)
    return (
        Text(f"{said}, together ", pen.theme.muted, FORMULA, kind="caption"),
        Text(pen.number(together), pen.theme.value, FORMULA, True, kind="value"),
    )


def height_of(rows: list[PillRow], caption: list[Line]) -> float:
    """Returns the height of a body that holds the operands' wires, and the glyph with its caption."""
    between = rows[-1].y - rows[0].y if rows else 0.0
    below = RADIUS + 2 * NEAR + sum(line[0].height for line in caption)
    return max(between + 2 * ROOM, 2 * below)


def body_of(ink: Ink, sheet: NodeSheet, at: Point, size: Point) -> None:
    """Puts down the body of the gate with its title over it."""
    pen, index = ink.pen, ink.facts.index
    title = ink.node(index, formula=True)
    fill, line = pen.theme.stage_fill, pen.colour(index, pen.theme.stage_line)
    look = BoxLook(fill, line, "gate", 1.3, not pen.graph.reached[index])
    above = at[0], at[1] - size[1] / 2 - TITLE / 2
    sheet.box("gate", at, (), look, ink.words(index), size=size, caption=[title], caption_at=above)


def operand(ink: Ink, sheet: NodeSheet, row: PillRow, left: float, body: float, chips: float) -> None:
    """Puts down an operand, the wires between it and the gate, and its local derivative in the gate."""
    pill(ink, sheet, row, left - pill_width(row.line) / 2)
    edge = row.edge
    if edge is None:
        return
    theme = ink.pen.theme
    pair(ink, sheet, row, [(left, row.y), (body, row.y)], (left + body) / 2)
    if not edge.is_constant:
        at = body + SIDE + chips / 2, row.y
        look = BoxLook(theme.background, ink.pen.colour(edge.target, theme.pale), "local")
        local = (ink.local(edge),)
        sheet.box(f"l{edge.target}-{edge.slot}", at, local, look, Words(""), size=(chips, CHIP))


def captions(ink: Ink) -> list[Line]:
    """Returns what stands beneath the glyph: the op, what it does to a gradient, what is remarkable."""
    pen, index, op = ink.pen, ink.facts.index, ink.facts.node.op
    named = [] if op.name == op.glyph else [op.name.replace("_", " ")]
    lines: list[Line] = [(pen.muted(index, text),) for text in (*named, op.gate)]
    flag = pen.flags(index)
    if flag:
        lines.append((flag,))
    if pen.run.flags[index] and 0 < len(op.rule) <= LONGEST_RULE:
        lines.append((pen.muted(index, op.rule),))
    return lines


def sign(ink: Ink) -> Text:
    pen, op = ink.pen, ink.facts.node.op
    says = words.brief(one_line(op.glyph), LONGEST_SIGN)
    return Text(says, pen.colour(ink.facts.index, pen.theme.ink), GLYPH, kind="glyph")


def glyph_width(shown: Text) -> float:
    return max(2 * RADIUS, shown.width + 16)


def glyph(ink: Ink, sheet: NodeSheet, at: Point, caption: list[Line]) -> None:
    pen, index = ink.pen, ink.facts.index
    shown = sign(ink)
    wide = glyph_width(shown)
    look = BoxLook(pen.theme.background, pen.colour(index, pen.theme.soft), "glyph", 1.4)
    height = sum(line[0].height for line in caption)
    below = at[0], at[1] + RADIUS + NEAR + height / 2
    circle = wide <= 2 * RADIUS + 4
    size = (2 * RADIUS if circle else wide, 2 * RADIUS)
    sheet.box("glyph", at, (shown,), look, Words(""), size=size, circle=circle, caption=caption, caption_at=below)


def result(ink: Ink, sheet: NodeSheet, right: float, y: float) -> None:
    """Puts down the output of the gate, and the wires between the gate and it."""
    row = row_of(ink, None, ink.facts.index, y)
    channel = max(row.width + 2 * PAD, CHANNEL - 20)
    pair(ink, sheet, row, [(right + channel, y), (right, y)], right + channel / 2)
    pill(ink, sheet, row, right + channel + pill_width(row.line) / 2)


def fanout_drawn(ink: Ink) -> NodeSheet:
    """Returns the sheet with the input, the joint at which its gradient is summed, and the stages that use it."""
    sheet, index = NodeSheet(), ink.facts.index
    rows = uses_placed(ink)
    middle = (rows[0].y + rows[-1].y) / 2 if rows else 0.0
    start = PillRow(index, None, ink.node(index), ink.value(index), ink.total(), middle)
    left = pill_width(start.line)
    pill(ink, sheet, start, left / 2)
    if not rows:
        return alone(ink, sheet, start, left)
    fork = left
    if len(rows) > 1:
        trunk = max(TRUNK, start.width + 2 * (PAD + AIR))
        pair(ink, sheet, start, [(left, middle), (left + trunk, middle)], left + trunk / 2)
        fork = left + trunk + 2 * JOINT
        joint(ink, sheet, left + trunk + JOINT, middle)
    channel = column([row.width + 2 * PAD for row in rows if row.edge], CHANNEL)
    begins = fork + (AIR + BEND if len(rows) > 1 else 0.0)
    for row in rows:
        use(ink, sheet, row, fork, begins, begins + channel, middle)
    users(ink, sheet, rows, begins + channel)
    return sheet


def uses_placed(ink: Ink) -> list[PillRow]:
    """Returns a row for every use that is shown, and one for those that are left out."""
    return placed(ink.facts.uses, partial(use_of, ink), partial(more_uses, ink))


def use_of(ink: Ink, edge: Edge, y: float) -> PillRow:
    user = ink.node(edge.target, formula=True)
    return PillRow(edge.target, edge, user, ink.value(ink.facts.index), ink.product(edge), y)


def more_uses(ink: Ink, hidden: Sequence[Edge]) -> Line:
    """Returns `… 22 more, together 1.234`."""
    theme, values = ink.pen.theme, [edge.back.value for edge in hidden if edge.back.value is not None]
    said = f"… {len(hidden)} more"
    if not values:
        return (Text(said, theme.muted, FORMULA, kind="caption"),)
    return (
        Text(f"{said}, together ", theme.muted, FORMULA, kind="caption"),
        Text(ink.pen.number(sum(values)), theme.gradient, FORMULA, True, theme.slanted, "contribution"),
    )


def joint(ink: Ink, sheet: NodeSheet, x: float, y: float) -> None:
    """Puts down the sign at which the way forks: values are copied, gradients are added."""
    theme = ink.pen.theme
    sign = (Text("+", theme.ink, SIGN, kind="glyph"),)
    look = BoxLook(theme.stage_fill, theme.soft, "joint", 1.4)
    told = (("→ copies", theme.value), ("← adds", theme.gradient))
    lines: list[Line] = [(Text(text, colour, FORMULA, kind="caption"),) for text, colour in told]
    said = Words("fan-out", "the value is copied to every use; what comes back is added")
    below = x, y + JOINT + 5 + sum(line[0].height for line in lines) / 2
    sheet.box(
        "joint", (x, y), sign, look, said, size=(2 * JOINT, 2 * JOINT), circle=True, caption=lines, caption_at=below
    )


def use(ink: Ink, sheet: NodeSheet, row: PillRow, fork: float, begins: float, ends_at: float, middle: float) -> None:
    """Draws the wires of a use, from the fork to the stage."""
    if row.edge is None:
        return
    path = [(fork, middle), (fork + AIR, middle), (begins, row.y), (ends_at, row.y)]
    pair(ink, sheet, row, path if begins > fork else [path[0], path[-1]], (begins + ends_at) / 2)


def users(ink: Ink, sheet: NodeSheet, rows: list[PillRow], x: float) -> None:
    """Puts down the stages that use the input: the local derivative, then the stage, then the gradient that arrives."""
    theme, pen = ink.pen.theme, ink.pen
    chips = column([pill_width((ink.local(row.edge),)) for row in rows if row.edge])
    pills = column([pill_width(row.line) for row in rows if row.edge])
    arrivals = [text for row in rows if row.edge for text in ink.arriving(row.edge.target)]
    length = widest([(text,) for text in arrivals]) + 2 * PAD
    for row in rows:
        if row.edge is None:
            pill(ink, sheet, row, x + pill_width(row.line) / 2)
            continue
        chip = BoxLook(theme.background, pen.colour(row.edge.target, theme.pale), "local")
        sheet.box(f"l{row.key}", (x + chips / 2, row.y), (ink.local(row.edge),), chip, Words(""), size=(chips, CHIP))
        at = x + chips + pills / 2, row.y
        look = look_of(ink, row.edge.target)
        sheet.box(f"n{row.key}", at, row.line, look, ink.words(row.edge.target), size=(pills, CHIP + 6))
        upstream(ink, sheet, row.edge, (x + chips + pills, row.y), length)


def upstream(ink: Ink, sheet: NodeSheet, edge: Edge, at: Point, length: float) -> None:
    """Draws the gradient that arrives at a stage, whose right side is `at`."""
    if not ink.pen.run.taken[edge.target]:
        return
    (x, y), key = at, f"u{edge.target}-{edge.slot}"
    texts = stacked(ink.arriving(edge.target), x + length / 2, y)
    step = step_class(ink.pen.known.gradient.get(edge.target))
    stroke = Stroke(ink.pen.theme.gradient, classes("backward", step), ink.words(edge.target))
    sheet.wire(key, [(x + length, y), at], stroke, texts)


def alone(ink: Ink, sheet: NodeSheet, start: PillRow, left: float) -> NodeSheet:
    """Returns the sheet of an input that no stage uses."""
    x = left + PAD + start.width / 2
    path = [(left, start.y), (left + start.width + 2 * PAD, start.y)]
    pair(ink, sheet, start, path, x)
    return sheet
