"""`cgviz forward`: forward mode, tangents instead of gradients, as a table and as a picture."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli import options
from cgviz.cli.commands.render import check_target, draw, format_of
from cgviz.cli.present import Target, format_option
from cgviz.cli.program import ProgramCommand, Request

HELP = """Carry a derivative forward: every stage with its tangent.

\b
  cgviz forward @staged --wrt x
  cgviz forward "x*y + sin(x)" --x 2 --y 3 --wrt y -o forward.svg

A pass begins with 1 for that input and 0 for the others; the tangent of each stage is the sum of local derivative
times tangent over its operands. `cgviz table --mode both` shows tangents beside gradients.
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.wrt()
@options.output("Draw the picture into FILE, or write the table: its ending, or --format, says which.")
@format_option("csv")
@options.style()
@options.theme()
@options.direction()
@options.digits()
@options.background("transparent", "What is behind the picture.")
def command(
    request: Request, wrt: str | None, output: str | None, format: str | None, digits: int, theme: str, **look: Any
) -> None:
    from cgviz.documents.formats import ENDINGS
    from cgviz.runs.modes import mode_of
    from cgviz.views.table import report

    to = Target(output, format)
    written = format is not None or to.ending in ENDINGS
    if not written:
        check_target(output, None, show=False)
    kind = to.chosen if written else format_of(output, None)
    run = request.run()
    mode = mode_of(run, "forward", wrt)
    if output is not None and not written:
        draw(run, output, kind, digits=digits, theme=theme, mode=mode, **look)
        return
    to.present(report(run, digits=digits, theme=theme, mode=mode))
    run.require_finite()
