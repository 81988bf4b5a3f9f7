"""Lines with roles on standard output: in colour and as wide as the terminal, plain into a pipe or file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from cgviz.drawing.theme import theme as named
from cgviz.text.fold import Line
from cgviz.views.table import is_terminal
from cgviz.views.table.page import text
from cgviz.views.table.spelling import Spelling, spelling_for

Page = Callable[[Spelling, "int | None"], list[Line]]


def show(page: Page, *, digits: int, theme: str = "light") -> None:
    """Prints a page, which is made for a spelling and a width (None: nothing is folded)."""
    if not is_terminal():
        columns = os.environ.get("COLUMNS", "")
        spelling = spelling_for(sys.stdout.encoding or "utf-8", digits)
        sys.stdout.write(text(page(spelling, int(columns) if columns.isdigit() else None)))
        return
    from rich.console import Console
    from rich.segment import Segment, Segments
    from rich.style import Style

    console = Console()
    styles = {role: Style.parse(style) for role, style in named(theme).terminal.items()}
    segments = []
    for line in page(spelling_for(console.encoding, digits), console.width):
        segments += [Segment(part, styles.get(role)) for part, role in line]
        segments.append(Segment.line())
    console.print(Segments(segments), soft_wrap=True, end="")
