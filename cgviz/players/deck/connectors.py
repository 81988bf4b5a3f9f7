"""The wires of a diagram as connectors of PowerPoint, glued to the shapes that they join.

They lead from the middle of a side to the middle of another. A connector changes sides of the flow at most twice; one
that is to pass more boxes goes the way that meets the fewest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from typing import Any

from pptx.enum.shapes import MSO_CONNECTOR
from pptx.util import Emu, Pt

from cgviz.drawing.diagram.along import SAME
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.scene import Wire
from cgviz.players.deck.shapes import DRAWING, THICK, Canvas, paint
from cgviz.runs.steps import Forward

TOP, LEFT, BOTTOM, RIGHT = range(4)
ON_CIRCLE = {True: (1, 2, 3), False: (1, 0, 7)}  # sites of a circle: before the middle of a side, in it, after it
LEAST = 1000  # the least height of a connector: the place of its middle part is a multiple of it
WHOLE = 100000  # a connector's turns are in these parts of its size
NARROW = 45.0  # the gap in points that LibreOffice needs for a curve; in a smaller one it loops
SMALL = 0.6  # a diagram reduced as much has small arrows
QUARTER = 5400000  # a quarter turn
MOST = 2
SLANT = 8.0  # a wire that goes no further to a side is straight


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


@dataclass(frozen=True)
class Turn:
    """Where along the flow a wire changes sides, and the level across the flow to which it goes."""

    along: float
    level: float


@dataclass(frozen=True)
class Route:
    """A wire from one box to another, both ends as (along, across), with its turns, none where it is straight.

    side   where it ends on its target: in the middle (0), or on a circle halfway to the side before (-1) or after (1)
    ahead  whether it runs along the flow; one to a moved box, or from a note, is straight, from where it stands
    """

    wire: Wire
    begin: Point
    end: Point
    turns: tuple[Turn, ...]
    side: int = 0
    ahead: bool = True


def routes(layout: Layout) -> list[Route]:
    """Returns the routes of all wires; trunks are part of the wires that they lead to."""
    return [route(layout, wire) if runs_ahead(layout, wire) else straight(layout, wire) for wire in layout.scene.wires]


def runs_ahead(layout: Layout, wire: Wire) -> bool:
    """Tells whether a wire leads from a box to one that stands farther along the flow."""
    (x, _), (u, _) = layout.plan.centre[wire.source], layout.plan.centre[wire.target]
    own, other = (layout.axes.half(layout.scene.box[key])[0] for key in (wire.source, wire.target))
    return wire.classes != "note" and u - other > x + own


def straight(layout: Layout, wire: Wire) -> Route:
    path = layout.plan.path[wire.key]
    return Route(wire, path[0], layout.plan.tip.get(wire.key, path[-1]), (), ahead=False)


def route(layout: Layout, wire: Wire) -> Route:
    """Returns the route of a wire with no more turns than a connector has."""
    plan, scene, axes = layout.plan, layout.scene, layout.axes
    x, begin = plan.centre[wire.source]
    start = x + axes.half(scene.box[wire.source])[0]
    side = side_of(layout, wire)
    stop, end = landing(layout, wire, side)
    gap = max(
        right for box in scene.boxes if (right := plan.centre[box.key][0] + axes.half(box)[0]) < stop - 1
    )  # where the last rank before the target ends
    turns = list(turned(plan.path[wire.key], begin))
    while turns and turns[-1].along > gap:
        gap = turns.pop().along
    if turns or abs(end - begin) > SLANT:
        turns.append(Turn(gap if gap > start + 1 and gap < stop - 1 else (start + stop) / 2, end))
    whole = Route(wire, (start, begin), (stop, end), tuple(turns), side)
    if len(turns) <= MOST:
        return whole
    return min((replace(whole, turns=pair) for pair in shorter(turns)), key=lambda found: hits(layout, found))


def side_of(layout: Layout, wire: Wire) -> int:
    """Returns on which side of the middle a wire enters a circle that others enter, too."""
    if not layout.scene.box[wire.target].circle or len(layout.scene.into[wire.target]) == 1:
        return 0
    aside = layout.plan.path[wire.key][-1][1] - layout.plan.centre[wire.target][1]
    return 0 if abs(aside) < SLANT / 2 else 1 if aside > 0 else -1


def landing(layout: Layout, wire: Wire, side: int) -> Point:
    """Returns where on its target a wire ends."""
    u, v = layout.plan.centre[wire.target]
    half = layout.axes.half(layout.scene.box[wire.target])[0]
    return (u - half * sqrt(0.5), v + side * half * sqrt(0.5)) if side else (u - half, v)


def turned(path: Sequence[Point], level: float) -> Iterator[Turn]:
    """Yields the turns of a path of Bézier curves."""
    for start, end in zip(path[::3], path[3::3], strict=False):
        if abs(end[1] - level) > SAME:
            level = end[1]
            yield Turn((start[0] + end[0]) / 2, level)


def shorter(turns: Sequence[Turn]) -> Iterator[tuple[Turn, Turn]]:
    """Yields two turns instead of several: the wire goes to one of the levels between."""
    *between, last = turns
    for turn in reversed(between):
        yield Turn(turns[0].along, turn.level), last


def hits(layout: Layout, route: Route) -> int:
    """Returns how many boxes a route passes behind."""
    levels = [route.begin[1], *(turn.level for turn in route.turns)]
    stops = [route.begin[0], *(turn.along for turn in route.turns), route.end[0]]
    found = 0
    for level, (a, b) in zip(levels, pairwise(stops), strict=True):
        for box in layout.scene.boxes:
            (x, y), (long, wide) = layout.plan.centre[box.key], layout.axes.half(box)
            found += x - long < b - 1 and a + 1 < x + long and abs(y - level) < wide
    return found
