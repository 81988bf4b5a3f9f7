"""A report as a document: blocks of text with roles, which every printer knows how to set.

A report is made for a `Writing`; its texts are in that notation. Roles are those of the theme: "name", "value",
"gradient", "local", "muted", "flag" and "".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cgviz.documents.equations import Equation
from cgviz.documents.grid import TableColumn
from cgviz.drawing.theme import Theme
from cgviz.records import record
from cgviz.text.fold import Line, Span

PAINT = "paint:"
"""A role that is a colour itself, or two: `paint:#112233:#445566`, of the text and behind it."""


@record
class Head:
    """The function that a report is about, statement by statement, and the place where it is looked at; `note` says
    what else stood in its text."""

    statements: Sequence[str]
    where: str = ""
    note: str = ""


@record
class Title:
    """The heading of a section, which may be numbered."""

    pieces: Line
    number: int = 0


@record
class Prose:
    """A paragraph. `lead` stands before its first line, the others are set in; `is_math`: it is a line of mathematics;
    `is_near`: it belongs to what stands above it."""

    pieces: Line
    lead: str = ""
    is_math: bool = False
    is_near: bool = False


@record
class Entry:
    """A word at the side and the lines that belong to it. `is_set`: they stand as they are, one below the other;
    `is_math`: they are lines of mathematics."""

    word: str
    lines: Sequence[Line]
    is_set: bool = False
    is_math: bool = False


@record
class Table:
    """Rows of cells under headings; `more` says how many are left out."""

    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Span]]
    more: str = ""


@record
class Equations:
    """Equations, one below the other, in the notation of the output's hand."""

    lines: Sequence[Equation]


@record
class Drawn:
    """What a terminal shows in characters, lines made for a width, which a theme allows to be in colour; elsewhere a
    table, or the lines as they are."""

    lines: Callable[[int | None, Theme | None], list[Line]]
    table: Callable[[], Table] | None = None
    words: str = ""


@record
class Gap:
    """An empty line."""


GAP = Gap()
Block = Head | Title | Prose | Entry | Table | Equations | Drawn | Gap


@record
class Document:
    """The blocks of a report, and its title where a format wants one; `is_titled`: a page begins with it."""

    blocks: Sequence[Block]
    title: str = ""
    measure: int = 80
    """How many columns of text a paragraph has where nobody says how wide it may be."""
    is_titled: bool = False


def words(line: Iterable[Span]) -> str:
    """Returns a line without its roles."""
    return "".join(text for text, _ in line)
