"""Puts things on a line as near as can be to where each wants to be, in order and far enough apart."""

from __future__ import annotations

from collections.abc import Sequence


def spread(desired: Sequence[float], gaps: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """Returns positions p with p[i+1] - p[i] >= gaps[i] that minimise the sum of weights · (p - desired)².

    Linear in time: neighbours that would come too near are pooled and move as one.
    Source: the pool adjacent violators algorithm (Ayer et al. 1955).
    """
    weights = weights or [1.0] * len(desired)
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[tuple[float, float, int]] = []  # mean, weight, count
    for want, offset, weight in zip(desired, offsets, weights, strict=False):
        mean, count = want - offset, 1
        while pools and pools[-1][0] > mean:
            before, mass, members = pools.pop()
            mean = (before * mass + mean * weight) / (mass + weight)
            weight, count = weight + mass, count + members
        pools.append((mean, weight, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]


def within(positions: Sequence[float], gaps: Sequence[float], low: float, high: float) -> list[float]:
    """Returns positions moved between `low` and `high`, still in order and apart; there must be room for them."""
    kept = list(positions)
    floor = low
    for i, position in enumerate(kept):
        kept[i] = max(position, floor)
        floor = kept[i] + (gaps[i] if i < len(gaps) else 0.0)
    ceiling = high
    for i in range(len(kept) - 1, -1, -1):
        kept[i] = min(kept[i], ceiling)
        ceiling = kept[i] - (gaps[i - 1] if i else 0.0)
    return kept
