"""`cgviz diagnose`: where numbers that are not finite began, how they spread, and how to write it safely."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli import options
from cgviz.cli.present import Target, report_options
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
@options.look()
@click.pass_context
def command(ctx: click.Context, /, request: Request, to: Target, **look: Any) -> None:
    from cgviz.analysis.diagnosis import diagnose
    from cgviz.views.diagnose import report

    to.check()
    found = diagnose(request.run())
    to.present(report(found, **look))
    if not found.healthy:
        ctx.exit(1)
