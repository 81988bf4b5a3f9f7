"""`cgviz ops`: every function of the language with its local derivatives, or one of them in full."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import click

from cgviz.cli import streams
from cgviz.cli.options import debug_option
from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from rich.table import Table

    from cgviz.ops.listing import Row

HELP = """List the functions and operators of the language, or show one.

For each: how it is drawn, its formula, its local derivatives, what the gate does to the gradient, its corners and the
source.

\b
  cgviz ops
  cgviz ops sigmoid
  cgviz ops --format json
"""
HEAD = ("name", "gate", "f", "local derivatives", "what it does to the gradient; corners")
UNFOLDED = 1000
GAP, NARROWEST = 2, 12


@click.command(help=HELP, params=[debug_option()])
@click.argument("name", required=False)
@click.option(
    "--format", type=click.Choice(["rich", "json"]), default="rich", show_default=True, help="How it is written."
)
def command(name: str | None, format: str) -> None:
    from cgviz.ops.listing import rows

    found = rows() if name is None else [one(name, rows())]
    if format == "json":
        streams.say(as_json(found))
    elif name is None:
        streams.say(as_table(found))
    else:
        streams.say(in_full(found[0]))


def one(name: str, rows: list[Row]) -> Row:
    """Returns the row of an op by its name, an alias or its glyph. Raises UsageError with the closest names."""
    for row in rows:
        if name in (row.name, *row.aliases):
            return row
    for row in rows:
        if name == row.glyph:
            return row
    from difflib import get_close_matches

    near = get_close_matches(name[:60], [each for row in rows for each in (row.name, *row.aliases)], n=1)
    hint = f"did you mean {quoted(near[0])}?" if near else "`cgviz ops` lists them"
    raise UsageError(f"there is no function {quoted(name)}; {hint}")


def as_json(rows: list[Row]) -> str:
    import json
    from dataclasses import asdict

    return json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False)


def as_table(rows: list[Row]) -> str:
    """Returns the list in columns under their sources: as wide as the terminal, not folded for a pipe or a file."""
    from rich.console import Console
    from rich.text import Text

    console = Console() if streams.is_terminal() else Console(width=UNFOLDED)
    cells = [HEAD, *map(in_brief, rows)]
    widths = fitted([max(map(len, column)) for column in zip(*cells, strict=True)], console.width)
    with console.capture() as captured:
        console.print(grid([HEAD], widths, "bold"))
        for source, group in groupby(rows, key=attrgetter("source")):
            console.print(Text(f"\n{source}", "dim"))
            console.print(grid(map(in_brief, group), widths))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def in_brief(row: Row) -> tuple[str, ...]:
    """Returns the cells of an op: its name, how it is drawn, its formula, its local derivatives, and what to know."""
    corners = "" if row.corners == "none" else f"; {row.corners}"
    also = f"; also {', '.join(row.aliases)}" if row.aliases else ""
    return row.name, row.glyph, row.formula, slopes(row), row.gate + corners + also


def fitted(widths: list[int], most: int) -> list[int]:
    """Returns the widths of the columns; the last two, which are text, share what the others leave."""
    *fixed, derivatives, notes = widths
    left = most - sum(fixed) - GAP * len(widths)
    derivatives = max(NARROWEST, min(derivatives, left // 2))
    return [*fixed, derivatives, max(NARROWEST, min(notes, left - derivatives))]


def grid(rows: Iterable[tuple[str, ...]], widths: list[int], style: str = "") -> Table:
    """Returns rows in columns of the given widths; text of the ops is no markup."""
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, GAP, 0, 0))
    for width in widths:
        made.add_column(width=width)
    for cells in rows:
        made.add_row(*(Text(cell, style) for cell in cells))
    return made


def named(row: Row) -> str:
    return ", ".join((row.name, *row.aliases))


def slopes(row: Row) -> str:
    """Returns the local derivatives, an argument after the other; a dash where nothing flows."""
    return "; ".join(slope or "-" for slope in row.derivatives)


def in_full(row: Row) -> str:
    facts = {
        "name": named(row),
        "drawn as": row.glyph,
        "f": row.formula,
        "local derivatives": slopes(row),
        "gradient": row.gate,
        "corners": row.corners,
        "source": row.source,
    }
    return "\n".join(f"{fact:<18} {value}" for fact, value in facts.items())
