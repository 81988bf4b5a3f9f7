"""The columns of the table: what stands in each, and how far it may be folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cgviz.documents.writing import Writing
from cgviz.runs.modes import REVERSE, Mode
from cgviz.text.fold import Line, split
from cgviz.views.table.rows import Row

ALONE = (("seed",), ("nothing",), ("held fixed",))
"""What stands in the place of a sum, in words."""


class Column(NamedTuple):
    """A column: its heading, its cell as words, and how wide it is at most.

    It may be folded down to its widest word, or to `least` where a word is wider than that. A column of numbers is
    never folded (`least` is None) and stands at the right; each of its words is a line, of which an array has several.
    `symbol` is what its cell says is the sum of, where it is one that can go below its row.
    """

    heading: str
    words: Callable[[Row], list[Line]]
    least: int | None = None
    most: int | None = None
    right: bool = False
    symbol: Callable[[Row], str] | None = None


def columns(
    spelling: Writing, symbolic: bool, mode: Mode = REVERSE, arrays: bool = False, room: int | None = None
) -> list[Column]:
    """Returns the columns, first to last, of a mode; without values or arrays, their column is left out.

    An array is at most `room` wide.
    """
    formula = "= formula" if mode.forward else "= forward"
    forward, backward = f"= forward (local {spelling.times} tangent)", f"= backward (upstream {spelling.times} local)"
    made = [
        Column("#", lambda row: [[(row.number, "muted")]], right=True),
        Column("stage", lambda row: [[(row.name, "name")]], 16),
        Column(formula, lambda row: split([(row.forward, "formula" if row.number else "muted")]), 16, most=44),
        Column("shape", lambda row: [[(row.shape, "muted")]], 16),
        Column("value", lambda row: number(row, "value", room), right=True),
        Column("tangent", lambda row: number(row, "tangent", room), right=True),
        Column(forward, lambda row: summed(row.carried), 40, most=72, symbol=lambda row: row.rate),
        Column("gradient", lambda row: number(row, "gradient", room), right=True),
        Column(backward, lambda row: summed(row.backward), 40, most=72, symbol=lambda row: row.symbol),
        Column("gate", noted, 40, most=44),
    ]
    dropped = ["value"] * symbolic + ["shape"] * (not arrays)
    dropped += ["tangent", forward] * (not mode.forward)
    dropped += ["gradient", backward] * (not mode.reverse)
    return [column for column in made if column.heading not in dropped]


def number(row: Row, role: str, room: int | None) -> list[Line]:
    """Returns the lines of a row's value, gradient or tangent, of which an array has several."""
    array = row.arrays.get(role)
    return [[(line, role)] for line in (array.lines(room) if array else [getattr(row, role)])]


def summed(terms: tuple[str, ...]) -> list[Line]:
    """Returns the terms of a sum, each a word that is not broken where it can be helped."""
    role = "" if terms in ALONE else "formula"
    return [[(term if i == 0 else f"+ {term}", role)] for i, term in enumerate(terms)]


def noted(row: Row) -> list[Line]:
    """Returns what the gate does, then the flags, each a word that is not broken where it can be helped."""
    parts = [(row.gate, "muted")] if row.gate else []
    parts += [(flag, "flag") for flag in row.flags]
    return [[(text + ";" * (i < len(parts)), role)] for i, (text, role) in enumerate(parts, 1)]
