"""A diagram laid out and not yet drawn: every text with its place, for formats that are written and not drawn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.rows import HEAD, PAD, GroupFrame
from cgviz.drawing.diagram.scene import LEFT, MIDDLE, SIZE, Box, Scene, Text, TextPlace, Wire, widest
from cgviz.drawing.theme import Theme
from cgviz.records import record
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run

if TYPE_CHECKING:
    from cgviz.analysis.paths import Light

MARGIN, FITTED = 10.0, 3.0  # round a picture; round one that is fitted to its page


@record
class Layout:
    """The scene of a run and the places of its parts, in points; y grows upwards.

    behind      the colour behind the picture, or `transparent`
    fit         how much it is scaled to fit its page; margin: round it
    frames      those of groups
    view        the part that is seen, if not all: left, bottom, right, top
    """

    run: Run
    scene: Scene
    plan: Plan
    axes: Axes
    theme: Theme
    digits: int
    behind: str = "transparent"
    mode: Mode = REVERSE
    light: Light | None = None
    fit: float = 1.0
    margin: float = MARGIN
    frames: tuple[GroupFrame, ...] = ()
    view: tuple[float, float, float, float] | None = None

    @cached_property
    def pen(self) -> Pen:
        """The pen that wrote the texts."""
        return Pen(self.run, self.theme, self.digits, mode=self.mode, light=self.light)

    @property
    def wires(self) -> tuple[Wire, ...]:
        """The trunks and the wires."""
        return (*self.scene.trunks, *self.scene.wires)

    def centre(self, key: str) -> Point:
        return self.axes.point(self.plan.centre[key])

    def path(self, key: str) -> list[Point]:
        """Returns a wire as the points of Bézier curves, up to the tip of its arrow."""
        points = [self.axes.point(point) for point in self.plan.path[key]]
        tip = self.plan.tip.get(key)
        if tip is None:
            return points
        (x, y), end = points[-1], self.axes.point(tip)
        return [*points, (x, y), end, end]

    def inside(self, box: Box) -> Iterator[TextPlace]:
        """Yields the lines of texts in a box, pictures left out."""
        x, y = self.centre(box.key)
        yield from (place.moved(x, y) for place in box.inside)

    def rules(self, box: Box) -> Iterator[tuple[Point, Point]]:
        """Yields the ends of the lines in a box."""
        x, y = self.centre(box.key)
        yield from (((a + x, b + y), (c + x, d + y)) for (a, b), (c, d) in box.rules)

    def captions(self, box: Box) -> Iterator[TextPlace]:
        """Yields the lines beneath a gate."""
        if not box.caption:
            return
        x, y = self.axes.point(self.plan.caption[box.key])
        y += sum(line[0].height for line in box.caption) / 2
        for line in box.caption:
            yield TextPlace(line, x, y - line[0].height / 2, MIDDLE, widest([line]))
            y -= line[0].height

    def insets(self, box: Box) -> Iterator[TextPlace]:
        """Yields the pictures of arrays in a box."""
        x, y = self.centre(box.key)
        for grid, (right, down) in box.insets:
            yield TextPlace((grid,), x + right, y - down, MIDDLE, grid.width)

    def beside(self, wire: Wire) -> Iterator[TextPlace]:
        """Yields the texts on either side of a wire."""
        for text, point in self.plan.texts[wire.key]:
            x, y = self.axes.point(point)
            yield TextPlace((text,), x, y, MIDDLE, text.width)

    def title(self, frame: GroupFrame) -> TextPlace:
        """Returns the title of a group's frame in its upper left corner."""
        left, _, _, top = frame.room
        text = Text(frame.title, self.theme.soft, SIZE, True, kind="title")
        return TextPlace((text,), left + PAD, top - HEAD / 2, LEFT, text.width)

    @cached_property
    def room(self) -> tuple[float, float, float, float]:
        """The left, bottom, right and top of everything, with a margin; or of what is seen."""
        if self.view:
            return self.view
        xs, ys = list[float](), list[float]()
        for box in self.scene.boxes:
            (x, y), width, height = self.centre(box.key), box.width / 2, box.height / 2
            xs += (x - width, x + width)
            ys += (y - height, y + height)
        places = [place for box in self.scene.boxes if box.caption for place in self.captions(box)]
        places += [place for wire in self.wires for place in self.beside(wire)]
        for place in places:
            half = place.line[0].height / 2
            xs += (place.x - place.width / 2, place.x + place.width / 2)
            ys += (place.y - half, place.y + half)
        spots = [point for wire in self.wires for point in self.plan.path[wire.key]]
        spots += [self.plan.tip[wire.key] for wire in self.wires if wire.key in self.plan.tip]
        if spots:
            alongs, acrosses = zip(*spots, strict=True)
            (x, y), (u, v) = (self.axes.point((least(alongs), least(acrosses))) for least in (min, max))
            xs += (x, u)
            ys += (y, v)
        for left, bottom, right, top in (frame.room for frame in self.frames):
            xs += (left, right)
            ys += (bottom, top)
        margin = self.margin
        return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin

    def forks(self, trunk: Wire) -> bool:
        """Tells whether a fan-out begins where a trunk ends; ghosts may stand for all of its wires but one."""
        return len(self.scene.out[trunk.source]) > 1 or self.pen.forks(self.node(trunk.source))

    def node(self, key: str) -> int:
        """Returns the index of the node that a box or a trunk belongs to, or that a wire enters."""
        digits = key[1:].partition("-")[0]
        return int(digits) if digits.isdigit() else self.run.graph.output

    def slot(self, key: str) -> int:
        """Returns which operand of its target a wire is."""
        slot = key.partition("-")[2]
        return int(slot) if slot.isdigit() else 0
