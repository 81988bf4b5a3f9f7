"""Writes a planned scene as DOT with every position in it, so that Graphviz only has to draw."""

from __future__ import annotations

import html as entities

import graphviz

from cgviz.fonts import FONT
from cgviz.views.diagram.axes import Axes, Point
from cgviz.views.diagram.html import label, one_line
from cgviz.views.diagram.order import inches
from cgviz.views.diagram.plan import Plan
from cgviz.views.diagram.scene import Box, Scene, Wire, Words

MARGIN, JOINT = 10, 5
GRAPH = {"layout": "nop2", "outputorder": "edgesfirst", "pad": inches(MARGIN), "margin": "0"}
NODE = {"shape": "box", "style": "rounded,filled", "fixedsize": "true", "margin": "0", "fontname": FONT}
EDGE = {"arrowsize": "0.7", "penwidth": "1.2", "fontname": FONT}


def written(scene: Scene, plan: Plan, axes: Axes, background: str, prefix: str, words: Words) -> str:
    """Returns the DOT text; ids of its parts begin with `prefix`."""
    about = {"bgcolor": background, "id": f"{prefix}graph", "tooltip": tip(words)}
    graph = graphviz.Digraph("backpropagation", graph_attr=GRAPH | about, node_attr=NODE, edge_attr=EDGE)
    for box in scene.boxes:
        graph.node(box.key, box.label, **node(box, plan, axes, prefix))
    for trunk in scene.trunks:
        graph.node(trunk.target, "", **joint(trunk, len(scene.out[trunk.source]) > 1, plan, axes, prefix))
    for wire in (*scene.trunks, *scene.wires):
        graph.edge(wire.source, wire.target, **edge(wire, plan, axes, prefix))
    return str(graph.source)


def node(box: Box, plan: Plan, axes: Axes, prefix: str) -> dict[str, str]:
    attributes = {
        "id": prefix + box.key,
        "class": box.classes,
        "tooltip": tip(box.words),
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


def joint(trunk: Wire, forks: bool, plan: Plan, axes: Axes, prefix: str) -> dict[str, str]:
    """Returns the dot at which a fan-out begins; it is not seen where nothing forks."""
    return {
        "id": prefix + trunk.target,
        "class": trunk.classes,
        "tooltip": tip(trunk.words),
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
        "tooltip": tip(wire.words),
        "color": wire.colour,
        "pos": path,
    }
    if wire.key in plan.tip:
        attributes["pos"] = f"e,{spot(axes.point(plan.tip[wire.key]))} {path}"
    else:
        attributes["arrowhead"] = "none"
    if wire.dashed:
        attributes["style"] = "dashed"
    for (name, place), (text, point) in zip((("label", "lp"), ("xlabel", "xlp")), plan.texts[wire.key], strict=False):
        attributes |= {name: label([(text,)]), place: spot(axes.point(point))}
    return attributes


def tip(words: Words) -> str:
    """Returns words as a tooltip: the user's text is neither an escape nor an entity."""
    said = f"{words.title}: {words.description}" if words.description else words.title
    return str(graphviz.escape(entities.escape(one_line(said), quote=False)))


def spot(point: Point) -> str:
    return ",".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in point)
