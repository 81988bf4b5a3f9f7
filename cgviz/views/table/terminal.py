"""The table as something that rich can print: its colours, its width, its encoding."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from cgviz.numbers import DIGITS
from cgviz.runs import Run
from cgviz.theme import LIGHT, Theme
from cgviz.views.table.page import page
from cgviz.views.table.spelling import spelling_for


class Table:
    """A run's table for `console.print`; text of the user is never markup."""

    def __init__(self, run: Run, digits: int = DIGITS, theme: Theme = LIGHT) -> None:
        self.run, self.digits, self.theme = run, digits, theme

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        styles = {role: Style.parse(style) for role, style in self.theme.terminal.items()}
        for line in page(self.run, spelling_for(options.encoding, self.digits), options.max_width):
            for text, role in line:
                yield Segment(text, styles.get(role))
            yield Segment.line()
