"""The path of a descent in two parameters, over the contours of the loss, as a chart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cgviz.analysis.learning import Descent, Objective, Surface
from cgviz.drawing.canvas.sheet import END, MIDDLE, START, Disc, Part, Path, Point, Said, Sheet, diamond
from cgviz.drawing.charts.axis import DECADES, ChartAxis, rounds, tidy
from cgviz.drawing.charts.frame import SMALL, ChartFrame
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as named
from cgviz.errors import UsageError
from cgviz.text.numbers import DIGITS, number
from cgviz.views.descent.written import caption, change, elided, shown_names

FEW, MILLING, FAR, RIGHTMOST = 60, 2500.0, 5000.0, 560.0
APART, SHORT = 44.0, 60.0
Place = tuple[float, float]
ABOUT, MOST = 12, 16
SERIES = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))


def path(
    objective: Objective,
    descent: Descent,
    surface: Surface,
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> Sheet:
    """Returns the picture. Raises UsageError where contourpy is not installed."""
    x, y = ChartAxis(surface.xs[0], surface.xs[-1]), ChartAxis(surface.ys[0], surface.ys[-1])
    name = elided(objective.graph.nodes[objective.graph.output].shown)
    first, second = map(shown_names(objective), surface.names)
    said, changed = caption(descent, objective.examples, digits), change(descent, digits)
    title = f"Descent on {name}({first}, {second})"
    frame = ChartFrame(x, y, first, second, title, [said, changed], named(theme), background, ruled=False)
    description = f"The path of the parameters over contours of equal loss: {said}; {changed}."
    points = spots(frame, surface)
    inside = frame.window([*ground(frame, surface, points), *trail(frame, points)])
    return frame.sheet([inside, *ends(frame, points)], description)


def spots(frame: ChartFrame, surface: Surface) -> list[Point]:
    """Returns the path in the picture; where its last place is far outside, one in that direction stands for it."""
    points = [frame.spot(x, y) for x, y in surface.path if math.isfinite(x) and math.isfinite(y)]
    for here, there in pairwise(points[-2:]):
        far = math.dist(here, there)
        share = min(1.0, FAR / far) if far else 1.0
        points[-1] = here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])
    return points


def trail(frame: ChartFrame, points: list[Point]) -> Iterator[Part]:
    """Yields the path, and a dot for every step where there are few."""
    colour = frame.theme.gradient
    thick = 1.8 if len(points) <= FEW or smooth(points) else 0.8
    yield Path([points], frame.theme.background, thick + 2, opacity=0.5)
    yield Path([points], colour, thick, kind="path")
    if len(points) <= FEW:
        yield from (Disc(*point, 2.2, colour, kind="step") for point in points[1:-1])


def smooth(points: list[Point]) -> bool:
    """Tells a way that goes somewhere from one that mills about, which is many times as long as the picture is wide."""
    return length(points) < MILLING


def ends(frame: ChartFrame, points: list[Point]) -> Iterator[Part]:
    """Yields a circle at the start and a diamond at the end, with their names; an end off the picture has none."""
    colour, behind, inside = frame.theme.gradient, frame.theme.background, frame.holds(points[-1])
    yield Disc(*points[0], 5, behind, colour, 2, kind="start")
    if inside:
        yield Path([diamond(*points[-1], 7)], behind, 1.5, colour, kind="end")
    close = math.dist(points[0], points[-1]) < 50
    yield name_of("start", frame, points[0], -12 if close else 0)
    if inside:
        yield name_of("end", frame, points[-1], 20 if close else 0)


def name_of(words: str, frame: ChartFrame, spot: Point, down: float) -> Said:
    """Returns the name of an end beside it; above or below it where `down` says so."""
    align, along = (MIDDLE, 0) if down else (END, -12) if spot[0] > RIGHTMOST else (START, 12)
    at, theme = (spot[0] + along, spot[1] + (down or 4)), frame.theme
    return Said(*at, words, SMALL, theme.ink, align, bold=True, kind=words, halo=theme.background)


def ground(frame: ChartFrame, surface: Surface, path: list[Point]) -> Iterator[Part]:
    """Yields the contours, the deeper the darker, and the loss of each where there is room beside the path."""
    found = list(contours(surface, levels(loss for row in surface.losses for loss in row)))
    for contour in reversed(found):
        yield from filled(frame, contour, 0.45 / len(found))
    for contour in found:
        yield from outlined(frame, contour)
    taken = [(x + along, y) for x, y in (path[:1] + path[-1:]) for along in (0, 28)]
    for contour in found:
        yield from labelled(frame, contour, taken, strided(path, 200))


def filled(frame: ChartFrame, contour: Contour, opacity: float) -> Iterator[Part]:
    if contour.below:
        yield Path([at(frame, piece) for piece in contour.below], fill=frame.theme.input_line, opacity=opacity)


def outlined(frame: ChartFrame, contour: Contour) -> Iterator[Part]:
    yield from (Path([at(frame, one)], frame.theme.input_line, 0.8, kind="contour") for one in contour.lines)


def labelled(frame: ChartFrame, contour: Contour, taken: list[Point], path: list[Point]) -> Iterator[Part]:
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


def clearance(frame: ChartFrame, place: Point, taken: list[Point], path: list[Point]) -> float:
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


def at(frame: ChartFrame, points: tuple[Point, ...]) -> list[Point]:
    return [frame.spot(x, y) for x, y in points]


@dataclass(frozen=True)
class Contour:
    """All lines at one loss, and the outlines of where the loss is below it (outer ones and holes)."""

    level: float
    lines: tuple[tuple[Place, ...], ...]
    below: tuple[tuple[Place, ...], ...]


def contours(surface: Surface, levels: list[float]) -> Iterator[Contour]:
    """Yields the contour at every level. Raises UsageError where contourpy is not installed."""
    if not levels:
        return
    made = generator(surface)
    lowest = min(loss for row in surface.losses for loss in row if math.isfinite(loss))
    for level in levels:
        lines = tuple(points(one) for one in made.lines(level))
        below: list[tuple[Place, ...]] = []
        if lowest < level:
            for outline, starts in zip(*made.filled(lowest - 1 - abs(lowest), level), strict=True):
                below += [points(outline[start:end]) for start, end in pairwise(starts)]
        yield Contour(level, lines, tuple(below))


def generator(surface: Surface) -> Any:
    """Returns contourpy's generator of contours; places without a finite loss are left out."""
    required()
    import contourpy  # type: ignore[import-not-found, unused-ignore]
    import numpy

    losses = numpy.ma.masked_invalid(numpy.array(surface.losses, dtype=float))
    lines, areas = contourpy.LineType.Separate, contourpy.FillType.OuterOffset
    return contourpy.contour_generator(
        surface.xs, surface.ys, losses, name="serial", line_type=lines, fill_type=areas, corner_mask=True
    )


def required() -> None:
    """Raises UsageError where contourpy is not installed."""
    try:
        import contourpy  # noqa: F401
    except ImportError as missing:
        raise UsageError("--path draws contours with contourpy, which is missing: pip install contourpy") from missing


def points(array: Any) -> tuple[Place, ...]:
    return tuple((float(x), float(y)) for x, y in array)


def levels(losses: Iterable[float]) -> list[float]:
    """Returns round losses for contours, smallest first: by decades where the losses span them, else evenly.

    The least losses of a surface decide little, for a grid may touch the minimum itself: decades count from the
    loss that one place in a hundred lies below.
    """
    finite = sorted(loss for loss in losses if math.isfinite(loss))
    if not finite or finite[0] == finite[-1]:
        return []
    low, high = finite[len(finite) // 100], finite[-1]
    if low > 0 and math.log10(high) - math.log10(low) >= DECADES:
        return by_decades(low, high)
    even = rounds(finite[0], high, ABOUT)
    if len(even) < 2:
        return even
    near = [tidy(even[0] + (even[1] - even[0]) * part) for part in (-0.5, 0.5)]
    return sorted({*even, *(level for level in near if finite[0] < level < high)})


def by_decades(low: float, high: float) -> list[float]:
    """Returns 1, 2, 5 of every decade, or fewer of each where there are many decades."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for parts in SERIES:
        found = [
            tidy(part * float(f"1e{exponent}"))
            for exponent in range(first, min(last, 308) + 1)
            for part in parts
            if low <= part * float(f"1e{exponent}") < high
        ]
        if len(found) <= MOST:
            return found
    return found[:: math.ceil(len(found) / MOST)]
