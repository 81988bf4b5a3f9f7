"""The derivation for a terminal: equations in columns where they fit, else each side on a line under its `=`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cgviz.drawing.theme import Theme
from cgviz.runs.run import Run
from cgviz.text.fold import Line as Row
from cgviz.text.fold import fold, split
from cgviz.text.plain import ascii_text
from cgviz.views.derivation.board import Section
from cgviz.views.derivation.columns import MARGIN, Columns
from cgviz.views.derivation.hand import Ascii, AsciiHand, Eye, Hand
from cgviz.views.derivation.written import sections

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH, NARROWEST, PROSE = 120, 30, 100
SIGNS = "σ−·²√∂∇…"


def derivation(run: Run, wrt: str | None, digits: int, theme: Theme, standalone: bool) -> str:
    """Returns the derivation as plain text, folded to 120 columns."""
    return text(page(run, wrt, digits, PLAIN_WIDTH, "utf-8"))


def printed(run: Run, console: Console | None, wrt: str | None, digits: int, theme: Theme) -> None:
    """Prints the derivation: in colour and as wide as the terminal is, plain in a pipe or file."""
    if console is None and not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR")):
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isdigit() else PLAIN_WIDTH
        sys.stdout.write(text(page(run, wrt, digits, width, sys.stdout.encoding or "utf-8")))
        return
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    console = console or Console()
    styles = {role: Style.parse(style) for role, style in theme.terminal.items()}
    for row in page(run, wrt, digits, console.width, console.encoding):
        line = Text.assemble(*((part, styles.get(role, "")) for part, role in row))
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def text(rows: Sequence[Row]) -> str:
    return "".join("".join(part for part, _ in row).rstrip() + "\n" for row in rows)


def page(run: Run, wrt: str | None, digits: int, width: int, encoding: str) -> list[Row]:
    """Returns the rows of the whole derivation, at most `width` wide."""
    plain = not says(encoding)
    hand = AsciiHand(Ascii, digits) if plain else Hand(Eye, digits)
    rows: list[Row] = []
    for number, section in enumerate(sections(run, hand, wrt), 1):
        rows += [[]] * (number > 1) + list(written(number, section, max(width, NARROWEST)))
    return [[(ascii_text(part), role) for part, role in row] for row in rows] if plain else rows


def says(encoding: str) -> bool:
    """Tells whether an encoding has the signs that mathematics is written with."""
    try:
        SIGNS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def written(number: int, section: Section, width: int) -> Iterator[Row]:
    yield from fold(split([(f"{number}. {section.title}", "name")]), width)
    if section.intro:
        yield from prose(section.intro, width)
    if section.lines:
        yield from Columns(section.lines, width).rows()
    for sentence in section.ends:
        yield from prose(sentence, width)


def prose(sentence: str, width: int) -> Iterator[Row]:
    for row in fold(split([(sentence, "muted")]), min(width, PROSE) - MARGIN):
        yield [(" " * MARGIN, ""), *row]
