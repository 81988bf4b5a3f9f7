"""The points of a path of SVG, of its curves the control points, in the coordinates of the page."""

from __future__ import annotations

import re

NUMBER = r"-?[\d.]+(?:e-?\d+)?"
WIDTHS = {"m": 2, "l": 2, "c": 6, "q": 4, "h": 1, "v": 1}


def spots(path: str) -> list[tuple[float, float]]:
    """Returns the points of a path `d`, those of relative commands as well."""
    found: list[tuple[float, float]] = []
    x = y = 0.0
    for kind, said in re.findall(r"([A-Za-z])([^A-DF-Za-df-z]*)", path):
        numbers = [float(number) for number in re.findall(NUMBER, said)]
        width = WIDTHS.get(kind.lower(), 1)
        for at in range(0, len(numbers), width):
            part = numbers[at : at + width]
            dx, dy = (x, y) if kind.islower() else (0.0, 0.0)
            if kind.lower() in "hv":
                part = [part[0] + dx, y] if kind.lower() == "h" else [x, part[0] + dy]
                dx = dy = 0.0
            points = [(a + dx, b + dy) for a, b in zip(part[::2], part[1::2], strict=True)]
            found += points
            x, y = points[-1]
    return found
