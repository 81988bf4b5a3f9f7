"""The colours of entries: from what is behind them to one colour for positive, to another for negative."""

from __future__ import annotations

from cgviz.drawing.theme import Theme

FAINTEST = 0.14


def colour(value: float, theme: Theme) -> str:
    """Returns the colour of an entry that is scaled to −1 to 1; "" for 0, that of ink for what is not finite."""
    if value != value:
        return theme.ink
    if value == 0:
        return ""
    return mixed(theme.background, theme.high if value > 0 else theme.low, FAINTEST + (1 - FAINTEST) * abs(value))


def mixed(one: str, other: str, share: float) -> str:
    """Returns a colour between two, `#rrggbb` each."""
    pairs = zip(parts(one), parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def is_dark(colour: str) -> bool:
    """Tells whether white is easier to read on a colour than black. Source: WCAG 2, relative luminance (weights)."""
    red, green, blue = parts(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
