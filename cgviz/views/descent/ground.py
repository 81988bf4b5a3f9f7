"""The ground under a descent: contours of equal loss, the deeper the darker, each with its loss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from cgviz.analysis.learning import Surface
from cgviz.drawing.canvas.sheet import MIDDLE, Part, Path, Point, Said
from cgviz.drawing.charts.frame import SMALL, Frame
from cgviz.text.numbers import number
from cgviz.views.descent.contours import Contour, contours
from cgviz.views.descent.levels import levels

APART, SHORT = 44.0, 60.0


def ground(frame: Frame, surface: Surface, path: list[Point]) -> Iterator[Part]:
    """Yields the contours, the deeper the darker, and the loss of each where there is room beside the path."""
    found = list(contours(surface, levels(loss for row in surface.losses for loss in row)))
    for contour in reversed(found):
        yield from filled(frame, contour, 0.45 / len(found))
    for contour in found:
        yield from outlined(frame, contour)
    taken = [(x + along, y) for x, y in (path[:1] + path[-1:]) for along in (0, 28)]
    for contour in found:
        yield from labelled(frame, contour, taken, strided(path, 200))


def filled(frame: Frame, contour: Contour, opacity: float) -> Iterator[Part]:
    if contour.below:
        yield Path([at(frame, piece) for piece in contour.below], fill=frame.theme.input_line, opacity=opacity)


def outlined(frame: Frame, contour: Contour) -> Iterator[Part]:
    yield from (Path([at(frame, one)], frame.theme.input_line, 0.8, kind="contour") for one in contour.lines)


def labelled(frame: Frame, contour: Contour, taken: list[Point], path: list[Point]) -> Iterator[Part]:
    """Yields the loss on the longest line of a contour, at the place that is farthest from all else."""
    longest = max((at(frame, one) for one in contour.lines), key=length, default=[])
    if length(longest) < SHORT:
        return
    x, y = max(strided(longest, 40), key=lambda place: clearance(frame, place, taken, path))
    if clearance(frame, (x, y), taken, path) >= APART:
        taken.append((x, y))
        words = number(contour.level, 3)
        halo = frame.theme.background
        yield Said(x, y + 3.5, words, SMALL - 2, frame.theme.soft, MIDDLE, kind="level", halo=halo)


def clearance(frame: Frame, place: Point, taken: list[Point], path: list[Point]) -> float:
    """Returns how far a place is from every label, at most 120; edges count double, the path thrice."""
    left, bottom = frame.spot(frame.x.low, frame.y.low)
    right, top = frame.spot(frame.x.high, frame.y.high)
    edge = min(place[0] - left, right - place[0], place[1] - top, bottom - place[1])
    near = (3 * math.dist(place, other) for other in path)
    return min([120.0, edge * 2, *near, *(math.dist(place, other) for other in taken)])


def strided(points: list[Point], most: int) -> list[Point]:
    """Returns about `most` of the points, evenly."""
    return points[:: max(1, len(points) // most)]


def length(points: list[Point]) -> float:
    return sum(math.dist(one, other) for one, other in pairwise(points))


def at(frame: Frame, points: tuple[Point, ...]) -> list[Point]:
    return [frame.spot(x, y) for x, y in points]
