"""A page: the diagram in the middle of a slide, a title above it and captions in large type below, nothing moving."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from cgviz.drawing.diagram.scene import Box, Line, Text, Words, centred, widest
from cgviz.drawing.theme import Theme
from cgviz.errors import UsageError, quoted
from cgviz.players.deck.caption import FOOT, fitted, room
from cgviz.players.deck.formats import ASPECTS, HEIGHT
from cgviz.players.deck.frames import Frame
from cgviz.runs.steps import Forward

ASPECT = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
SIDE, HEAD = 28.0, 56.0
TITLE, COUNT = 19.0, 14.0
MAP, MAP_WIDE, MAP_ROWS = 40.0, 150.0, 12  # the room of the map, in points of the slide; of more rows the whole
LEAST_UNIT = 0.6


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


Placed = tuple[Box, tuple[float, float]]


def furniture(page: Page, frame: Frame, count: int, theme: Theme, result: str) -> Iterator[Placed]:
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


def colour_of(frame: Frame, theme: Theme) -> str:
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
