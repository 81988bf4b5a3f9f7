"""The derivation of a gradient as a lecturer writes it on the board, in each format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cgviz.errors import UsageError, quoted
from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from rich.console import Console

    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run

FORMATS = ("terminal", "markdown", "latex", "html")
"""Each is a module here, whose `derivation(run, wrt, digits, theme, standalone)` returns the text."""


def derivation(
    run: Run,
    format: str = "terminal",
    *,
    wrt: str | None = None,
    digits: int = DIGITS,
    theme: str | Theme = "light",
    standalone: bool = False,
) -> str:
    """Returns the derivation as text. "terminal" is what `show` prints, without colour and as wide as it needs.

    wrt         the input with respect to which it is; None for all of them
    standalone  LaTeX is a document that compiles as it stands; HTML always is one

    Raises UsageError for a format, an input, a theme or a number of digits that there is not.
    """
    from cgviz.drawing.theme import theme as named

    if format not in FORMATS:
        raise UsageError(f"unknown format {quoted(format)}; there are {', '.join(FORMATS)}")
    module = import_module(f"cgviz.views.derivation.{format}")
    text: str = module.derivation(run, wrt, checked(digits), named(theme), standalone)
    return text


def show(
    run: Run,
    console: Console | None = None,
    *,
    wrt: str | None = None,
    digits: int = DIGITS,
    theme: str | Theme = "light",
) -> None:
    """Prints the derivation on standard output, or on a console: in colour on a terminal, folded to its width.

    Raises UsageError for an input, a number of digits and a theme that there is not.
    """
    from cgviz.drawing.theme import theme as named
    from cgviz.views.derivation.terminal import printed

    printed(run, console, wrt, checked(digits), named(theme))
