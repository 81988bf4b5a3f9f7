"""The paths of a run: the gradient as the sum over all paths, and what it would cost to walk them."""

from __future__ import annotations

from importlib import import_module

from cgviz.drawing.theme import Theme
from cgviz.errors import UsageError, quoted
from cgviz.text.numbers import DIGITS, checked
from cgviz.views.paths.report import MOST, Report, report

__all__ = ["FORMATS", "MOST", "Report", "paths", "report", "show"]

FORMATS = {"rich": "page", "json": "json", "markdown": "markdown"}
"""Each format and its module here, whose `paths(report, digits)` returns the text."""


def paths(report: Report, format: str = "rich", *, digits: int = DIGITS) -> str:
    """Returns the paths as text; "rich" is what `show` prints, without colour. JSON holds full precision.

    Raises UsageError for a format or a number of digits that there is not.
    """
    if format not in FORMATS:
        raise UsageError(f"unknown format {quoted(format)}; there are {', '.join(FORMATS)}")
    text: str = import_module(f"cgviz.views.paths.{FORMATS[format]}").paths(report, checked(digits))
    return text


def show(report: Report, *, digits: int = DIGITS, theme: str | Theme = "light") -> None:
    """Prints the paths on standard output: in colour on a terminal, and as wide as that is."""
    from cgviz.views.paths.page import page
    from cgviz.views.table import show_page

    show_page(lambda spelling, width: page(report, spelling, width), digits=digits, theme=theme)
