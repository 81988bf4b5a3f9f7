"""The contours of a surface: lines of equal loss and the ground between them, found by contourpy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cgviz.analysis.learning import Surface
from cgviz.errors import UsageError

Point = tuple[float, float]


@dataclass(frozen=True)
class Contour:
    """All lines at one loss, and the outlines of where the loss is below it (outer ones and holes)."""

    level: float
    lines: tuple[tuple[Point, ...], ...]
    below: tuple[tuple[Point, ...], ...]


def contours(surface: Surface, levels: list[float]) -> Iterator[Contour]:
    """Yields the contour at every level. Raises UsageError where contourpy is not installed."""
    if not levels:
        return
    made = generator(surface)
    lowest = min(loss for row in surface.losses for loss in row if math.isfinite(loss))
    for level in levels:
        lines = tuple(points(one) for one in made.lines(level))
        below: list[tuple[Point, ...]] = []
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


def points(array: Any) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in array)
