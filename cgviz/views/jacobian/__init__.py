"""A Jacobian or a Hessian: a grid of numbers or a heat map, and what backpropagation does instead of building it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme
    from cgviz.views.jacobian.facts import Facts

__all__ = ["picture", "report"]


def report(facts: Facts, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the report of a matrix."""
    from cgviz.documents.report import Report
    from cgviz.views.jacobian.json import written
    from cgviz.views.jacobian.text import document

    return Report(lambda writing: document(facts, writing), lambda: written(facts, digits), digits, theme)


def picture(
    facts: Facts,
    format: str = "svg",
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> bytes:
    """Returns the matrix as a heat map in one of CHARTS. Raises UsageError, RenderError."""
    from cgviz.drawing.canvas import written
    from cgviz.drawing.diagram import checked as checked_background
    from cgviz.drawing.theme import theme as named
    from cgviz.views.jacobian.heat import drawn

    colours = named(theme)
    behind = colours.background if background == "filled" else checked_background(background)
    return written(drawn(facts, checked(digits), colours, behind), format)
