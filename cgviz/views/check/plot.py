"""Relative error by step in a terminal: a log-log plot of signs, a sign for each way to take a slope."""

from __future__ import annotations

import math

from cgviz.analysis.checks import Sweep
from cgviz.analysis.checks.sweep import LEAST_ERROR, SlopeSeries, drawable
from cgviz.documents.grid import NARROWEST, prose
from cgviz.documents.terminal import head as head_of
from cgviz.documents.writing import Writing
from cgviz.drawing.charts.axis import ChartAxis
from cgviz.text.fold import Line, fold
from cgviz.views.table.heading import head

SIGNS = ("○", "●", "◆")
ASCII_SIGNS = ("o", "+", "*")
ROLES = ("flag", "gradient", "value")
HEIGHT, MOST_WIDE = 17, 72


def plots(sweeps: list[Sweep], spelling: Writing, width: int | None) -> list[Line]:
    """Returns a plot for each sweep, one below the other, and what each shows in a sentence."""
    wide = max(width or MOST_WIDE, NARROWEST)
    lines = [*head_of(head(sweeps[0].run, spelling), wide)] if sweeps else []
    for each in sweeps:
        lines += [[], *plot(each, spelling, min(wide, MOST_WIDE)), [], *said(each, spelling, wide)]
    return lines


def plot(of: Sweep, spelling: Writing, width: int) -> list[Line]:
    plain = spelling.plain
    bar, corner, tick = ("|", "+", "+") if plain else ("│", "└", "┴")
    across, up, wide = (
        ChartAxis(min(of.steps), max(of.steps), log=True),
        ChartAxis(LEAST_ERROR, 1.0, log=True),
        width - 8,
    )
    cells = [[(" ", "")] * wide for _ in range(HEIGHT)]
    for series, sign, role in zip(of.series, ASCII_SIGNS if plain else SIGNS, ROLES, strict=False):
        for step, error in zip(of.steps, series.errors, strict=True):
            if error == error:
                cells[HEIGHT - 1 - place(up, drawable(error), HEIGHT)][place(across, step, wide)] = (sign, role)
    title = f"relative error of {spelling.slope(of.run.graph.nodes[of.run.graph.output].shown, of.name)}, by step h"
    lines = prose([(spelling.clean(title), "name")], width)
    for row, line in enumerate(cells):
        power = HEIGHT - 1 - row
        label = spelling.clean(f"1e−{16 - power}" if power < 16 else "1") if power % 4 == 0 else ""
        lines.append([(f"{label:>6}", "muted"), (bar, "muted"), *line])
    return [*lines, *axis(across, wide, corner, tick, spelling), *legend(of, spelling, width)]


def place(axis: ChartAxis, value: float, size: int) -> int:
    return min(max(round(axis.place(value) * (size - 1)), 0), size - 1)


def axis(across: ChartAxis, wide: int, corner: str, tick: str, spelling: Writing) -> list[Line]:
    """Returns the horizontal axis and the powers of ten below it."""
    marks, labels = [spelling.rule] * wide, [" "] * (wide + 12)
    for power in (round(math.log10(tick)) for tick in across.ticks(wide // 9)):
        at = place(across, 10.0**power, wide)
        text = spelling.clean(f"1e{power}".replace("-", "−")) if power else "1"
        marks[at] = tick
        labels[at : at + len(text)] = text
    return [[(" " * 6 + corner + "".join(marks), "muted")], [(" " * 7 + "".join(labels).rstrip(), "muted")]]


def legend(of: Sweep, spelling: Writing, width: int) -> list[Line]:
    signs = ASCII_SIGNS if spelling.plain else SIGNS
    words = [
        [(sign, role), (f" {series.name}  ", "")] for series, sign, role in zip(of.series, signs, ROLES, strict=False)
    ]
    return [[(" " * 7, ""), *line] for line in fold(words, max(width - 7, NARROWEST - 7))]


def said(of: Sweep, spelling: Writing, width: int) -> list[Line]:
    """Returns what the plot shows: the best step of each way, what is to its right and to its left."""
    parts = [text for series in of.series if (text := best(of, series))]
    told = (
        f"{'; '.join(parts)}. A larger step errs by the bend of the function (truncation), a smaller one by rounding."
    )
    return prose([(spelling.clean(told), "")], width)


def best(of: Sweep, series: SlopeSeries) -> str:
    found = of.best(series)
    if found is None:
        return ""
    if sum(error < 1e-12 for error in series.errors) > len(series.errors) / 2:
        return f"{series.name}: within rounding at every small step"
    step, error = found
    return (
        f"{series.name}: best at h = {step:.0e}, error {error:.0e}"
        if error
        else f"{series.name}: exact at h = {step:.0e}"
    )
