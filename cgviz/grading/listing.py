"""What a student handed in, as one text: a Python file, or the code cells of a notebook in their order."""

from __future__ import annotations

import codecs
import json
import re
import warnings
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
    if not path.lower().endswith(ENDINGS):
        raise UsageError(f"{quoted(path)} is neither a Python file nor a notebook; give a .py or an .ipynb")
    return read(read_file(path, LONGEST_NOTEBOOK), path)


def read(content: bytes, name: str) -> Listing:
    """Returns the listing of a file's bytes; its name tells what it is. Raises UnreadableError."""
    most = LONGEST_NOTEBOOK if name.lower().endswith(".ipynb") else LONGEST
    if len(content) > most:
        raise UnreadableError(f"longer than {most // 2**20} MiB; that is no backward pass")
    text = decoded(content)
    return notebook(text, name) if name.lower().endswith(".ipynb") else plain(text, name)


COOKIE = re.compile(rb"^[^\n]*coding[:=][ \t]*([-\w.]+)|^[^\n]*\n[^\n]*coding[:=][ \t]*([-\w.]+)")


def decoded(content: bytes) -> str:
    """Returns a text in the encoding that it names, by its first bytes or lines; else UTF-8, else Latin-1."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        wanted = ["utf-16"]
    else:
        named = COOKIE.match(content)
        wanted = [(named[1] or named[2]).decode()] if named else []
    for name in (*wanted, "utf-8-sig", "cp1252"):
        try:
            made = codecs.lookup(name)
            if not getattr(made, "_is_text_encoding", True):
                continue
            return content.decode(name).removeprefix("\ufeff")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def plain(text: str, name: str = "the file") -> Listing:
    """Returns the listing of a Python source. Raises UnreadableError for a NUL byte."""
    if "\0" in text:
        raise UnreadableError("holds a NUL byte; that is no text")
    return Listing(one_ending(text), name)


def notebook(text: str, name: str = "the notebook") -> Listing:
    """Returns the listing of a notebook's code cells; magics, shell lines and cells that are no Python are left out.

    Raises UnreadableError for what is no notebook.
    """
    try:
        held = json.loads(text)
        cells = held["cells"] if "cells" in held else [cell for each in held["worksheets"] for cell in each["cells"]]
        sources = [(i, code_of(cell)) for i, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableError("not a Jupyter notebook (JSON with code cells)") from None
    joined: list[str] = []
    places = []
    for number, code in sources:
        places.append((number, len(joined) + 1))
        joined += readable(plain(code).text.split("\n"))
    whole = "\n".join(joined)
    if len(whole) > LONGEST:
        raise UnreadableError(f"longer than {LONGEST // 2**20} MiB; that is no backward pass")
    return Listing(whole, name, tuple(places))


def code_of(cell: Any) -> str:
    text = cell["source"] if "source" in cell else cell["input"]
    return text if isinstance(text, str) else "".join(text)


PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%ai")


def readable(lines: list[str]) -> list[str]:
    """Returns the lines of a cell with IPython's own commands as comments; all of a cell in another language."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in PYTHON_CELLS:
        return [f"# {line}" for line in lines]
    head = first and next(line for line in lines if line.strip()).partition(first)[0]  # IPython takes it off, too
    made = [unmagic(line.removeprefix(head)) for line in lines]
    return made if is_python("\n".join(made)) else [f"# {line}" for line in lines]


def is_python(text: str) -> bool:
    """Tells whether a cell can be read, as Python 3 or 2; where not, only that cell is left out."""
    import ast

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "print " in text
    return True


ASSIGNED = re.compile(r"^\s*[\w, ]+=\s*[%!]")


def unmagic(line: str) -> str:
    """Returns a line of a cell; IPython's own commands become a `pass` and a comment."""
    stripped = line.lstrip()
    magic = stripped.startswith(MAGIC) or (stripped.rstrip().endswith("?") and "#" not in stripped)
    if not magic and not ASSIGNED.match(line):
        return line
    return f"{line[: len(line) - len(stripped)]}pass  # {stripped}"


def one_ending(text: str) -> str:
    """Returns text whose lines are ended by newlines alone, as Python counts them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(dict.fromkeys((11, 12, 28, 29, 30, 133, 8232, 8233), " "))
