"""The picture of one node, laid out: what the diagram draws, with places that are decided here."""

from __future__ import annotations

from cgviz.drawing.diagram import Diagram, checked, digest
from cgviz.drawing.diagram.axes import Axes
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import Words
from cgviz.drawing.diagram.words import LONGEST
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as theme_of
from cgviz.errors import shorten
from cgviz.text.numbers import DIGITS
from cgviz.views.explain import fanout, gate
from cgviz.views.explain.facts import Facts
from cgviz.views.explain.ink import Ink

DIRECTION = "LR"


def figure(
    facts: Facts, *, theme: str | Theme = "light", digits: int = DIGITS, background: str = "transparent"
) -> Diagram:
    """Returns the picture of a node: a gate with what comes and goes, or the fan-out of an input.

    Raises UsageError for a theme or a background that there is not.
    """
    colours = theme_of(theme)
    ink = Ink(facts, Pen(facts.run, colours, digits))
    sheet = gate.drawn(ink) if facts.node.is_stage else fanout.drawn(ink)
    behind = colours.background if background == "filled" else checked(background)
    layout = Layout(facts.run, sheet.scene, sheet.plan, Axes(DIRECTION), colours, digits, behind)
    prefix = f"cg{digest(facts.run, f'explain {facts.index}', DIRECTION)}-"
    return Diagram(about(ink), layout, prefix)


def about(ink: Ink) -> Words:
    """Returns the title and the alternative text of the picture."""
    said = ink.words(ink.facts.index)
    backward = [step for edge in ink.edges if (step := edge.step)]
    told = "; ".join([said.description, *(step.caption(ink.pen.digits) for step in backward[:4])])
    return Words(f"The local step at {said.title}", shorten(told, 2 * LONGEST))
