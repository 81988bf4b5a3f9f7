"""An array in a cell of the table: a grid where it fits, else a summary of a few lines."""

from __future__ import annotations

from cgviz.documents.writing import Writing
from cgviz.text.grids import grid
from cgviz.text.numbers import DIGITS
from cgviz.text.summaries import Summary, lines
from cgviz.values.arrays import Value


class Block:
    """The lines of one array, for every width that is asked for; they are all of one length.

    `nested`: a matrix stands in brackets as a program nests them.
    """

    def __init__(self, value: Value, spelling: Writing, nested: bool = False) -> None:
        self.value, self.spelling = value, spelling
        self.digits, self.plain = spelling.digits or DIGITS, spelling.plain
        self.nested = nested or self.plain
        self.summary = Summary(value)
        self.known: dict[int | None, list[str]] = {}

    def lines(self, width: int | None = None) -> list[str]:
        """Returns the grid in at most `width` columns, or else a summary, which may be wider where it must."""
        if width not in self.known:
            matrix = self.spelling.matrix(self.value)
            made = [matrix] if matrix else grid(self.value, self.digits, width, plain=self.nested)
            made = made or lines(self.summary, self.digits, width, plain=self.plain)
            self.known[width] = [self.spelling.sign(line) for line in made]
        return self.known[width]
