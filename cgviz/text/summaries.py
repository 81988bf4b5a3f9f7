"""What a few numbers say about an array of many: its extremes, mean and norm, and how its elements spread."""

from __future__ import annotations

import math
from functools import cached_property

from cgviz.records import record
from cgviz.text.numbers import DIGITS, number
from cgviz.values.arrays import Shape, Value, numpy

BINS = 12
BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", "_.:-=+*#"


@record(eq=False)
class Summary:
    """The shape of an array, and of its finite elements the least, the mean, the most and the Euclidean norm.

    `nans` and `infinite` count the elements that are not finite. Where none is finite, the numbers are nan, the norm 0.
    """

    value: Value

    @property
    def shape(self) -> Shape:
        return tuple(self.value.shape)

    @property
    def dtype(self) -> str:
        return str(self.value.dtype)

    @cached_property
    def nans(self) -> int:
        return int(numpy().isnan(self.value).sum())

    @cached_property
    def infinite(self) -> int:
        return int(numpy().isinf(self.value).sum())

    @cached_property
    def finite(self) -> Value:
        """The finite elements, in a row."""
        flat = self.value.ravel()
        return flat[numpy().isfinite(flat)] if self.nans or self.infinite else flat

    @cached_property
    def least(self) -> float:
        return float(self.finite.min()) if self.finite.size else math.nan

    @cached_property
    def most(self) -> float:
        return float(self.finite.max()) if self.finite.size else math.nan

    @cached_property
    def scale(self) -> float:
        """The greatest magnitude, by which everything is divided where it would overflow or vanish; else 1."""
        if not self.finite.size:
            return 1.0
        greatest = max(abs(self.least), abs(self.most))
        return greatest if greatest and not 1e-100 < greatest < 1e100 else 1.0

    @cached_property
    def scaled(self) -> Value:
        return self.finite if self.scale == 1 else self.finite / self.scale

    @cached_property
    def mean(self) -> float:
        return float(self.scaled.mean()) * self.scale if self.finite.size else math.nan

    @cached_property
    def norm(self) -> float:
        return math.sqrt(float(self.scaled @ self.scaled)) * self.scale

    @cached_property
    def counts(self) -> list[int]:
        """How many elements lie in each of 12 equal parts of the way from the least to the most."""
        ends = (self.least / self.scale, self.most / self.scale)
        made: list[int] = numpy().histogram(self.scaled, BINS, ends)[0].tolist()
        return made

    @property
    def is_constant(self) -> bool:
        return self.least == self.most and not self.nans and not self.infinite

    @property
    def not_finite(self) -> str:
        """Says `3 nan, 1 inf`; "" where all elements are finite."""
        return ", ".join(f"{count} {word}" for count, word in ((self.nans, "nan"), (self.infinite, "inf")) if count)


def strip(counts: list[int], plain: bool = False) -> str:
    """Returns counts as bars in one line; an empty one is the lowest, and of any other the tallest is full."""
    bars = PLAIN if plain else BLOCKS
    most = max(counts, default=0) or 1
    return "".join(bars[-(-count * (len(bars) - 1) // most)] for count in counts)


def lines(made: Summary, digits: int = DIGITS, width: int | None = None, *, plain: bool = False) -> list[str]:
    """Returns a summary in lines of one width: three where they fit into `width`, else one number on each."""
    shape = ("x" if plain else "×").join(map(str, made.shape))
    named = {"min": made.least, "mean": made.mean, "max": made.most, "norm": made.norm}
    told = {name: f"{name} {number(value, digits)}" for name, value in named.items()}
    beyond = [made.not_finite] if made.not_finite else []
    head = f"{shape} {made.dtype}"
    if not made.finite.size:
        rows = [head, *beyond]
    elif made.is_constant:
        rows = [head, f"all {number(made.least, digits)}", told["norm"]]
    else:
        spread = f"{told['min']} {strip(made.counts, plain)} {told['max']}"
        rows = [head, f"{told['mean']}  {told['norm']}", spread, *beyond]
        if width is not None and max(map(len, rows)) > width:
            rows = [head, *told.values(), *beyond]
    longest = max(map(len, rows))
    return [row.ljust(longest) for row in rows]
