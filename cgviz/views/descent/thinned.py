"""The losses of a descent, thinned to as many places as a picture has room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from cgviz.analysis.learning import Descent


class Place(NamedTuple):
    """Some steps side by side: their mean number, and the mean, the least and the largest of their losses."""

    step: float
    mean: float
    least: float
    most: float


def thinned(descent: Descent, places: int) -> list[Place]:
    """Returns at most about `places` places; losses that are not finite are left out, and the first step is its own."""
    losses = descent.losses
    stride = max(1, math.ceil((len(losses) - 1) / places))
    starts = [0, *range(1, len(losses), stride)] if losses else []
    groups = (place(start, losses[start : start + (stride if start else 1)]) for start in starts)
    return [group for group in groups if group is not None]


def place(start: int, losses: Sequence[float]) -> Place | None:
    finite = [loss for loss in losses if math.isfinite(loss)]
    if not finite:
        return None
    mean = sum(loss / len(finite) for loss in finite)
    low, high = min(finite), max(finite)
    return Place(start + (len(losses) - 1) / 2, min(max(mean, low), high), low, high)
