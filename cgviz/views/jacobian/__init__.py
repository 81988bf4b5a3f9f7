"""A Jacobian or a Hessian: a grid of numbers or a heat map, and what backpropagation does instead of building it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cgviz.errors import UsageError, quoted
from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme
    from cgviz.views.jacobian.facts import Facts

__all__ = ["PICTURES", "picture", "report"]

PICTURES = ("svg", "pdf", "png")


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
    """Returns the matrix as a heat map in one of PICTURES. Raises UsageError, RenderError."""
    from cgviz.drawing.diagram import checked as checked_background
    from cgviz.drawing.theme import theme as named
    from cgviz.views.jacobian.heat import drawn

    if format not in PICTURES:
        raise UsageError(f"no picture format {quoted(format)}; there are {', '.join(PICTURES)}")
    colours = named(theme)
    behind = colours.background if background == "filled" else checked_background(background)
    sheet = drawn(facts, checked(digits), colours, behind)
    content: bytes = import_module(f"cgviz.views.jacobian.{format}").bytes_of(sheet)
    return content
