"""The loss curve in the letters of a terminal: braille, eight dots to a letter, or plain ASCII, with its axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cgviz.analysis.learning import Descent
from cgviz.drawing.charts.axis import ChartAxis, axis

HEIGHT, NARROWEST, WIDEST = 12, 16, 100
Line = list[tuple[str, str]]
BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
Point = tuple[float, float]


def plot(descent: Descent, name: str, width: int, pen: CurvePen) -> Iterator[Line]:
    """Yields lines of (text, role), none wider than `width` where that leaves room for a curve at all."""
    places = thinned(descent, WIDEST * 2)
    if len(places) < 2:
        return
    y, x = axis(place.mean for place in places), ChartAxis(0.0, max(1.0, float(descent.reached[0])), whole=True)
    ticks = y.ticks(4)
    labels = dict(zip((round((1 - y.place(tick)) * (HEIGHT - 1)) for tick in ticks), y.labels(ticks), strict=True))
    margin = max(map(len, labels.values()), default=0) + 1
    room = max(NARROWEST, min(width, WIDEST) - margin - 2)
    points = [(x.place(place.step), y.place(place.mean)) for place in places]
    yield [(f"{name}{' (log scale)' if y.log else ''}", "name")]
    for row, letters in enumerate(dotted(points, room, HEIGHT, pen)):
        label = labels.get(row, "")
        yield [(f"{label:>{margin}} ", "soft"), (pen.tick if label else pen.upright, "muted"), (letters, "value")]
    yield from along(x, margin, room, pen)


def along(x: ChartAxis, margin: int, room: int, pen: CurvePen) -> Iterator[Line]:
    """Yields the axis of steps and its numbers."""
    ticks = x.ticks(max(2, room // 12))
    marks, numbers = [pen.flat] * room, " " * (margin + room + 8)
    for tick, label in zip(ticks, x.labels(ticks), strict=True):
        at = round(x.place(tick) * (room - 1))
        begin = max(0, min(margin + 2 + at - len(label) // 2, margin + 2 + room - len(label)))
        if numbers[max(0, begin - 1) : begin + len(label) + 1].strip():
            continue
        marks[at] = pen.mark
        numbers = numbers[:begin] + label + numbers[begin + len(label) :]
    yield [(" " * (margin + 1), ""), (pen.corner + "".join(marks), "muted")]
    ending = numbers.rstrip()
    said = f"{ending}  step" if len(ending) + 6 <= margin + 2 + room else ending
    yield [(said, "soft")]


@dataclass(frozen=True)
class CurvePen:
    """The signs that a terminal can say: dots to a letter across and down, the signs of the axes."""

    across: int
    down: int
    upright: str
    tick: str
    corner: str
    flat: str
    mark: str

    def letter(self, dots: Sequence[Sequence[bool]]) -> str:
        """Returns the letter of a block of dots."""
        if self.across == 1:
            return "*" if dots[0][0] else " "
        code = sum(BRAILLE[row][column] for row in range(4) for column in range(2) if dots[row][column])
        return chr(0x2800 + code) if code else " "


UNICODE = CurvePen(2, 4, "│", "┤", "└", "─", "┬")
ASCII = CurvePen(1, 1, "|", "+", "+", "-", "+")


def dotted(points: Sequence[Point], width: int, height: int, pen: CurvePen) -> list[str]:
    """Returns `height` lines of `width` letters with the curve through points in the unit square, x ascending."""
    across, down = width * pen.across, height * pen.down
    dots = [[False] * across for _ in range(down)]
    before = None
    for column, y in enumerate(heights(points, across)):
        row = down - 1 - min(down - 1, max(0, round(y * (down - 1))))
        low, high = sorted((row, row if before is None else before))
        for each in range(low + (low != high and low == before), high + 1 - (low != high and high == before)):
            dots[each][column] = True
        before = row
    return [
        "".join(pen.letter(block(dots, x * pen.across, y * pen.down, pen)) for x in range(width)).rstrip()
        for y in range(height)
    ]


def heights(points: Sequence[Point], columns: int) -> list[float]:
    """Returns the height of the curve in each column of dots, up to its last point."""
    found, at = [], 0
    for column in range(columns):
        x = column / max(1, columns - 1)
        if x > points[-1][0] + 0.5 / columns and column:
            break
        while at + 1 < len(points) - 1 and points[at + 1][0] < x:
            at += 1
        (x0, y0), (x1, y1) = points[at], points[min(at + 1, len(points) - 1)]
        share = 0.0 if x1 <= x0 else min(1.0, max(0.0, (x - x0) / (x1 - x0)))
        found.append(y0 + share * (y1 - y0))
    return found


def block(dots: Sequence[Sequence[bool]], x: int, y: int, pen: CurvePen) -> list[Sequence[bool]]:
    return [row[x : x + pen.across] for row in dots[y : y + pen.down]]


class StepPlace(NamedTuple):
    """Some steps side by side: their mean number, and the mean, the least and the largest of their losses."""

    step: float
    mean: float
    least: float
    most: float


def thinned(descent: Descent, places: int) -> list[StepPlace]:
    """Returns at most about `places` places; losses that are not finite are left out, and the first step is its own."""
    losses = descent.losses
    stride = max(1, math.ceil((len(losses) - 1) / places))
    starts = [0, *range(1, len(losses), stride)] if losses else []
    groups = (place(start, losses[start : start + (stride if start else 1)]) for start in starts)
    return [group for group in groups if group is not None]


def place(start: int, losses: Sequence[float]) -> StepPlace | None:
    finite = [loss for loss in losses if math.isfinite(loss)]
    if not finite:
        return None
    mean = sum(loss / len(finite) for loss in finite)
    low, high = min(finite), max(finite)
    return StepPlace(start + (len(losses) - 1) / 2, min(max(mean, low), high), low, high)
