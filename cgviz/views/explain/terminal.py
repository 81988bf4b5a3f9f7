"""An explanation as something that rich can print: its colours, its width, its encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from cgviz.drawing.theme import Theme
from cgviz.views.explain.facts import Facts
from cgviz.views.explain.say import Say
from cgviz.views.explain.text import page
from cgviz.views.table.spelling import spelling_for


@dataclass(frozen=True)
class Explained:
    """An explanation for `console.print`; text of the user is never markup."""

    facts: Facts
    digits: int
    theme: Theme

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        styles = {role: Style.parse(style) for role, style in self.theme.terminal.items()}
        say = Say(spelling_for(options.encoding, self.digits), self.digits)
        for line in page(self.facts, say, options.max_width):
            for text, role in line:
                yield Segment(text, styles.get(role))
            yield Segment.line()
