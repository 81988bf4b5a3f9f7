"""Breaks a long formula into lines, where it can be broken best: before its signs and after its commas."""

from __future__ import annotations

import re

from cgviz.drawing.diagram.words import brief
from cgviz.errors import printable

MOST = 8  # lines
BREAKS = (
    re.compile(r" (?=[=] )"),
    re.compile(r" (?=[+−] )"),
    re.compile(r"(?<=,) "),
    re.compile(r" (?=[·×@/] ?)|(?<=[·/])"),
)


def broken(text: str, longest: int, most: int = MOST) -> list[str]:
    """Returns a text in lines of about `longest` letters, shortened where even `most` lines are too few.

    >>> broken("L = a + b + c", 9)
    ['L = a + b', '+ c']
    """
    if len(text) <= longest:
        return [text]
    lines = folded(pieces(text, longest), longest)
    if len(lines) > most:
        lines = [*lines[: most - 1], brief(lines[most - 1] + "…", longest)]
    return [line if len(line) <= 2 * longest else brief(line, 2 * longest) for line in lines]


def pieces(text: str, longest: int, level: int = 0) -> list[str]:
    """Returns a text in pieces that are not longer, as far as it can be broken; a piece keeps the space before it."""
    if len(text) <= longest or level == len(BREAKS):
        return [text]
    found, start = [], 0
    for match in BREAKS[level].finditer(text):
        found.append(text[start : match.start()])
        start = match.start()
    found.append(text[start:])
    return [piece for part in found if part for piece in pieces(part, longest, level + 1)]


def folded(parts: list[str], longest: int) -> list[str]:
    """Returns pieces put together to lines that are not longer."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) <= longest:
            lines[-1] += part
        else:
            lines.append(part.lstrip() if lines else part)
    return lines


def one_line(text: str) -> str:
    return text if text.isprintable() else printable(text).replace("\n", "\\n")
