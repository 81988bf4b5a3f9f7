"""Gives every part of a scene its place: boxes, the paths of wires, and the texts beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt

from cgviz.drawing.diagram.across import Across, placed
from cgviz.drawing.diagram.along import ARROW, PAD, SAME, Rank, fan_room, past_caption, ports, ranks
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.order import order
from cgviz.drawing.diagram.room import CAPTION, Lane, footprint, near
from cgviz.drawing.diagram.scene import Box, Scene, Text, Wire


@dataclass(frozen=True)
class Plan:
    """Where everything is, as (along, across): centres of boxes, joints, captions and texts; paths as Bézier points.

    texts  the texts beside each wire and trunk, each with its centre
    tip    where the head of an arrow points; trunks have none
    """

    centre: dict[str, Point] = field(default_factory=dict)
    caption: dict[str, Point] = field(default_factory=dict)
    path: dict[str, list[Point]] = field(default_factory=dict)
    tip: dict[str, Point] = field(default_factory=dict)
    texts: dict[str, list[tuple[Text, Point]]] = field(default_factory=dict)


def planned(scene: Scene, axes: Axes, engine: str = "auto") -> Plan:
    """Returns the places of all parts of `scene`. Graphviz (`engine`) decides ranks and order."""
    feet = {box.key: footprint(box, scene, axes) for box in scene.boxes}
    rooms = {box.key: (2 * axes.half(box)[0], 2 * max(feet[box.key])) for box in scene.boxes}
    places = placed(scene, axes, order(scene, rooms, engine), feet)
    return Router(places, ranks(places)).plan()


class Router:
    """Leads the wires through the zones between the ranks."""

    def __init__(self, places: Across, rows: Sequence[Rank]) -> None:
        self.places, self.rows = places, rows
        self.scene, self.axes, self.rank = places.scene, places.axes, places.order.rank
        self.crowd = [self.lanes_with_text(rank) for rank in range(len(rows))]

    def plan(self) -> Plan:
        plan = Plan()
        for box in self.scene.boxes:
            row = self.rows[self.rank[box.key]]
            plan.centre[box.key] = (row.centre, self.places.box[box.key])
            if box.caption:
                away = self.axes.half(box)[1] + CAPTION + self.axes.lines(box.caption)[1] / 2
                plan.caption[box.key] = (row.centre, self.places.box[box.key] + away)
        for trunk in self.scene.trunks:
            self.route_trunk(plan, trunk)
        for box in self.scene.boxes:
            offsets = ports(self.places, box)
            for lane in self.places.lanes[box.key]:
                self.route_wire(plan, box, lane, offsets[lane.wire.key])
        return plan

    def lanes_with_text(self, rank: int) -> list[float]:
        """Returns, sorted, where the lanes and the texts beside them begin and end before a rank: begin, end, ..."""
        found = []
        for key, i in self.places.columns[rank]:
            for lane in self.places.lanes[key] if i < 0 else ():
                place = self.places.lane[lane.wire.key]
                found += [place - lane.room[0], place + lane.room[1]]
        return found

    def route_trunk(self, plan: Plan, trunk: Wire) -> None:
        row, across = self.rows[self.rank[trunk.source]], self.places.box[trunk.source]
        box = self.scene.box[trunk.source]
        start = row.centre + self.axes.half(box)[0]
        plan.path[trunk.key] = [(start, across)]
        line(plan.path[trunk.key], (row.trunk_ends, across))
        plan.centre[trunk.target] = (row.trunk_ends, across)
        length = max(self.axes.text(trunk.before)[0], self.axes.text(trunk.after)[0])
        start += past_caption(box, [trunk.after], self.axes)
        plan.texts[trunk.key] = self.beside(trunk.before, trunk.after, start + PAD + length / 2, across)

    def route_wire(self, plan: Plan, box: Box, lane: Lane, offset: float) -> None:
        wire, across, lanes = lane.wire, self.places.lane[lane.wire.key], self.places.lanes[box.key]
        row, port = self.rows[self.rank[box.key]], self.places.box[box.key] + offset
        tip = row.centre - depth(box, self.axes, offset)
        straight = abs(port - across) <= SAME
        fanned = fan_room(self.places, box) > 0
        until = row.centre - row.half - row.fan if fanned else tip - ARROW
        length = max(self.axes.text(lane.before)[0], self.axes.text(lane.after)[0])
        ends = until if fanned else until - past_caption(box, [one.after for one in lanes], self.axes)
        path = self.leads(wire, ends - (length + 2 * PAD if length else 0.0))
        if straight:
            line(path, (tip - ARROW, across))
        else:
            bend(path, until, (tip - ARROW, port))
        plan.path[wire.key] = path
        plan.tip[wire.key] = (tip, path[-1][1])
        plan.texts[wire.key] = self.beside(lane.before, lane.after, ends - PAD - length / 2, across)

    def leads(self, wire: Wire, until: float) -> list[Point]:
        """Returns the path of a wire from its source to its lane, in which it runs straight from `until`."""
        stops = self.places.stops(wire.key)
        first = self.rank[wire.source]
        begins = self.rows[first].centre + self.axes.half(self.scene.box[wire.source])[0]
        if wire.source in self.scene.trunk:
            begins = self.rows[first].trunk_ends
        path = [(begins, stops[0])]
        for rank, (a, b) in enumerate(pairwise(stops), first + 1):
            row, last = self.rows[rank], rank == self.rank[wire.target]
            ends = row.turn_ends
            if not self.meets_text(rank, a, b, last):
                ends = min(until, row.centre - row.half) if last else row.centre - row.half
            bend(path, self.rows[rank - 1].trunk_ends, (max(ends, row.turn_ends), b))
        return path

    def meets_text(self, rank: int, a: float, b: float, lands: bool) -> bool:
        """Tells whether a wire that turns from `a` to `b` before `rank` passes a text there; `lands`: not its own."""
        crowd = self.crowd[rank]
        low, high = min(a, b), max(a, b)
        found = bisect_right(crowd, high) - bisect_left(crowd, low)
        return found > (1 if lands else 0)

    def beside(self, before: Text | None, after: Text | None, along: float, across: float) -> list[tuple[Text, Point]]:
        """Returns the places of the texts on either side of a straight wire."""
        return [
            (text, (place, across + side * (near(self.axes) + self.axes.text(text)[1] / 2)))
            for text, place, side in ((before, along, -1), (after, self.level(before, after, along), 1))
            if text
        ]

    def level(self, before: Text | None, after: Text | None, along: float) -> float:
        """Returns the place along a wire of the text after it: of a picture beside another, in line with its top."""
        if not before or not after or self.axes.flat or not (before.is_picture and after.is_picture):
            return along
        top = along - before.height / 2 + before.head
        length = max(before.height, after.height)
        return min(top + after.height / 2, along + (length - after.height) / 2)


def depth(box: Box, axes: Axes, offset: float) -> float:
    """Returns how far from its centre along the flow the outline of a box is at `offset` across."""
    half = axes.half(box)[0]
    return sqrt(half**2 - offset**2) if box.circle else half


def line(path: list[Point], end: Point) -> None:
    """Adds a straight piece to a path of Bézier curves."""
    (x, y), (u, v) = path[-1], end
    if abs(u - x) + abs(v - y) > 0.01:
        path += [(x + (u - x) / 3, y + (v - y) / 3), (u - (u - x) / 3, v - (v - y) / 3), end]


def bend(path: list[Point], begin: float, end: Point) -> None:
    """Adds a straight piece up to `begin`, and from there to `end` an S that begins and ends along the flow."""
    across = path[-1][1]
    if abs(end[1] - across) <= SAME:
        line(path, end)
        return
    line(path, (begin, across))
    middle = (begin + end[0]) / 2
    path += [(middle, across), (middle, end[1]), end]
