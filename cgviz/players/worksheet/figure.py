"""The figure of a sheet: the diagram with blanks in it, and nothing that tells what they hide."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

from cgviz.drawing.diagram import DIRECTIONS, diagram
from cgviz.drawing.diagram.scene import Words
from cgviz.drawing.engine import embed_font
from cgviz.drawing.theme import Theme
from cgviz.players.worksheet.blanks import Blanks
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS

READABLE = 0.7


@dataclass(frozen=True)
class Look:
    """How figures are drawn; without a direction each takes the one in which it is larger."""

    style: str = "card"
    theme: str | Theme = "print"
    direction: str | None = None
    digits: int = DIGITS


@dataclass(frozen=True)
class Figure:
    """A picture as SVG, and its size in points."""

    svg: bytes
    width: float
    height: float

    def scale(self, width: float, height: float) -> float:
        """Returns how much of its size fits in a place; it is never enlarged."""
        return min(1.0, width / self.width, height / self.height)

    @property
    def alone(self) -> bytes:
        """The SVG with its font in it, for a reader that has not got it."""
        return embed_font(self.svg)


def direction(run: Run, blanks: Blanks, look: Look, width: float, height: float) -> str:
    """Returns the direction of a figure for a place of that size: from left to right where that stays readable."""
    if look.direction:
        return look.direction
    across, down = (figure(run, blanks, look, way).scale(width, height) for way in DIRECTIONS)
    return DIRECTIONS[0] if across >= min(READABLE, down) else DIRECTIONS[1]


def figure(run: Run, blanks: Blanks, look: Look, direction: str) -> Figure:
    """Returns the figure without titles and descriptions of its parts: they would give the answers away."""
    made = diagram(
        run,
        style=look.style,
        theme=look.theme,
        direction=direction,
        digits=look.digits,
        background="filled",
        blanks=blanks.in_figure(run.graph),
    )
    output = run.graph.nodes[run.graph.output].shown
    svg = replace(made, words=Words(f"Computational graph of {output}"), quiet=True).draw("svg")
    left, top, right, bottom = map(float, ET.fromstring(svg).get("viewBox", "0 0 1 1").split())
    return Figure(svg, right - left, bottom - top)
