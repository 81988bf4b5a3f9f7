"""Orders ranks so that few wires cross: sweeps through the ranks, and exchanges within them.

In a sweep every item goes to the middle of its neighbours in the rank before or after; then items of a rank are
exchanged as long as fewer wires cross.
Source: K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures (1981);
E. Gansner et al., A technique for drawing directed graphs (1993).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from cgviz.drawing.diagram.layers import FAR, Layers, gains_any, opened

SWEEPS, IDLE = 10, 4  # sweeps in all, and without fewer crossings
EXCHANGES = 600  # items; the neighbours of larger scenes are not exchanged one by one
KEPT = 64  # orders; candidates of one search, and pictures of one program, often have the same ranks

Rows = Sequence[Sequence[int]]


def arrange(layers: Layers) -> int:
    """Orders the ranks so that few wires cross; returns how many do."""
    if len(layers.before) > EXCHANGES:
        rows, least = swept(layers, layers.rows, set())
    else:
        frozen = (tuple(map(tuple, part)) for part in (layers.rows, layers.other, layers.before, layers.after))
        rows, least = arranged(*frozen, layers.boxes)
    layers.rows = [list(row) for row in rows]
    layers.number()
    return least


@lru_cache(KEPT)
def arranged(rows: Rows, other: Rows, before: Rows, after: Rows, boxes: int) -> tuple[Rows, int]:
    """Returns the ranks in an order in which few wires cross, and how many do."""
    layers = Layers([], [*map(list, before)], [*map(list, after)], [], boxes)
    seen: set[tuple[bool, tuple[tuple[int, ...], ...]]] = set()
    best, least = swept(layers, rows, seen)
    for start in (other, turned(rows), turned(other)):
        if least:
            again, fewer = swept(layers, start, seen)
            best, least = (again, fewer) if fewer < least else (best, least)
    layers.rows = [list(row) for row in best]
    layers.number()
    if is_upside_down(layers):
        layers.rows = [row[::-1] for row in layers.rows]
        layers.number()
    as_written(layers)
    return layers.rows, least


def turned(rows: Rows) -> Rows:
    """Returns ranks of which every other one is turned round."""
    return [row[::-1] if n % 2 else row for n, row in enumerate(rows)]


def swept(layers: Layers, rows: Rows, seen: set[tuple[bool, tuple[tuple[int, ...], ...]]]) -> tuple[Rows, int]:
    """Returns the best order that sweeps find which begin with `rows`, and how many wires cross in it.

    It ends where a sweep would begin with an order that was `seen`.
    """
    large = len(layers.before) > EXCHANGES
    layers.rows = [list(row) for row in rows]
    best, least, idle = rows, layers.crossings(), 0
    for sweep in range(-1, SWEEPS if not large else 4):
        if not least or idle == IDLE:
            break
        forth = sweep % 2 == 0
        if sweep >= 0:
            for n in range(1, len(rows)) if forth else range(len(rows) - 2, -1, -1):
                sort_row(layers, n, layers.before if forth else layers.after, n - 1 if forth else n + 1)
        if not large:
            state = forth, tuple(map(tuple, layers.rows))
            if state in seen:
                break
            seen.add(state)
            exchange(layers)
        now = layers.crossings()
        idle += 1
        if now < least:
            best, least, idle = [list(row) for row in layers.rows], now, 0
    return best, least


def is_upside_down(layers: Layers) -> bool:
    """Tells whether more neighbouring starts and operands stand against the order in which they were written."""
    starts = [[item for item in row if is_start(layers, item)] for row in layers.rows]
    against = sum((a > b) - (a < b) for row in starts for a, b in pairwise(row))
    for ends in layers.before[: layers.boxes]:
        same = [(a, b) for a, b in pairwise(ends) if a < layers.boxes and b < layers.boxes]
        against += sum((layers.at[a] > layers.at[b]) - (layers.at[a] < layers.at[b]) for a, b in same)
    return against > 0


def is_start(layers: Layers, item: int) -> bool:
    return item < layers.boxes and not layers.before[item]


def sort_row(layers: Layers, n: int, neighbours: Rows, other: int) -> None:
    """Sorts a rank by the middle of the neighbours in another; what has none keeps its place among the rest."""
    place, row = layers.at, layers.rows[n]
    keys = {}
    for at, item in enumerate(row):
        ends = sorted([place[end] for end in neighbours[item]])
        keys[item] = median(ends) if ends else at * len(layers.rows[other]) / len(row)
    row.sort(key=keys.__getitem__)
    layers.renumber(row)


def median(ends: Sequence[int]) -> float:
    middle = len(ends) // 2
    return float(ends[middle]) if len(ends) % 2 else (ends[middle - 1] + ends[middle]) / 2


def exchange(layers: Layers, rounds: int = 8) -> None:
    """Exchanges neighbours, and moves items farther, as long as fewer wires cross.

    A rank is tried again once one beside it changes.
    """
    count = len(layers.rows)
    waiting = set(range(count))
    for _ in range(rounds):
        for n in range(count):
            if n in waiting:
                waiting.remove(n)
                if exchange_in(layers, n):
                    waiting.update({n - 1, n + 1} & {*range(count)})
        if not waiting:
            return


def exchange_in(layers: Layers, n: int) -> bool:
    """Exchanges and moves the items of one rank; tells whether it changed."""
    row = layers.rows[n]
    if len(row) < 2:
        return False
    sums = layers.sums(n)
    if not gains_any(sums):
        return False
    places, gained = list(range(len(row))), opened(sums)
    for i in range(len(row) - 1):
        if gained[places[i]][i + 1] > 0:
            places[i : i + 2] = i + 1, places[i]
    for item in list(places):
        sift(places, item, gained[item])
    layers.rows[n] = [row[i] for i in places]
    layers.renumber(layers.rows[n])
    return places != list(range(len(row)))


def sift(row: list[int], item: int, gained: Sequence[int]) -> None:
    """Moves an item to where in its rank the fewest wires cross; `gained` is what it gains behind each other one.

    Source: R. Rudell, Dynamic variable ordering for ordered binary decision diagrams (1993).
    """
    at = row.index(item)
    behind = [0, *[gained[other] for other in row[at + 1 : at + 1 + FAR]]]
    before = [0, *[-gained[other] for other in row[max(at - FAR, 0) : at][::-1]]]
    if max(behind) or max(before):
        later, earlier = list(accumulate(behind)), list(accumulate(before))
        most = max(max(later), max(earlier))
        if not most:
            return
        row.insert(at + later.index(most) if most in later else at - earlier.index(most), row.pop(at))


def as_written(layers: Layers) -> None:
    """Exchanges neighbours that then stand in the order in which they were written, where no more wires cross."""
    for _ in range(4):
        changed = False
        for n, row in enumerate(layers.rows):
            if any(is_reversed(layers, a, b) for a, b in pairwise(row)):
                changed |= written(layers, row, layers.gains(n))
        if not changed:
            return


def written(layers: Layers, row: list[int], gained: Sequence[Sequence[int]]) -> bool:
    """Does so in one rank; tells whether it changed."""
    number = {item: i for i, item in enumerate(row)}
    before = list(row)
    for i in range(len(row) - 1):
        a, b = row[i : i + 2]
        if is_reversed(layers, a, b) and gained[number[a]][number[b]] >= 0:
            layers.swap(row, i)
    return row != before


def is_reversed(layers: Layers, a: int, b: int) -> bool:
    """Tells whether two boxes that are alike, both starts or both operands of one, stand against their order."""
    if not b < a < layers.boxes:
        return False
    if is_start(layers, a) and is_start(layers, b):
        return True
    return any(end in layers.after[b] for end in layers.after[a])
