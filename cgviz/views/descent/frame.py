"""The frame of a plot as SVG: two axes with ticks and labels, a heading, a caption, and room for what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from cgviz.drawing.fonts import FONT
from cgviz.drawing.fonts.metrics import text_width
from cgviz.drawing.theme import Theme
from cgviz.errors import printable
from cgviz.records import dataclass
from cgviz.views.descent.scale import Axis

WIDTH, HEIGHT = 640, 440
TOP, BOTTOM, RIGHT = 48, 76, 24
SMALL, NORMAL, LARGE = 12, 13, 16
GAP = 7
Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The axes of a plot, what they are called, and the words round it.

    ruled   the ticks of the upright axis are lines across the plot
    """

    x: Axis
    y: Axis
    x_name: str
    y_name: str
    title: str
    caption: Sequence[str]
    theme: Theme
    background: str = "transparent"
    ruled: bool = True

    @property
    def x_ticks(self) -> list[float]:
        return self.x.ticks(6)

    @property
    def y_ticks(self) -> list[float]:
        return self.y.ticks(6)

    @property
    def left(self) -> float:
        """Where the plot begins: right of the widest number."""
        return 46 + max((text_width(label, SMALL) for label in self.y.labels(self.y_ticks)), default=0.0)

    @property
    def height(self) -> float:
        return HEIGHT + 18 * (len(self.caption) - 1)

    def spot(self, x: float, y: float) -> Point:
        """Returns where a pair of values stands in the picture, y downwards."""
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        return (
            self.left + self.x.place(x) * (right - self.left),
            bottom - self.y.place(y) * (bottom - TOP),
        )

    def holds(self, spot: Point) -> bool:
        """Tells whether a place in the picture is within the axes."""
        return self.left <= spot[0] <= WIDTH - RIGHT and TOP <= spot[1] <= HEIGHT - BOTTOM

    def clipped(self, inside: Iterable[str]) -> str:
        """Returns what is drawn inside, cut off at the axes."""
        width, height = WIDTH - RIGHT - self.left, HEIGHT - BOTTOM - TOP
        room = f'x="{self.left:.2f}" y="{TOP}" width="{width:.2f}" height="{height}"'
        box = f"{self.left:.2f} {TOP} {width:.2f} {height}"
        return f'<svg {room} viewBox="{box}">\n{"".join(inside)}</svg>\n'

    def written(self, inside: Iterable[str], description: str) -> bytes:
        """Returns the whole picture with what is drawn inside."""
        label = escape(printable(f"{self.title}. {description}"))
        opening = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<svg role="img" aria-label="{label}" width="{WIDTH}pt" '
            f'height="{self.height:g}pt" viewBox="0 0 {WIDTH} {self.height:g}" xmlns="http://www.w3.org/2000/svg">\n'
            f"<title>{shown(self.title)}</title>\n<desc>{shown(description)}</desc>\n"
        )
        return "".join([opening, *self.behind(), *self.grid(), *inside, *self.words(), "</svg>\n"]).encode()

    def behind(self) -> Iterator[str]:
        fill = self.theme.background if self.background == "filled" else self.background
        if fill != "transparent":
            yield f'<rect width="{WIDTH}" height="{self.height:g}" fill="{fill}"/>\n'

    def grid(self) -> Iterator[str]:
        """Yields the lines at the ticks, with their numbers, and the outline."""
        theme, right, bottom = self.theme, WIDTH - RIGHT, HEIGHT - BOTTOM
        for value, label in zip(self.y_ticks, self.y.labels(self.y_ticks), strict=True):
            y = self.spot(self.x.low, value)[1]
            reach = right if self.ruled else self.left - 5
            yield line([(self.left, y), (reach, y)], theme.pale if self.ruled else theme.edge, 0.5 if self.ruled else 1)
            yield text(label, self.left - GAP, y + 4, SMALL, theme.soft, "end", "tick")
        for value, label in zip(self.x_ticks, self.x.labels(self.x_ticks), strict=True):
            x = self.spot(value, self.y.low)[0]
            yield line([(x, bottom), (x, bottom + 5)], theme.edge, 1)
            yield text(label, x, bottom + 19, SMALL, theme.soft, "middle", "tick")
        yield line([(self.left, TOP), (self.left, bottom), (right, bottom)], theme.edge, 1)

    def words(self) -> Iterator[str]:
        """Yields the heading, the names of the axes and the caption."""
        theme, right, bottom = self.theme, WIDTH - RIGHT, HEIGHT - BOTTOM
        yield text(fitted(self.title, WIDTH - 40, LARGE), 20, 28, LARGE, theme.ink, "start", "title", bold=True)
        yield text(self.x_name, (self.left + right) / 2, bottom + 38, NORMAL, theme.ink, "middle", "axis")
        middle = (TOP + bottom) / 2
        turned = f' transform="rotate(-90 18 {middle:g})"'
        yield text(self.y_name, 18, middle, NORMAL, theme.ink, "middle", "axis", more=turned)
        for row, words in enumerate(self.caption):
            at = HEIGHT - 14 + 18 * row
            yield text(fitted(words, WIDTH - 40, SMALL), 20, at, SMALL, theme.soft, "start", "caption")


def fitted(words: str, room: float, size: float) -> str:
    """Returns words, their end left out where there is no room."""
    if text_width(words, size) <= room:
        return words
    while words and text_width(words + "…", size) > room:
        words = words[:-1]
    return words + "…"


def line(points: Iterable[Point], colour: str, thick: float, more: str = "") -> str:
    at = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="{thick:g}" points="{at}"{more}/>\n'


def text(
    words: str, x: float, y: float, size: float, colour: str, anchor: str, kind: str, bold: bool = False, more: str = ""
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text class="{kind}" text-anchor="{anchor}" x="{x:.2f}" y="{y:.2f}" font-family="{FONT}"{weight} '
        f'font-size="{size:g}" fill="{colour}"{more}>{shown(words)}</text>\n'
    )


def shown(words: str) -> str:
    return escape(printable(words), quote=False)
