"""Gives every part of a scene its place: boxes, the paths of wires, and the texts beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import field
from math import hypot, inf, sqrt

from cgviz.drawing.diagram.across import Across, edge
from cgviz.drawing.diagram.along import (
    ARROW,
    FLAT_SIDE,
    LEAST,
    PAD,
    SAME,
    Rank,
    fan,
    half_length,
    past_caption,
    turn_room,
)
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.room import CAPTION, Lane, near
from cgviz.drawing.diagram.scene import Box, Text, Wire
from cgviz.records import record

CLEAR = 3.0  # between a wire and what it passes
SHARES = 8  # steps in which ranks are brought together
STEEP = 1.8  # how much steeper than its chord a curve leaves


@record
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

    def add(self, other: Plan, across: float) -> None:
        """Adds the parts of another plan, moved across."""

        def moved(point: Point) -> Point:
            return point[0], point[1] + across

        for name in ("centre", "caption", "tip"):
            getattr(self, name).update({key: moved(point) for key, point in getattr(other, name).items()})
        self.path.update({key: [moved(point) for point in path] for key, path in other.path.items()})
        self.texts.update({key: [(text, moved(at)) for text, at in texts] for key, texts in other.texts.items()})


class Router:
    """Leads the wires through the zones between the ranks."""

    def __init__(self, places: Across, rows: list[Rank]) -> None:
        self.places, self.rows = places, rows
        self.scene, self.axes, self.rank = places.scene, places.axes, places.order.rank
        self.known_stops = dict[str, list[float]]()
        self.free = self.around()
        self.crowd = [self.lanes_with_text(rank) for rank in range(len(rows))]
        self.tighten()

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
            for lane in self.places.lanes[box.key]:
                self.route_wire(plan, box, lane)
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
        line(plan.path[trunk.key], (self.joint(trunk), across))
        plan.centre[trunk.target] = (self.joint(trunk), across)
        length = max(self.axes.text(trunk.before)[0], self.axes.text(trunk.after)[0])
        start += past_caption(box, [trunk.after], self.axes)
        plan.texts[trunk.key] = self.beside(trunk.before, trunk.after, start + PAD + length / 2, across)

    def route_wire(self, plan: Plan, box: Box, lane: Lane) -> None:
        wire, across, fanned = lane.wire, self.places.lane[lane.wire.key], fan(self.places, box)
        offset = fanned.ports[wire.key]
        row, port = self.rows[self.rank[box.key]], self.places.box[box.key] + offset
        tip = row.centre - depth(box, self.axes, offset)
        straight = abs(port - across) <= SAME
        ends = row.centre - fanned.inset
        until = ends if fanned.room > 0 else tip - ARROW
        length = self.length(lane)
        path = self.leads(lane)
        plan.tip[wire.key] = (tip, across if straight else port)
        self.enter(path, until, plan.tip[wire.key], box)
        plan.path[wire.key] = path
        plan.texts[wire.key] = self.beside(lane.before, lane.after, ends - PAD - length / 2, across)

    def enter(self, path: list[Point], until: float, tip: Point, box: Box) -> None:
        """Leads a wire from its lane to its tip, above the caption of its box."""
        row, middle, across = self.rows[self.rank[box.key]], self.places.box[box.key], path[-1][1]
        edge = row.centre - half_length(box, self.axes)
        if not box.caption or edge > tip[0] - ARROW or across - middle < port_to_caption(box, self.axes):
            arrive(path, until, tip)
            return
        there = across + (tip[1] - across) * (edge - until) / (tip[0] - until)
        if there - middle < port_to_caption(box, self.axes):
            arrive(path, until, tip, straight=True)
        else:
            bend(path, until, (edge, tip[1]))
            arrive(path, edge, tip)

    def length(self, lane: Lane) -> float:
        """Returns how long the texts beside a lane are."""
        return max(self.axes.text(lane.before)[0], self.axes.text(lane.after)[0])

    def tighten(self) -> None:
        """Brings ranks together as far as every wire between two of them still has the room to turn that it needs.

        What a wire may use of the rooms beside boxes and texts it does not need between the ranks.
        """
        turns: list[list[tuple[Lane, int, list[float]]]] = [[] for _ in self.rows]
        for box in self.scene.boxes:
            for lane in self.places.lanes[box.key]:
                first, stops = self.rank[lane.wire.source], self.stops(lane.wire)
                for rank in range(first + 1, self.rank[box.key] + 1):
                    if abs(stops[rank - first] - stops[rank - first - 1]) > SAME:
                        turns[rank].append((lane, rank, stops))
        shift = 0.0
        for rank, row in enumerate(self.rows):
            wide = row.turn
            for share in range(SHARES if rank else 0):
                turn = max(wide * share / SHARES, LEAST)
                self.rows[rank] = row._replace(turn=turn, centre=row.centre - shift - wide + turn)
                if all(self.turns(*one) for one in turns[rank]):
                    break
            else:
                turn = wide
                self.rows[rank] = row._replace(centre=row.centre - shift)
            shift += wide - turn

    def turns(self, lane: Lane, rank: int, stops: Sequence[float]) -> bool:
        """Tells whether a wire has the room that it needs to turn before a rank."""
        begin, end = self.turn(lane, rank, stops)
        return end[0] - begin >= turn_room(abs(end[1] - stops[rank - self.rank[lane.wire.source] - 1]))

    def turn(self, lane: Lane, rank: int, stops: Sequence[float]) -> tuple[float, Point]:
        """Returns from where to where a wire turns before a rank."""
        wire, row = lane.wire, self.rows[rank]
        first, lands = self.rank[wire.source], rank == self.rank[wire.target]
        a, b = stops[rank - first - 1 : rank - first + 1]
        ends = row.turn_ends
        if not self.meets_text(rank, a, b, lands):
            ends = min(self.text_begins(lane), row.centre - row.half) if lands else row.centre - row.half
        end = max(ends, row.turn_ends), b
        if rank > first + 1:
            return self.rows[rank - 1].trunk_ends, end
        return self.departs(wire.source, (self.begins(wire), a), end), end

    def text_begins(self, lane: Lane) -> float:
        """Returns where the texts beside a lane begin; where there are none, where it ends."""
        box, length = self.scene.box[lane.wire.target], self.length(lane)
        ends = self.rows[self.rank[box.key]].centre - fan(self.places, box).inset
        return ends - (length + 2 * PAD if length else 0.0)

    def begins(self, wire: Wire) -> float:
        """Returns where along the flow a wire leaves its source."""
        if wire.source in self.scene.trunk:
            return self.joint(self.scene.trunk[wire.source])
        return self.rows[self.rank[wire.source]].centre + self.axes.half(self.scene.box[wire.source])[0]

    def stops(self, wire: Wire) -> list[float]:
        """Returns where a wire is in each rank, found once; that of its source is where it leaves."""
        stops = self.known_stops.get(wire.key)
        if stops is None:
            stops = self.known_stops[wire.key] = self.places.stops(wire.key)
            if self.scene.slides and wire.source not in self.scene.trunk:
                stops[0] = self.port(wire.source, stops[0], stops[1])
        return stops

    def leads(self, lane: Lane) -> list[Point]:
        """Returns the path of a wire from its source to its lane, in which it runs straight."""
        wire, stops = lane.wire, self.stops(lane.wire)
        first = self.rank[wire.source]
        path = [(self.begins(wire), stops[0])]
        for rank in range(first + 1, self.rank[wire.target] + 1):
            begin, end = self.turn(lane, rank, stops)
            if rank > first + 1:
                bend(path, begin, end)
            else:
                depart(path, begin, end)
        return path

    def port(self, key: str, at: float, goes: float) -> float:
        """Returns where a wire leaves a card: where it then runs straight, if that is on its side; else its middle."""
        reach = self.axes.half(self.scene.box[key])[1] - FLAT_SIDE
        return goes if abs(goes - at) <= reach else at

    def departs(self, key: str, start: Point, end: Point) -> float:
        """Returns from where a wire may run aslant: from its box, where it meets none; else from the rank's end."""
        row, box = self.rows[self.rank[key]], self.scene.box[key]
        if end[0] - start[0] < SAME or row.trunk_ends - start[0] < SAME:
            return start[0]

        def away(until: float) -> float:
            return abs(end[1] - start[1]) * min(1.0, STEEP * (until - start[0]) / (end[0] - start[0]))

        before, after = self.free[key]
        if end[1] > start[1] and box.caption:
            past = row.centre + half_length(box, self.axes) + CLEAR
            if past > start[0] and away(past) > self.axes.half(box)[1] - start[1] + self.places.box[key]:
                return row.trunk_ends
        return start[0] if away(row.trunk_ends) <= (before if end[1] < start[1] else after) else row.trunk_ends

    def joint(self, trunk: Wire) -> float:
        """Returns where along the flow a trunk ends and its fan-out begins."""
        row, box = self.rows[self.rank[trunk.source]], self.scene.box[trunk.source]
        length = max(self.axes.text(trunk.before)[0], self.axes.text(trunk.after)[0])
        return row.centre + self.axes.half(box)[0] + past_caption(box, [trunk.after], self.axes) + length + 2 * PAD

    def around(self) -> dict[str, Point]:
        """Returns how far from the middle of each box its neighbours in its rank begin, before and after it."""
        found = {}
        for column in self.places.columns:
            for n, (key, i) in enumerate(column):
                if i < 0:
                    at = self.places.box[key]
                    before = at - edge(self.places, column[n - 1], 1) if n else inf
                    after = edge(self.places, column[n + 1], 0) - at if n + 1 < len(column) else inf
                    found[key] = before - CLEAR, after - CLEAR
        return found

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


def port_to_caption(box: Box, axes: Axes) -> float:
    """Returns how far across from the middle of a box its caption begins."""
    return axes.half(box)[1] + CAPTION - 1.0


def depart(path: list[Point], begin: float, end: Point) -> None:
    """Adds a straight piece up to `begin`, and from there a curve that leaves aslant and arrives along the flow."""
    across = path[-1][1]
    if abs(end[1] - across) <= SAME:
        line(path, end)
        return
    if begin > path[-1][0] + SAME:
        bend(path, begin, end)
        return
    corner = (end[0] - (end[0] - begin) * (1 - 1 / STEEP), end[1])
    path += [part(path[-1], corner, 0.4), part(end, corner, 0.9), end]


def arrive(path: list[Point], begin: float, tip: Point, straight: bool = False) -> None:
    """Adds a straight piece up to `begin`, and a curve from there towards `tip`, up to where its arrow begins."""
    across = path[-1][1]
    if abs(tip[1] - across) <= SAME:
        line(path, (tip[0] - ARROW, across))
        return
    line(path, (begin, across))
    start = path[-1]
    corner = part(start, tip if straight else (tip[0], across), 0.15)
    length = hypot(tip[0] - corner[0], tip[1] - corner[1])
    end = part(tip, corner, ARROW / max(length, ARROW))
    path += [part(start, corner, 0.9), part(end, corner, 0.7), end]


def part(a: Point, b: Point, share: float) -> Point:
    """Returns the point at a share of the way from `a` to `b`."""
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def bend(path: list[Point], begin: float, end: Point) -> None:
    """Adds a straight piece up to `begin`, and from there to `end` an S that begins and ends along the flow."""
    across = path[-1][1]
    if abs(end[1] - across) <= SAME:
        line(path, end)
        return
    line(path, (begin, across))
    middle = (begin + end[0]) / 2
    path += [(middle, across), (middle, end[1]), end]
