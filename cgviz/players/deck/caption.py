"""Captions beneath the diagram: in the largest type in which they fit, broken at their equals signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cgviz.drawing.diagram.scene import Line, Text, widest
from cgviz.drawing.diagram.words import brief
from cgviz.drawing.theme import Theme

FOOT = 132.0
LARGEST, SMALLEST = 25.0, 15.0
SPACING = 1.2
SAID = "caption"  # set as mathematics: letters slanted, scripts raised and lowered
HEADED = re.compile(r"(\S+) \+?= ")
RESULT = re.compile(r" = ([^\s\[]\S*|\[[^=]*)$")
BREAKS = re.compile(r" (?==)(?!= \S+$)|(?<=,) ")


def fitted(captions: tuple[str, ...], width: float, unit: float, theme: Theme, result: str) -> tuple[Line, ...]:
    """Returns the lines of captions in a foot `width` wide; shortened where even the smallest type is too large.

    unit    how large a point of the slide is
    result  the colour of the number at the end of a caption
    """
    size, height = unit * LARGEST, unit * (FOOT - 16)
    while True:
        lines = tuple(line for caption in captions for line in broken(caption, size, width, theme, result))
        if widest(lines) <= width and sum(map(room, lines)) <= height:
            return lines
        if size <= unit * SMALLEST:
            return tuple(shortened(line, width) for line in lines[: int(height / room(lines[0]))])
        size = max(0.88 * size, unit * SMALLEST)


def room(line: Line) -> float:
    """Returns the height that a line of a caption takes."""
    return SPACING * max(text.height for text in line)


def broken(caption: str, size: float, width: float, theme: Theme, result: str) -> Iterator[Line]:
    """Yields a caption in as few lines of about the same width as its equals signs allow."""
    rows = balanced(BREAKS.split(caption), size, width)
    for number, row in enumerate(rows):
        yield pieces(row, size, theme, result, first=number == 0, last=number == len(rows) - 1)


def balanced(words: list[str], size: float, width: float) -> list[str]:
    """Returns words in the least number of rows not wider than `width`, the widest of them as narrow as it can be."""
    rows = filled(words, size, width)
    for narrower in range(95, 45, -5):
        tried = filled(words, size, width * narrower / 100)
        if len(tried) > len(rows):
            break
        rows = tried
    return rows


def filled(words: list[str], size: float, width: float) -> list[str]:
    rows = words[:1]
    for word in words[1:]:
        longer = f"{rows[-1]} {word}"
        if Text(longer, "", size, bold=True, kind=SAID).width <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def pieces(row: str, size: float, theme: Theme, result: str, first: bool, last: bool) -> Line:
    """Returns a row of a caption: the name before its first sign in bold, the number at its end in colour."""
    head = HEADED.match(row) if first else None
    begin = head.end(1) if head else 0
    tail = RESULT.search(row, begin) if last else None
    end = tail.start(1) if tail else len(row)
    looks = (
        (row[:begin], theme.ink, True),
        (row[begin:end], theme.ink, False),
        (row[end:], result, result != theme.ink),
    )
    return tuple(Text(part, colour, size, bold, kind=SAID) for part, colour, bold in looks if part)


def shortened(line: Line, width: float) -> Line:
    """Returns a line that is too wide in plain type, with an ellipsis at its end."""
    if widest([line]) <= width:
        return line
    whole = "".join(text.text for text in line)
    most = max(2, int(len(whole) * 0.95 * width / widest([line])))
    return (Text(brief(whole, most), line[-1].colour, line[0].size, kind=SAID),)
