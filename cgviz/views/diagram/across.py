"""Gives every box, every wire that passes and every lane its place across the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cgviz.views.diagram.axes import Axes, Point
from cgviz.views.diagram.order import Order
from cgviz.views.diagram.room import LANE, Lane, gaps, lanes
from cgviz.views.diagram.scene import Scene
from cgviz.views.diagram.spread import spread, within

BETWEEN = 11.0  # between what stands beside one another in a rank
CORNER = 12.0  # at the ends of a box's side, where no wire enters
APART = LANE + 4.0  # a wire from what stands beside it, where it can run straighter
STRAIGHTENS = 22.0  # how far a part moves to let a wire run straight

Item = tuple[str, int]  # a box (key, -1), or the i-th place where a wire passes (key, i)


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

    def stops(self, wire: str) -> list[float]:
        """Returns where a wire is in each rank, from its source to its lane."""
        return [self.box[self.source[wire]], *self.passes[wire], self.lane[wire]]

    def __post_init__(self) -> None:
        self.source = {wire.key: wire.source for wire in self.scene.wires}
        self.passes.update({wire: [] for wire in self.source})

    def arrival(self, wire: str) -> float:
        """Returns where a wire comes from: the last rank that it passed, or its source."""
        return self.passes[wire][-1] if self.passes[wire] else self.box[self.source[wire]]


def placed(scene: Scene, axes: Axes, order: Order, feet: Mapping[str, Point]) -> Across:
    """Returns places across as near as can be to those of `order`, with no two parts in each other's room."""
    places = Across(scene, axes, order, feet)
    for column in sorted_columns(scene, order):
        items = [item for _, item in column]
        wants = [want(places, place, item) for place, item in column]
        rooms = [feet[key] if i < 0 else (LANE, LANE) for key, i in items]
        weights = [8.0 if i < 0 else 1.0 for _, i in items]
        found = spread(wants, [a[1] + b[0] + BETWEEN for a, b in pairwise(rooms)], weights)
        places.columns.append(items)
        for (key, i), place in zip(items, found, strict=True):
            if i >= 0:
                places.passes[key].append(place)
            else:
                places.box[key] = place
                place_lanes(places, key)
    for rank in range(order.ranks - 1, 0, -1):
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
    """Returns where an item wants to be: where Graphviz put it, or a little off where a wire then runs straight."""
    key, i = item
    if i >= 0:
        moves = [places.arrival(key) - place]
    else:
        ordered = sorted_lanes(places, key)
        apart = gaps(ordered, places.axes)
        reach = lane_reach(places, key, apart)
        comes = [places.arrival(lane.wire.key) - place for lane in ordered]
        spots = spread([0.0] * len(ordered), apart)
        moves = [come - max(spot - reach, min(spot + reach, come)) for come, spot in zip(comes, spots, strict=True)]
    nearest = min(moves, key=abs, default=0.0)
    return place + nearest if abs(nearest) < STRAIGHTENS else place


def sorted_lanes(places: Across, key: str) -> list[Lane]:
    """Returns the lanes into a box in the order in which the wires come."""
    return lanes(sorted(places.scene.into[key], key=lambda wire: places.arrival(wire.key)), places.axes)


def lane_reach(places: Across, key: str, apart: Sequence[float]) -> float:
    """Returns how far the lanes of a box may slide from the middle of its side, all together."""
    half = places.axes.half(places.scene.box[key])[1]
    return max(0.0, half - CORNER - sum(apart) / 2) if places.scene.slides else 0.0


def place_lanes(places: Across, key: str) -> None:
    """Gives every wire into box `key` its lane, as near as can be to where it comes from."""
    ordered = places.lanes[key] = sorted_lanes(places, key)
    apart = gaps(ordered, places.axes)
    reach = lane_reach(places, key, apart) + sum(apart) / 2
    low, high = places.box[key] - reach, places.box[key] + reach
    wants = [min(max(places.arrival(lane.wire.key), low), high) for lane in ordered]
    for lane, place in zip(ordered, within(spread(wants, apart), apart, low, high), strict=True):
        places.lane[lane.wire.key] = place


def straighten(places: Across, rank: int) -> None:
    """Moves every wire that passes `rank` in line with its next or its last stop, where nothing is in between."""
    items = places.columns[rank]
    for n, (key, i) in enumerate(items):
        if i < 0:
            continue
        stops = places.stops(key)
        low = edge(places, items[n - 1], 1) if n else -1e9
        high = edge(places, items[n + 1], 0) if n + 1 < len(items) else 1e9
        for stop in (stops[i + 2], stops[i]):
            if low + APART <= stop <= high - APART:
                places.passes[key][i] = stop
                break


def edge(places: Across, item: Item, side: int) -> float:
    """Returns where the room of an item begins (side 0) or ends (side 1)."""
    key, i = item
    middle, room = (places.box[key], places.feet[key]) if i < 0 else (places.passes[key][i], (LANE, LANE))
    return middle + room[1] if side else middle - room[0]
