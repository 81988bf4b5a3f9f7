"""Relative error by step as a chart: a line with its own marker for each way to take a slope, and a legend."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.analysis.checks import Sweep
from cgviz.analysis.checks.sweep import LEAST_ERROR, SlopeSeries, drawable
from cgviz.drawing.canvas.sheet import END, Disc, Part, Path, Point, Said, Sheet, diamond, square, stacked
from cgviz.drawing.charts.axis import ChartAxis
from cgviz.drawing.charts.frame import BOTTOM, HEIGHT, NORMAL, RIGHT, SMALL, TOP, WIDTH, ChartFrame
from cgviz.drawing.fonts.metrics import text_width
from cgviz.drawing.theme import Theme

SMALLER, LARGER = 2.6, 3.4  # markers on a line, in the legend
NEAREST, APART = 90.0, 10.0


def chart(sweeps: list[Sweep], theme: Theme) -> Sheet:
    """Returns the charts, one below the other."""
    return stacked([one(each, theme) for each in sweeps])


def one(of: Sweep, theme: Theme) -> Sheet:
    x, y = ChartAxis(min(of.steps), max(of.steps), log=True), ChartAxis(LEAST_ERROR, 1.0, log=True)
    title = f"Relative error of ∂{of.run.graph.nodes[of.run.graph.output].shown}/∂{of.name} by step h"
    told = [said for series in of.series if (said := best(of, series))]
    frame = ChartFrame(x, y, "step h", "relative error", title, ["", *told], theme, "filled")
    return frame.sheet([*regions(of, frame), *lines(of, frame), *legend(of, frame)], " ".join(told))


def best(of: Sweep, series: SlopeSeries) -> str:
    found = of.best(series)
    return f"{series.name}: smallest error {found[1]:.1g} at h = {found[0]:.1g}." if found else ""


def regions(of: Sweep, frame: ChartFrame) -> Iterator[Part]:
    """Yields the best step of the central difference, and the names of what errs on either side of it."""
    central = next((series for series in of.series if series.name.startswith("central")), None)
    found = of.best(central) if central else None
    if found is None:
        return
    x = min(max(frame.spot(found[0], 1.0)[0], frame.left + NEAREST), WIDTH - RIGHT - NEAREST)
    yield Path([[(x, TOP), (x, HEIGHT - BOTTOM)]], frame.theme.muted, dash="3 4")
    yield Said(x - APART, TOP - 5, "← rounding", SMALL, frame.theme.muted, END)
    yield Said(x + APART, TOP - 5, "truncation →", SMALL, frame.theme.muted)


def lines(of: Sweep, frame: ChartFrame) -> Iterator[Part]:
    """Yields the lines, broken where there is no error, and a marker on each of their points."""
    for kind, series in enumerate(of.series):
        pieces: list[list[Point]] = [[]]
        for step, error in zip(of.steps, series.errors, strict=True):
            if error == error:
                pieces[-1].append(frame.spot(step, drawable(error)))
            elif pieces[-1]:
                pieces.append([])
        drawn = [piece for piece in pieces if piece]
        if drawn:
            yield Path(drawn, colours(frame.theme)[kind], 1.4, kind="sweep")
        yield from (marker(kind, *point, SMALLER, frame.theme) for piece in drawn for point in piece)


def colours(theme: Theme) -> tuple[str, str, str]:
    return theme.flag, theme.gradient, theme.value


def marker(kind: int, x: float, y: float, size: float, theme: Theme) -> Part:
    """Returns a marker: shapes tell the lines apart without colour."""
    colour = colours(theme)[kind]
    if kind == 0:
        return Disc(x, y, size, colour)
    return Path([square(x, y, size) if kind == 1 else diamond(x, y, 1.4 * size)], fill=colour)


def legend(of: Sweep, frame: ChartFrame) -> Iterator[Part]:
    x, y = 20.0, HEIGHT - 14.0
    for kind, series in enumerate(of.series):
        yield Path([[(x, y - 4.5), (x + 26, y - 4.5)]], colours(frame.theme)[kind], 1.4)
        yield marker(kind, x + 13, y - 4.5, LARGER, frame.theme)
        yield Said(x + 34, y, series.name, NORMAL, frame.theme.ink)
        x += 34 + text_width(series.name, NORMAL) + 30
