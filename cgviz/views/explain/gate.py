"""The picture of a stage: its gate with the operands on the left, the output on the right, gradients coming back."""

from __future__ import annotations

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.lines import one_line
from cgviz.drawing.diagram.scene import Line, Text, Words, widest
from cgviz.views.explain.facts import ends
from cgviz.views.explain.ink import FORMULA, Ink
from cgviz.views.explain.rows import MOST, PITCH, SHORT, Row, left_out, lowered, pair, pill, row_of
from cgviz.views.explain.sheet import CHIP, Look, Sheet, column, pill_width

CHANNEL, RADIUS, SIDE, BETWEEN, ROOM = 130.0, 27.0, 10.0, 22.0, 40.0
GLYPH, TITLE = 18.0, 26.0
LONGEST, LONGEST_RULE = 18, 36
PAD, AIR = 18.0, 5.0


def drawn(ink: Ink) -> Sheet:
    """Returns the sheet with the gate, its operands and its output."""
    sheet = Sheet()
    rows = placed(ink)
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


def placed(ink: Ink) -> list[Row]:
    """Returns a row for every operand that is shown, and one for those that are left out."""
    first, hidden, last = ends(ink.facts.operands, MOST)
    rows, y = [], 0.0
    for edge in first:
        rows.append(row_of(ink, edge, edge.source, y))
        y += PITCH
    if hidden:
        y += SHORT - PITCH
        rows.append(left_out(ink, more(ink, len(first), hidden), y))
        y += SHORT
    for edge in last:
        rows.append(row_of(ink, edge, edge.source, y))
        y += PITCH
    return lowered(rows)


def more(ink: Ink, first: int, hidden: int) -> Line:
    """Returns `… 22 more`, and where the gate is linear what they make together."""
    facts, pen = ink.facts, ink.pen
    theme, slopes, values = pen.theme, facts.node.op.slopes, facts.run.values
    head = Text(f"… {hidden} more", theme.muted, FORMULA, kind="caption")
    if slopes is None or facts.run.symbolic:
        return (head,)
    slots = range(first, first + hidden)
    found = ((slopes[slot], values[facts.node.args[slot]]) for slot in slots)
    together = sum(slope * value for slope, value in found if value is not None)
    return (
        Text(f"… {hidden} more, together ", theme.muted, FORMULA, kind="caption"),
        Text(pen.number(together), theme.value, FORMULA, True, kind="value"),
    )


def height_of(rows: list[Row], caption: list[Line]) -> float:
    """Returns the height of a body that holds the operands' wires, and the glyph with its caption."""
    between = rows[-1].y - rows[0].y if rows else 0.0
    below = RADIUS + 2 * AIR + sum(line[0].height for line in caption)
    return max(between + 2 * ROOM, 2 * below)


def body_of(ink: Ink, sheet: Sheet, at: Point, size: Point) -> None:
    """Puts down the body of the gate with its title over it."""
    pen, index = ink.pen, ink.facts.index
    title = ink.node(index, formula=True)
    fill, line = pen.theme.stage_fill, pen.colour(index, pen.theme.stage_line)
    look = Look(fill, line, "gate", 1.3, not pen.graph.reached[index])
    above = at[0], at[1] - size[1] / 2 - TITLE / 2
    sheet.box("gate", at, (), look, ink.words(index), size=size, caption=[title], caption_at=above)


def operand(ink: Ink, sheet: Sheet, row: Row, left: float, body: float, chips: float) -> None:
    """Puts down an operand, the wires between it and the gate, and its local derivative in the gate."""
    pill(ink, sheet, row, left - pill_width(row.line) / 2)
    edge = row.edge
    if edge is None:
        return
    theme = ink.pen.theme
    pair(ink, sheet, row, [(left, row.y), (body, row.y)], (left + body) / 2)
    if not edge.is_constant:
        at = body + SIDE + chips / 2, row.y
        look = Look(theme.background, ink.pen.colour(edge.target, theme.pale), "local")
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
    says = words.brief(one_line(op.glyph), LONGEST)
    return Text(says, pen.colour(ink.facts.index, pen.theme.ink), GLYPH, kind="glyph")


def glyph_width(shown: Text) -> float:
    return max(2 * RADIUS, shown.width + 16)


def glyph(ink: Ink, sheet: Sheet, at: Point, caption: list[Line]) -> None:
    pen, index = ink.pen, ink.facts.index
    shown = sign(ink)
    wide = glyph_width(shown)
    look = Look(pen.theme.background, pen.colour(index, pen.theme.soft), "glyph", 1.4)
    height = sum(line[0].height for line in caption)
    below = at[0], at[1] + RADIUS + AIR + height / 2
    circle = wide <= 2 * RADIUS + 4
    size = (2 * RADIUS if circle else wide, 2 * RADIUS)
    sheet.box("glyph", at, (shown,), look, Words(""), size=size, circle=circle, caption=caption, caption_at=below)


def result(ink: Ink, sheet: Sheet, right: float, y: float) -> None:
    """Puts down the output of the gate, and the wires between the gate and it."""
    row = row_of(ink, None, ink.facts.index, y)
    channel = max(row.width + 2 * PAD, CHANNEL - 20)
    pair(ink, sheet, row, [(right + channel, y), (right, y)], right + channel / 2)
    pill(ink, sheet, row, right + channel + pill_width(row.line) / 2)
