"""Lines with roles as something that rich can print: its colours, its width, its encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from cgviz.documents.document import PAINT
from cgviz.documents.writing import Writing, spelling_for
from cgviz.drawing.theme import Theme
from cgviz.records import record
from cgviz.text.fold import Line


@record
class Coloured:
    """A page for `console.print`; text of the user is never markup."""

    lines: Callable[[Writing, int | None, Theme | None], list[Line]]
    digits: int
    theme: Theme

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        styles = {role: Style.parse(style) for role, style in self.theme.terminal.items()}
        writing = spelling_for(options.encoding, self.digits)
        paint = self.theme if console.color_system and not console.no_color and not writing.plain else None
        for line in self.lines(writing, options.max_width, paint):
            for text, role in line:
                yield Segment(text, painted(role) if role.startswith(PAINT) else styles.get(role))
            yield Segment.line()


def painted(role: str) -> Style:
    front, _, behind = role.removeprefix(PAINT).partition(":")
    return Style(color=front, bgcolor=behind or None)
