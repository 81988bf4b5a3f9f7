"""`cgviz diagnose`: where numbers that are not finite began, how they spread, and how to write it safely."""

from __future__ import annotations

import click

from cgviz.cli import options
from cgviz.cli.present import check, present, report_options
from cgviz.cli.program import ProgramCommand, Request

HELP = """Find where a nan or an infinity began and how it spread.

Also which stages overflow, underflow, saturate or lose digits, every kink and tie with what PyTorch, JAX and sympy
answer there, and how to write a stage safely. Exit status 1 where a number is not finite.

\b
  cgviz diagnose "log(1 + exp(x))" --x 800
  cgviz diagnose "x/(x + y)" --x 0 --y 0
  cgviz diagnose "max(x, y) + abs(x)" --x 0 --y 0 --format json
"""


@click.command(cls=ProgramCommand, help=HELP)
@report_options("the diagnosis")
@options.digits()
@options.theme()
@click.pass_context
def command(
    ctx: click.Context,
    request: Request,
    output: str | None,
    format: str | None,
    standalone: bool,
    digits: int,
    theme: str,
) -> None:
    from cgviz.analysis.diagnosis import diagnose
    from cgviz.views.diagnose import report

    check(output, format, standalone)
    found = diagnose(request.run())
    present(report(found, digits=digits, theme=theme), output, format, standalone)
    if not found.healthy:
        ctx.exit(1)
