"""`cgviz paths`: the generalised chain rule, every path from an input to the output with its product."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli import options
from cgviz.cli.options import MOST_PATHS
from cgviz.cli.present import Target, report_options
from cgviz.cli.program import ProgramCommand, Request

HELP = """List the paths from an input to the output, and their products.

\b
  cgviz paths @staged --wrt x
  cgviz paths "q = x*y; f = q*x + sin(q)" --x 2 --y 3 --wrt x --format json

The gradient is the sum, over all paths, of the product of the local derivatives along each. The largest products come
first; without values paths come in the order of the backward pass. However many there are, they are counted exactly,
and only those that are listed are looked for. `cgviz render --path N` highlights one.
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.wrt("The input (or stage) at which the paths begin.")
@report_options("the paths")
@click.option(
    "--most",
    metavar="N",
    type=click.IntRange(1, MOST_PATHS),
    default=10,
    show_default=True,
    help="How many paths are listed.",
)
@options.look()
def command(request: Request, wrt: str | None, to: Target, most: int, **look: Any) -> None:
    from cgviz.views.paths import report

    to.check()
    run = request.run()
    to.present(report(run, wrt, most, **look))
    run.require_finite()
