"""A Jacobian or a Hessian: a grid of numbers or a heat map, and what backpropagation does instead of building it."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from cgviz.errors import UsageError, quoted
from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from cgviz.drawing.theme import Theme
    from cgviz.views.jacobian.facts import Facts

__all__ = ["FORMATS", "PICTURES", "picture", "show", "written"]

FORMATS = {"rich": "text", "json": "json", "latex": "latex", "markdown": "markdown"}
"""Each format and its module here, whose `written(facts, digits)` returns the text."""

PICTURES = ("svg", "pdf", "png")


def written(facts: Facts, format: str = "rich", *, digits: int = DIGITS) -> str:
    """Returns the matrix as text. Raises UsageError for a format or a number of digits that there is not."""
    if format not in FORMATS:
        raise UsageError(f"unknown format {quoted(format)}; there are {', '.join(FORMATS)}")
    text: str = import_module(f"cgviz.views.jacobian.{FORMATS[format]}").written(facts, checked(digits))
    return text


def show(facts: Facts, *, digits: int = DIGITS, theme: str | Theme = "light") -> None:
    """Prints the matrix on standard output: in colour on a terminal, and as wide as that is."""
    from cgviz.views.table import is_terminal

    checked(digits)
    if not is_terminal():
        write_plain(facts, digits)
        return
    from rich.console import Console

    from cgviz.drawing.theme import theme as named
    from cgviz.views.jacobian.terminal import Shown

    Console().print(Shown(facts, digits, named(theme)), soft_wrap=True, end="")


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


def write_plain(facts: Facts, digits: int) -> None:
    """Writes to a pipe or file: no colour, in COLUMNS columns where that is set."""
    from cgviz.views.jacobian.text import page
    from cgviz.views.table.page import text
    from cgviz.views.table.spelling import spelling_for

    columns = os.environ.get("COLUMNS", "")
    spelling = spelling_for(sys.stdout.encoding or "utf-8", digits)
    sys.stdout.write(text(page(facts, spelling, int(columns) if columns.isdigit() else None)))
