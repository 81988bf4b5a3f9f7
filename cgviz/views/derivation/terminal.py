"""The derivation for a terminal: equations in columns where they fit, else each side on a line under its `=`."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.documents.document import Document, Drawn
from cgviz.documents.writing import Writing
from cgviz.runs.run import Run
from cgviz.text.fold import Line as Row
from cgviz.text.fold import fold, split
from cgviz.text.plain import ascii_text
from cgviz.views.derivation.board import Section
from cgviz.views.derivation.columns import MARGIN, Columns
from cgviz.views.derivation.hand import Ascii, AsciiHand, Eye, Hand
from cgviz.views.derivation.written import sections

PLAIN_WIDTH, NARROWEST, PROSE = 120, 30, 100


def page(run: Run, wrt: str | None, digits: int, width: int, plain: bool = False) -> list[Row]:
    """Returns the rows of the whole derivation, at most `width` wide; `plain`, in ASCII."""
    hand = AsciiHand(Ascii, digits) if plain else Hand(Eye, digits)
    rows: list[Row] = []
    for number, section in enumerate(sections(run, hand, wrt), 1):
        rows += [[]] * (number > 1) + list(written(number, section, max(width, NARROWEST)))
    return [[(ascii_text(part), role) for part, role in row] for row in rows] if plain else rows


def document(run: Run, writing: Writing, wrt: str | None, digits: int) -> Document:
    """Returns the derivation as a document, its lines as a terminal has them."""
    drawn = Drawn(lambda width: page(run, wrt, digits, width or PLAIN_WIDTH, writing.plain))
    return Document([drawn], "A derivation")


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
