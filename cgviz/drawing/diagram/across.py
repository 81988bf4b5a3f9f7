"""Gives every box, every wire that passes and every lane its place across the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import NamedTuple

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.order import Order
from cgviz.drawing.diagram.room import LANE, Lane, gaps, lanes
from cgviz.drawing.diagram.scene import Scene
from cgviz.drawing.diagram.spread import spread, within

BETWEEN = 11.0  # between what stands beside one another in a rank
CORNER = 12.0  # at the ends of a box's side, where no wire enters
CLOSE = 4.0  # likewise, where a wire runs straighter for it
STRAIGHTENS = 22.0  # how far a part moves to let a wire run straight
CENTRES = 70.0  # how far a box moves to stand behind the one, or in the middle of the two, that feed it

Item = tuple[str, int]  # a box (key, -1), or the i-th place where a wire passes (key, i)


class Fan(NamedTuple):
    """How the wires into a box end: their ports from its middle; the room in which they come together; their inset."""

    ports: Mapping[str, float]
    room: float
    inset: float


@dataclass
class Across:
    """Places across: of boxes, of the lanes at the end of wires, and of wires in the ranks that they pass."""

    scene: Scene
    axes: Axes
    order: Order
    feet: Mapping[str, Point]
    box: dict[str, float] = field(default_factory=dict)
    passes: dict[str, list[float]] = field(default_factory=dict)
    lane: dict[str, float] = field(default_factory=dict)
    lanes: dict[str, list[Lane]] = field(default_factory=dict)
    columns: list[list[Item]] = field(default_factory=list)
    fans: dict[str, Fan] = field(default_factory=dict)

    def stops(self, wire: str) -> list[float]:
        """Returns where a wire is in each rank, from its source to its lane."""
        return [self.box[self.source[wire]], *self.passes[wire], self.lane[wire]]

    def __post_init__(self) -> None:
        self.source = {wire.key: wire.source for wire in self.scene.wires}
        self.passes.update({wire: [] for wire in self.source})

    def room(self, key: str, i: int) -> Point:
        """Returns the room of an item, before and after its place."""
        return self.feet[key] if i < 0 else (LANE, LANE)

    def arrival(self, wire: str) -> float:
        """Returns where a wire comes from: the last rank that it passed, or its source."""
        passes = self.passes[wire]
        return passes[-1] if passes else self.box[self.source[wire]]


def placed(scene: Scene, axes: Axes, order: Order, feet: Mapping[str, Point]) -> Across:
    """Returns places across as near as can be to those of `order`, with no two parts in each other's room."""
    places = Across(scene, axes, order, feet)
    for column in sorted_columns(scene, order):
        items = [item for _, item in column]
        wants = [want(places, place, item) for place, item in column]
        rooms = [places.room(key, i) for key, i in items]
        weights = [8.0 if i < 0 else 1.0 for _, i in items]
        found = spread(wants, [a[1] + b[0] + BETWEEN for a, b in pairwise(rooms)], weights)
        places.columns.append(items)
        for (key, i), place in zip(items, found, strict=True):
            if i >= 0:
                places.passes[key].append(place)
            else:
                places.box[key] = place
                place_lanes(places, key)
    for rank in range(order.ranks - 1, -1, -1):
        straighten(places, rank)
    return places


def sorted_columns(scene: Scene, order: Order) -> list[list[tuple[float, Item]]]:
    """Returns for each rank what stands in it, in order, with its place in Graphviz's layout."""
    columns: list[list[tuple[float, Item]]] = [[] for _ in range(order.ranks)]
    for key, place in order.across.items():
        columns[order.rank[key]].append((place, (key, -1)))
    for wire in scene.wires:
        for i, place in enumerate(order.passes[wire.key]):
            columns[order.rank[wire.source] + 1 + i].append((place, (wire.key, i)))
    return [sorted(column) for column in columns]


def want(places: Across, place: float, item: Item) -> float:
    """Returns where an item wants to be: where Graphviz put it, or not far from there where its wires run better."""
    key, i = item
    if i >= 0:
        came = places.arrival(key)
        return came if abs(came - place) < STRAIGHTENS else place
    better = centred(places, key)
    if better is not None and abs(better - place) < CENTRES:
        return better
    move = straightening(places, key, place)
    far = CENTRES if len(places.scene.into[key]) == 1 else STRAIGHTENS
    return place + move if abs(move) < far else place


def centred(places: Across, key: str) -> float | None:
    """Returns the middle of the two boxes in the rank before, from which all wires into box `key` come."""
    wires = places.scene.into[key]
    if len(wires) != 2 or any(places.passes[wire.key] for wire in wires):
        return None
    return sum(places.arrival(wire.key) for wire in wires) / 2


def straightening(places: Across, key: str, place: float) -> float:
    """Returns the least move of box `key` from `place` by which one of the wires into it runs straight."""
    ordered = sorted_lanes(places, key)
    if not ordered:
        return 0.0
    apart = gaps(ordered, places.axes)
    low, high = lane_limits(places, key, ordered)
    comes = [places.arrival(lane.wire.key) - place for lane in ordered]
    spots = spread([0.0] * len(ordered), apart)
    before, after = low - spots[0], high - spots[-1]  # how far all lanes may slide together
    moves = [come - min(max(come, spot + before), spot + after) for come, spot in zip(comes, spots, strict=True)]
    return min(moves, key=abs)


def sorted_lanes(places: Across, key: str) -> list[Lane]:
    """Returns the lanes into a box in the order in which the wires come."""
    wires = places.scene.into[key]
    if len(wires) > 1:
        wires = sorted(wires, key=lambda wire: places.arrival(wire.key))
    return lanes(wires, places.axes)


def lane_limits(places: Across, key: str, ordered: Sequence[Lane]) -> Point:
    """Returns how far before and after the middle of a box its lanes may be, so that they stay in its room."""
    span = sum(gaps(ordered, places.axes)) / 2
    side = max(span, places.axes.half(places.scene.box[key])[1] - CORNER if places.scene.slides else 0.0)
    before, after = places.feet[key]
    return -min(side, before - ordered[0].room[0]), min(side, after - ordered[-1].room[1])


def place_lanes(places: Across, key: str) -> None:
    """Gives every wire into box `key` its lane, as near as can be to where it comes from."""
    ordered = places.lanes[key] = sorted_lanes(places, key)
    if not ordered:
        return
    apart = gaps(ordered, places.axes)
    low, high = (places.box[key] + limit for limit in lane_limits(places, key, ordered))
    wants = [min(max(places.arrival(lane.wire.key), low), high) for lane in ordered]
    for lane, place in zip(ordered, within(spread(wants, apart), apart, low, high), strict=True):
        places.lane[lane.wire.key] = place


def straighten(places: Across, rank: int) -> None:
    """Moves what can be moved in `rank` in line with the next or the last stop of its wire, where there is room.

    That is every wire that passes, and every box that has one wire out and none in.
    """
    items = places.columns[rank]
    for n, (key, i) in enumerate(items):
        wires = [key] if i >= 0 else [wire.key for wire in places.scene.out[key]]
        if len(wires) != 1 or (i < 0 and places.lanes[key]):
            continue
        before, after = places.room(key, i)
        low = edge(places, items[n - 1], 1) + before + CLOSE if n else -inf
        high = edge(places, items[n + 1], 0) - after - CLOSE if n + 1 < len(items) else inf
        stops = places.stops(wires[0])
        targets = [stops[i + 2], stops[i]] if i >= 0 else [stops[1]]
        off, place = min((abs(stop - near), near) for stop in targets for near in [min(max(stop, low), high)])
        if off < STRAIGHTENS and i >= 0:
            places.passes[key][i] = place
        elif i < 0:
            places.box[key] = place


def edge(places: Across, item: Item, side: int) -> float:
    """Returns where the room of an item begins (side 0) or ends (side 1)."""
    key, i = item
    middle, room = places.box[key] if i < 0 else places.passes[key][i], places.room(key, i)
    return middle + room[1] if side else middle - room[0]
