"""The figure of a sheet: the diagram with blanks in it, fitted to its place, and nothing that tells what they hide."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

from cgviz.drawing.diagram import diagram
from cgviz.drawing.diagram.paper import PAPERS, Paper
from cgviz.drawing.diagram.scene import SIZE, Words
from cgviz.drawing.engine import embed_font
from cgviz.drawing.theme import Theme
from cgviz.players.worksheet.blanks import Blanks
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS


@dataclass(frozen=True)
class Look:
    """How figures are drawn; without a direction each takes the one in which it is larger.

    fit       the room of the figure, such as "12x8cm", instead of what the paper has
    min_text  the smallest text in it, such as "8pt"
    """

    style: str = "card"
    theme: str | Theme = "print"
    direction: str | None = None
    digits: int = DIGITS
    fit: str | None = None
    min_text: str | None = None


@dataclass(frozen=True)
class Figure:
    """A picture as SVG, its size in points, and how much it is scaled to fit its place."""

    svg: bytes
    width: float
    height: float
    fit: float

    @property
    def smallest(self) -> float:
        """The size of its smallest text in its place, in points."""
        return self.fit * SIZE

    def scale(self, width: float, height: float) -> float:
        """Returns how much it is scaled in a place, at most as much as it was made for."""
        return min(self.fit, width / self.width, height / self.height)

    @property
    def alone(self) -> bytes:
        """The SVG with its font in it, for a reader that has not got it."""
        return embed_font(self.svg)


def figure(run: Run, blanks: Blanks, look: Look, direction: str | None, paper: Paper, digits: int) -> Figure:
    """Returns the figure for a page, without titles and descriptions of its parts: they would give the answers away."""
    made = diagram(
        run,
        style=look.style,
        theme=look.theme,
        direction=direction,
        digits=digits,
        background="filled",
        blanks=blanks.in_figure(run.graph),
        fit=paper,
        aside=False,  # it would give answers away
    )
    output = run.graph.nodes[run.graph.output].shown
    svg = replace(made, words=Words(f"Computational graph of {output}"), quiet=True).draw("svg")
    left, top, right, bottom = map(float, ET.fromstring(svg).get("viewBox", "0 0 1 1").split())
    return Figure(svg, right - left, bottom - top, made.layout.fit)


def place(width: float, height: float) -> Paper:
    """Returns the room for a figure on paper, in points."""
    return replace(PAPERS["page"], name="", width=width, height=height)
