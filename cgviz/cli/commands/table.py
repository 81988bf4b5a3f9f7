"""`cgviz table`: the table of a run, on standard output or in a file."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli import options
from cgviz.cli.present import Target, report_options
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import UsageError

HELP = """Print every stage: its value, its gradient, how both came about.

\b
  cgviz table "(x+y)*z" --x -2 --y 5 --z -4
  cgviz table @staged --detail gate --digits 6
  cgviz table "x*y" --x 4 --y -3 --format json -o product.json
"""


@click.command(cls=ProgramCommand, help=HELP)
@report_options("the table", "csv")
@options.mode()
@options.wrt()
@options.look()
def command(request: Request, to: Target, mode: str, wrt: str | None, **look: Any) -> None:
    from cgviz.runs.modes import mode_of
    from cgviz.views.table import report

    if wrt and mode == "reverse":
        raise UsageError("--wrt goes with --mode forward or --mode both")
    to.check()
    run = request.run()
    to.present(report(run, mode=mode_of(run, mode, wrt), **look))
    run.require_finite()
