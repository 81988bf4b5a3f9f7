"""Folds a scene into rows: cuts the order of its stages like a paragraph into lines, so that it fits its page best.

For a given scale every row has a greatest length; the fewest and lowest rows that keep it are found by dynamic
programming over the cuts, as a paragraph is broken into lines, and the greatest scale at which they fit by bisection.
Source: D. Knuth, M. Plass, Breaking paragraphs into lines (1981).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from math import inf, sqrt

from cgviz.drawing.diagram.along import ARROW, PAD
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.course import courses
from cgviz.drawing.diagram.levels import levels
from cgviz.drawing.diagram.room import footprint
from cgviz.drawing.diagram.scene import Scene
from cgviz.records import record

TURN, APART, BETWEEN = 26.0, 24.0, 11.0
PASS = 10.0  # a wire that passes
CUT = 10.0  # what a cut value costs, in points across
FULL = 0.18  # the part of a page that boxes fill, for a first guess at the scale
TRIES = 11
WINDOW = 3.0  # how much smaller than the guess the scale may become


@record
class Sizes:
    """What the fold knows of a scene, box by box: numbers of the operands and uses, rooms along and across."""

    keys: Sequence[str]
    into: Sequence[Sequence[int]]
    last_use: Sequence[int]
    along: Sequence[float]
    lead: Sequence[float]
    across: Sequence[float]
    ghost: Sequence[Point]
    is_start: Sequence[bool]


@record
class Fold:
    """A way to cut: the row of each box, the scale at which it is estimated to fit, and its size along and across."""

    row: Mapping[str, int]
    scale: float
    size: Point = (1.0, 1.0)

    @property
    def rows(self) -> int:
        return max(self.row.values(), default=0) + 1


def sizes(scene: Scene, axes: Axes, ghosts: Mapping[str, Point]) -> Sizes:
    """Returns the sizes of a scene; `ghosts` those of the tags that name its boxes, if needed, as width and height."""
    number = {box.key: n for n, box in enumerate(scene.boxes)}
    into = [[number[wire.source] for wire in scene.into[box.key]] for box in scene.boxes]
    last_use = [max([number[wire.target] for wire in scene.out[box.key]], default=-1) for box in scene.boxes]
    along, lead, across = [], [], []
    for box in scene.boxes:
        texts = [text for wire in scene.into[box.key] for text in (wire.before, wire.after, wire.beside) if text]
        needed = max([axes.text(text)[0] for text in texts], default=0.0)
        lead.append(needed + (2 * PAD if texts else 0.0) + ARROW)
        trunk = scene.trunk.get(box.key)
        more = max(axes.text(trunk.before)[0], axes.text(trunk.after)[0]) + 2 * PAD if trunk else 0.0
        along.append(2 * axes.half(box)[0] + more)
        across.append(sum(footprint(box, scene, axes)) + BETWEEN)
    pills = [axes.size(*ghosts[box.key]) for box in scene.boxes if box.key in ghosts]
    starts = [not scene.into[box.key] for box in scene.boxes]
    return Sizes(list(number), into, last_use, along, lead, across, pills, starts)


def folds(scene: Scene, axes: Axes, found: Sizes, page: Point, stop: float, by_level: bool | None) -> Iterator[Fold]:
    """Yields the way to fold a scene for a page (width and height), if there is one.

    stop      the scale beyond which nobody wants the picture larger
    by_level  whether it is cut in the order of ranks, not of stages; None: not at all
    """
    budget = axes.size(*page)
    stages = [n for n, start in enumerate(found.is_start) if not start]
    if by_level is None:
        yield unfolded(found, stages, budget)
        return
    order = leveled(scene, found, stages) if by_level else stages
    if not by_level or order != stages:
        yield best(found, order, budget, stop)


def folds_of_blocks(axes: Axes, found: Sizes, page: Point, stop: float, parts: Sequence[Sequence[str]]) -> Fold:
    """Returns the fold in which every part begins a row."""
    order, starts = of_parts(found, parts)
    return best(found, order, axes.size(*page), stop, starts)


def of_parts(found: Sizes, parts: Sequence[Sequence[str]]) -> tuple[list[int], set[int]]:
    """Returns the stages in the order of their parts, and the places at which these begin."""
    number = {key: n for n, key in enumerate(found.keys)}
    starts = {0, *accumulate(map(len, parts[:-1]))}
    return [number[key] for part in parts for key in part], starts


def in_lines(axes: Axes, found: Sizes, window: Point, parts: Sequence[Sequence[str]]) -> Fold:
    """Returns the fold into as few rows as can be that each fit a window, as far as single ranks do.

    Every part begins a row.
    """
    along, across = axes.size(*window)
    order, starts = of_parts(found, parts)
    segments = Rooms(found, order, starts).segments(along, across)
    within = [[(length, 1.0 if high <= across else 1e6, ghosts) for length, high, ghosts in runs] for runs in segments]
    lengths = [max(runs[0][0], 0.0) for runs in within if runs]
    begins = cut(len(order), within, max([along, *lengths]), inf)
    return Fold(assigned(found, order, begins or [0]), 1.0)


def coarse(scene: Scene, axes: Axes, found: Sizes, page: Point, stop: float) -> Fold:
    """Returns the fold of a large scene, cut between whole ranks, each row filled before the next: in linear time."""
    along, across = axes.size(*page)
    rank = levels(scene)
    size = max(rank.values(), default=0) + 1
    longs, highs = [0.0] * size, [0.0] * size
    for n, key in enumerate(found.keys):
        at = rank[key]
        longs[at] = max(longs[at], found.along[n] + found.lead[n])
        highs[at] += found.across[n]
    low, high = 1e-5, stop
    begins = filled(longs, highs, along / low)[0]
    for _ in range(2 * TRIES):
        middle = sqrt(low * high)
        tried, height = filled(longs, highs, along / middle)
        if height <= across / middle and max(longs) <= along / middle:
            low, begins = middle, tried
        else:
            high = middle
    row = {key: bisect_right(begins, level) - 1 for key, level in rank.items()}
    return Fold(row, low)


def filled(longs: Sequence[float], highs: Sequence[float], longest: float) -> tuple[list[int], float]:
    """Returns the ranks with which rows begin that are filled one after the other, and how high they are together."""
    begins, length, height, total = [0], 0.0, 0.0, 0.0
    for at, (long, high) in enumerate(zip(longs, highs, strict=True)):
        if length and length + long + TURN > longest:
            begins.append(at)
            total += height + APART
            length = height = 0.0
        length += long + TURN
        height = max(height, high)
    return begins, total + height


def leveled(scene: Scene, found: Sizes, stages: Sequence[int]) -> list[int]:
    """Returns stages in the order of their ranks."""
    rank = levels(scene)
    return sorted(stages, key=lambda n: (rank[found.keys[n]], n))


def unfolded(found: Sizes, order: Sequence[int], budget: Point) -> Fold:
    """Returns the fold that is none."""
    runs = Rooms(found, order).runs(0, inf, inf) if order else []
    length, height, _ = runs[-1] if runs else (1.0, 1.0, 0)
    scale = min(budget[0] / length, budget[1] / height)
    return Fold(dict.fromkeys(found.keys, 0), scale, (length, height))


def best(found: Sizes, order: Sequence[int], budget: Point, stop: float, starts: Collection[int] = ()) -> Fold:
    """Returns the fold at the greatest scale at which the rows fit; at the places `starts` a row must begin."""
    along, across = budget
    area = sum((a + lead + TURN) * b for a, lead, b in zip(found.along, found.lead, found.across, strict=True))
    guess = min(stop, sqrt(FULL * along * across / max(area, 1.0)) * 2)
    low = min(guess / WINDOW, stop / 2)
    rooms = Rooms(found, order, starts)
    while True:
        segments = rooms.segments(along / low, across / low)
        cuts = cut(len(order), segments, along / low, across / low)
        if cuts is not None or low < 1e-3:
            break
        low /= 2
    high = stop
    kept, scale = cuts or [0], low
    for _ in range(TRIES):
        middle = sqrt(low * high) if high > low else low
        cuts = cut(len(order), segments, along / middle, across / middle)
        if cuts is None:
            high = middle
        else:
            low = scale = middle
            kept = cuts
        if high / low < 1.02:
            break
    return Fold(assigned(found, order, kept), scale, whole(segments, kept, len(order)))


def whole(segments: Sequence[Sequence[Segment]], begins: Sequence[int], count: int) -> Point:
    """Returns the length of the longest row, and how high all are together."""
    ends = [*begins[1:], count][: len(begins)]
    rows = [segments[a][b - a - 1] for a, b in zip(begins, ends, strict=True) if b > a and len(segments[a]) >= b - a]
    if not rows:
        return (1.0, 1.0)
    return max(length for length, _, _ in rows), sum(height for _, height, _ in rows) + APART * (len(rows) - 1)


Segment = tuple[float, float, int]  # length along, height across, values cut at its beginning


class Rooms:
    """Estimates the room of every run of stages that could be a row."""

    def __init__(self, found: Sizes, order: Sequence[int], starts: Collection[int] = ()) -> None:
        into = tuple(map(tuple, found.into))
        self.courses = courses(tuple(order), into, tuple(found.is_start), frozenset(starts))
        pairs = list(zip(*found.ghost, strict=True)) or [(), ()]
        self.along = [*found.along, *pairs[0], 0.0]  # by the numbers of what is put, see `Course`
        self.across = [*found.across, *(high + BETWEEN for high in pairs[1]), PASS]
        before = [0.0 if start else lead for start, lead in zip(found.is_start, found.lead, strict=True)]
        self.lead = [*before, *[0.0] * (len(before) + 1)]

    def segments(self, longest: float, highest: float) -> list[list[Segment]]:
        """Returns, for each first stage, the rooms of the runs that begin with it: of one stage, of two, ..."""
        return [self.runs(i, longest, highest) for i in range(len(self.courses))]

    def runs(self, begin: int, longest: float, highest: float) -> list[Segment]:
        all_along, all_across, all_lead = self.along, self.across, self.lead
        rows = list[Segment]()
        wide: list[float] = []
        high: list[float] = []
        lead: list[float] = []
        length, height = -TURN, 0.0
        for puts, ghosts in self.courses[begin]:
            for at, part in puts:
                while len(wide) <= at:
                    wide.append(0.0)
                    high.append(0.0)
                    lead.append(0.0)
                    length += TURN
                wider, longer = all_along[part] - wide[at], all_lead[part] - lead[at]
                if wider > 0.0:
                    wide[at] = all_along[part]
                    length += wider + longer if longer > 0.0 else wider
                elif longer > 0.0:
                    length += longer
                if longer > 0.0:
                    lead[at] = all_lead[part]
                high[at] += all_across[part]
                if high[at] > height:
                    height = high[at]
            rows.append((length, height, ghosts))
            if length > longest or height > highest:
                break
        return rows


def cut(count: int, segments: Sequence[Sequence[Segment]], longest: float, highest: float) -> list[int] | None:
    """Returns where rows begin, none longer and all together as low as can be; None if they do not fit."""
    cost = [0.0] + [inf] * count
    came = [0] * (count + 1)
    for begin in range(count):
        before = cost[begin]
        if before > highest:
            continue
        end, apart = begin, APART if begin else 0.0
        for length, height, ghosts in segments[begin]:
            if length > longest:
                break
            end += 1
            total = before + height + apart + CUT * ghosts
            if total < cost[end]:
                cost[end], came[end] = total, begin
    if cost[count] > highest:
        return None
    begins, end = [], count
    while end:
        begins.append(came[end])
        end = came[end]
    return sorted(begins)


def assigned(found: Sizes, order: Sequence[int], begins: Sequence[int]) -> dict[str, int]:
    """Returns the row of each box: that of a stage by the cuts, that of an input by its first use."""
    row, at = {}, -1
    starts = set(begins) or {0}
    for place, n in enumerate(order):
        at += place in starts
        row[n] = max(at, 0)
    for n in order:
        for source in found.into[n]:
            row[source] = min(row.get(source, row[n]), row[n]) if found.is_start[source] else row[source]
    return {key: row.get(n, 0) for n, key in enumerate(found.keys)}
