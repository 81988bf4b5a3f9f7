"""The path of a descent in two parameters, over the contours of the loss, as a chart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from cgviz.analysis.learning import Descent, Objective, Surface
from cgviz.drawing.canvas.sheet import END, MIDDLE, START, Disc, Part, Path, Point, Said, Sheet, diamond
from cgviz.drawing.charts.axis import Axis
from cgviz.drawing.charts.frame import SMALL, Frame
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as named
from cgviz.text.numbers import DIGITS
from cgviz.views.descent.ground import ground, length
from cgviz.views.descent.words import caption, change, elided, shown_names

FEW, MILLING, FAR, RIGHTMOST = 60, 2500.0, 5000.0, 560.0


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
    x, y = Axis(surface.xs[0], surface.xs[-1]), Axis(surface.ys[0], surface.ys[-1])
    name = elided(objective.graph.nodes[objective.graph.output].shown)
    first, second = map(shown_names(objective), surface.names)
    said, changed = caption(descent, objective.examples, digits), change(descent, digits)
    title = f"Descent on {name}({first}, {second})"
    frame = Frame(x, y, first, second, title, [said, changed], named(theme), background, ruled=False)
    description = f"The path of the parameters over contours of equal loss: {said}; {changed}."
    points = spots(frame, surface)
    inside = frame.window([*ground(frame, surface, points), *trail(frame, points)])
    return frame.sheet([inside, *ends(frame, points)], description)


def spots(frame: Frame, surface: Surface) -> list[Point]:
    """Returns the path in the picture; where its last place is far outside, one in that direction stands for it."""
    points = [frame.spot(x, y) for x, y in surface.path if math.isfinite(x) and math.isfinite(y)]
    for here, there in pairwise(points[-2:]):
        far = math.dist(here, there)
        share = min(1.0, FAR / far) if far else 1.0
        points[-1] = here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])
    return points


def trail(frame: Frame, points: list[Point]) -> Iterator[Part]:
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


def ends(frame: Frame, points: list[Point]) -> Iterator[Part]:
    """Yields a circle at the start and a diamond at the end, with their names; an end off the picture has none."""
    colour, behind, inside = frame.theme.gradient, frame.theme.background, frame.holds(points[-1])
    yield Disc(*points[0], 5, behind, colour, 2, kind="start")
    if inside:
        yield Path([diamond(*points[-1], 7)], behind, 1.5, colour, kind="end")
    close = math.dist(points[0], points[-1]) < 50
    yield name_of("start", frame, points[0], -12 if close else 0)
    if inside:
        yield name_of("end", frame, points[-1], 20 if close else 0)


def name_of(words: str, frame: Frame, spot: Point, down: float) -> Said:
    """Returns the name of an end beside it; above or below it where `down` says so."""
    align, along = (MIDDLE, 0) if down else (END, -12) if spot[0] > RIGHTMOST else (START, 12)
    at, theme = (spot[0] + along, spot[1] + (down or 4)), frame.theme
    return Said(*at, words, SMALL, theme.ink, align, bold=True, kind=words, halo=theme.background)
