"""What stands in a diagram, before anything has a place: boxes, wires between them, and the texts beside the wires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from cgviz.drawing.diagram.typography import TypeRun, runs, width
from cgviz.records import record

if TYPE_CHECKING:
    from cgviz.drawing.diagram.cells import Grid

LINE_HEIGHT = 1.17
SIZE = 13.0  # of every text in a diagram: the smallest decides what can be read
LEFT, MIDDLE, RIGHT = 0.0, 0.5, 1.0
END = "end"  # the key of the box in which a circuit ends


@record
class Text:
    """A piece of text in one look.

    kind  what it says, a class of the SVG text: name, number, formula, local, value, gradient, contribution, flag
    step  the step of the run (1, 2, ...) at which it becomes known; 0 is known from the start
    room  the width that is left for it; 0: its own
    """

    text: str
    colour: str
    size: float = 13
    bold: bool = False
    slanted: bool = False
    kind: str = ""
    step: int | None = None
    room: float = 0.0
    is_picture: ClassVar[bool] = False  # an array's picture is a text of a kind, see `cells.Grid`

    @property
    def head(self) -> float:
        """The height of a line above a picture."""
        return 0.0

    @property
    def runs(self) -> tuple[TypeRun, ...]:
        """The pieces in which it is set."""
        return runs(self.text, self.kind)

    @cached_property
    def width(self) -> float:
        return self.room or width(self.text, self.kind, self.size, self.bold, self.slanted)

    @property
    def height(self) -> float:
        return LINE_HEIGHT * self.size

    @property
    def classes(self) -> str:
        return classes(self.kind, step_class(self.step))


Line = tuple[Text, ...]
Point = tuple[float, float]


class TextPlace(NamedTuple):
    """A line of texts at (x, y): its left end, middle or right end by `align`, halfway up; `width` is its room."""

    line: Line
    x: float
    y: float
    align: float
    width: float

    def moved(self, x: float, y: float) -> TextPlace:
        return TextPlace(self.line, self.x + x, self.y + y, self.align, self.width)


class Words(NamedTuple):
    """The title and the description of a part, for the mouse and for those who do not see it."""

    title: str
    description: str = ""


@record(kw_only=True)
class Box:
    """A node as it is drawn: a card, a gate, or a name.

    inside   the lines of texts in it, each with its place from the centre, y upwards; `rules` lines likewise
    circle   the outline is a circle; else a rectangle with round corners
    rank     "source": an input; "sink": the output's name; "ghost": a node that stands elsewhere, by its name;
             "note": an author's; "aside": of the legend or the footnotes
    caption  lines beneath it (beside it where the flow is downwards)
    insets   pictures of arrays in it, in its lines as well, each with its centre from the box's, y downwards
    """

    key: str
    width: float
    height: float
    inside: tuple[TextPlace, ...]
    fill: str
    line: str
    classes: str
    words: Words
    circle: bool = False
    rank: str = ""
    dashed: bool = False
    thick: float = 1.1
    caption: tuple[Line, ...] = ()
    insets: tuple[tuple[Grid, tuple[float, float]], ...] = ()
    rules: tuple[tuple[Point, Point], ...] = ()

    @property
    def texts(self) -> list[Text]:
        """All texts of the box that are not empty, in order; pictures are parts of their own."""
        lines = (*(place.line for place in self.inside), *self.caption)
        every = (text for line in lines for text in line if text.text.strip())
        return [text for text in every if not text.is_picture]


@record(kw_only=True)
class Wire:
    """An edge from box `source` to box `target`, with a text on either side of it.

    In a diagram from left to right `before` stands above the wire and `after` below, in one from top to bottom
    left and right of it; `beside` stands on whichever side has room, and `across` on the other one. `step` is that
    of the run before which players do not show it, None where they always do.
    """

    key: str
    source: str
    target: str
    colour: str
    classes: str
    words: Words
    before: Text | None = None
    after: Text | None = None
    beside: Text | None = None
    across: Text | None = None
    dashed: bool = False
    thick: float = 1.2
    step: int | None = None

    def beginning(self, source: str) -> Wire:
        """Returns it from another box."""
        return Wire(**{**self.__dict__, "source": source})


@record
class Scene:
    """All parts of one diagram, in order.

    trunks  the piece of wire that the whole fan-out of a box shares, up to the joint `target`
    slides  wires may enter a box anywhere on its side, so that they run straighter; else in the middle
    home    the box in which a node stands that has none of its own, both by their keys
    """

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    trunks: tuple[Wire, ...] = ()
    slides: bool = True
    home: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def box(self) -> dict[str, Box]:
        return {box.key: box for box in self.boxes}

    @cached_property
    def wire(self) -> dict[str, Wire]:
        return {wire.key: wire for wire in self.wires}

    @cached_property
    def trunk(self) -> dict[str, Wire]:
        """The trunk of each box that has one."""
        return {trunk.source: trunk for trunk in self.trunks}

    @cached_property
    def out(self) -> dict[str, list[Wire]]:
        """The fan-out of each box."""
        found: dict[str, list[Wire]] = {box.key: [] for box in self.boxes}
        for wire in self.wires:
            found.setdefault(wire.source, []).append(wire)
        return found

    @cached_property
    def into(self) -> dict[str, list[Wire]]:
        """The wires into each box, in the order of its operands."""
        found: dict[str, list[Wire]] = {box.key: [] for box in self.boxes}
        for wire in self.wires:
            found.setdefault(wire.target, []).append(wire)
        return found


def classes(*names: str) -> str:
    return " ".join(filter(None, names))


def step_class(step: int | None) -> str:
    return "" if step is None else f"step-{step}"


def widest(lines: Iterable[Line]) -> float:
    """Returns the width of the widest line."""
    return max([sum([text.width for text in line]) for line in lines], default=0.0)


def height_of(line: Line) -> float:
    """Returns the height of a line."""
    return max((text.height for text in line), default=0.0)


def centred(lines: Iterable[Line]) -> tuple[TextPlace, ...]:
    """Returns lines one below the other in the middle of a box."""
    rows = list(lines)
    y, found = sum(map(height_of, rows)) / 2, []
    for line in rows:
        found.append(TextPlace(line, 0.0, y - height_of(line) / 2, MIDDLE, widest([line])))
        y -= height_of(line)
    return tuple(found)
