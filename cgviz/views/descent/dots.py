"""A curve in the letters of a terminal: braille, eight dots to a letter, or plain ASCII."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
Point = tuple[float, float]


@dataclass(frozen=True)
class Pen:
    """The signs that a terminal can say: dots to a letter across and down, the signs of the axes."""

    across: int
    down: int
    upright: str
    tick: str
    corner: str
    flat: str
    mark: str

    def letter(self, dots: Sequence[Sequence[bool]]) -> str:
        """Returns the letter of a block of dots."""
        if self.across == 1:
            return "*" if dots[0][0] else " "
        code = sum(BRAILLE[row][column] for row in range(4) for column in range(2) if dots[row][column])
        return chr(0x2800 + code) if code else " "


UNICODE = Pen(2, 4, "│", "┤", "└", "─", "┬")
ASCII = Pen(1, 1, "|", "+", "+", "-", "+")


def drawn(points: Sequence[Point], width: int, height: int, pen: Pen) -> list[str]:
    """Returns `height` lines of `width` letters with the curve through points in the unit square, x ascending."""
    across, down = width * pen.across, height * pen.down
    dots = [[False] * across for _ in range(down)]
    before = None
    for column, y in enumerate(heights(points, across)):
        row = down - 1 - min(down - 1, max(0, round(y * (down - 1))))
        low, high = sorted((row, row if before is None else before))
        for each in range(low + (low != high and low == before), high + 1 - (low != high and high == before)):
            dots[each][column] = True
        before = row
    return [
        "".join(pen.letter(block(dots, x * pen.across, y * pen.down, pen)) for x in range(width)).rstrip()
        for y in range(height)
    ]


def heights(points: Sequence[Point], columns: int) -> list[float]:
    """Returns the height of the curve in each column of dots, up to its last point."""
    found, at = [], 0
    for column in range(columns):
        x = column / max(1, columns - 1)
        if x > points[-1][0] + 0.5 / columns and column:
            break
        while at + 1 < len(points) - 1 and points[at + 1][0] < x:
            at += 1
        (x0, y0), (x1, y1) = points[at], points[min(at + 1, len(points) - 1)]
        share = 0.0 if x1 <= x0 else min(1.0, max(0.0, (x - x0) / (x1 - x0)))
        found.append(y0 + share * (y1 - y0))
    return found


def block(dots: Sequence[Sequence[bool]], x: int, y: int, pen: Pen) -> list[Sequence[bool]]:
    return [row[x : x + pen.across] for row in dots[y : y + pen.down]]
