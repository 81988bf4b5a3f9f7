"""The author's hand on a scene: its order, its roles and its colours."""

from __future__ import annotations

from dataclasses import replace

from cgviz.drawing.diagram.figure import Figure
from cgviz.drawing.diagram.groups import groups_of
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import Box, Scene, classes
from cgviz.graph.lookup import find

PARAMETER = 2.2  # how thick the outline of a parameter is


def dressed(scene: Scene, pen: Pen, figure: Figure) -> Scene:
    """Returns a scene in the author's order and colours."""
    graph = pen.graph
    fills = {f"n{find(graph, name)}": colour for name, colour in figure.colours.items() if is_node(pen, figure, name)}
    looks = {f"n{find(graph, name)}": role for role, names in figure.roles.items() for name in names}
    for group in groups_of(graph, figure.groups):
        if group.title in figure.colours:
            fills = {f"n{index}": figure.colours[group.title] for index in group.members} | fills
    fills = {key: figure.colours[role] for key, role in looks.items() if role in figure.colours} | fills
    boxes = [tinted(box, pen, looks.get(box.key, ""), fills.get(box.key, "")) for box in scene.boxes]
    first = {f"n{find(graph, name)}": place for place, name in enumerate(figure.order)}
    starts = sorted((box for box in boxes if box.rank == "source"), key=lambda box: first.get(box.key, len(first)))
    return replace(scene, boxes=(*starts, *(box for box in boxes if box.rank != "source")))


def is_node(pen: Pen, figure: Figure, name: str) -> bool:
    titles = {group.title for group in groups_of(pen.graph, figure.groups)}
    return name not in titles and name not in figure.roles


def tinted(box: Box, pen: Pen, role: str, fill: str) -> Box:
    """Returns a box as its role has it: data grey, constants dashed, parameters bold; in a colour of its own."""
    theme = pen.theme
    if role == "data":
        box = replace(box, fill=theme.data_fill, line=theme.pale)
    elif role == "constant":
        box = replace(box, fill=theme.stage_fill, line=theme.pale, dashed=True)
    elif role == "parameter":
        box = replace(box, thick=PARAMETER)
    box = replace(box, classes=classes(box.classes, role)) if role else box
    return replace(box, fill=fill) if fill else box
