"""What a student handed in, as one text: a Python file, or the code cells of a notebook in their order."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cgviz.errors import ExpressionError, UsageError, quoted
from cgviz.text.files import read_file

LONGEST, LONGEST_NOTEBOOK = 2**20, 16 * 2**20
ENDINGS = (".py", ".ipynb")
MAGIC = ("%", "!", "?")


class UnreadableError(ExpressionError):
    """A student's file cannot be read; says the line, and points at the place."""


@dataclass(frozen=True)
class Listing:
    """A text, and for each cell of a notebook the number of its cell and the line at which it begins."""

    text: str
    name: str = "the file"
    cells: tuple[tuple[int, int], ...] = ()

    @cached_property
    def starts(self) -> list[int]:
        """The offset of every line."""
        found = [0]
        for line in self.text.splitlines(keepends=True):
            found.append(found[-1] + len(line))
        return found

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def line_of(self, offset: int) -> int:
        """Returns the number of the line, from 1, that holds an offset."""
        return bisect_right(self.starts, offset)

    def where(self, line: int) -> str:
        """Returns how a person finds a line: `line 12`, in a notebook `cell 2, line 3`."""
        held = [(cell, first) for cell, first in self.cells if first <= line]
        return f"cell {held[-1][0]}, line {line - held[-1][1] + 1}" if held else f"line {line}"

    def refuse(self, message: str, start: int, end: int) -> UnreadableError:
        """Returns the error that points at a place."""
        return UnreadableError(f"{self.where(self.line_of(start))}: {message}", self.text, start, end)


def listing(path: str) -> Listing:
    """Returns the listing in a file. Raises UsageError for what is no file, UnreadableError for what is no text."""
    called = quoted(path)
    if not path.lower().endswith(ENDINGS):
        raise UsageError(f"{called} is neither a Python file nor a notebook; give a .py or an .ipynb")
    most = LONGEST_NOTEBOOK if path.lower().endswith(".ipynb") else LONGEST
    content = read_file(path, most)
    if len(content) > most:
        raise UnreadableError(f"longer than {most // 2**20} MiB; that is no backward pass")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8 text (at offset {error.start})") from None
    return notebook(text, path) if path.lower().endswith(".ipynb") else plain(text, path)


def plain(text: str, name: str = "the file") -> Listing:
    """Returns the listing of a Python source. Raises UnreadableError for a NUL byte."""
    if "\0" in text:
        raise UnreadableError("holds a NUL byte; that is no text")
    return Listing(one_ending(text), name)


def notebook(text: str, name: str = "the notebook") -> Listing:
    """Returns the listing of a notebook's code cells, magics left out. Raises UnreadableError for what is none."""
    try:
        cells = json.loads(text)["cells"]
        sources = [(i, source(cell)) for i, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableError("not a Jupyter notebook (JSON with code cells, format 4)") from None
    joined: list[str] = []
    places = []
    for number, code in sources:
        places.append((number, len(joined) + 1))
        joined += map(unmagic, plain(code).text.split("\n"))
    text = "\n".join(joined)
    if len(text) > LONGEST:
        raise UnreadableError(f"longer than {LONGEST // 2**20} MiB; that is no backward pass")
    return Listing(text, name, tuple(places))


def source(cell: Any) -> str:
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def unmagic(line: str) -> str:
    """Returns a line of a cell; IPython's own commands become comments of the same length."""
    stripped = line.lstrip()
    return f"#{line[1:]}" if stripped.startswith(MAGIC) or stripped.endswith("?") else line


def one_ending(text: str) -> str:
    """Returns text whose lines are ended by newlines alone, as Python counts them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(dict.fromkeys((11, 12, 28, 29, 30, 133, 8232, 8233), " "))
