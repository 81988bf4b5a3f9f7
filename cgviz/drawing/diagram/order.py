"""Decides the order: in which rank each box stands, which is above which, and where long wires pass.

The ranks are ordered by sweeps in which every box goes to the middle of its neighbours in the rank before or after,
and by exchanging neighbours as long as fewer wires cross.
Source: K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures (1981);
E. Gansner et al., A technique for drawing directed graphs (1993).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cgviz.drawing.diagram.scene import Scene
from cgviz.drawing.diagram.spread import spread

GAP = 11.0  # between neighbours in a rank
PASS = 5.0  # the room of a wire that passes, on either side
SWEEPS, PLACINGS = 10, 8
EXCHANGES = 600  # items; the neighbours of larger scenes are not exchanged one by one
FAR = 8  # how far an item is moved at once to let fewer wires cross
STIFF = 8.0  # how much more than others a wire that passes wants to run straight


@dataclass(frozen=True)
class Order:
    """For each box its rank and its place across; for each wire its places in the ranks that it passes."""

    ranks: int
    rank: Mapping[str, int]
    across: Mapping[str, float]
    passes: Mapping[str, Sequence[float]]
    crossings: int = 0


@dataclass
class Layers:
    """The boxes (first) and the places where wires pass, as numbers, rank by rank in their order.

    before, after  the neighbours of each in the rank before and after
    room           what each takes across, before and after its middle
    pitch          how far apart the wires into each reach it
    other          the ranks in another order to begin with
    """

    rows: list[list[int]]
    before: list[list[int]]
    after: list[list[int]]
    room: list[tuple[float, float]]
    boxes: int
    passes: dict[str, list[int]] = field(default_factory=dict)
    is_start: list[bool] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    pitch: list[float] = field(default_factory=list)
    other: list[list[int]] = field(default_factory=list)

    def number(self) -> None:
        """Notes the place of every item in its rank."""
        self.at = [0] * len(self.before)
        for row in self.rows:
            self.renumber(row)

    def renumber(self, row: Sequence[int]) -> None:
        for place, item in enumerate(row):
            self.at[item] = place

    def swap(self, row: list[int], i: int) -> None:
        """Exchanges the items `i` and `i + 1` of a rank."""
        row[i : i + 2] = row[i + 1], row[i]
        self.at[row[i]], self.at[row[i + 1]] = i, i + 1

    def crossings(self) -> int:
        self.number()
        return sum(self.crossings_after(n) for n in range(len(self.rows) - 1))

    def crossings_after(self, n: int) -> int:
        """Returns how many wires cross between rank `n` and the next."""
        place = self.at
        seen: list[int] = []
        found = 0
        for item in self.rows[n]:
            ends = sorted(place[other] for other in self.after[item])
            found += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
        return found


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
    starts = [not part for part in before]
    layers = Layers(ranked(level, met(before, after, size)), before, after, room, size, passes, starts)
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


def arrange(layers: Layers) -> int:
    """Orders the ranks so that few wires cross; returns how many do."""
    large = len(layers.before) > EXCHANGES
    best, least = swept(layers, layers.rows, large)
    for start in (layers.other, turned(layers.rows), turned(layers.other)) if not large else ():
        if least:
            again, fewer = swept(layers, start, large)
            best, least = (again, fewer) if fewer < least else (best, least)
    layers.rows = best
    layers.number()
    if is_upside_down(layers):
        layers.rows = [row[::-1] for row in layers.rows]
        layers.number()
    if not large:
        as_written(layers)
    return least


def turned(rows: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Returns ranks of which every other one is turned round."""
    return [row[::-1] if n % 2 else row for n, row in enumerate(rows)]


def swept(layers: Layers, rows: Sequence[Sequence[int]], large: bool) -> tuple[list[list[int]], int]:
    """Returns the best order that sweeps find which begin with `rows`, and how many wires cross in it."""
    layers.rows = [list(row) for row in rows]
    best, least = rows, layers.crossings()
    for sweep in range(-1, SWEEPS if not large else 4):
        if not least:
            break
        forth = sweep % 2 == 0
        if sweep >= 0:
            for n in range(1, len(rows)) if forth else range(len(rows) - 2, -1, -1):
                sort_row(layers, n, layers.before if forth else layers.after, n - 1 if forth else n + 1)
        if not large:
            exchange(layers)
        now = layers.crossings()
        if now < least:
            best, least = [list(row) for row in layers.rows], now
    return [list(row) for row in best], least


def is_upside_down(layers: Layers) -> bool:
    """Tells whether more neighbouring starts and operands stand against the order in which they were written."""
    starts = [[item for item in row if item < layers.boxes and layers.is_start[item]] for row in layers.rows]
    against = sum((a > b) - (a < b) for row in starts for a, b in pairwise(row))
    for ends in layers.before[: layers.boxes]:
        same = [(a, b) for a, b in pairwise(ends) if a < layers.boxes and b < layers.boxes]
        against += sum((layers.at[a] > layers.at[b]) - (layers.at[a] < layers.at[b]) for a, b in same)
    return against > 0


def sort_row(layers: Layers, n: int, neighbours: Sequence[Sequence[int]], other: int) -> None:
    """Sorts a rank by the middle of the neighbours in another; what has none keeps its place among the rest."""
    place, row = layers.at, layers.rows[n]
    keys = {}
    for at, item in enumerate(row):
        ends = sorted(place[end] for end in neighbours[item])
        keys[item] = median(ends) if ends else at * len(layers.rows[other]) / len(row)
    row.sort(key=lambda item: keys[item])
    layers.renumber(row)


def median(ends: Sequence[int]) -> float:
    middle = len(ends) // 2
    return float(ends[middle]) if len(ends) % 2 else (ends[middle - 1] + ends[middle]) / 2


def exchange(layers: Layers, rounds: int = 8) -> None:
    """Exchanges neighbours, and moves items farther, as long as fewer wires cross.

    A rank is tried again once it, or one beside it, changes.
    """
    count = len(layers.rows)
    waiting = set(range(count))
    for _ in range(rounds):
        for n in range(count):
            if n in waiting:
                waiting.remove(n)
                if exchange_in(layers, n):
                    waiting.update(range(max(n - 1, 0), min(n + 2, count)))
        if not waiting:
            return


def exchange_in(layers: Layers, n: int) -> bool:
    row, changed = layers.rows[n], False
    known: dict[tuple[int, int], int] = {}  # what holds as long as only this rank changes

    def gained(a: int, b: int) -> int:
        if (a, b) not in known:
            known[a, b] = gain(layers, a, b)
            known[b, a] = -known[a, b]
        return known[a, b]

    for i in range(len(row) - 1):
        a, b = row[i : i + 2]
        if gained(a, b) > 0:
            layers.swap(row, i)
            changed = True
    for item in list(row):
        changed |= sift(layers, row, item, gained)
    return changed


def sift(layers: Layers, row: list[int], item: int, gained: Callable[[int, int], int]) -> bool:
    """Moves an item to where in its rank the fewest wires cross; tells whether it moved.

    Source: R. Rudell, Dynamic variable ordering for ordered binary decision diagrams (1993).
    """
    at = layers.at[item]
    best, most = at, 0
    for side in (1, -1):
        found, place = 0, at + side
        while 0 <= place < len(row) and abs(place - at) <= FAR:
            found += gained(item, row[place]) if side > 0 else gained(row[place], item)
            if found > most:
                best, most = place, found
            place += side
    if not most:
        return False
    row.insert(best, row.pop(at))
    layers.renumber(row)
    return True


def gain(layers: Layers, a: int, b: int) -> int:
    """Returns how many crossings less there are where `b` stands before `a`, not after it."""
    found, place = 0, layers.at
    for neighbours in (layers.before, layers.after):
        of_a, of_b = neighbours[a], neighbours[b]
        if len(of_a) == len(of_b) == 1:
            upper, lower = place[of_a[0]], place[of_b[0]]
            found += (upper > lower) - (upper < lower)
        elif of_a and of_b:
            above, below = sorted(place[end] for end in of_a), sorted(place[end] for end in of_b)
            found += inversions(above, below) - inversions(below, above)
    return found


def inversions(upper: Sequence[int], lower: Sequence[int]) -> int:
    """Returns how many wires cross that go from two neighbours to these places."""
    return sum(bisect_left(lower, end) for end in upper)


def as_written(layers: Layers) -> None:
    """Exchanges neighbours that then stand in the order in which they were written, where no more wires cross."""
    for _ in range(4):
        changed = False
        for row in layers.rows:
            for i in range(len(row) - 1):
                a, b = row[i : i + 2]
                if is_reversed(layers, a, b) and gain(layers, a, b) >= 0:
                    layers.swap(row, i)
                    changed = True
        if not changed:
            return


def is_reversed(layers: Layers, a: int, b: int) -> bool:
    """Tells whether two boxes that are alike, both starts or both operands of one, stand against their order."""
    if not b < a < layers.boxes:
        return False
    if layers.is_start[a] and layers.is_start[b]:
        return True
    return any(end in layers.after[b] for end in layers.after[a])


def placed(layers: Layers) -> list[float]:
    """Returns a place across for every item: near the middle of its neighbours, long wires straight."""
    across = [0.0] * len(layers.before)
    gaps = [[layers.room[a][1] + layers.room[b][0] + GAP for a, b in pairwise(row)] for row in layers.rows]
    for row, apart in zip(layers.rows, gaps, strict=True):
        total = sum(apart) / 2
        for item, at in zip(row, spread([-total] * len(row), apart), strict=True):
            across[item] = at
    offset = offsets(layers)
    large = len(layers.before) > 4 * EXCHANGES
    for sweep in range(PLACINGS if not large else 4):
        forth = sweep % 2 == 0
        numbers = range(len(layers.rows)) if forth else range(len(layers.rows) - 1, -1, -1)
        for n in numbers:
            place_row(layers, n, across, gaps[n], offset, forth, both=sweep >= 2)
    return across


def offsets(layers: Layers) -> dict[tuple[int, int], float]:
    """Returns how far from the middle of its target each wire reaches it, where that is not the middle."""
    found = {}
    for item in range(layers.boxes):
        ends = sorted(layers.before[item], key=layers.at.__getitem__)
        for n, end in enumerate(ends if len(ends) > 1 else ()):
            found[end, item] = (n - (len(ends) - 1) / 2) * layers.pitch[item]
    return found


def place_row(
    layers: Layers,
    n: int,
    across: list[float],
    gaps: Sequence[float],
    offset: Mapping[tuple[int, int], float],
    forth: bool,
    both: bool,
) -> None:
    """Places a rank near the middle of where its wires come from, or lead to."""
    row, wants, weights = layers.rows[n], [], []
    for item in row:
        passing = item >= layers.boxes
        before, after = layers.before[item], layers.after[item]
        around = both and (passing or not (before if forth else after))
        spots = []
        if forth or around:
            spots += [(across[end] - offset.get((end, item), 0.0), passing and end >= layers.boxes) for end in before]
        if not forth or around:
            spots += [(across[end] + offset.get((item, end), 0.0), passing and end >= layers.boxes) for end in after]
        mass = sum(STIFF if stiff else 1.0 for _, stiff in spots)
        wants.append(sum(at * (STIFF if stiff else 1.0) for at, stiff in spots) / mass if spots else across[item])
        weights.append(max(mass, 0.5))
    for item, at in zip(row, spread(wants, gaps, weights), strict=True):
        across[item] = at
