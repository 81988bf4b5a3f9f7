"""The path of a descent in two parameters, over the contours of the loss, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from cgviz.learning import Descent, Objective, Surface
from cgviz.numbers import DIGITS, number
from cgviz.theme import Theme
from cgviz.theme import theme as named
from cgviz.views.descent.contours import Contour, contours
from cgviz.views.descent.frame import SMALL, Frame, Point, line, text
from cgviz.views.descent.levels import levels
from cgviz.views.descent.scale import Axis
from cgviz.views.descent.words import caption, change, elided, shown_names

FEW, APART, SHORT, MILLING = 60, 44.0, 60.0, 2500.0


def path(
    objective: Objective,
    descent: Descent,
    surface: Surface,
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> bytes:
    """Returns the picture. Raises UsageError where contourpy is not installed."""
    x, y = Axis(surface.xs[0], surface.xs[-1]), Axis(surface.ys[0], surface.ys[-1])
    name = elided(objective.graph.nodes[objective.graph.output].shown)
    first, second = map(shown_names(objective), surface.names)
    said, changed = caption(descent, objective.examples, digits), change(descent, digits)
    title = f"Descent on {name}({first}, {second})"
    frame = Frame(x, y, first, second, title, [said, changed], named(theme), background, ruled=False)
    description = f"The path of the parameters over contours of equal loss: {said}; {changed}."
    return frame.written([*ground(frame, surface), *trail(frame, descent)], description)


def ground(frame: Frame, surface: Surface) -> Iterator[str]:
    """Yields the contours, the deeper the darker, and the loss of each where there is room."""
    found = list(contours(surface, levels(loss for row in surface.losses for loss in row)))
    for contour in reversed(found):
        yield from filled(frame, contour, 0.45 / len(found))
    written: list[Point] = []
    for contour in found:
        yield from outlined(frame, contour)
    for contour in found:
        yield from labelled(frame, contour, written)


def filled(frame: Frame, contour: Contour, opacity: float) -> Iterator[str]:
    pieces = ["M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in at(frame, piece)) + "Z" for piece in contour.below]
    if pieces:
        shape = "".join(pieces)
        yield f'<path fill="{frame.theme.input_line}" fill-opacity="{opacity:.3f}" fill-rule="evenodd" d="{shape}"/>\n'


def outlined(frame: Frame, contour: Contour) -> Iterator[str]:
    for one in contour.lines:
        yield line(at(frame, one), frame.theme.input_line, 0.8, ' class="contour"')


def labelled(frame: Frame, contour: Contour, written: list[Point]) -> Iterator[str]:
    """Yields the loss on the longest line of a contour, at the place that is farthest from other labels."""
    longest = max((at(frame, one) for one in contour.lines), key=length, default=[])
    if length(longest) < SHORT:
        return
    places = longest[:: max(1, len(longest) // 24)]
    x, y = max(places, key=lambda place: clearance(frame, place, written))
    if clearance(frame, (x, y), written) >= APART:
        written.append((x, y))
        halo = f' stroke="{frame.theme.background}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
        words = number(contour.level, 3)
        yield text(words, x, y + 3.5, SMALL - 2, frame.theme.soft, "middle", "level", more=halo)


def clearance(frame: Frame, place: Point, written: list[Point]) -> float:
    """Returns how far a place is from every label, at most 120, and from the edges, which count double."""
    left, bottom = frame.spot(frame.x.low, frame.y.low)
    right, top = frame.spot(frame.x.high, frame.y.high)
    edge = min(place[0] - left, right - place[0], place[1] - top, bottom - place[1])
    return min([120.0, edge * 2, *(math.dist(place, other) for other in written)])


def length(points: list[Point]) -> float:
    return sum(math.dist(one, other) for one, other in pairwise(points))


def trail(frame: Frame, descent: Descent) -> Iterator[str]:
    """Yields the path, a dot for every step where there are few, and its two ends by name."""
    colour, behind = frame.theme.gradient, frame.theme.background
    pairs = [tuple(place.values()) for place in descent.kept.values()]
    points = [frame.spot(x, y) for x, y in pairs if math.isfinite(x) and math.isfinite(y)]
    if not points:
        return
    thick = 1.8 if len(points) <= FEW or smooth(points) else 0.8
    yield line(points, behind, thick + 2, ' stroke-linejoin="round" stroke-opacity="0.5"')
    yield line(points, colour, thick, ' stroke-linejoin="round" class="path"')
    if len(points) <= FEW:
        for x, y in points[1:-1]:
            yield f'<circle class="step" cx="{x:.2f}" cy="{y:.2f}" r="2.2" fill="{colour}"/>\n'
    (x, y), (end_x, end_y) = points[0], points[-1]
    look = f'fill="{behind}" stroke="{colour}" stroke-width="2"'
    yield f'<circle class="start" cx="{x:.2f}" cy="{y:.2f}" r="5" {look}/>\n'
    diamond = "".join(f"{end_x + a:.2f},{end_y + b:.2f} " for a, b in ((0, -7), (7, 0), (0, 7), (-7, 0)))
    yield f'<polygon class="end" fill="{colour}" stroke="{behind}" stroke-width="1.5" points="{diamond.strip()}"/>\n'
    yield from ends(frame, points[0], points[-1])


def smooth(points: list[Point]) -> bool:
    """Tells a way that goes somewhere from one that mills about, which is many times as long as the picture is wide."""
    return length(points) < MILLING


def ends(frame: Frame, start: Point, end: Point) -> Iterator[str]:
    """Yields the words `start` and `end`, the one above the other where the two are close."""
    halo = f' stroke="{frame.theme.background}" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke"'
    close = math.dist(start, end) < 50
    for words, (x, y), down in (("start", start, -12 if close else 4), ("end", end, 20 if close else 4)):
        right = x > 560
        anchor, along = ("middle", 0) if close else ("end", -12) if right else ("start", 12)
        yield text(words, x + along, y + down, SMALL, frame.theme.ink, anchor, words, bold=True, more=halo)


def at(frame: Frame, points: tuple[Point, ...]) -> list[Point]:
    return [frame.spot(x, y) for x, y in points]
