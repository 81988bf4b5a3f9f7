"""What an author decides about a figure: a small TOML file that survives new numbers.

order = ["x", "w", "b"]          # inputs, from top to bottom
collapse = ["layer 2"]           # groups that are drawn as one node
hide = ["stage numbers"]         # values, gradients, data gradients, names, formulas
edges = "numbers"                # symbols, numbers, both or none
[groups]
"layer 1" = ["z_1", "h_1"]
[roles]
data = ["x", "y"]                # or parameter, constant: drawn differently
[colours]
h_1 = "#d9f99d"                  # of a node, a group or a role
[shift]
h_1 = [10, -20]                  # points to the right and down
[pin]
L = [400, 120]                   # the middle, in points from the upper left corner
[spellings]
w_1 = '\\omega_1'
[[notes]]
at = "h_1"
text = "saturates"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from cgviz.drawing.pictures import EDGES
from cgviz.errors import UsageError, quoted

HIDDEN = ("values", "gradients", "data gradients", "names", "formulas", "stage numbers")
ROLES = ("data", "parameter", "constant")
COLOUR = re.compile("#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Note:
    """A remark with an arrow to a node."""

    at: str
    text: str


@dataclass(frozen=True)
class Figure:
    """The decisions of an author; nodes go by their names."""

    order: Sequence[str] = ()
    collapse: Sequence[str] = ()
    hide: Sequence[str] = ()
    edges: str = "symbols"
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    shift: Mapping[str, Sequence[float]] = field(default_factory=dict)
    pin: Mapping[str, Sequence[float]] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Note] = ()

    def but(self, **given: Any) -> Figure:
        """Returns the figure with what is given beside it: lists are added, a word replaces."""
        known = {name: value for name, value in given.items() if value}
        for name in ("order", "collapse", "hide", "notes"):
            if name in known and name != "order":
                known[name] = (*getattr(self, name), *known[name])
        return checked(replace(self, **known))

    @property
    def toml(self) -> str:
        """The figure as a file."""
        lines: list[str] = []
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, str) or (value and not isinstance(value, Mapping) and one.name != "notes"):
                lines.append(f"{one.name} = {literal(value)}")
        for one in fields(self):
            value = getattr(self, one.name)
            if value and isinstance(value, Mapping):
                lines += ["", f"[{one.name}]", *(f"{literal(key)} = {literal(item)}" for key, item in value.items())]
        for note in self.notes:
            lines += ["", "[[notes]]", f"at = {literal(note.at)}", f"text = {literal(note.text)}"]
        return "\n".join([*lines, ""])


def literal(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, int | float):
        return f"{value:g}"
    return f"[{', '.join(map(literal, value))}]"


def read(path: str) -> Figure:
    """Returns the figure in a file. Raises UsageError where it is no TOML, or says what no figure can."""
    try:
        told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{quoted(path)} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{quoted(path)} is no TOML: {error}") from None
    known = {one.name for one in fields(Figure)}
    for name in told:
        if name not in known:
            raise UsageError(f"{quoted(path)}: a figure has no {quoted(name)}; it has {', '.join(sorted(known))}")
    notes = told.pop("notes", [])
    if not isinstance(notes, list) or not all(isinstance(note, dict) and {"at", "text"} == set(note) for note in notes):
        raise UsageError(f"{quoted(path)}: a note has `at` and `text`")
    return checked(Figure(**told, notes=tuple(Note(str(note["at"]), str(note["text"])) for note in notes)))


def checked(figure: Figure) -> Figure:
    """Returns a figure that says only what there is; raises UsageError."""
    for said, there, what in (
        (figure.hide, HIDDEN, "hide"),
        (figure.roles, ROLES, "role"),
        ([figure.edges], EDGES, "edges"),
    ):
        for word in said:
            if word not in there:
                raise UsageError(f"no {what} {quoted(str(word))} in a figure; there are {', '.join(there)}")
    for name, colour in figure.colours.items():
        if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
            raise UsageError(f"the colour of {quoted(name)} in a figure is no #rrggbb")
    for moves in (figure.shift, figure.pin):
        for name, by in moves.items():
            if not isinstance(by, list | tuple) or len(by) != 2 or not all(isinstance(n, int | float) for n in by):
                raise UsageError(f"the place of {quoted(name)} in a figure is no pair of numbers, such as [10, -20]")
    return figure
