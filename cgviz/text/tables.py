"""Tables of numbers in a text: rows of cells under a row of names, or without one. `@w.csv` and `--data` are read here.

Cells are separated by tabs, semicolons, commas or blanks, whichever the first row has. Blank lines, lines that begin
with # and a byte order mark are passed over. Nothing else is: a cell that is no number is an error that names it.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence

from cgviz.errors import UsageError, quoted
from cgviz.records import record
from cgviz.text.numbers import counted

SEPARATORS = "\t;,"
FLOAT = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NUMBER = re.compile(rf"(?P<top>{FLOAT})(?:\s*/\s*(?P<bottom>{FLOAT}))?")
WITH_COMMAS = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)+(?:\.[0-9]*)?")
LIKE_A_NUMBER = re.compile(r"[+\-−]?\.?[0-9].*|[+\-−]?(nan|inf|infinity)|null|none|n/?a|true|false", re.IGNORECASE)
TRUE_MINUS = str.maketrans("−", "-")


@record
class DataSheet:
    """The cells of a table: `header` as it was written, () without one, the rows, and the line each row ends on.

    called   how messages name the text: `points.csv`
    """

    header: tuple[str, ...]
    rows: tuple[Sequence[str], ...]
    lines: tuple[int, ...]
    called: str

    def __len__(self) -> int:
        return len(self.rows)

    def numbers(self, column: int) -> list[float]:
        """Returns the numbers of one column. Raises UsageError for the first cell that is no finite number."""
        return [self.number(row, column) for row in range(len(self.rows))]

    def number(self, row: int, column: int) -> float:
        """Returns the number in a cell. Raises UsageError, naming line and cell, where there is none."""
        cell = self.rows[row][column].strip()
        value = value_of(cell)
        if isinstance(value, float):
            return value
        name = quoted(self.header[column]) if self.header else str(column + 1)
        what = quoted(cell) + " " if cell else ""
        raise UsageError(f"{self.called}, line {self.lines[row]}, column {name}: {what}{value}")

    def matrix(self) -> list[list[float]]:
        """Returns all numbers, row by row. Raises UsageError for the first cell that is no finite number."""
        columns = range(len(self.rows[0]))
        return [[self.number(row, column) for column in columns] for row in range(len(self.rows))]


def value_of(cell: str) -> float | str:
    """Returns the number that a cell holds, `-1.5` or `1/3`, or else why it holds none.

    >>> value_of("1/4")
    0.25
    """
    if not cell:
        return "the cell is empty; a number belongs there"
    written = NUMBER.fullmatch(cell.translate(TRUE_MINUS))
    if written is None:
        if WITH_COMMAS.fullmatch(cell):
            return "is not a number: write 1000 for 1,000, and 1.5 for 1,5"
        odd = re.fullmatch(r"[+-]?(nan|inf|infinity)", cell, re.IGNORECASE)
        return "is not a finite number" if odd else "is not a number"
    top, bottom = float(written["top"]), float(written["bottom"] or 1)
    value = top / bottom if bottom else math.nan
    return value if math.isfinite(value) else "is not a finite number"


def read_sheet(text: str, called: str = "the data", named: bool = True) -> DataSheet:
    """Returns the cells of a table; `named` says that its first row must name the columns, else it may.

    Raises UsageError for a text without rows, for a first row that is neither names nor numbers, and for a row that is
    longer or shorter than the first.
    """
    lines = Lines(text)
    reader = csv.reader(lines, delimiter=lines.separator, strict=True, skipinitialspace=True)
    header: tuple[str, ...] = ()
    rows: list[Sequence[str]] = []
    at: list[int] = []
    try:
        for cells in reader:
            first = not rows and not header
            if first and (named or is_header(cells, f"{called}, line {lines.number}")):
                header = names(cells, called, lines.number)
                continue
            check_length(cells, header or (rows or [cells])[0], f"{called}, line {lines.number}", bool(header))
            rows.append(cells)
            at.append(lines.number)
    except csv.Error as error:
        raise UsageError(f"{called}, line {lines.number}: {error}; that is no CSV") from None
    if not rows and not header:
        raise UsageError(f"{called} is empty" + ("; its first line names the columns, as in x,y" if named else ""))
    if not rows:
        raise UsageError(f"{called} has a header and no rows; numbers go on the lines below it")
    return DataSheet(header, tuple(rows), tuple(at), called)


class Lines:
    """The lines of a text that hold cells, one after the other; `number` is where the last one stands in the text."""

    def __init__(self, text: str) -> None:
        every = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
        self.kept = [(at, REMARK.sub("", line).strip(" ")) for at, line in enumerate(every, 1) if is_kept(line)]
        self.number = 0
        self.separator = separator_of([line for _, line in self.kept[:2]])

    def __iter__(self) -> Iterator[str]:
        for at, line in self.kept:
            self.number = at
            yield line + "\n"


REMARK = re.compile(r"\s#[^\"]*$")
"""A comment behind the cells of a line."""


def is_kept(line: str) -> bool:
    bare = line.strip()
    return bool(bare.strip(",;")) and not bare.startswith("#")


def separator_of(first: Sequence[str]) -> str:
    """Returns what separates the cells, told by the first lines; a blank where nothing else does and all have one."""
    bare = [re.sub(r'"[^"]*"', "", line) for line in first]
    found = next((sign for sign in SEPARATORS if bare and sign in bare[0]), None)
    return found or (" " if bare and all(" " in line for line in bare) else ",")


def is_header(cells: Sequence[str], where: str) -> bool:
    """Tells whether a first row consists of names. Raises UsageError where it is a mixture."""
    bare = [cell.strip() for cell in cells]
    named = [cell[:1].isalpha() or cell.startswith("_") for cell in bare]
    named = [is_word and not LIKE_A_NUMBER.fullmatch(cell) for is_word, cell in zip(named, bare, strict=True)]
    if all(named) or not any(named):
        return all(named)
    at = named.index(False)
    if not bare[at]:
        raise UsageError(f"{where}: column {at + 1} has no name; if it is an index, leave it out of the file")
    raise UsageError(f"{where}: {quoted(bare[at])} is no name and {quoted(bare[named.index(True)])} no number")


def names(cells: Sequence[str], called: str, line: int) -> tuple[str, ...]:
    """Returns the names of the columns. Raises UsageError for a cell that is a number: that is no header."""
    header = tuple(cell.strip() for cell in cells)
    odd = next((cell for cell in header if LIKE_A_NUMBER.fullmatch(cell)), None)
    if odd is not None:
        raise UsageError(
            f"{called} has no header: line {line} names the columns, as in x,y, and {quoted(odd)} is no name"
        )
    return header


def check_length(cells: Sequence[str], first: Sequence[str], where: str, named: bool) -> None:
    if len(cells) != len(first):
        other = f"the header has {len(first)}" if named else f"the rows before it have {len(first)}"
        raise UsageError(f"{where}: {counted(len(cells), 'cell')}, and {other}")
