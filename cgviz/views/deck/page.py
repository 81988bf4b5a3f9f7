"""A page: the diagram in the middle of a slide, a title above it and captions in large type below, nothing moving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cgviz.errors import UsageError, quoted
from cgviz.theme import Theme
from cgviz.views.deck.formats import ASPECTS
from cgviz.views.deck.frames import Frame
from cgviz.views.diagram.html import label
from cgviz.views.diagram.scene import Box, Line, Text, Words, widest
from cgviz.views.diagram.words import brief

HEIGHT = 540.0
SIDE, HEAD, FOOT = 28.0, 56.0, 132.0
TITLE, COUNT, CAPTION, SMALLEST = 19.0, 13.0, 25.0, 12.0
LEAST_UNIT = 0.6
HEADED = re.compile(r"(\S+) \+?= ")
RESULT = re.compile(r" = (\S+)$")
BREAKS = re.compile(r" (?=(?:\+=|=|so) )|(?<=,) ")


@dataclass(frozen=True)
class Page:
    """A page round a diagram, in the diagram's points; `y` grows downwards.

    unit         how many of them a point of the slide is, whose height is always 540
    left, top    where the page begins
    """

    unit: float
    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


def page(aspect: str, left: float, top: float, width: float, height: float) -> Page:
    """Returns the smallest page of an aspect that has room for a diagram of this place and size."""
    if aspect not in ASPECTS:
        raise UsageError(f"no aspect {quoted(aspect)}; there are {', '.join(ASPECTS)}")
    across, down = map(int, aspect.split(":"))
    wide = HEIGHT * across / down
    unit = max(width / (wide - 2 * SIDE), height / (HEIGHT - HEAD - FOOT), LEAST_UNIT)
    x, y = left + width / 2 - unit * wide / 2, top + height / 2 - unit * (HEAD + (HEIGHT - HEAD - FOOT) / 2)
    return Page(unit, x, y, unit * wide, unit * HEIGHT)


Placed = tuple[Box, tuple[float, float]]


def furniture(page: Page, frame: Frame, count: int, theme: Theme, result: str) -> Iterator[Placed]:
    """Yields title, number and captions of a frame, each with the place of its centre; `result` colours the number."""
    unit, name = page.unit, f"f{frame.number}"
    title = ((Text(frame.title, theme.soft, unit * TITLE, bold=True),),)
    place = ((Text(f"{frame.number}/{count}", theme.muted, unit * COUNT),),)
    y = page.top + unit * (SIDE + 6)
    yield written(f"{name}-title", title), (page.left + unit * SIDE + widest(title) / 2, y)
    yield written(f"{name}-count", place), (page.left + page.width - unit * SIDE - widest(place) / 2, y)
    lines = fitted(frame.captions, page, theme, result)
    middle = page.top + page.height - unit * (FOOT / 2 + 2)
    yield written(f"{name}-caption", lines), (page.middle[0], middle)


def written(key: str, lines: tuple[Line, ...]) -> Box:
    """Returns lines of text as a box without fill or outline."""
    return Box(
        key=key,
        width=widest(lines) + 2,
        height=sum(max(text.height for text in line) for line in lines) + 2,
        label=label(lines),
        lines=lines,
        fill="transparent",
        line="transparent",
        classes="caption",
        words=Words(""),
    )


def fitted(captions: tuple[str, ...], page: Page, theme: Theme, result: str) -> tuple[Line, ...]:
    """Returns captions in the largest type in which they fit beneath the diagram, shortened where none does."""
    width, height = page.width - 2 * page.unit * SIDE, page.unit * (FOOT - 12)
    size = page.unit * CAPTION
    while True:
        lines = [line for caption in captions for line in broken(caption, size, width, theme, result)]
        tall = sum(max(text.height for text in line) for line in lines)
        if widest(lines) <= width and tall <= height:
            return tuple(lines)
        if size <= page.unit * SMALLEST:
            return tuple(shortened(line, width) for line in lines[: max(1, int(height / lines[0][0].height))])
        size = max(0.88 * size, page.unit * SMALLEST)


def broken(caption: str, size: float, width: float, theme: Theme, result: str) -> Iterator[Line]:
    """Yields a caption in lines no wider than `width` where its equals signs allow it, what it is of in bold."""
    line: list[str] = []
    rows: list[str] = []
    for piece in BREAKS.split(caption):
        if line and Text(" ".join([*line, piece]), "", size, bold=True).width > width:
            rows.append(" ".join(line))
            line = []
        line.append(piece)
    rows.append(" ".join(line))
    for number, row in enumerate(rows):
        yield pieces(row, size, theme, result, first=number == 0, last=number == len(rows) - 1)


def pieces(row: str, size: float, theme: Theme, result: str, first: bool, last: bool) -> Line:
    """Returns a row of a caption: the name before its first sign in bold, the number at its end in colour."""
    head = HEADED.match(row) if first else None
    begin = head.end(1) if head else 0
    tail = RESULT.search(row, begin) if last else None
    end = tail.start(1) if tail else len(row)
    looks = ((row[:begin], theme.ink, True), (row[begin:end], theme.ink, False), (row[end:], result, True))
    return tuple(Text(part, colour, size, bold) for part, colour, bold in looks if part)


def shortened(line: Line, width: float) -> Line:
    text = line[0]
    whole = "".join(text.text for text in line)
    most = int(len(whole) * min(1.0, width / widest([line])))
    return (Text(brief(whole, max(most, 2)), text.colour, text.size),)
