r"""The diagram as a `tikzpicture` for a document that loads tikz and amsmath; LaTeX sets its mathematics."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.cells import Grid
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.scene import LEFT, RIGHT, Box, TextPlace, Wire
from cgviz.drawing.diagram.tikz_cells import BASE, SIZE, picture, spot
from cgviz.drawing.diagram.typeset import typeset
from cgviz.drawing.theme import Theme

if TYPE_CHECKING:
    from cgviz.drawing.diagram import Diagram, How

HEAD = r"""% made by cgviz, for a document with \usepackage{tikz,amsmath}
% as wide as the text: \resizebox{\linewidth}{!}{\input{this-file}}"""
MACROS = r"""\providecommand\cgtext[3]{\scalebox{#1}{\textcolor{cg#2}{#3}}}% size, colour, text
\providecommand\cgfit[2]{{\sbox0{#2}\ifdim\wd0>#1 \resizebox{#1}{!}{\usebox0}\else\usebox0\fi}}% no wider than"""
OPENING = r"""\begin{tikzpicture}[x=1bp, y=1bp,
  every node/.style={inner sep=0bp, outer sep=0bp, font=\normalfont\fontsize{10}{12}\selectfont},
  cg box/.style={draw, rounded corners=5bp},
  cg gate/.style={draw, circle},
  cg wire/.style={-latex},
  cg back/.style={latex-}]"""
CLOSING = r"\end{tikzpicture}"
LENGTH = re.compile(r"(line width|rounded corners)=([\d.]+)bp")  # what no transformation scales
CLEAR = "transparent"
Veil = Callable[[int, str], str]


def write(made: Diagram, how: How) -> bytes:
    return tikz(made.layout, how.scale).encode()


def tikz(layout: Layout, scale: float = 1.0) -> str:
    """Returns the picture as LaTeX, ready to be read into a document."""
    lines = [OPENING, *body(layout)]
    if scale != 1:
        lines = [LENGTH.sub(lambda match: f"{match[1]}={float(match[2]) * scale:.4g}bp", line) for line in lines]
        lines[0] = lines[0].replace("x=1bp", f"scale={scale:g}, transform shape, x=1bp")
    return "\n".join([HEAD, MACROS, lines[0], *colours(layout.theme), *lines[1:], CLOSING, ""])


def shown(step: int, drawing: str) -> str:
    """Hides nothing."""
    return drawing


def body(layout: Layout, veil: Veil = shown) -> Iterator[str]:
    """Yields the drawing line by line; `veil` hides a text until its step."""
    left, bottom, right, top = layout.room
    corners = f"{spot((left, bottom))} rectangle {spot((right, top))};"
    yield from background(layout.behind, corners)
    yield rf"\useasboundingbox {corners}"
    names = named(layout.theme)
    for frame in layout.frames:
        left, bottom, right, top = frame.room
        look = f"{hue(names, layout.theme.pale)}, dashed, rounded corners=5bp"
        yield rf"\draw[{look}] {spot((left, bottom))} rectangle {spot((right, top))};"
        yield written(layout, "group", layout.title(frame), veil)
    for box in layout.scene.boxes:
        yield from drawn(layout, box, names)
        places = [*layout.inside(box), *layout.captions(box)]
        yield from (written(layout, box.key, place, veil) for place in places)
    yield from (rf"\coordinate ({t.target}) at {spot(layout.centre(t.target))};" for t in layout.scene.trunks)
    for wire in layout.wires:
        yield veil(wire.step or 0, curve(layout.path(wire.key), wire_look(wire, names), ends(layout, wire)))
        yield from (written(layout, wire.key, place, veil) for place in layout.beside(wire) if not pictured(place))
        yield from joint(layout, wire, names)
    for place, grid in pictures(layout):
        yield veil(grid.step or 0, "\n".join(picture(grid, (place.x, place.y), names)))


def background(behind: str, corners: str) -> Iterator[str]:
    if behind.startswith("#"):
        yield rf"\definecolor{{cgbehind}}{colour(behind)}"
        yield rf"\fill[cgbehind] {corners}"
    elif behind != "transparent":
        yield rf"\fill[{behind}] {corners}"


def colours(theme: Theme) -> Iterator[str]:
    """Yields the definitions of the theme's colours, under their names."""
    for name, value in palette(theme):
        yield rf"\definecolor{{cg{name}}}{colour(value)}"


def colour(value: str) -> str:
    return f"{{HTML}}{{{value[1:7].upper()}}}"


def palette(theme: Theme) -> Iterator[tuple[str, str]]:
    for field in fields(theme):
        value = getattr(theme, field.name)
        if isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value):
            yield field.name.replace("_", ""), value


def named(theme: Theme) -> dict[str, str]:
    """Returns the name of each colour."""
    return {value: name for name, value in reversed(list(palette(theme)))}


def hue(names: dict[str, str], colour: str) -> str:
    """Returns the name of a colour of the theme, any other one by its parts."""
    if colour in names:
        return f"cg{names[colour]}"
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


def ends(layout: Layout, wire: Wire) -> tuple[tuple[str, Point], tuple[str, Point]]:
    """Returns the nodes from which and to which a wire runs, each with its centre."""
    trunk = layout.scene.trunk.get(wire.source)
    source = f"{wire.source}.center"
    if trunk is not None and trunk is not wire:
        source = trunk.target
    target = wire.target if wire is trunk else f"{wire.target}.center"
    start = layout.centre(source.removesuffix(".center"))
    return (source, start), (target, layout.centre(wire.target))


def wire_look(wire: Wire, names: dict[str, str]) -> str:
    arrow = "" if "trunk" in wire.classes.split() else "cg wire, "
    return f"{arrow}{hue(names, wire.colour)}, line width={wire.thick:g}bp{', dashed' if wire.dashed else ''}"


Anchor = tuple[str, Point]


def curve(path: Sequence[Point], look: str, between: tuple[Anchor, Anchor] | None = None) -> str:
    """Returns the drawing of a path of Bézier curves; where it runs `between` nodes, it moves with them."""
    first, *points = path
    parts = [anchored(first, between[0]) if between else spot(first)]
    for at, (a, b, end) in enumerate(zip(points[::3], points[1::3], points[2::3], strict=True), 1):
        stop = anchored(end, between[1]) if between and 3 * at == len(points) else spot(end)
        bend = f".. controls +{offset(first, a)} and +{offset(end, b)} .. {stop}"
        parts.append(f"-- {stop}" if in_line(first, a, b, end) else bend)
        first = end
    return rf"\draw[{look}] {' '.join(parts)};"


def anchored(point: Point, anchor: Anchor) -> str:
    """Returns a point by its place from the centre of a node: `([shift={(12,0)}]n3.center)`."""
    name, centre = anchor
    away = offset(centre, point)
    return f"({name})" if away == "(0.00,0.00)" else f"([shift={{{away}}}]{name})"


def offset(centre: Point, point: Point) -> str:
    return spot((point[0] - centre[0], point[1] - centre[1]))


def in_line(*points: Point) -> bool:
    """Tells whether points are on one line across or down."""
    return any(max(p[i] for p in points) - min(p[i] for p in points) < 0.01 for i in (0, 1))


def joint(layout: Layout, wire: Wire, names: dict[str, str]) -> Iterator[str]:
    """Yields the dot at which a fan-out begins."""
    if layout.scene.trunk.get(wire.source) is wire and layout.forks(wire):
        yield rf"\fill[{hue(names, wire.colour)}] {spot(layout.centre(wire.target))} circle [radius=2.5bp];"


def drawn(layout: Layout, box: Box, names: dict[str, str]) -> Iterator[str]:
    """Yields the outline of a box, as a node that goes by its key."""
    shape = "cg gate" if box.circle else "cg box"
    size = f"minimum width={box.width:.2f}bp, minimum height={box.height:.2f}bp"
    line = "none" if box.line == CLEAR else hue(names, box.line)
    look = f"draw={line}, line width={box.thick:g}bp{', dashed' if box.dashed else ''}"
    fill = f"fill={'none' if box.fill == CLEAR else hue(names, box.fill)}"
    yield rf"\node[{shape}, {size}, {fill}, {look}] ({box.key}) at {spot(layout.centre(box.key))} {{}};"
    for rule in layout.rules(box):
        yield rf"\draw[{hue(names, box.line)}, line width=0.6bp] {spot(rule[0])} -- {spot(rule[1])};"


def written(layout: Layout, key: str, place: TextPlace, veil: Veil) -> str:
    """Returns a line of texts, hidden until all of it is known."""
    names = named(layout.theme)
    pieces = [
        rf"\cgtext{{{text.size / SIZE:g}}}{{{names[text.colour]}}}{{{typeset(layout, key, text)}}}"
        for text in place.line
        if text.text.strip()
    ]
    anchor = {LEFT: "base west", RIGHT: "base east"}.get(place.align, "base")
    base = place.y - BASE * max(text.size for text in place.line)
    inner = rf"\cgfit{{{place.width + 1:.2f}bp}}{{{'~'.join(pieces)}}}"
    step = max(text.step or 0 for text in place.line)
    return veil(step, rf"\node[anchor={anchor}] at {spot((place.x, base))} {{{inner}}};")


def pictured(place: TextPlace) -> bool:
    return place.line[0].is_picture


def pictures(layout: Layout) -> Iterator[tuple[TextPlace, Grid]]:
    """Yields the places of all pictures of arrays, beside wires and in boxes."""
    places = [place for wire in layout.wires for place in layout.beside(wire)]
    places += [place for box in layout.scene.boxes for place in layout.insets(box)]
    for place in places:
        if isinstance(place.line[0], Grid):
            yield place, place.line[0]
