"""Lines with roles as something that rich can print: their colours, their width, their encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from cgviz.drawing.theme import LIGHT, Theme
from cgviz.text.fold import Line
from cgviz.text.numbers import DIGITS
from cgviz.views.table.spelling import Spelling, spelling_for

Page = Callable[[Spelling, int | None], list[Line]]
"""Gives the lines of a page in a spelling and in at most so many columns; None: as wide as it likes."""


class Printed:
    """A page for `console.print`; text of the user is never markup."""

    def __init__(self, page: Page, digits: int = DIGITS, theme: Theme = LIGHT) -> None:
        self.page, self.digits, self.theme = page, digits, theme

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        styles = {role: Style.parse(style) for role, style in self.theme.terminal.items()}
        for line in self.page(spelling_for(options.encoding, self.digits), options.max_width):
            for text, role in line:
                yield Segment(text, styles.get(role))
            yield Segment.line()
