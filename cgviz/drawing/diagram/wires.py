"""How wires look: curved as they are laid out, straight from lane to lane, or of right angles with round corners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.rows import Laid
from cgviz.drawing.diagram.scene import Box, Wire
from cgviz.drawing.pictures import WIRES
from cgviz.errors import UsageError, quoted

APART, CORNER, MARGIN, TRIES = 5.0, 4.0, 3.0, 9
FLAT = 0.5  # two places that differ by less are on one line


def drawn_as(laid: Laid, axes: Axes, kind: str) -> Laid:
    """Returns a layout whose wires are "curved", "straight" or "orthogonal". Raises UsageError for anything else."""
    if kind not in WIRES:
        raise UsageError(f"no wires {quoted(kind)}; there are {', '.join(WIRES)}")
    if kind == "curved":
        return laid
    plan = laid.plan
    runs = Runs([room_of(axes, plan.centre[box.key], box) for box in laid.scene.boxes])
    for wire in laid.scene.wires:
        pieces = list(pieces_of(plan.path[wire.key]))
        if kind == "straight":
            plan.path[wire.key] = line([pieces[0][0], *(piece[-1] for piece in pieces)])
        else:
            plan.path[wire.key] = rounded(list(corners(pieces, runs, wire)))
    return laid


def room_of(axes: Axes, centre: Point, box: Box) -> tuple[float, float, float, float]:
    (along, across), (a, c) = centre, axes.half(box)
    return along - a, along + a, across - c, across + c


def pieces_of(path: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """Yields the Bézier curves of a path."""
    yield from (path[first : first + 4] for first in range(0, len(path) - 1, 3))


def line(points: Sequence[Point]) -> list[Point]:
    """Returns the path of straight lines from point to point."""
    path = [points[0]]
    for a, b in pairwise(points):
        path += [between(a, b, 1 / 3), between(a, b, 2 / 3), b]
    return path


def between(a: Point, b: Point, share: float) -> Point:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


@dataclass
class Runs:
    """The lines along and across that are taken, each by its source: (where it is, from, to, source).

    rooms  those of boxes, in which nothing turns: (from, to) along and across
    """

    rooms: Sequence[tuple[float, float, float, float]]
    along: list[tuple[float, float, float, str]] = field(default_factory=list)
    across: list[tuple[float, float, float, str]] = field(default_factory=list)

    def turn(self, start: Point, end: Point, source: str) -> float:
        """Returns where a wire from start to end turns, so that it runs on no other one; takes the lines there."""
        low, high = start[0] + MARGIN, end[0] - MARGIN
        middle, step = (low + high) / 2, max((high - low) / (2 * TRIES), 0.0)
        places = [middle, *(middle + side * n * step for n in range(1, TRIES + 1) for side in (-1, 1))]
        found = next((at for at in places if self.is_free(start, end, at, source)), middle)
        self.across.append((found, min(start[1], end[1]), max(start[1], end[1]), source))
        self.along += [(start[1], start[0], found, source), (end[1], found, end[0], source)]
        return found

    def is_free(self, start: Point, end: Point, at: float, source: str) -> bool:
        low, high = min(start[1], end[1]), max(start[1], end[1])
        if any(a - MARGIN < at < b + MARGIN and c < high and low < d for a, b, c, d in self.rooms):
            return False
        if not free(self.along, start[1], start[0], at, source) or not free(self.along, end[1], at, end[0], source):
            return False
        return free(self.across, at, low, high, source)


def free(taken: Sequence[tuple[float, float, float, str]], at: float, low: float, high: float, source: str) -> bool:
    return not any(other != source and abs(place - at) < APART and a < high and low < b for place, a, b, other in taken)


def corners(pieces: Sequence[Sequence[Point]], runs: Runs, wire: Wire) -> Iterator[Point]:
    """Yields the corners of a wire of right angles."""
    yield pieces[0][0]
    for piece in pieces:
        start, end = piece[0], piece[-1]
        if abs(start[1] - end[1]) > FLAT:
            at = runs.turn(start, end, wire.source)
            yield from ((at, start[1]), (at, end[1]))
        yield end


def rounded(points: Sequence[Point]) -> list[Point]:
    """Returns the path through corners, each of them round."""
    path = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        sizes = (abs(corner[0] - p[0]) + abs(corner[1] - p[1]) for p in (before, after))
        size = min(CORNER, *(each / 2 for each in sizes))
        if size < FLAT:
            continue
        enter, leave = towards(corner, before, size), towards(corner, after, size)
        path += [between(path[-1], enter, 1 / 3), between(path[-1], enter, 2 / 3), enter]
        path += [between(enter, corner, 0.55), between(leave, corner, 0.55), leave]
    last = points[-1]
    return [*path, between(path[-1], last, 1 / 3), between(path[-1], last, 2 / 3), last]


def towards(a: Point, b: Point, size: float) -> Point:
    length = abs(b[0] - a[0]) + abs(b[1] - a[1])
    return between(a, b, size / length)
