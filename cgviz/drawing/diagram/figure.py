"""What an author decides about a figure: a small TOML file that survives new numbers.

order = ["x", "w", "b"]          # inputs, from top to bottom
collapse = ["layer 2"]           # groups that are drawn as one node
hide = ["stage numbers"]         # values, gradients, data gradients, names, formulas, legend, footnotes
edges = "numbers"                # symbols, numbers, both or none
legend = "always"                # or never, auto: where a picture fitted to a page has room
[groups]
"layer 1" = ["z_1", "h_1"]
[roles]
data = ["x", "y"]                # or parameter, constant: drawn differently
[colours]
h_1 = "#d9f99d"                  # of a node, a group or a role
[shift]
h_1 = [10, -20]                  # points to the right and down
[pin]
L = "right of h_1"               # or left of, above, below
h_1 = [400, 120]                 # or the middle, in points from the upper left corner
[window]                         # of the live page on which nodes were dragged, with room there for any number
style = "card"
direction = "LR"
room = "1300x400"
quick = true                     # as in the playground
[spellings]
w_1 = '\\omega_1'
[[notes]]
at = "h_1"
text = "saturates"
[[notes]]
at = "z_1 -> h_1"                # a wire; without a text it says what the wire hands back, upstream times local

Roles and groups may stand in the program as well: `# data: x, y`, `# group layer 1: z_1, h_1`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Any

from cgviz.drawing.pictures import DIRECTIONS, EDGES, LEGENDS, STYLES
from cgviz.errors import UsageError, quoted
from cgviz.graph.roles import ROLES, roles_of
from cgviz.records import record

if TYPE_CHECKING:
    from cgviz.runs.run import Run

HIDDEN = ("values", "gradients", "data gradients", "names", "formulas", "stage numbers", "legend", "footnotes")
WINDOW: dict[str, Any] = {"style": STYLES, "direction": DIRECTIONS, "room": str, "quick": bool}
BESIDE = re.compile(r"\s*(?P<side>right(?= of)|left(?= of)|above|below)( of)?\s+(?P<node>\S.*?)\s*")
COLOUR = re.compile("#[0-9a-fA-F]{6}")


@record
class Note:
    """A remark with an arrow to a node, or to a wire `source -> target`; there no text is its backward step."""

    at: str
    text: str = ""

    @property
    def wire(self) -> tuple[str, str] | None:
        """The names of the nodes between which the wire runs, None at a node."""
        source, arrow, target = self.at.replace("→", "->").partition("->")
        return (source.strip(), target.strip()) if arrow else None


@record
class Figure:
    """The decisions of an author; nodes go by their names. `path` is the file that says them, "" for none."""

    order: Sequence[str] = ()
    collapse: Sequence[str] = ()
    hide: Sequence[str] = ()
    edges: str = "symbols"
    legend: str = "auto"
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    shift: Mapping[str, Sequence[float]] = field(default_factory=dict)
    pin: Mapping[str, Sequence[float] | str] = field(default_factory=dict)
    window: Mapping[str, Any] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    path: str = field(default="", compare=False)

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
        told = [one for one in fields(self) if one.name != "path"]
        for one in told:
            value = getattr(self, one.name)
            if isinstance(value, str) or (value and not isinstance(value, Mapping) and one.name != "notes"):
                lines.append(f"{one.name} = {literal(value)}")
        for one in told:
            value = getattr(self, one.name)
            if value and isinstance(value, Mapping):
                lines += ["", f"[{one.name}]", *(f"{literal(key)} = {literal(item)}" for key, item in value.items())]
        for note in self.notes:
            lines += ["", "[[notes]]", f"at = {literal(note.at)}", f"text = {literal(note.text)}"]
        return "\n".join([*lines, ""])


def declared(figure: Figure, run: Run) -> Figure:
    """Returns a figure with the roles that the program declares, where it says nothing else of them."""
    told = {name for names in figure.roles.values() for name in names}
    found = {role: [name for name in names if name not in told] for role, names in roles_of(run.graph.program).items()}
    if not found:
        return figure
    roles = {role: [*figure.roles.get(role, ()), *found.get(role, ())] for role in ROLES}
    return replace(figure, roles={role: names for role, names in roles.items() if names})


def literal(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    return f"[{', '.join(map(literal, value))}]"


def checked(figure: Figure) -> Figure:
    """Returns a figure that says only what there is; raises UsageError."""
    for said, there, what in (
        (figure.hide, HIDDEN, "hide"),
        (figure.roles, ROLES, "role"),
        ([figure.edges], EDGES, "edges"),
        ([figure.legend], LEGENDS, "legend"),
    ):
        for word in said:
            if word not in there:
                raise UsageError(f"no {what} {quoted(str(word))} in a figure; there are {', '.join(there)}")
    for note in figure.notes:
        if not note.text and not note.wire:
            raise UsageError(f"the note at {quoted(note.at)} says nothing; only one at a wire, x -> h, needs no text")
    for name, colour in figure.colours.items():
        if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
            raise UsageError(f"the colour of {quoted(name)} in a figure is no #rrggbb")
    for name, value in figure.window.items():
        known = WINDOW.get(name)
        if known is None or (value not in known if isinstance(known, tuple) else not isinstance(value, known)):
            told = f"{quoted(name)} = {literal(value)}"
            raise UsageError(f"the window of a figure has style, direction, room and quick, not {told}")
    for moves, words in ((figure.shift, ""), (figure.pin, ' or words such as "right of z"')):
        for name, by in moves.items():
            if words and isinstance(by, str) and BESIDE.fullmatch(by):
                continue
            if not isinstance(by, list | tuple) or len(by) != 2 or not all(isinstance(n, int | float) for n in by):
                raise UsageError(f"the place of {quoted(name)} in a figure is no pair of numbers like [10, -20]{words}")
    return figure
