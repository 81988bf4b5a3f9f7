"""The derivation of a gradient as a lecturer writes it on the board, in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.runs.limits import Limit
from cgviz.text.numbers import DIGITS

if TYPE_CHECKING:
    from rich.console import Console

    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run

LIMIT = Limit(2500, "a derivation")


def report(run: Run, *, wrt: str | None = None, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the derivation with respect to the input `wrt`, None for all of them.

    Mathematics is set by each format itself: MathML in HTML, displayed equations in LaTeX and Markdown. Raises
    UsageError for no such input.
    """
    from cgviz.documents.report import Report
    from cgviz.views.derivation import json
    from cgviz.views.derivation.document import document
    from cgviz.views.derivation.flow import flow

    LIMIT.check(run.bare)
    flow(run, wrt)
    return Report(lambda writing: document(run, writing, wrt), lambda: json.derivation(run, wrt, digits), digits, theme)


def derivation(
    run: Run,
    format: str = "terminal",
    *,
    wrt: str | None = None,
    digits: int = DIGITS,
    theme: str | Theme = "light",
    standalone: bool = False,
) -> str:
    """Returns the same as text; `standalone`, LaTeX and HTML are whole documents.

    Raises UsageError for a format, an input, a theme or a number of digits that there is not.
    """
    return report(run, wrt=wrt, digits=digits, theme=theme).write(format, standalone=standalone or format == "html")


def show(
    run: Run,
    console: Console | None = None,
    *,
    wrt: str | None = None,
    digits: int = DIGITS,
    theme: str | Theme = "light",
) -> None:
    """Prints the derivation on standard output, or on a console."""
    made = report(run, wrt=wrt, digits=digits, theme=theme)
    made.show() if console is None else made.print(console)
