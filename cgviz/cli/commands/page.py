"""`cgviz page`: a live page of a run, one HTML file that works without a network."""

from __future__ import annotations

import os
from typing import Any

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.targets import check_unasked
from cgviz.errors import UsageError, quoted

ENDINGS = (".html", ".htm")
HELP = """Write a live page: step through both passes, move the inputs, predict gradients.

\b
  cgviz page "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)" --x 3 --y -4
  cgviz page @staged --style circuit -o staged.html
  cgviz page "x*y" -o - > product.html

The page is one file that loads nothing: open it from disk, send it, or put it on a web site. Every input has a slider
that recomputes both passes at once; inputs without a value start at 1. A link in the page carries its state.
Without --theme the colours follow the system of whoever reads it.
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.output("Write the page to FILE. - is standard output.  [default: the output's name and .html]")
@options.style("The style that is shown first.")
@options.theme(None)
@options.direction("LR", "From left to right or from top to bottom.")
@options.digits()
@click.option("--show", is_flag=True, help="Open the page in the system's browser.")
def command(request: Request, output: str | None, show: bool, **look: Any) -> None:
    from cgviz.players.page import LIMIT

    check_target(output, show)
    run = request.run(LIMIT)
    from cgviz.cli.viewer import view
    from cgviz.players.page import page, with_ones

    path = output or f"{run.graph.nodes[run.graph.output].name}.html"
    if output is None:
        check_unasked(path)
    symbolic, run = run.symbolic, with_ones(run)
    if symbolic and run.graph.inputs:
        streams.note("no values are given: every input starts at 1")
    made = page(run, **look)
    streams.deliver(path, made)
    if show:
        view(path)
    run.require_finite()


def check_target(output: str | None, show: bool) -> None:
    """Raises CgvizError where the page cannot go: before any work."""
    from cgviz.text.output import check, is_stream

    if output == "-":
        if show:
            raise UsageError("--show opens a file; -o - writes none")
    elif output is not None:
        check(output)
        if os.path.splitext(output)[1].lower() not in ENDINGS and not is_stream(output):
            raise UsageError(f"{quoted(output, 200)}: a page ends in .html")
