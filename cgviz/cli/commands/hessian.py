"""`cgviz hessian`: the second derivatives of a number, the Jacobian of its gradient."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli.commands.jacobian import deliver, shared, started
from cgviz.cli.present import Target
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.progress import tracked

HELP = """Show a Hessian: the second derivatives of a number.

It is the Jacobian of the gradient, whose backward pass is differentiated as a graph; where a rule cannot be, central
differences take its place, and the output says so.

\b
  cgviz hessian "f = x**2*y + sin(x)*y" --wrt x,y --x 2 --y 3
  cgviz hessian "q = W @ x; f = sum(q**2)" --wrt x --W "[[.1,.5],[-.3,.8]]" --x "[.2,.4]"
"""


@click.command(cls=ProgramCommand, help=HELP)
@click.option("--of", metavar="NODE", help="The number that is differentiated twice.  [default: the output]")
@shared
def command(request: Request, to: Target, of: str | None, wrt: str | None, mode: str, **look: Any) -> None:
    to.check()
    from cgviz.analysis.hessians import LIMIT
    from cgviz.views.jacobian.facts import of_hessian

    run, _ = started(request, LIMIT)
    deliver(of_hessian(run, of, wrt, mode, each=tracked("passes")), to, **look)
    run.require_finite()
