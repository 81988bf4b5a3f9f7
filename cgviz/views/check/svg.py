"""Relative error by step as SVG: log-log axes, a line with its own marker for each way to take a slope, a legend."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from cgviz.analysis.checks import Sweep
from cgviz.analysis.checks.sweep import Series
from cgviz.drawing.fonts import FONT
from cgviz.drawing.theme import Theme
from cgviz.text.letters import superscript
from cgviz.views.check.scales import Scale, floor

WIDE, HIGH = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 78, 28, 64, 84
ACROSS, DOWN = WIDE - LEFT - RIGHT, HIGH - TOP - BOTTOM
MARKERS = ("circle", "square", "diamond")


def drawing(sweeps: list[Sweep], theme: Theme) -> str:
    """Returns the plots as one SVG, one below the other."""
    high = HIGH * len(sweeps)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" width="{WIDE}" height="{high}"'
        f' role="img" font-family="{escape(FONT)}" font-size="13" fill="{theme.ink}">',
        f"<title>{escape('; '.join(map(title, sweeps)))}</title>",
        f"<desc>{escape(' '.join(map(description, sweeps)))}</desc>",
        f'<rect width="{WIDE}" height="{high}" fill="{theme.background}"/>',
    ]
    for i, each in enumerate(sweeps):
        parts += [f'<g class="sweep" transform="translate(0 {i * HIGH})">', *panel(each, theme), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def title(of: Sweep) -> str:
    return f"Relative error of ∂{of.run.graph.nodes[of.run.graph.output].shown}/∂{of.name} by step h"


def description(of: Sweep) -> str:
    """Returns what the picture shows, for those who do not see it."""
    parts = []
    for series in of.series:
        found = of.best(series)
        parts += [f"{series.name}: smallest error {found[1]:.1g} at h = {found[0]:.1g}."] if found else []
    return " ".join(parts)


def panel(of: Sweep, theme: Theme) -> Iterator[str]:
    """Yields one plot, in its own coordinates."""
    across, up = Scale.of(of.steps, ACROSS), Scale.of([1.0, 1e-16], DOWN)
    yield f'<text x="{LEFT}" y="26" font-size="15" font-weight="bold">{escape(title(of))}</text>'
    yield from axes(across, up, theme)
    yield from regions(of, across, theme)
    for series, colour, marker in zip(of.series, colours(theme), MARKERS, strict=False):
        yield from line(of, series, across, up, colour, marker)
    yield from legend(of, theme)


def colours(theme: Theme) -> tuple[str, str, str]:
    return theme.flag, theme.gradient, theme.value


def x_of(across: Scale, step: float) -> float:
    return LEFT + across.at(step) * ACROSS


def y_of(up: Scale, error: float) -> float:
    return TOP + (1 - up.at(floor(error))) * DOWN


def axes(across: Scale, up: Scale, theme: Theme) -> Iterator[str]:
    """Yields the grid, the ticks and their powers of ten, and what the axes mean."""
    bottom = TOP + DOWN
    grid = f'stroke="{theme.pale}" stroke-width="0.6" stroke-opacity="0.6"'
    for power in across.powers(10):
        x = x_of(across, 10.0**power)
        yield f'<path d="M{x:.1f} {TOP}V{bottom}" {grid}/>'
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle" fill="{theme.soft}">{ten(power)}</text>'
    for power in up.powers(9):
        y = y_of(up, 10.0**power)
        yield f'<path d="M{LEFT} {y:.1f}H{LEFT + ACROSS}" {grid}/>'
        yield f'<text x="{LEFT - 9}" y="{y + 4.5:.1f}" text-anchor="end" fill="{theme.soft}">{ten(power)}</text>'
    yield f'<path d="M{LEFT} {TOP}V{bottom}H{LEFT + ACROSS}" fill="none" stroke="{theme.edge}" stroke-width="1.2"/>'
    yield f'<text x="{LEFT + ACROSS}" y="{bottom + 42}" text-anchor="end" fill="{theme.soft}">step h</text>'
    yield (
        f'<text transform="translate(20 {TOP + DOWN / 2:.0f}) rotate(-90)" text-anchor="middle" fill="{theme.soft}">'
        "relative error</text>"
    )


def ten(power: int) -> str:
    return "1" if power == 0 else "10" + superscript(str(power))


def regions(of: Sweep, across: Scale, theme: Theme) -> Iterator[str]:
    """Yields the best step of the central difference, and the names of what errs on either side of it."""
    central = next((series for series in of.series if series.name.startswith("central")), None)
    found = of.best(central) if central else None
    if found is None:
        return
    x = min(max(x_of(across, found[0]), LEFT + 90), LEFT + ACROSS - 90)
    small = f'font-size="12" font-style="italic" fill="{theme.muted}"'
    yield f'<path d="M{x:.1f} {TOP}V{TOP + DOWN}" stroke="{theme.muted}" stroke-dasharray="3 4"/>'
    yield f'<text x="{x - 10:.1f}" y="{TOP - 9}" text-anchor="end" {small}>← rounding</text>'
    yield f'<text x="{x + 10:.1f}" y="{TOP - 9}" {small}>truncation →</text>'


def line(of: Sweep, series: Series, across: Scale, up: Scale, colour: str, marker: str) -> Iterator[str]:
    """Yields one line, broken where there is no error, and a marker on each of its points."""
    points = [
        (x_of(across, step), y_of(up, error)) if not math.isnan(error) else None
        for step, error in zip(of.steps, series.errors, strict=True)
    ]
    path, pen = [], "M"
    for point in points:
        path += [f"{pen}{point[0]:.1f} {point[1]:.1f}"] if point else []
        pen = "L" if point else "M"
    yield f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="1.4" stroke-linejoin="round"/>'
    yield f'<g fill="{colour}">' + "".join(mark(marker, *point) for point in points if point) + "</g>"


def mark(kind: str, x: float, y: float, size: float = 2.6) -> str:
    """Returns a marker: shapes tell the lines apart without colour."""
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
    if kind == "square":
        return f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size}" height="{2 * size}"/>'
    reach = size * 1.4
    r = f"{reach:.1f}"
    return f'<path d="M{x:.1f} {y - reach:.1f}l{r} {r}l-{r} {r}l-{r} -{r}z"/>'


def legend(of: Sweep, theme: Theme) -> Iterator[str]:
    x, y = float(LEFT), HIGH - 20
    for series, colour, marker in zip(of.series, colours(theme), MARKERS, strict=False):
        yield f'<path d="M{x:.0f} {y - 4.5}h26" stroke="{colour}" stroke-width="1.4"/>'
        yield f'<g fill="{colour}">{mark(marker, x + 13, y - 4.5, 3.4)}</g>'
        yield f'<text x="{x + 34:.0f}" y="{y}">{escape(series.name)}</text>'
        x += 34 + 7.2 * len(series.name) + 30
