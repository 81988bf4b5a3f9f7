"""`cgviz explain`: the key local step at one node, in words on standard output and as a picture in a file."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli import options
from cgviz.cli.present import Target, target_options
from cgviz.cli.program import ProgramCommand, Request
from cgviz.drawing.pictures import CHARTS

HELP = """Explain one node: the key local step of backpropagation.

What its gate does, its local derivatives, the gradient that arrives, and what is handed back. NODE is the name or the
number of a stage, or an input: then, how the contributions to it sum up.

\b
  cgviz explain @staged invden
  cgviz explain @staged 5 -o xpysqr.svg
  cgviz explain "x*y + x" x --x 4 --y -3 --format markdown
"""


@click.command(cls=ProgramCommand, words=("PROGRAM", "NODE"), help=HELP)
@target_options(
    "Draw the local step into FILE, too: .svg .pdf .png; or write the text: .txt .md .tex .html .json.", endings=CHARTS
)
@options.look()
@options.background("transparent", "What is behind the picture.")
def command(request: Request, node: str, to: Target, background: str, **look: Any) -> None:
    from cgviz.views.explain import picture, report

    to.check()
    run = request.run()
    to.present_with(report(run, node, **look), lambda kind: picture(run, node, kind, background=background, **look))
    run.require_finite()
