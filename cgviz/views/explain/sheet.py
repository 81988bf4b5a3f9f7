"""The sheet on which the picture of a node is put together: boxes, pairs of wires, and their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cgviz.drawing.diagram.along import ARROW
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.plan import Plan, bend
from cgviz.drawing.diagram.scene import Box, Line, Scene, Text, Wire, Words, centred, classes, widest

PILL, CHIP, APART, NEAR = 30.0, 26.0, 7.0, 5.0
INSIDE = 11.0
LINE, THICK = 16.0, 1.6


@dataclass(frozen=True)
class Look:
    """How a box is drawn: fill, outline, classes of the part, whether it is pale."""

    fill: str
    line: str
    kind: str
    thick: float = 1.1
    dashed: bool = False


@dataclass(frozen=True)
class Stroke:
    """How a wire is drawn, and what it says; dashed where nothing flows."""

    colour: str
    kind: str
    words: Words
    dashed: bool = False


@dataclass
class Sheet:
    """Collects the parts; x grows to the right, y downwards."""

    boxes: list[Box] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    plan: Plan = field(default_factory=Plan)

    @property
    def scene(self) -> Scene:
        """Everything; wires on which nothing flows lie beneath the others."""
        wires = sorted(self.wires, key=lambda wire: not wire.dashed)
        return Scene(tuple(self.boxes), tuple(wires), slides=False)

    def box(
        self,
        key: str,
        at: Point,
        line: Line,
        look: Look,
        words: Words,
        *,
        size: Point,
        circle: bool = False,
        caption: Sequence[Line] = (),
        caption_at: Point = (0.0, 0.0),
    ) -> None:
        """Puts down a box with its centre at `at`, and lines of a caption with theirs at `caption_at`."""
        made = Box(
            key=key,
            width=size[0],
            height=size[1],
            inside=centred([line]) if line else (),
            fill=look.fill,
            line=look.line,
            classes=look.kind,
            words=words,
            circle=circle,
            dashed=look.dashed,
            thick=look.thick,
            caption=tuple(caption),
        )
        self.boxes.append(made)
        self.plan.centre[key] = at
        if caption:
            self.plan.caption[key] = caption_at

    def wire(self, key: str, path: Sequence[Point], stroke: Stroke, texts: Sequence[tuple[Text, Point]]) -> None:
        """Draws a wire of two points, or of four, bent between the second and the third; an arrow is at its end."""
        (x, _), end = path[0], path[-1]
        stop = end[0] - (ARROW if end[0] > x else -ARROW), end[1]
        curve = [path[0]]
        if len(path) == 4:
            bend(curve, path[1][0], path[2])
        bend(curve, curve[-1][0], stop)
        self.plan.path[key], self.plan.tip[key], self.plan.texts[key] = curve, end, list(texts)
        self.wires.append(
            Wire(
                key=key,
                source=self.boxes[0].key,
                target=self.boxes[0].key,
                colour=stroke.colour,
                classes=classes("wire", stroke.kind),
                words=stroke.words,
                dashed=stroke.dashed,
                thick=THICK,
            )
        )


def stacked(texts: Sequence[Text], x: float, y: float) -> list[tuple[Text, Point]]:
    """Returns texts one under the other, the first one beneath a wire at height y."""
    return [(text, (x, y + NEAR + LINE * (i + 0.5))) for i, text in enumerate(texts)]


def above(text: Text | None, x: float, y: float) -> list[tuple[Text, Point]]:
    """Returns a text over a wire at height y."""
    return [(text, (x, y - NEAR - text.height / 2))] if text and text.text else []


def pill_width(line: Line) -> float:
    return max(widest([line]) + 2 * INSIDE, PILL + 8)


def column(widths: Sequence[float], least: float = 0.0) -> float:
    """Returns the width of what has to hold all of these."""
    return max([least, *widths])
