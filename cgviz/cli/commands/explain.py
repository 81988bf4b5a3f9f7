"""`cgviz explain`: the key local step at one node, in words on standard output and as a picture in a file."""

from __future__ import annotations

import os

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import UsageError, printable, quoted

FORMATS = ("rich", "markdown", "json")
PICTURES = {".svg": "svg", ".pdf": "pdf", ".png": "png"}
HELP = """Explain one node: the key local step of backpropagation.

What its gate does, its local derivatives, the gradient that arrives, and what is handed back. NODE is the name or the
number of a stage, or an input: then, how the contributions to it sum up.

\b
  cgviz explain @staged invden
  cgviz explain @staged 5 -o xpysqr.svg
  cgviz explain "x*y + x" x --x 4 --y -3 --format markdown
"""


@click.command(cls=ProgramCommand, words=("PROGRAM", "NODE"), help=HELP)
@options.output("Draw the local step into FILE, too, as its ending says: .svg .pdf .png.")
@click.option(
    "--format", type=click.Choice(FORMATS), default="rich", show_default=True, help="How the explanation is written."
)
@options.digits()
@options.theme()
@options.background("transparent", "What is behind the picture.")
def command(
    request: Request, node: str, output: str | None, format: str, digits: int, theme: str, background: str
) -> None:
    from cgviz.text.output import check, write
    from cgviz.views.explain import explain, picture, show

    to = format_of(output)
    if output is not None:
        check(output)
    run = request.run()
    if format == "rich":
        with streams.printing():
            show(run, node, digits=digits, theme=theme)
    else:
        streams.say(explain(run, node, format, digits=digits))
    if output is not None:
        write(output, picture(run, node, to, theme=theme, digits=digits, background=background))
        streams.note(f"wrote {printable(output)}")
    run.require_finite()


def format_of(output: str | None) -> str:
    """Returns the format of the picture. Raises UsageError for a file's ending that is none."""
    ending = os.path.splitext(output or "")[1].lower()
    if output is not None and ending not in PICTURES:
        met = f"the ending {quoted(ending)} is unknown" if ending else f"{quoted(output, 200)} has no ending"
        raise UsageError(f"{met}; the picture of a node ends in {', '.join(PICTURES)}")
    return PICTURES.get(ending, "svg")
