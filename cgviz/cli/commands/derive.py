"""`cgviz derive`: the derivation of the gradient, step by step, as a lecturer writes it on the board."""

from __future__ import annotations

from typing import Any

import click

from cgviz.cli import options
from cgviz.cli.present import Target, report_options
from cgviz.cli.program import ProgramCommand, Request

HELP = """Derive the gradient line by line, as on a blackboard.

The stages, every local derivative with its rule, the chain rule from the output down, and sympy's closed form for
contrast.

\b
  cgviz derive "q = x + y; f = q*z" --x -2 --y 5 --z -4
  cgviz derive @staged --wrt x
  cgviz derive @staged -o staged.tex --standalone
  cgviz derive "x*sigmoid(y)" --format markdown

Each line is symbol = formula = numbers = result. Without values for its inputs a program is derived in symbols.
"""


@click.command(cls=ProgramCommand, help=HELP)
@report_options("the derivation")
@click.option("--wrt", metavar="NAME", help="Derive with respect to the input NAME alone.")
@options.look()
def command(request: Request, to: Target, wrt: str | None, **look: Any) -> None:
    from cgviz.views.derivation import LIMIT, report

    to.check()
    run = request.run(LIMIT)
    to.present(report(run, wrt=wrt, **look))
    run.require_finite()
