"""A page: the diagram in the middle of a slide, a title above it and captions in large type below, nothing moving."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from cgviz.drawing.diagram.scene import Box, Line, Text, Words, centred, widest
from cgviz.drawing.diagram.words import brief
from cgviz.drawing.theme import Theme
from cgviz.errors import UsageError, quoted
from cgviz.players.deck.formats import ASPECTS, HEIGHT
from cgviz.players.deck.frames import DeckFrame
from cgviz.runs.steps import Forward

ASPECT = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
SIDE, HEAD = 28.0, 56.0
TITLE, COUNT = 19.0, 14.0
MAP, MAP_WIDE, MAP_ROWS = 40.0, 150.0, 12  # the room of the map, in points of the slide; of more rows the whole
LEAST_UNIT = 0.6
Placed = tuple[Box, tuple[float, float]]
FOOT = 132.0
LARGEST, SMALLEST = 25.0, 15.0
SPACING = 1.2
SAID = "caption"  # set as mathematics: letters slanted, scripts raised and lowered
HEADED = re.compile(r"(\S+) \+?= ")
RESULT = re.compile(r" = ([^\s\[]\S*|\[[^=]*)$")
BREAKS = re.compile(r" (?==)(?!= \S+$)|(?<=,) ")


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
    def room(self) -> tuple[float, float, float, float]:
        """The left, bottom, right and top, y upwards."""
        return self.left, -self.top - self.height, self.left + self.width, -self.top

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


def page(aspect: str, left: float, top: float, width: float, height: float) -> Page:
    """Returns the smallest page of an aspect that has room for a diagram of this place and size."""
    wide = width_of(aspect)
    unit = max(width / (wide - 2 * SIDE), height / (HEIGHT - HEAD - FOOT), LEAST_UNIT)
    x, y = left + width / 2 - unit * wide / 2, top + height / 2 - unit * (HEAD + (HEIGHT - HEAD - FOOT) / 2)
    return Page(unit, x, y, unit * wide, unit * HEIGHT)


def width_of(aspect: str) -> float:
    """Returns how wide a slide of an aspect `W:H` is. Raises UsageError for what is none."""
    match = ASPECT.fullmatch(aspect)
    across, down = map(float, match.groups()) if match else (0.0, 1.0)
    if not down or not 0.5 <= across / down <= 4:
        raise UsageError(f"no aspect {quoted(aspect)}; there are {', '.join(ASPECTS)}, and others of 1:2 to 4:1")
    return HEIGHT * across / down


def furniture(page: Page, frame: DeckFrame, count: int, theme: Theme, result: str) -> Iterator[Placed]:
    """Yields title, number and captions of a frame, each with the place of its centre; `result` colours the number."""
    unit, name = page.unit, f"f{frame.number}"
    title = ((Text(frame.title, theme.soft, unit * TITLE, bold=True),),)
    place = ((Text(f"{frame.number}/{count}", theme.muted, ceil(unit * COUNT)),),)
    y = page.top + unit * (SIDE + 6)
    yield written(f"{name}-title", title), (page.left + unit * SIDE + widest(title) / 2, y)
    yield written(f"{name}-count", place), (page.left + page.width - unit * SIDE - widest(place) / 2, y)
    lines = fitted(frame.captions, page.width - 2 * unit * SIDE, unit, theme, result)
    y = page.top + page.height - unit * (FOOT / 2 + 2) - sum(map(room, lines)) / 2
    for number, line in enumerate(lines, 1):
        yield written(f"{name}-caption{number}", (line,)), (page.middle[0], y + room(line) / 2)
        y += room(line)


def colour_of(frame: DeckFrame, theme: Theme) -> str:
    """Returns the colour of the number that a frame computes."""
    if not frame.active or (len(frame.captions) == 1 and len(frame.active) > 1):
        return theme.ink
    return theme.value if isinstance(frame.active[0], Forward) else theme.gradient


def map_of(
    rooms: Sequence[tuple[float, float, float, float]], at: Page, page: Page, number: int, theme: Theme
) -> Iterator[Placed]:
    """Yields a small map of the rows, and on it what the page `at` shows, in the head of `page`; of many the whole."""
    left, bottom = min(room[0] for room in rooms), min(room[1] for room in rooms)
    right, top = max(room[2] for room in rooms), max(room[3] for room in rooms)
    share = page.unit * min(MAP / (top - bottom), MAP_WIDE / (right - left))
    x0 = page.left + page.width - page.unit * (SIDE + 70) - share * (right - left)
    y0 = page.top + page.unit * 8
    x, y = at.middle[0], -(at.top + at.unit * (HEAD + (HEIGHT - HEAD - FOOT) / 2))
    parts = [((a, b, c, d), a - 1 <= x <= c + 1 and b - 1 <= y <= d + 1) for a, b, c, d in rooms]
    if len(rooms) > MAP_ROWS:
        parts = [((left, bottom, right, top), False), *(part for part in parts if part[1])]
    for n, ((a, b, c, d), here) in enumerate(parts):
        size = max(share * (c - a), 2.0), max(share * (d - b) - page.unit, 1.5 * page.unit)
        place = x0 + share * ((a + c) / 2 - left), y0 + share * (top - (b + d) / 2)
        yield blank(f"f{number}-map{n}", size, theme.muted if here else theme.stage_line, here), place


def blank(key: str, size: tuple[float, float], colour: str, filled: bool) -> Box:
    """Returns a box without texts."""
    return Box(
        key=key, width=size[0], height=size[1], inside=(), fill=colour if filled else "transparent", line=colour,
        classes="map", words=Words(""), thick=0.6,
    )  # fmt: skip


def written(key: str, lines: tuple[Line, ...]) -> Box:
    """Returns lines of text as a box without fill or outline."""
    return Box(
        key=key,
        width=widest(lines) + 2,
        height=sum(max(text.height for text in line) for line in lines) + 2,
        inside=centred(lines),
        fill="transparent",
        line="transparent",
        classes="caption",
        words=Words(""),
    )


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
