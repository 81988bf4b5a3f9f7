"""The wires of a diagram as office programs have them: from the middle of a side to the middle of another.

A connector changes sides of the flow at most twice; one that is to pass more boxes goes the way that meets the fewest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt

from cgviz.drawing.diagram.along import SAME
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.scene import Wire

MOST = 2
SLANT = 8.0  # a wire that goes no further to a side is straight


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
