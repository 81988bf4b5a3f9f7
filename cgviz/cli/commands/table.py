"""`cgviz table`: the table of a run, on standard output or in a file."""

from __future__ import annotations

from pathlib import Path

import click

from cgviz import output as files
from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import UsageError, quoted
from cgviz.views.table import FORMATS, show, table

ENDINGS = {".txt": "rich", ".json": "json", ".csv": "csv", ".md": "markdown", ".tex": "latex"}
HELP = """Print every stage with its value, its gradient and how both came about.

\b
  cgviz table "(x+y)*z" --x -2 --y 5 --z -4
  cgviz table @staged --detail gate --digits 6
  cgviz table "x*y" --x 4 --y -3 --format json -o product.json
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.output("Write the table to FILE; its ending (.txt .json .csv .md .tex) chooses the format. - is standard output.")
@click.option("--format", type=click.Choice(list(FORMATS)), help="How the table is written.  [default: rich]")
@options.digits()
def command(request: Request, output: str | None, format: str | None, digits: int) -> None:
    format = format or format_of(output)
    if output in (None, "-"):
        run = request.run()
        streams.stdout()
        show(run, digits=digits) if format == "rich" else streams.say(table(run, format, digits=digits))
    else:
        files.check(output)
        run = request.run()
        files.write(output, table(run, format, digits=digits).encode("utf-8"))
        streams.note(f"wrote {output}")
    run.require_finite()


def format_of(output: str | None) -> str:
    """Returns the format that a file's ending asks for. Raises UsageError for an ending that is none of them."""
    if output in (None, "-"):
        return "rich"
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{quoted(output)} does not say which format; give it {' '.join(ENDINGS)}, or give --format")
    return ENDINGS[ending]
