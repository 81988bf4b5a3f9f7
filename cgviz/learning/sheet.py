"""A CSV text becomes named columns of cells; numbers are made of the columns that somebody asks for."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.errors import UsageError, quoted

SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Sheet:
    """The cells of a CSV text: `header` as it was written, `rows` of as many cells, the line each row ends on.

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
        cell = self.rows[row][column].strip()
        try:
            value = float(cell) if "_" not in cell else None
        except ValueError:
            value = None
        if value is not None and math.isfinite(value):
            return value
        where = f"{self.called}, line {self.lines[row]}, column {quoted(self.header[column])}"
        if not cell:
            raise UsageError(f"{where}: the cell is empty; every example needs a number there")
        why = "is not a number" if value is None else "is not a finite number"
        raise UsageError(f"{where}: {quoted(cell)} {why}")


def read_sheet(text: str, called: str = "the data") -> Sheet:
    """Returns the cells of a CSV text whose first line names the columns. Blank lines are passed over.

    Cells are separated by commas, or by the semicolons or tabs that the first line has more of.

    Raises UsageError for a text without header or rows, and for a row that is longer or shorter than the header.
    """
    text = text.removeprefix("\ufeff")
    header, rows, lines = None, [], []
    separator = max(SEPARATORS, key=text.lstrip().partition("\n")[0].count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True, skipinitialspace=True)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = named(cells, called)
                continue
            check_length(cells, header, f"{called}, line {reader.line_num}")
            rows.append(cells)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise UsageError(f"{called}, line {reader.line_num}: {error}; that is no CSV") from None
    if header is None:
        raise UsageError(f"{called} is empty; its first line names the columns, as in x,y")
    if not rows:
        raise UsageError(f"{called} has a header and no rows; every line below it is an example")
    return Sheet(header, tuple(rows), tuple(lines), called)


def named(cells: Sequence[str], called: str) -> tuple[str, ...]:
    """Returns the names of the columns. Raises UsageError where the first line holds numbers, that is no header."""
    header = tuple(cell.strip() for cell in cells)
    if all(re.fullmatch(r"[+-]?(nan|inf|infinity|[\d.]+(e[+-]?\d+)?)", cell, re.IGNORECASE) for cell in header):
        line = quoted(",".join(header))
        raise UsageError(
            f"{called} has no header: its first line, {line}, holds numbers; it names the columns, as in x,y"
        )
    return header


def check_length(cells: Sequence[str], header: Sequence[str], where: str) -> None:
    if len(cells) != len(header):
        raise UsageError(f"{where}: {counted(len(cells), 'cell')}, and the header has {len(header)}")


def counted(number: int, what: str) -> str:
    """Returns `1 cell`, `2 cells`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
