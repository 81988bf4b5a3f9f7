"""`cgviz table`: the table of a run, on standard output or in a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import UsageError, printable, quoted

if TYPE_CHECKING:
    from cgviz.runs.modes import Mode
    from cgviz.runs.run import Run

FORMATS = ("rich", "json", "csv", "markdown", "latex")
ENDINGS = {".txt": "rich", ".json": "json", ".csv": "csv", ".md": "markdown", ".tex": "latex"}
HELP = """Print every stage: its value, its gradient, how both came about.

\b
  cgviz table "(x+y)*z" --x -2 --y 5 --z -4
  cgviz table @staged --detail gate --digits 6
  cgviz table "x*y" --x 4 --y -3 --format json -o product.json
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.output("Write the table to FILE, as its ending says: .txt .json .csv .md .tex. - is standard output.")
@click.option("--format", type=click.Choice(FORMATS), help="How the table is written.  [default: rich]")
@options.mode()
@options.wrt()
@options.digits()
@options.theme()
def command(
    request: Request, output: str | None, format: str | None, mode: str, wrt: str | None, digits: int, theme: str
) -> None:
    from cgviz.runs.modes import mode_of
    from cgviz.text.output import check, write
    from cgviz.views.table import table

    if wrt and mode == "reverse":
        raise UsageError("--wrt goes with --mode forward or --mode both")
    format = format or format_of(output)
    if output not in (None, "-"):
        check(output)
        run = request.run()
        write(output, table(run, format, digits=digits, mode=mode_of(run, mode, wrt)).encode("utf-8"))
        streams.note(f"wrote {printable(output)}")
    else:
        run = request.run()
        if format == "rich":
            print_table(run, digits, theme, mode_of(run, mode, wrt))
        else:
            streams.say(table(run, format, digits=digits, mode=mode_of(run, mode, wrt)))
    run.require_finite()


def print_table(run: Run, digits: int, theme: str, mode: Mode) -> None:
    """Prints the table on standard output, for a person."""
    from cgviz.views.table import show

    with streams.printing():
        show(run, digits=digits, theme=theme, mode=mode)


def format_of(output: str | None) -> str:
    """Returns the format that a file's ending asks for. Raises UsageError for an ending that is none of them."""
    if output in (None, "-"):
        return "rich"
    ending = os.path.splitext(output)[1].lower()
    if ending not in ENDINGS:
        raise UsageError(f"{quoted(output)} does not say which format; give it {' '.join(ENDINGS)}, or give --format")
    return ENDINGS[ending]
