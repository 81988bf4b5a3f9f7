"""The wires of a diagram as connectors of PowerPoint, glued to the shapes that they join."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pptx.enum.shapes import MSO_CONNECTOR
from pptx.util import Emu, Pt

from cgviz.drawing.diagram.axes import Point
from cgviz.players.deck.routes import Route
from cgviz.players.deck.shapes import DRAWING, THICK, Canvas, paint
from cgviz.runs.steps import Forward

TOP, LEFT, BOTTOM, RIGHT = range(4)
ON_CIRCLE = {True: (1, 2, 3), False: (1, 0, 7)}  # sites of a circle: before the middle of a side, in it, after it
LEAST = 1000  # the least height of a connector: the place of its middle part is a multiple of it
WHOLE = 100000  # a connector's turns are in these parts of its size
NARROW = 45.0  # the gap in points that LibreOffice needs for a curve; in a smaller one it loops
SMALL = 0.6  # a diagram reduced as much has small arrows
QUARTER = 5400000  # a quarter turn


def draw_wire(canvas: Canvas, route: Route) -> None:
    """Draws a wire behind the boxes as a connector: straight, or with its turns in the places of the plan."""
    if not route.ahead:
        return draw_aside(canvas, route)
    axes, scene, wire = canvas.layout.axes, canvas.layout.scene, route.wire
    begin, end = (canvas.place(axes.point(point)) for point in (route.begin, route.end))
    if route.turns and canvas.scale * (route.end[0] - route.begin[0]) < NARROW:
        route = replace(route, turns=())
    kind = MSO_CONNECTOR.CURVE if route.turns else MSO_CONNECTOR.STRAIGHT
    made = canvas.shapes.add_connector(kind, *map(Pt, (*begin, *end)))
    canvas.plain(made)
    canvas.send_back(made)
    made.begin_connect(canvas.drawn[wire.source], RIGHT if axes.flat else BOTTOM)
    made.end_connect(canvas.drawn[wire.target], LEFT if axes.flat else TOP)
    joins = made._element.nvCxnSpPr.cNvCxnSpPr
    if scene.box[wire.source].circle:
        joins.stCxn.idx *= 2  # a circle has eight sites
    if scene.box[wire.target].circle:
        joins.endCxn.idx = ON_CIRCLE[axes.flat][1 + route.side]
        made.end_x, made.end_y = map(Pt, end)
    if route.turns:
        bend(canvas, made, route)
    colour(canvas, made, route)
    canvas.describe(made, wire.words.title, wire.words, whole=wire.key in canvas.active)


def draw_aside(canvas: Canvas, route: Route) -> None:
    """Draws a wire that does not run along the flow: straight, between sides that face each other; of a note free."""
    layout, wire = canvas.layout, route.wire
    begin, end = (canvas.place(layout.axes.point(point)) for point in (route.begin, route.end))
    made = canvas.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *map(Pt, (*begin, *end)))
    canvas.plain(made)
    canvas.send_back(made)
    if wire.classes != "note":
        sites = facing(layout.centre(wire.source), layout.centre(wire.target))
        for key, site, join in zip(
            (wire.source, wire.target), sites, (made.begin_connect, made.end_connect), strict=True
        ):
            join(canvas.drawn[key], site)
        joins = made._element.nvCxnSpPr.cNvCxnSpPr
        for key, joint in ((wire.source, joins.stCxn), (wire.target, joins.endCxn)):
            joint.idx *= 1 + layout.scene.box[key].circle  # a circle has eight sites
    colour(canvas, made, route)
    canvas.describe(made, wire.words.title, wire.words, whole=wire.classes == "note")


def facing(one: Point, other: Point) -> tuple[int, int]:
    """Returns the sides of two boxes that face each other; y grows upwards."""
    right, up = other[0] - one[0], other[1] - one[1]
    if abs(right) > 2 * abs(up):
        return (RIGHT, LEFT) if right > 0 else (LEFT, RIGHT)
    return (TOP, BOTTOM) if up > 0 else (BOTTOM, TOP)


def bend(canvas: Canvas, made: Any, route: Route) -> None:
    """Gives a connector the turns of its route."""
    flat = canvas.layout.axes.flat
    (x, y), (u, v) = (made.begin_x, made.begin_y), (made.end_x, made.end_y)
    long, across = (u - x, v - y) if flat else (v - y, u - x)
    high = max(abs(across), LEAST)
    flipped = across < 0 if flat else across > 0
    side = (-1 if flipped else 1) * (1 if flat else -1)
    stops = []
    for turn in route.turns:
        point = tuple(map(Pt, canvas.place(canvas.layout.axes.point((turn.along, turn.level)))))
        forth, aside = (point[0] - x, point[1] - y) if flat else (point[1] - y, point[0] - x)
        stops.append((round(WHOLE * forth / long), round(WHOLE * side * aside / high)))
    place(made, (x, y), (u, v), (long, high), flat, flipped)
    shape = made._element.spPr.prstGeom
    shape.set("prst", f"curvedConnector{2 * len(stops) + 1}")
    adjust = [stops[0][0]] if len(stops) == 1 else [stops[0][0], stops[0][1], stops[1][0]]
    values = shape.get_or_add_avLst()
    for i, value in enumerate(adjust, 1):
        values.append(values.makeelement(f"{DRAWING}gd", {"name": f"adj{i}", "fmla": f"val {value}"}))


def place(
    made: Any, begin: tuple[int, int], end: tuple[int, int], size: tuple[int, int], flat: bool, flipped: bool
) -> None:
    """Sets the frame of a connector, which is drawn from its top left and, where the flow is down, turned."""
    frame = made._element.spPr.xfrm
    for name in ("flipH", "flipV", "rot"):
        frame.attrib.pop(name, None)
    if flipped:
        frame.set("flipV", "1")
    left, top = min(begin[0], end[0]), min(begin[1], end[1])
    if not flat:
        frame.set("rot", str(QUARTER))
        left, top = (begin[0] + end[0] - size[0]) // 2, (begin[1] + end[1] - size[1]) // 2
    frame.off.x, frame.off.y = Emu(left), Emu(top)
    frame.ext.cx, frame.ext.cy = Emu(size[0]), Emu(size[1])


def colour(canvas: Canvas, made: Any, route: Route) -> None:
    """Gives a connector its colour and its arrow, which points back where a gradient flows."""
    wire, step = route.wire, canvas.active.get(route.wire.key)
    emphasis = canvas.emphasis(wire.key)
    thick = (THICK if emphasis else wire.thick) * max(canvas.scale, 0.5)
    line = paint(made, "", emphasis or wire.colour, thick, wire.dashed)
    is_back = step is not None and not isinstance(step, Forward)
    arrow = f"{DRAWING}{'headEnd' if is_back else 'tailEnd'}"
    size = "med" if canvas.scale > SMALL else "sm"
    line.append(line.makeelement(arrow, {"type": "triangle", "w": size, "len": size}))
