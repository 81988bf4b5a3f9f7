"""One node under the magnifying glass: the key local step of backpropagation, in words and as a picture."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from cgviz.errors import UsageError, quoted
from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from rich.console import Console

    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run
    from cgviz.views.explain.facts import Facts

__all__ = ["FORMATS", "PICTURES", "explain", "picture", "show"]

FORMATS = {"rich": "text", "markdown": "markdown", "json": "json"}
"""Each format and its module here, whose `explained(facts, digits)` returns the text."""

PICTURES = ("svg", "pdf", "png")


def explain(run: Run, node: str, format: str = "rich", *, digits: int = DIGITS) -> str:
    """Returns what happens at one node, as text. `node` is a name, a label, or the number of a stage.

    Raises UsageError for a node, a format or a number of digits that there is not.
    """
    if format not in FORMATS:
        raise UsageError(f"unknown format {quoted(format)}; there are {', '.join(FORMATS)}")
    text: str = import_module(f"cgviz.views.explain.{FORMATS[format]}").explained(facts_of(run, node), checked(digits))
    return text


def show(
    run: Run, node: str, console: Console | None = None, *, digits: int = DIGITS, theme: str | Theme = "light"
) -> None:
    """Prints the explanation on standard output, or on a console: in colour on a terminal, and as wide as that is."""
    from cgviz.views.table import is_terminal

    about = facts_of(run, node)
    if console is None and not is_terminal():
        write_plain(about, checked(digits))
        return
    from rich.console import Console

    from cgviz.drawing.theme import theme as named
    from cgviz.views.explain.terminal import Explained

    (console or Console()).print(Explained(about, checked(digits), named(theme)), soft_wrap=True, end="")


def picture(
    run: Run,
    node: str,
    format: str = "svg",
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> bytes:
    """Returns the picture of one node in one of PICTURES. Raises UsageError, RenderError."""
    from cgviz.views.explain.figure import figure

    if format not in PICTURES:
        raise UsageError(f"no picture format {quoted(format)}; there are {', '.join(PICTURES)}")
    return figure(facts_of(run, node), theme=theme, digits=checked(digits), background=background).draw(format)


def facts_of(run: Run, node: str) -> Facts:
    from cgviz.graph.lookup import find
    from cgviz.views.explain.facts import Facts

    return Facts(run, find(run.graph, node))


def write_plain(about: Facts, digits: int) -> None:
    """Writes to a pipe or file: no colour, in COLUMNS columns where that is set."""
    from cgviz.views.explain.say import Say
    from cgviz.views.explain.text import page
    from cgviz.views.table.page import text
    from cgviz.views.table.spelling import spelling_for

    columns = os.environ.get("COLUMNS", "")
    say = Say(spelling_for(sys.stdout.encoding or "utf-8", digits), digits)
    sys.stdout.write(text(page(about, say, int(columns) if columns.isdigit() else None)))
