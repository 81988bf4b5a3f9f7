"""The picture of an input: its fan-out on the right, and the contributions that come back and add up."""

from __future__ import annotations

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.scene import Line, Text, Words, classes, step_class, widest
from cgviz.views.explain.facts import Edge, ends
from cgviz.views.explain.ink import FORMULA, Ink
from cgviz.views.explain.rows import MOST, PITCH, SHORT, Row, left_out, look_of, lowered, pair, pill
from cgviz.views.explain.sheet import CHIP, Look, Sheet, Stroke, column, pill_width, stacked

TRUNK, RADIUS, BEND, CHANNEL, PAD = 110.0, 21.0, 84.0, 130.0, 18.0
AIR = 16.0
GLYPH = 20.0


def drawn(ink: Ink) -> Sheet:
    """Returns the sheet with the input, the joint at which its gradient is summed, and the stages that use it."""
    sheet, index = Sheet(), ink.facts.index
    rows = placed(ink)
    middle = (rows[0].y + rows[-1].y) / 2 if rows else 0.0
    start = Row(index, None, ink.node(index), ink.value(index), ink.total(), middle)
    left = pill_width(start.line)
    pill(ink, sheet, start, left / 2)
    if not rows:
        return alone(ink, sheet, start, left)
    fork = left
    if len(rows) > 1:
        trunk = max(TRUNK, start.width + 2 * (PAD + AIR))
        pair(ink, sheet, start, [(left, middle), (left + trunk, middle)], left + trunk / 2)
        fork = left + trunk + 2 * RADIUS
        joint(ink, sheet, left + trunk + RADIUS, middle)
    channel = column([row.width + 2 * PAD for row in rows if row.edge], CHANNEL)
    begins = fork + (AIR + BEND if len(rows) > 1 else 0.0)
    for row in rows:
        use(ink, sheet, row, fork, begins, begins + channel, middle)
    users(ink, sheet, rows, begins + channel)
    return sheet


def placed(ink: Ink) -> list[Row]:
    """Returns a row for every use that is shown, and one for those that are left out."""
    first, hidden, last = ends(ink.facts.uses, MOST)
    rows, y = [], 0.0
    for edge in first:
        rows.append(use_of(ink, edge, y))
        y += PITCH
    if hidden:
        y += SHORT - PITCH
        rows.append(left_out(ink, more(ink, ink.facts.uses[len(first) : len(first) + hidden]), y))
        y += SHORT
    for edge in last:
        rows.append(use_of(ink, edge, y))
        y += PITCH
    return lowered(rows)


def use_of(ink: Ink, edge: Edge, y: float) -> Row:
    user = ink.node(edge.target, formula=True)
    return Row(edge.target, edge, user, ink.value(ink.facts.index), ink.product(edge), y)


def more(ink: Ink, hidden: list[Edge]) -> Line:
    """Returns `… 22 more, together 1.234`."""
    theme, values = ink.pen.theme, [edge.back.value for edge in hidden if edge.back.value is not None]
    said = f"… {len(hidden)} more"
    if not values:
        return (Text(said, theme.muted, FORMULA, kind="caption"),)
    return (
        Text(f"{said}, together ", theme.muted, FORMULA, kind="caption"),
        Text(ink.pen.number(sum(values)), theme.gradient, FORMULA, True, theme.slanted, "contribution"),
    )


def joint(ink: Ink, sheet: Sheet, x: float, y: float) -> None:
    """Puts down the sign at which the way forks: values are copied, gradients are added."""
    theme = ink.pen.theme
    sign = (Text("+", theme.ink, GLYPH, kind="glyph"),)
    look = Look(theme.stage_fill, theme.soft, "joint", 1.4)
    told = (("→ copies", theme.value), ("← adds", theme.gradient))
    lines: list[Line] = [(Text(text, colour, FORMULA, kind="caption"),) for text, colour in told]
    said = Words("fan-out", "the value is copied to every use; what comes back is added")
    below = x, y + RADIUS + 5 + sum(line[0].height for line in lines) / 2
    sheet.box(
        "joint", (x, y), sign, look, said, size=(2 * RADIUS, 2 * RADIUS), circle=True, caption=lines, caption_at=below
    )


def use(ink: Ink, sheet: Sheet, row: Row, fork: float, begins: float, ends_at: float, middle: float) -> None:
    """Draws the wires of a use, from the fork to the stage."""
    if row.edge is None:
        return
    path = [(fork, middle), (fork + AIR, middle), (begins, row.y), (ends_at, row.y)]
    pair(ink, sheet, row, path if begins > fork else [path[0], path[-1]], (begins + ends_at) / 2)


def users(ink: Ink, sheet: Sheet, rows: list[Row], x: float) -> None:
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
        chip = Look(theme.background, pen.colour(row.edge.target, theme.pale), "local")
        sheet.box(f"l{row.key}", (x + chips / 2, row.y), (ink.local(row.edge),), chip, Words(""), size=(chips, CHIP))
        at = x + chips + pills / 2, row.y
        look = look_of(ink, row.edge.target)
        sheet.box(f"n{row.key}", at, row.line, look, ink.words(row.edge.target), size=(pills, CHIP + 6))
        upstream(ink, sheet, row.edge, (x + chips + pills, row.y), length)


def upstream(ink: Ink, sheet: Sheet, edge: Edge, at: Point, length: float) -> None:
    """Draws the gradient that arrives at a stage, whose right side is `at`."""
    if not ink.pen.run.taken[edge.target]:
        return
    (x, y), key = at, f"u{edge.target}-{edge.slot}"
    texts = stacked(ink.arriving(edge.target), x + length / 2, y)
    step = step_class(ink.pen.known.gradient.get(edge.target))
    stroke = Stroke(ink.pen.theme.gradient, classes("backward", step), ink.words(edge.target))
    sheet.wire(key, [(x + length, y), at], stroke, texts)


def alone(ink: Ink, sheet: Sheet, start: Row, left: float) -> Sheet:
    """Returns the sheet of an input that no stage uses."""
    x = left + PAD + start.width / 2
    path = [(left, start.y), (left + start.width + 2 * PAD, start.y)]
    pair(ink, sheet, start, path, x)
    return sheet
