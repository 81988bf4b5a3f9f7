"""`cgviz ops`: every function of the language with its local derivatives, or one of them in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cgviz.cli.options import debug_option
from cgviz.cli.present import Target, report_options
from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from cgviz.ops.listing import OpRow

HELP = """List the functions and operators of the language, or show one.

For each: how it is drawn, its formula, its local derivatives, what the gate does to the gradient, its corners and the
source.

\b
  cgviz ops
  cgviz ops sigmoid
  cgviz ops --format json
"""


@click.command(help=HELP, params=[debug_option()])
@click.argument("name", required=False)
@report_options("the list")
def command(name: str | None, to: Target) -> None:
    from cgviz.ops.listing import rows
    from cgviz.views.ops import report

    to.check()
    to.present(report(rows() if name is None else [one(name, rows())], in_full=name is not None))


def one(name: str, rows: list[OpRow]) -> OpRow:
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
