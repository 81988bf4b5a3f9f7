"""A matrix as something that rich can print: its colours, its width, its encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from cgviz.drawing.theme import Theme
from cgviz.views.jacobian.blocks import PAINT
from cgviz.views.jacobian.facts import Facts
from cgviz.views.jacobian.text import page
from cgviz.views.table.spelling import spelling_for


@dataclass(frozen=True)
class Shown:
    """A matrix for `console.print`; text of the user is never markup."""

    facts: Facts
    digits: int
    theme: Theme

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        styles = {role: Style.parse(style) for role, style in self.theme.terminal.items()}
        spelling = spelling_for(options.encoding, self.digits)
        colours = self.theme if console.color_system and not console.no_color and spelling.times != "*" else None
        for line in page(self.facts, spelling, options.max_width, colours):
            for text, role in line:
                yield Segment(text, painted(role) if role.startswith(PAINT) else styles.get(role))
            yield Segment.line()


def painted(role: str) -> Style:
    front, _, behind = role.removeprefix(PAINT).partition(":")
    return Style(color=front, bgcolor=behind or None)
