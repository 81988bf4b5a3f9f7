"""Decides the order: in which rank each box stands, which is above which, and where long wires pass.

`sweeps.py` orders the ranks, here is what they are made of, and the place across of all that stands in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cgviz.drawing.diagram.layers import Layers
from cgviz.drawing.diagram.scene import Scene
from cgviz.drawing.diagram.spread import spread
from cgviz.drawing.diagram.sweeps import EXCHANGES, arrange
from cgviz.records import record

GAP = 11.0  # between neighbours in a rank
PASS = 5.0  # the room of a wire that passes, on either side
PLACINGS = 8
STIFF = 8.0  # how much more than others a wire that passes wants to run straight

Pull = tuple[int, float, float]  # what pulls an item: another one, how far beside it, and how strongly
Pulls = list[Pull]


@record
class Order:
    """For each box its rank and its place across; for each wire its places in the ranks that it passes."""

    ranks: int
    rank: Mapping[str, int]
    across: Mapping[str, float]
    passes: Mapping[str, Sequence[float]]
    crossings: int = 0


def order(
    scene: Scene, rank: Mapping[str, int], feet: Mapping[str, tuple[float, float]], pitch: Mapping[str, float]
) -> Order:
    """Returns the order of a scene whose boxes have their ranks.

    feet, pitch  the room of each box across, and how far apart the wires into it reach it
    """
    layers = layered(scene, rank, feet)
    layers.pitch = [pitch[box.key] for box in scene.boxes]
    crossings = arrange(layers)
    across = placed(layers)
    keys = {box.key: number for number, box in enumerate(scene.boxes)}
    found = {wire: [across[item] for item in items] for wire, items in layers.passes.items()}
    return Order(len(layers.rows), rank, {key: across[number] for key, number in keys.items()}, found, crossings)


def layered(scene: Scene, rank: Mapping[str, int], feet: Mapping[str, tuple[float, float]]) -> Layers:
    """Returns the layers of a scene, ordered as one who begins at the end and goes through the operands meets them."""
    number = {box.key: n for n, box in enumerate(scene.boxes)}
    size = len(number)
    before: list[list[int]] = [[] for _ in range(size)]
    after: list[list[int]] = [[] for _ in range(size)]
    level = [rank[box.key] for box in scene.boxes]
    room = [feet[box.key] for box in scene.boxes]
    passes = {}
    for box in scene.boxes:
        for wire in scene.into[box.key]:
            came, items = number[wire.source], []
            for between in range(rank[wire.source] + 1, rank[wire.target]):
                item = len(level)
                level.append(between)
                room.append((PASS, PASS))
                before.append([came])
                after.append([])
                after[came].append(item)
                items.append(item)
                came = item
            before[number[box.key]].append(came)
            after[came].append(number[box.key])
            passes[wire.key] = items
    layers = Layers(ranked(level, met(before, after, size)), before, after, room, size, passes)
    layers.other = ranked(level, met(after, before, size))
    return layers


def ranked(level: Sequence[int], items: Sequence[int]) -> list[list[int]]:
    """Returns items rank by rank, in their order."""
    rows: list[list[int]] = [[] for _ in range(max(level, default=-1) + 1)]
    for item in items:
        rows[level[item]].append(item)
    return rows


def met(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]], size: int) -> list[int]:
    """Returns all items in the order in which they are met, from every end through the operands in turn."""
    found, seen = [], [False] * len(before)
    for end in range(size):
        todo = [] if after[end] or seen[end] else [end]
        while todo:
            item = todo.pop()
            if not seen[item]:
                seen[item] = True
                found.append(item)
                todo += reversed(before[item])
    return found


def placed(layers: Layers) -> list[float]:
    """Returns a place across for every item: near the middle of its neighbours, long wires straight."""
    across = [0.0] * len(layers.before)
    gaps = [[layers.room[a][1] + layers.room[b][0] + GAP for a, b in pairwise(row)] for row in layers.rows]
    for row, apart in zip(layers.rows, gaps, strict=True):
        total = sum(apart) / 2
        for item, at in zip(row, spread([-total] * len(row), apart), strict=True):
            across[item] = at
    wanted = pulls(layers)
    large = len(layers.before) > 4 * EXCHANGES
    for sweep in range(PLACINGS if not large else 4):
        forth = sweep % 2 == 0
        numbers = range(len(layers.rows)) if forth else range(len(layers.rows) - 1, -1, -1)
        for n in numbers:
            place_row(layers, n, across, gaps[n], wanted, forth, both=sweep >= 2)
    return across


def pulls(layers: Layers) -> tuple[list[Pulls], list[Pulls]]:
    """Returns what pulls each item from the rank before, and from the rank after."""
    offset = {}
    for item in range(layers.boxes):
        ends = sorted(layers.before[item], key=layers.at.__getitem__)
        for n, end in enumerate(ends if len(ends) > 1 else ()):
            offset[end, item] = (n - (len(ends) - 1) / 2) * layers.pitch[item]

    def pull(item: int, end: int, away: float) -> Pull:
        return end, away, STIFF if item >= layers.boxes <= end else 1.0

    every = range(len(layers.before))
    before = [[pull(item, end, -offset.get((end, item), 0.0)) for end in layers.before[item]] for item in every]
    return before, [[pull(item, end, offset.get((item, end), 0.0)) for end in layers.after[item]] for item in every]


def place_row(
    layers: Layers,
    n: int,
    across: list[float],
    gaps: Sequence[float],
    wanted: tuple[list[Pulls], list[Pulls]],
    forth: bool,
    both: bool,
) -> None:
    """Places a rank near the middle of where its wires come from, or lead to."""
    row, wants, weights = layers.rows[n], [], []
    first, other = wanted if forth else wanted[::-1]
    for item in row:
        spots = first[item]
        if both and (item >= layers.boxes or not spots):
            spots = spots + other[item] if forth else other[item] + spots
        mass = total = 0.0
        for end, away, weight in spots:
            mass += weight
            total += (across[end] + away) * weight
        wants.append(total / mass if spots else across[item])
        weights.append(max(mass, 0.5))
    for item, at in zip(row, spread(wants, gaps, weights), strict=True):
        across[item] = at
