"""`cgviz explain`: the key local step at one node, in words on standard output and as a picture in a file."""

from __future__ import annotations

import os

import click

from cgviz.cli import options, streams
from cgviz.cli.present import chosen_format, format_option, present, standalone_option
from cgviz.cli.program import ProgramCommand, Request
from cgviz.drawing.pictures import CHARTS
from cgviz.errors import printable

HELP = """Explain one node: the key local step of backpropagation.

What its gate does, its local derivatives, the gradient that arrives, and what is handed back. NODE is the name or the
number of a stage, or an input: then, how the contributions to it sum up.

\b
  cgviz explain @staged invden
  cgviz explain @staged 5 -o xpysqr.svg
  cgviz explain "x*y + x" x --x 4 --y -3 --format markdown
"""


@click.command(cls=ProgramCommand, words=("PROGRAM", "NODE"), help=HELP)
@options.output("Draw the local step into FILE, too: .svg .pdf .png; or write the text: .txt .md .tex .html .json.")
@format_option()
@standalone_option()
@options.digits()
@options.theme()
@options.background("transparent", "What is behind the picture.")
def command(
    request: Request,
    node: str,
    output: str | None,
    format: str | None,
    standalone: bool,
    digits: int,
    theme: str,
    background: str,
) -> None:
    from cgviz.text.output import check, write
    from cgviz.views.explain import picture, report

    to = CHARTS.get(os.path.splitext(output or "")[1].lower())
    if output is not None and to is None:
        chosen_format(output, format, CHARTS)
    if output not in (None, "-"):
        check(str(output))
    run = request.run()
    made = report(run, node, digits=digits, theme=theme)
    if output is None or to is None:
        present(made, output, format, standalone)
    else:
        present(made, None, format, standalone)
        write(output, picture(run, node, to, theme=theme, digits=digits, background=background))
        streams.note(f"wrote {printable(output)}")
    run.require_finite()
