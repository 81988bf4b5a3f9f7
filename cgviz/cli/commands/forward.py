"""`cgviz forward`: forward mode, tangents instead of gradients, as a table and as a picture."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli import options
from cgviz.cli.commands.render import check_target, draw, format_of
from cgviz.cli.commands.table import print_table
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
@options.output("Draw the picture into FILE as well; its ending chooses the format. - is standard output.")
@options.style()
@options.theme()
@options.direction()
@options.digits()
@options.background("transparent", "What is behind the picture.")
def command(request: Request, wrt: str | None, output: str | None, digits: int, theme: str, **look: Any) -> None:
    from cgviz.runs.modes import mode_of

    check_target(output, None, show=False)
    format = format_of(output, None)
    run = request.run()
    mode = mode_of(run, "forward", wrt)
    if output is not None:
        draw(run, output, format, digits=digits, theme=theme, mode=mode, **look)
        return
    print_table(run, digits, theme, mode)
    run.require_finite()
