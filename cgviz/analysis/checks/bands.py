"""How far two slopes are apart, and what that means: the bands of the course's notes on gradient checks.

Source: CS231n, Neural networks 3, gradient checks: above 1e-2 usually wrong, above 1e-4 uncomfortable, below it okay
where there are kinks, 1e-7 and less: be happy.
"""

from __future__ import annotations

import math

from cgviz.records import record

FINE, OKAY, UNCOMFORTABLE = 1e-7, 1e-4, 1e-2


@record
class Band:
    """A verdict: a word, a mark that stands for it without colour, the role of its colour, and how bad it is."""

    word: str
    mark: str
    role: str
    rank: int

    @property
    def disagrees(self) -> bool:
        return self.rank >= SUSPECT.rank


NOTHING = Band("not compared", "–", "muted", 0)
UNDECIDED = Band("undecided", "–", "muted", 1)
AGREES = Band("agrees", "✓", "value", 2)
KINK = Band("kink", "∧", "flag", 3)
CLOSE = Band("close", "≈", "flag", 4)
SUSPECT = Band("suspect", "?", "gradient", 5)
WRONG = Band("wrong", "✗", "gradient", 6)
BANDS = (NOTHING, UNDECIDED, AGREES, KINK, CLOSE, SUSPECT, WRONG)


def relative_error(one: float, two: float) -> float:
    """Returns |a − b| / max(|a|, |b|): 0 where both are 0 or the same infinity, inf where only one is finite."""
    if one == two:
        return 0.0
    if not (math.isfinite(one) and math.isfinite(two)):
        return math.inf
    half = max(abs(one) / 2, abs(two) / 2)
    return abs(one / 2 - two / 2) / half if half else 0.0


def band(error: float) -> Band:
    """Returns the verdict on a relative error."""
    if math.isnan(error):
        return NOTHING
    return AGREES if error <= FINE else CLOSE if error <= OKAY else SUSPECT if error <= UNCOMFORTABLE else WRONG


def worst(bands: list[Band]) -> Band:
    return max(bands, key=lambda each: each.rank, default=NOTHING)
