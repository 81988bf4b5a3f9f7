"""A report in every format: what a command prints, and what the library's functions return."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import field
from importlib import import_module
from pathlib import Path

from cgviz.documents.document import Document
from cgviz.documents.formats import ENDINGS, FORMATS, OLDER
from cgviz.documents.writing import Writing, spelling_for, unicode_spelling
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as named
from cgviz.errors import UsageError, quoted
from cgviz.records import record
from cgviz.text.fold import Line
from cgviz.text.numbers import DIGITS, checked
from cgviz.text.output import write


@record
class Report:
    """What a command has to say.

    make    the document, in the notation of an output
    data    the same as JSON text, in full precision
    digits  significant digits of numbers
    more    further formats of data
    """

    make: Callable[[Writing], Document]
    data: Callable[[], str]
    digits: int = DIGITS
    theme: str | Theme = "light"
    more: Mapping[str, Callable[[], str]] = field(default_factory=dict)

    def write(self, format: str, *, standalone: bool = False) -> str:
        """Returns the report as text in one of FORMATS; of LaTeX and HTML a fragment, or a whole document.

        Raises UsageError for a format, a theme or a number of digits that there is not.
        """
        kind = OLDER.get(format, format)
        if kind not in FORMATS and kind not in self.more:
            raise UsageError(f"unknown format {quoted(format)}; there are {', '.join(self.formats)}")
        digits = checked(self.digits)
        if kind in self.more:
            return self.more[kind]()
        if kind == "json":
            return self.data()
        if kind in ("terminal", "text"):
            return self.plain(unicode_spelling(digits), None)
        return self.printed(kind, digits, standalone)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that there are."""
        return (*FORMATS, *self.more)

    def printed(self, kind: str, digits: int, standalone: bool) -> str:
        printer = import_module(f"cgviz.documents.{kind}")
        made: str = printer.printed(self.make(printer.writing(digits)), named(self.theme), standalone)
        return made

    def lines(self, writing: Writing, width: int | None, paint: Theme | None = None) -> list[Line]:
        """Returns the lines for a terminal of `width` columns; None: as wide as it needs. `paint` allows colours."""
        from cgviz.documents.terminal import page

        made = page(self.make(writing), width, writing.rule, paint)
        return [[(writing.sign(text), role) for text, role in line] for line in made] if writing.plain else made

    def plain(self, writing: Writing, width: int | None) -> str:
        from cgviz.documents.terminal import text

        return text(self.lines(writing, width))

    @property
    def text(self) -> str:
        """Plain text, as wide as it needs."""
        return self.write("text")

    @property
    def markdown(self) -> str:
        """Markdown as GitHub reads it."""
        return self.write("markdown")

    @property
    def latex(self) -> str:
        """A fragment of LaTeX, whose first line lists the packages that it needs."""
        return self.write("latex")

    @property
    def html(self) -> str:
        """A fragment of HTML with its own colours."""
        return self.write("html")

    @property
    def json(self) -> str:
        """JSON, numbers in full precision."""
        return self.write("json")

    def save(self, path: str | os.PathLike[str], *, standalone: bool = False) -> Path:
        """Writes the report into a file, as its ending says: .txt .md .tex .html .json; returns its path.

        An HTML file is a whole page, a LaTeX file a fragment to be included, or with `standalone` a document. Raises
        UsageError for another ending, RenderError where the file cannot be written.
        """
        where, format = Path(path), format_of(os.fspath(path))
        write(where, self.write(format, standalone=standalone or format == "html").encode("utf-8"))
        return where

    def show(self) -> None:
        """Prints the report on standard output: in colour on a terminal and as wide as that is, else plain."""
        if not is_terminal():
            columns = os.environ.get("COLUMNS", "")
            writing = spelling_for(sys.stdout.encoding or "utf-8", checked(self.digits))
            sys.stdout.write(self.plain(writing, int(columns) if columns.isdigit() else None))
            return
        from rich.console import Console

        self.print(Console())

    def print(self, console: object) -> None:
        """Prints the report on a console of rich; text of the user is never markup."""
        from cgviz.documents.coloured import Coloured

        coloured = Coloured(self.lines, checked(self.digits), named(self.theme))
        console.print(coloured, soft_wrap=True, end="")  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        """The text itself, so that an interactive session shows it."""
        return self.text.rstrip("\n")

    def _repr_html_(self) -> str:
        return self.html

    def _repr_markdown_(self) -> str:
        return self.markdown


def format_of(path: str) -> str:
    """Returns the format that a file's ending asks for. Raises UsageError for an ending that is none of them."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in ENDINGS:
        known = " ".join(ENDINGS)
        raise UsageError(f"{quoted(path, 200)} does not say which format; give it {known}, or give --format")
    return ENDINGS[ending]


def is_terminal() -> bool:
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
