"""`cgviz paths`: the generalised chain rule, every path from an input to the output with its product."""

from __future__ import annotations

import click

from cgviz.cli import options, streams
from cgviz.cli.options import MOST_PATHS
from cgviz.cli.program import ProgramCommand, Request

FORMATS = ("rich", "json", "markdown")
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
@click.option("--format", type=click.Choice(FORMATS), default="rich", show_default=True, help="How it is written.")
@click.option(
    "--most",
    metavar="N",
    type=click.IntRange(1, MOST_PATHS),
    default=10,
    show_default=True,
    help="How many paths are listed.",
)
@options.digits()
@options.theme()
def command(request: Request, wrt: str | None, format: str, most: int, digits: int, theme: str) -> None:
    run = request.run()
    from cgviz.views import paths

    report = paths.report(run, wrt, most)
    if format == "rich":
        with streams.printing():
            paths.show(report, digits=digits, theme=theme)
    else:
        streams.say(paths.paths(report, format, digits=digits))
    run.require_finite()
