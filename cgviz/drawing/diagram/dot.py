"""Writes a planned scene as DOT with every position in it, so that Graphviz only has to draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import graphviz

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.cells import Grid
from cgviz.drawing.diagram.html import label, picture
from cgviz.drawing.diagram.order import inches
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.scene import Box, Scene, Wire
from cgviz.drawing.fonts import FONT
from cgviz.drawing.theme import Theme

MARGIN, JOINT = 10, 5
LONGEST = 8000  # characters between quotes; Graphviz reads at most 16384
GRAPH = {"layout": "nop2", "outputorder": "edgesfirst", "pad": inches(MARGIN), "margin": "0"}
NODE = {
    "shape": "box",
    "style": "rounded,filled",
    "fixedsize": "true",
    "margin": "0",
    "fontname": FONT,
    "penwidth": "1.1",
}
EDGE = {"arrowsize": "0.7", "penwidth": "1.2", "fontname": FONT}


def written(scene: Scene, plan: Plan, axes: Axes, theme: Theme, background: str, prefix: str) -> str:
    """Returns the DOT text; ids of its parts begin with `prefix`."""
    about = GRAPH | {"bgcolor": background, "id": f"{prefix}graph"}
    nodes = NODE | {"fillcolor": theme.stage_fill, "color": theme.stage_line}
    edges = EDGE | {"color": theme.edge}
    graph = graphviz.Digraph("backpropagation", graph_attr=about, node_attr=nodes, edge_attr=edges)
    for box in scene.boxes:
        graph.node(box.key, **but(nodes, node(box, plan, axes, prefix)))
    for trunk in scene.trunks:
        graph.node(trunk.target, **but(nodes, joint(trunk, len(scene.out[trunk.source]) > 1, plan, axes, prefix)))
    for wire in (*scene.trunks, *scene.wires):
        graph.edge(wire.source, wire.target, **but(edges, edge(wire, plan, axes, prefix)))
    for owner, grid, point in pictures(scene, plan, axes):
        graph.node(f"{owner}-{grid.kind}", **picture_of(grid, owner, point, prefix))
    return re.sub(rf'(?<= pos=)"([^"]{{{LONGEST},}})"', in_pieces, str(graph.source))


def in_pieces(path: re.Match[str]) -> str:
    """Returns a very long quoted path as `"..." + "..."`, which Graphviz puts together."""
    return " + ".join(f'"{path[1][i : i + LONGEST]}"' for i in range(0, len(path[1]), LONGEST))


def but(defaults: Mapping[str, str], attributes: Mapping[str, str]) -> dict[str, str]:
    """Returns the attributes that differ from the defaults."""
    return {name: value for name, value in attributes.items() if defaults.get(name) != value}


def node(box: Box, plan: Plan, axes: Axes, prefix: str) -> dict[str, str]:
    attributes = {
        "label": box.label,
        "id": prefix + box.key,
        "class": box.classes,
        "pos": spot(axes.point(plan.centre[box.key])),
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
    if box.caption:
        attributes |= {"xlabel": label(box.caption), "xlp": spot(axes.point(plan.caption[box.key]))}
    return attributes


def pictures(scene: Scene, plan: Plan, axes: Axes) -> Iterator[tuple[str, Grid, Point]]:
    """Yields the pictures of arrays that are seen, each with the key of the part that it belongs to and its centre."""
    for box in scene.boxes:
        x, y = axes.point(plan.centre[box.key])
        yield from ((box.key, grid, (x + right, y - down)) for grid, (right, down) in box.insets if grid.is_seen)
    for wire in (*scene.trunks, *scene.wires):
        for text, point in plan.texts[wire.key]:
            if isinstance(text, Grid) and text.is_seen:
                yield wire.key, text, axes.point(point)


def picture_of(grid: Grid, owner: str, point: Point, prefix: str) -> dict[str, str]:
    return {
        "label": picture(grid.table),
        "id": f"{prefix}{owner}-{grid.kind}",
        "class": grid.classes,
        "shape": "none",
        "style": "",
        "pos": spot(point),
        "width": inches(grid.width),
        "height": inches(grid.height),
    }


def joint(trunk: Wire, forks: bool, plan: Plan, axes: Axes, prefix: str) -> dict[str, str]:
    """Returns the dot at which a fan-out begins; it is not seen where nothing forks."""
    return {
        "label": "",
        "id": prefix + trunk.target,
        "class": trunk.classes,
        "shape": "circle",
        "style": "filled" if forks else "invis",
        "pos": spot(axes.point(plan.centre[trunk.target])),
        "width": inches(JOINT),
        "height": inches(JOINT),
        "color": trunk.colour,
        "fillcolor": trunk.colour,
    }


def edge(wire: Wire, plan: Plan, axes: Axes, prefix: str) -> dict[str, str]:
    path = " ".join(spot(axes.point(point)) for point in plan.path[wire.key])
    attributes = {
        "id": prefix + wire.key,
        "class": wire.classes,
        "color": wire.colour,
        "penwidth": f"{wire.thick:g}",
        "pos": path,
    }
    if wire.key in plan.tip:
        attributes["pos"] = f"e,{spot(axes.point(plan.tip[wire.key]))} {path}"
    else:
        attributes["arrowhead"] = "none"
    if wire.dashed:
        attributes["style"] = "dashed"
    texts = [(text, point) for text, point in plan.texts[wire.key] if not text.is_picture]
    for (name, place), (text, point) in zip((("label", "lp"), ("xlabel", "xlp")), texts, strict=False):
        attributes |= {name: label([(text,)]), place: spot(axes.point(point))}
    return attributes


def spot(point: Point) -> str:
    return ",".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in point)
