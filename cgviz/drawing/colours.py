"""The colours of heat maps: from a theme's low over its middle to its high colour, 0 in the middle of signed data."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cgviz.drawing.theme import Theme
from cgviz.records import record

STEPS = 15  # shades between the middle and either end
FAINT = 4


@record
class Scale:
    """The colours of numbers from `low` to `high`; `odd` is that of a number that is not finite.

    Signed data have the middle colour at 0, as far from either end; other data have it at the end that is nearer to 0.
    In what fades all colours are `faint`.
    """

    low: float
    high: float
    ends: tuple[str, str, str]
    odd: str
    faint: bool = False

    def colour(self, number: float) -> str:
        if not math.isfinite(number):
            return self.odd
        step = self.step(number)
        return shade(self.ends, round(step / FAINT) if self.faint else step)

    def step(self, number: float) -> int:
        """Returns the shade of a number: −15 is the low colour, 0 the middle and 15 the high one."""
        low, high = self.low, self.high
        most = max(abs(low), abs(high))
        if most == 0:
            return 0
        if low < 0 < high:
            return round(STEPS * (number / most)) or int(math.copysign(1, number)) * (number != 0)
        if low == high:
            return STEPS // 2 if low > 0 else -(STEPS // 2)
        part = (number / most - low / most) / (high / most - low / most)
        return round(STEPS * part) if low >= 0 else -round(STEPS * (1 - part))


def scale(theme: Theme, kind: str, low: float, high: float, faint: bool) -> Scale:
    """Returns the scale of a theme's "value" or "gradient" for numbers from `low` to `high`."""
    return Scale(low, high, theme.scales[kind], theme.flag, faint)


def entry_colour(value: float, theme: Theme) -> str:
    """Returns the colour of an entry of a matrix of derivatives, scaled to −1 to 1; "" for 0."""
    return scale(theme, "gradient", -1.0, 1.0, faint=False).colour(value) if value else ""


def shade(ends: tuple[str, str, str], step: int) -> str:
    """Returns a colour between the middle (step 0) and one of the ends."""
    step = max(-STEPS, min(STEPS, step))
    end, part = ends[2] if step > 0 else ends[0], abs(step) / STEPS
    pairs = zip(channels(ends[1]), channels(end), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def mean_colour(colours: Sequence[str]) -> str:
    parts = zip(*map(channels, colours), strict=True)
    return "#" + "".join(f"{round(sum(part) / len(colours)):02x}" for part in parts)


def channels(colour: str) -> bytes:
    return bytes.fromhex(colour[1:7])


def is_dark(colour: str) -> bool:
    """Tells whether white is easier to read on a colour than black. Source: WCAG 2, relative luminance (weights)."""
    red, green, blue = channels(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
