"""The frame of a chart: two axes with ticks and labels, a heading, a caption, and room for what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cgviz.drawing.canvas.sheet import END, MIDDLE, Part, Path, Point, Said, Sheet, Window
from cgviz.drawing.charts.axis import ChartAxis
from cgviz.drawing.fonts.metrics import text_width
from cgviz.drawing.theme import Theme
from cgviz.records import record

WIDTH, HEIGHT = 640, 440
TOP, BOTTOM, RIGHT = 48, 76, 24
SMALL, NORMAL, LARGE = 12, 13, 16
GAP = 7


@record
class ChartFrame:
    """The axes of a plot, what they are called, and the words round it.

    ruled   the ticks of the upright axis are lines across the chart
    """

    x: ChartAxis
    y: ChartAxis
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

    def window(self, inside: Sequence[Part]) -> Window:
        """Returns what is drawn inside, cut off at the axes."""
        width, height = WIDTH - RIGHT - self.left, HEIGHT - BOTTOM - TOP
        return Window(self.left, TOP, width, height, inside)

    def sheet(self, inside: Sequence[Part], description: str) -> Sheet:
        """Returns the whole picture with what is drawn inside."""
        behind = self.theme.background if self.background == "filled" else self.background
        parts = [*self.grid(), *inside, *self.words()]
        return Sheet(self.title, description, behind, WIDTH, self.height, parts=parts)

    def grid(self) -> Iterator[Part]:
        """Yields the lines at the ticks, with their numbers, and the outline."""
        theme, right, bottom = self.theme, WIDTH - RIGHT, HEIGHT - BOTTOM
        for value, label in zip(self.y_ticks, self.y.labels(self.y_ticks), strict=True):
            y = self.spot(self.x.low, value)[1]
            reach = right if self.ruled else self.left - 5
            colour, thick = (theme.pale, 0.5) if self.ruled else (theme.edge, 1.0)
            yield Path([[(self.left, y), (reach, y)]], colour, thick)
            yield Said(self.left - GAP, y + 4, label, SMALL, theme.soft, END, kind="tick")
        for value, label in zip(self.x_ticks, self.x.labels(self.x_ticks), strict=True):
            x = self.spot(value, self.y.low)[0]
            yield Path([[(x, bottom), (x, bottom + 5)]], theme.edge)
            yield Said(x, bottom + 19, label, SMALL, theme.soft, MIDDLE, kind="tick")
        yield Path([[(self.left, TOP), (self.left, bottom), (right, bottom)]], theme.edge)

    def words(self) -> Iterator[Part]:
        """Yields the heading, the names of the axes and the caption."""
        theme, right, bottom = self.theme, WIDTH - RIGHT, HEIGHT - BOTTOM
        yield Said(20, 28, fitted(self.title, WIDTH - 40, LARGE), LARGE, theme.ink, bold=True, kind="title")
        yield Said((self.left + right) / 2, bottom + 38, self.x_name, NORMAL, theme.ink, MIDDLE, kind="axis")
        yield Said(18, (TOP + bottom) / 2, self.y_name, NORMAL, theme.ink, MIDDLE, kind="axis", turned=True)
        for row, words in enumerate(self.caption):
            at = HEIGHT - 14 + 18 * row
            yield Said(20, at, fitted(words, WIDTH - 40, SMALL), SMALL, theme.soft, kind="caption")


def fitted(words: str, room: float, size: float) -> str:
    """Returns words, their end left out where there is no room."""
    if text_width(words, size) <= room:
        return words
    while words and text_width(words + "…", size) > room:
        words = words[:-1]
    return words + "…"
