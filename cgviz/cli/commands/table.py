"""`cgviz table`: the table of a run, on standard output or in a file."""

from __future__ import annotations

import click

from cgviz.cli import options
from cgviz.cli.present import check, present, report_options
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import UsageError

CSV = {".csv": "csv"}
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
@options.digits()
@options.theme()
def command(
    request: Request,
    output: str | None,
    format: str | None,
    standalone: bool,
    mode: str,
    wrt: str | None,
    digits: int,
    theme: str,
) -> None:
    from cgviz.runs.modes import mode_of
    from cgviz.views.table import report

    if wrt and mode == "reverse":
        raise UsageError("--wrt goes with --mode forward or --mode both")
    check(output, format, standalone, CSV)
    run = request.run()
    present(report(run, digits=digits, theme=theme, mode=mode_of(run, mode, wrt)), output, format, standalone, CSV)
    run.require_finite()
