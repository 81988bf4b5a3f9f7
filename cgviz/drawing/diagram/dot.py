"""Writes a diagram that is laid out as DOT with every position in it, so that Graphviz only has to draw."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import graphviz

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.cells import RIGHT as AT_RIGHT
from cgviz.drawing.diagram.cells import Grid
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.lines import one_line
from cgviz.drawing.diagram.scene import LINE_HEIGHT, Box, Text, TextPlace, Wire
from cgviz.drawing.diagram.svg_texts import BASELINE
from cgviz.drawing.fonts import FONT

if TYPE_CHECKING:
    from cgviz.drawing.diagram import Diagram, How

JOINT = 5
POINTS = 72.0
LONGEST = 8000  # characters between quotes; Graphviz reads at most 16384
NODE = {
    "shape": "box",
    "style": "rounded,filled",
    "fixedsize": "true",
    "label": "",
    "margin": "0",
    "fontname": FONT,
    "penwidth": "1.1",
}
EDGE = {"arrowsize": "0.7", "penwidth": "1.2", "fontname": FONT}
BARE = {"shape": "none", "style": ""}
RULE = 0.8


def write(made: Diagram, how: How) -> bytes:
    return made.dot.encode()


def inches(points: float) -> str:
    return f"{points / POINTS:.4f}"


def dot(layout: Layout, prefix: str) -> str:
    """Returns the DOT text; ids of its parts begin with `prefix`."""
    theme = layout.theme
    about = {"layout": "nop2", "outputorder": "edgesfirst", "pad": inches(layout.margin), "margin": "0"}
    about |= {"bgcolor": layout.behind, "id": f"{prefix}graph"}
    nodes = NODE | {"fillcolor": theme.stage_fill, "color": theme.stage_line}
    edges = EDGE | {"color": theme.edge}
    graph = graphviz.Digraph("backpropagation", graph_attr=about, node_attr=nodes, edge_attr=edges)

    def put(key: str, attributes: Mapping[str, str]) -> None:
        graph.node(key, **{name: value for name, value in attributes.items() if nodes.get(name) != value})

    for n, frame in enumerate(layout.frames):
        left, bottom, right, top = frame.room
        room = filled((left, bottom), (right, top), theme.pale)
        put(f"group{n}", room | {"fillcolor": "transparent", "style": "rounded,dashed", "penwidth": "1"})
        for key, attributes in said(f"group{n}", [layout.title(frame)]):
            put(key, attributes)
    for box in layout.scene.boxes:
        put(box.key, node(layout, box, prefix))
        for n, rule in enumerate(layout.rules(box)):
            put(f"{box.key}-rule{n}", line(*rule, box.line))
        places = [*layout.inside(box), *layout.captions(box), *layout.insets(box)]
        for key, attributes in said(box.key, places):
            put(key, attributes)
    for trunk in layout.scene.trunks:
        put(trunk.target, joint(layout, trunk, prefix))
    for wire in layout.wires:
        given = edge(layout, wire, prefix)
        graph.edge(wire.source, wire.target, **{k: v for k, v in given.items() if edges.get(k) != v})
        for key, attributes in said(wire.key, layout.beside(wire)):
            put(key, attributes)
    return re.sub(rf'(?<= pos=)"([^"]{{{LONGEST},}})"', in_pieces, str(graph.source))


def in_pieces(path: re.Match[str]) -> str:
    """Returns a very long quoted path as `"..." + "..."`, which Graphviz puts together."""
    return " + ".join(f'"{path[1][i : i + LONGEST]}"' for i in range(0, len(path[1]), LONGEST))


def node(layout: Layout, box: Box, prefix: str) -> dict[str, str]:
    attributes = {
        "id": prefix + box.key,
        "class": box.classes,
        "pos": spot(layout.centre(box.key)),
        "width": inches(box.width),
        "height": inches(box.height),
        "fillcolor": box.fill,
        "color": box.line,
        "penwidth": f"{box.thick:g}",
    }
    if box.circle:
        attributes |= {"shape": "circle", "style": "filled"}
    if box.dashed:
        attributes["style"] = "filled,dashed" if box.circle else "rounded,filled,dashed"
    return attributes


def said(owner: str, places: Iterator[TextPlace] | list[TextPlace]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yields the texts in some places, and the cells of the pictures among them, each as a node of its own."""
    count = 0
    for place in places:
        x = place.x - place.align * sum(text.width for text in place.line)
        for text in place.line:
            if isinstance(text, Grid):
                parts = picture(text, (place.x, place.y))
            else:
                parts = written_at(text, (x + text.width / 2, place.y))
            for attributes in parts:
                yield f"{owner}-t{count}", attributes
                count += 1
            x += text.width


def written_at(text: Text, middle: Point) -> Iterator[dict[str, str]]:
    """Yields the runs of a text, each in its place."""
    if not text.text.strip() or text.colour == "transparent":
        return
    x = middle[0] - text.width / 2
    for run in text.runs:
        size, width = text.size * run.share, run.width(text.size, text.bold, text.slanted)
        bold, slanted = text.bold or run.bold, text.slanted or run.slanted
        look = replace(text, text=run.text, size=size, bold=bold, slanted=slanted)
        y = middle[1] - run.shift * text.size - BASELINE * (text.size - size)
        room = {"width": inches(width), "height": inches(LINE_HEIGHT * size)}
        yield BARE | {"label": f"<{font(look)}>", "pos": spot((x + width / 2, y)), "class": text.classes} | room
        x += width


def picture(grid: Grid, middle: Point) -> Iterator[dict[str, str]]:
    """Yields the cells of a picture of an array: fills, sides, texts."""
    if not grid.is_seen:
        return
    left, top = middle[0] - grid.width / 2, middle[1] + grid.height / 2
    for cell, x, y in grid.table.placed():
        x0, y0, x1, y1 = left + x, top - y, left + x + cell.width, top - y - cell.height
        if cell.fill:
            yield filled((x0, y1), (x1, y0), cell.fill)
        ends = {
            "L": ((x0, y0), (x0, y1)),
            "T": ((x0, y0), (x1, y0)),
            "R": ((x1, y0), (x1, y1)),
            "B": ((x0, y1), (x1, y1)),
        }
        for side in cell.sides:
            yield line(*ends[side], cell.colour)
        if cell.text:
            at = x0 + cell.width * cell.align - (cell.tail if cell.align == AT_RIGHT else 0.0)
            yield from written_at(cell.text, (at + (0.5 - cell.align) * cell.text.width, (y0 + y1) / 2))


def line(a: Point, b: Point, colour: str) -> dict[str, str]:
    """Returns a line across or down, as a very thin box."""
    half = RULE / 2
    low, high = (min(a[0], b[0]) - half, min(a[1], b[1]) - half), (max(a[0], b[0]) + half, max(a[1], b[1]) + half)
    return filled(low, high, colour)


def filled(low: Point, high: Point, colour: str) -> dict[str, str]:
    size = {"width": inches(high[0] - low[0]), "height": inches(high[1] - low[1])}
    middle = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2
    return {"style": "filled", "fillcolor": colour, "color": colour, "penwidth": "0", "pos": spot(middle)} | size


def font(text: Text) -> str:
    inner = html.escape(one_line(text.text)).replace("\\", "\\\\")
    if text.bold:
        inner = f"<B>{inner}</B>"
    if text.slanted:
        inner = f"<I>{inner}</I>"
    return f'<FONT COLOR="{text.colour}" POINT-SIZE="{text.size:g}">{inner}</FONT>'


def joint(layout: Layout, trunk: Wire, prefix: str) -> dict[str, str]:
    """Returns the dot at which a fan-out begins; it is not seen where nothing forks."""
    return {
        "id": prefix + trunk.target,
        "class": trunk.classes,
        "shape": "circle",
        "style": "filled" if layout.forks(trunk) else "invis",
        "pos": spot(layout.centre(trunk.target)),
        "width": inches(JOINT),
        "height": inches(JOINT),
        "color": trunk.colour,
        "fillcolor": trunk.colour,
    }


def edge(layout: Layout, wire: Wire, prefix: str) -> dict[str, str]:
    path = " ".join(spot(layout.axes.point(point)) for point in layout.plan.path[wire.key])
    attributes = {
        "id": prefix + wire.key,
        "class": wire.classes,
        "color": wire.colour,
        "penwidth": f"{wire.thick:g}",
        "pos": path,
    }
    if wire.key in layout.plan.tip:
        attributes["pos"] = f"e,{spot(layout.axes.point(layout.plan.tip[wire.key]))} {path}"
    else:
        attributes["arrowhead"] = "none"
    if wire.dashed:
        attributes["style"] = "dashed"
    return attributes


def spot(point: Point) -> str:
    return ",".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in point)
