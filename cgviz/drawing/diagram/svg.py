"""Writes a diagram that is laid out as SVG: a group for every part, with its words, and a class for every number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain
from math import ceil, hypot
from typing import TYPE_CHECKING

from cgviz.drawing import engine
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.rows import GroupFrame
from cgviz.drawing.diagram.scene import LEFT, Box, TextPlace, Wire, Words
from cgviz.drawing.diagram.svg_texts import BASELINE, SETTING, flat, letters, written
from cgviz.errors import printable

if TYPE_CHECKING:
    from cgviz.drawing.diagram import Diagram, How

PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROUND, JOINT = 9.0, 2.5
HEAD_LENGTH, HEAD_HALF = 7.0, 2.45
DASHES = ' stroke-dasharray="5,2"'


def write(made: Diagram, how: How) -> bytes:
    """Returns the picture, its text as outlines, or with its font inside, or as it is."""
    written = svg(made.layout, made.words, made.prefix, how.scale, made.quiet)
    if how.outline_text:
        return engine.outline_text(written)
    if how.embed_font:
        from cgviz.drawing.engine.embed import with_letters

        return with_letters(written, letters(written.decode()))
    return written


def svg(layout: Layout, words: Words, prefix: str, scale: float = 1.0, quiet: bool = False) -> bytes:
    """Returns the picture; ids of its parts begin with `prefix`, `words` are those of the whole.

    quiet  the parts have no words of their own
    """
    left, bottom, right, top = layout.room
    width, height = ceil(right - left), ceil(top - bottom)
    label = escape(printable(f"{words.title}. {words.description}"))
    opening = (
        f'<svg role="img" aria-label="{label}" width="{width * scale:.6g}pt" height="{height * scale:.6g}pt" '
        f'viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">\n'
    )
    graph = f'<g id="{prefix}graph" class="graph" transform="translate({flat(-left)} {flat(top)})" {SETTING}>\n'
    parts = [opening, described(words), graph]
    if layout.behind != "transparent":
        corners = [(left, bottom), (left, top), (right, top), (right, bottom)]
        parts.append(f'<polygon fill="{layout.behind}" stroke="none" points="{points(corners)}"/>\n')
    parts += [framed(layout, frame, f"{prefix}group{n}", prefix) for n, frame in enumerate(layout.frames)]
    for wire in layout.wires:
        said = Words("") if quiet else wire.words
        parts.append(group(prefix + wire.key, f"edge {wire.classes}", said, edge(layout, wire, prefix, quiet)))
    parts += [joint(layout, trunk, prefix) for trunk in layout.scene.trunks if layout.forks(trunk)]
    for box in layout.scene.boxes:
        said = Words("") if quiet else box.words
        parts.append(group(prefix + box.key, classes_of(box), said, node(layout, box, prefix, quiet)))
    return "".join([PROLOGUE, *parts, "</g>\n</svg>\n"]).encode()


def classes_of(box: Box) -> str:
    """Returns the classes of a box; a legend and footnotes are no nodes."""
    return box.classes if box.rank == "aside" else f"node {box.classes}"


def group(name: str, classes: str, words: Words, elements: Iterable[str]) -> str:
    return f'<g id="{name}" class="{classes}">\n{described(words)}{"".join(elements)}</g>\n'


def framed(layout: Layout, frame: GroupFrame, name: str, prefix: str) -> str:
    """Returns the frame of a group with its title; it tells the ids of its members."""
    left, bottom, right, top = frame.room
    members = " ".join(prefix + key for key in frame.members)
    outline = rounded(left, -top, right - left, top - bottom)
    shape = f'<path fill="none" stroke="{layout.theme.pale}" stroke-width="1" stroke-dasharray="4,3" d="{outline}"/>\n'
    title = "".join(texts(layout.title(frame)))
    said = described(Words(frame.title, f"a group of {len(frame.members)} nodes"))
    return f'<g id="{name}" class="group" data-members="{members}">\n{said}{shape}{title}</g>\n'


def described(words: Words) -> str:
    """Returns the title and the description as elements."""
    title, told = words.title, words.description
    return (f"<title>{escape(printable(title), quote=False)}</title>\n" if title else "") + (
        f"<desc>{escape(printable(told), quote=False)}</desc>\n" if told else ""
    )


def picture(place: TextPlace, owner: str, quiet: bool) -> Iterator[str]:
    """Yields the pictures of arrays in a place as groups of their own."""
    if not any(text.is_picture for text in place.line):
        return
    from cgviz.drawing.diagram.cells import Grid
    from cgviz.drawing.diagram.svg_cells import elements

    for grid in place.line:
        if isinstance(grid, Grid):
            drawn = elements(grid, place.x - grid.width / 2, -place.y - grid.height / 2)
            yield group(f"{owner}-{grid.kind}", grid.classes, Words("") if quiet else grid.words, drawn)


def edge(layout: Layout, wire: Wire, prefix: str, quiet: bool) -> Iterator[str]:
    """Yields the path of a wire, its arrow and the texts beside it."""
    path = layout.axes.downwards(layout.plan.path[wire.key])
    look = f'stroke="{wire.colour}" stroke-width="{wire.thick:g}"'
    yield f'<path fill="none" {look}{DASHES if wire.dashed else ""} d="{curve(path)}"/>\n'
    tip = layout.plan.tip.get(wire.key)
    if tip:
        head = arrow(layout.axes.point(layout.plan.path[wire.key][-1]), layout.axes.point(tip))
        yield f'<polygon fill="{wire.colour}" {look} points="{points(head)}"/>\n'
    for place in layout.beside(wire):
        yield from picture(place, f"{prefix}{wire.key}", quiet)
        yield from texts(place)


def curve(path: Sequence[Point]) -> str:
    """Returns a path of Bézier curves, y downwards; a curve that is a straight line is written as one."""
    form, before, spots = "M%.2f,%.2f", "", [path[0]]
    for at in range(0, len(path) - 1, 3):
        straight = is_straight(path[at : at + 4])
        kind, first = ("L", at + 3) if straight else ("C", at + 1)
        form += (" " if kind == before else kind) + ("%.2f,%.2f" if straight else "%.2f,%.2f %.2f,%.2f %.2f,%.2f")
        spots += path[first : at + 4]
        before = kind
    return form % tuple(chain.from_iterable(spots))


def is_straight(points: Sequence[Point]) -> bool:
    """Tells whether a curve runs along one line, across or along the page, and never back."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    if ax == bx == cx == dx:
        return ay <= by <= cy <= dy or ay >= by >= cy >= dy
    return ay == by == cy == dy and (ax <= bx <= cx <= dx or ax >= bx >= cx >= dx)


def arrow(before: Point, tip: Point) -> list[Point]:
    """Returns the corners of the head of an arrow."""
    along = tip[0] - before[0], tip[1] - before[1]
    length = hypot(*along) or 1.0
    x, y = along[0] / length, along[1] / length
    base = tip[0] - HEAD_LENGTH * x, tip[1] - HEAD_LENGTH * y
    sides = [(base[0] - side * y, base[1] + side * x) for side in (HEAD_HALF, -HEAD_HALF)]
    return [sides[0], tip, sides[1]]


def joint(layout: Layout, trunk: Wire, prefix: str) -> str:
    """Returns the dot at which a fan-out begins."""
    x, y = layout.centre(trunk.target)
    place = f'cx="{flat(x)}" cy="{flat(-y)}" rx="{JOINT}" ry="{JOINT}"'
    dot = f'<ellipse fill="{trunk.colour}" stroke="{trunk.colour}" {place}/>\n'
    return group(prefix + trunk.target, f"node {trunk.classes}", Words(""), [dot])


def node(layout: Layout, box: Box, prefix: str, quiet: bool) -> Iterator[str]:
    """Yields the outline of a box, the rule beneath the head of a card, and the texts."""
    x, y = layout.centre(box.key)
    fill, stroke = ("none" if colour == "transparent" else colour for colour in (box.fill, box.line))
    look = f'fill="{fill}" stroke="{stroke}" stroke-width="{box.thick:g}"{DASHES if box.dashed else ""}'
    if box.circle:
        radii = f'rx="{box.width / 2:g}" ry="{box.height / 2:g}"'
        yield f'<ellipse {look} cx="{flat(x)}" cy="{flat(-y)}" {radii}/>\n'
    else:
        yield f'<path {look} d="{rounded(x - box.width / 2, -y - box.height / 2, box.width, box.height)}"/>\n'
    for rule in layout.rules(box) if box.rules else ():
        yield f'<polyline fill="none" stroke="{box.line}" points="{points(rule)}"/>\n'
    for place in box.inside:
        yield from texts(place, x, y)
    for place in layout.captions(box):
        yield from texts(place)
    for place in layout.insets(box):
        yield from picture(place, f"{prefix}{box.key}", quiet)


def rounded(x: float, y: float, width: float, height: float) -> str:
    """Returns the outline of a rectangle with round corners, from its upper left corner (y downwards)."""
    r = min(ROUND, height / 3)
    across, down, turn = (f"{round(length, 2):g}" for length in (width - 2 * r, height - 2 * r, r))
    return (
        f"M{x + r:.2f},{y:.2f}h{across}q{turn},0 {turn},{turn}v{down}q0,{turn} -{turn},{turn}h-{across}"
        f"q-{turn},0 -{turn},-{turn}v-{down}q0,-{turn} {turn},-{turn}z"
    )


def texts(place: TextPlace, right: float = 0.0, up: float = 0.0) -> Iterator[str]:
    """Yields the texts of a line on one baseline, each an element of its own: a single one hangs by its end.

    right, up  how far the place is moved
    """
    said = [text for text in place.line if text.text.strip() and not text.is_picture and text.colour != "transparent"]
    if not said:
        return
    x, down = place.x + right, -(place.y + up) + BASELINE * max([text.size for text in said])
    if len(said) == 1 and len(place.line) == 1:
        yield written(said[0], x, down, place.align)
        return
    x -= place.align * sum([text.width for text in place.line]) if place.align else 0.0
    for text in place.line:
        if text.text.strip() and text.colour != "transparent":
            yield written(text, x, down, LEFT)
        x += text.width


def points(corners: Iterable[Point]) -> str:
    return " ".join(map(spot, corners))


def spot(point: Point) -> str:
    """Returns a point as SVG has it, y downwards."""
    return f"{point[0]:.2f},{-point[1]:.2f}"
