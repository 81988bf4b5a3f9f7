"""The page that a picture is made for: how large it is, and how large texts on it should be."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf

from cgviz.errors import UsageError, quoted
from cgviz.records import record

UNITS = {"pt": 1.0, "px": 0.75, "in": 72.0, "mm": 72 / 25.4, "cm": 72 / 2.54, "": 0.75}
CM = UNITS["cm"]


@record
class Paper:
    """The room on a page, in points, and sizes of text there.

    least  the smallest text that can be read there; good: larger than that nobody needs it; most: nothing is larger
    unit   the unit in which sizes are told, of so many points
    """

    name: str
    width: float
    height: float
    least: float
    good: float
    most: float
    unit: str = "pt"

    @property
    def called(self) -> str:
        return self.name if self.name in PAPERS else f"page of {self.name}"

    def scale(self, width: float, height: float, text: float) -> float:
        """Returns how much a picture whose smallest text is `text` is scaled to fit."""
        return min(self.width / width, self.height / height, self.most / text)

    def misses(self, text: float) -> bool:
        """Tells whether a text of that size is smaller than it should be here, in the digits in which it is told."""
        return text < 0.99 * self.least

    def size(self, points: float) -> str:
        """Returns a size in the page's unit: `18 px`."""
        return f"{points / UNITS[self.unit]:.1f}".removesuffix(".0") + f" {self.unit}"


PX = UNITS["px"]
SLIDE = Paper("slide", 1728 * PX, 888 * PX, 18 * PX, 25 * PX, 36 * PX, "px")
PAPERS = {
    "slide": SLIDE,
    "column": Paper("column", 12 * CM, 18 * CM, 6.0, 8.6, 10.0),
    "page": Paper("page", 16 * CM, 24 * CM, 7.0, 9.5, 11.0),
    "screen": Paper("screen", 1280 * PX, 640 * PX, 12 * PX, 16 * PX, 24 * PX, "px"),
}
NATURAL = replace(SLIDE, name="")  # where no page is asked for: of a slide's proportions
SIDE = re.compile(r"(\d+(?:\.\d+)?)\s*(cm|mm|in|pt|px|)")
TALL = 1.5  # a page that is told by its width alone is at most so many times as high


def paper(name: str, least: str | None = None) -> Paper:
    """Returns the page called `name`, or of a size such as `12cm`, `12x8cm`, `1920x1080`; `least` is --min-text.

    Raises UsageError for a page or a size that is none.
    """
    found = PAPERS.get(name) or of_size(name)
    if least is None:
        return found
    size = length(least, found.unit)
    if size is None or size <= 0:
        raise UsageError(f"no size {quoted(least)}: a number and pt, px, mm, cm or in, such as 8pt")
    return replace(found, least=size, good=max(found.good, size), most=max(found.most, size))


def of_size(name: str) -> Paper:
    first, times, second = name.replace("×", "x").replace("X", "x").partition("x")
    unit = SIDE.fullmatch(second.strip()) or SIDE.fullmatch(first.strip())
    width, height = length(first, unit[2] if unit else ""), length(second, "") if times else None
    if not width or (times and not height):
        raise UsageError(
            f"no page {quoted(name)}: slide, column, page, screen, a width such as 12cm or a size such as 12x8cm"
        )
    told = "px" if unit and unit[2] in ("px", "") else "pt"
    smallest = 12 * PX if told == "px" else 6.0
    return Paper(name, width, height or TALL * width, smallest, 1.45 * smallest, 2 * smallest, told)


def length(text: str, unit: str) -> float | None:
    """Returns a length in points; one without a unit is in `unit`."""
    match = SIDE.fullmatch(text.strip())
    found = float(match[1]) * UNITS[match[2] or unit] if match else None
    return found if found is None or 0 < found < inf else None
