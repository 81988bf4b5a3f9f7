"""The table of a run: every stage with its value, its gradient and how both came about, in each format."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from cgviz.errors import UsageError, quoted
from cgviz.runs.modes import REVERSE, Mode
from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from rich.console import Console

    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run
    from cgviz.views.table.terminal import Page

FORMATS = {"rich": "page", "json": "json", "csv": "csv", "markdown": "markdown", "latex": "latex"}
"""Each format and its module here, whose `table(run, digits, mode)` returns the text."""


def table(run: Run, format: str = "rich", *, digits: int = DIGITS, mode: Mode = REVERSE) -> str:
    """Returns the table as text. "rich" is what `show` prints, without colour and as wide as it needs.

    `mode` tells whether it holds gradients, tangents or both. JSON and CSV hold full precision whatever `digits` is.

    Raises UsageError for a format or a number of digits that there is not.
    """
    if format not in FORMATS:
        raise UsageError(f"unknown format {quoted(format)}; there are {', '.join(FORMATS)}")
    text: str = import_module(f"cgviz.views.table.{FORMATS[format]}").table(run, checked(digits), mode)
    return text


def show(
    run: Run,
    console: Console | None = None,
    *,
    digits: int = DIGITS,
    theme: str | Theme = "light",
    mode: Mode = REVERSE,
) -> None:
    """Prints the table on standard output, or on a console. See `show_page`."""
    from cgviz.views.table.page import page

    show_page(lambda spelling, width: page(run, spelling, width, mode), console, digits=digits, theme=theme)


def show_page(
    page: Page, console: Console | None = None, *, digits: int = DIGITS, theme: str | Theme = "light"
) -> None:
    """Prints a page on standard output, or on a console: in colour on a terminal, and as wide as that is.

    Raises UsageError for a number of digits and, where there is colour, for a theme that there is not.
    """
    checked(digits)
    if console is None and not is_terminal():
        write_plain(page, digits)
        return
    from rich.console import Console

    from cgviz.drawing.theme import theme as named
    from cgviz.views.table.terminal import Printed

    (console or Console()).print(Printed(page, digits, named(theme)), soft_wrap=True, end="")


def is_terminal() -> bool:
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def write_plain(page: Page, digits: int) -> None:
    """Writes to a pipe or file: no colour, in COLUMNS columns where that is set, else nothing is folded."""
    from cgviz.views.table.page import text
    from cgviz.views.table.spelling import spelling_for

    columns = os.environ.get("COLUMNS", "")
    spelling = spelling_for(sys.stdout.encoding or "utf-8", digits)
    sys.stdout.write(text(page(spelling, int(columns) if columns.isdigit() else None)))
