"""`cgviz diff`: two programs, whether they are one function with one gradient, and where they part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cgviz.cli import options
from cgviz.cli.present import Target, report_options
from cgviz.cli.program import ProgramCommand, Request

if TYPE_CHECKING:
    from cgviz.runs.run import Run

HELP = """Compare two programs: one function? one gradient? where do they part?

They are compared at the values that are given; without any, at random points. Stages of one name in both are compared,
too, and the first that differs is named. Exit status 1 where they differ.

\b
  cgviz diff "log(1 + exp(x))" "softplus(x)"
  cgviz diff "h = tanh(w*x); h**2" "h = sin(w*x); h**2" --w 2 --x 0.3
  cgviz diff model.py:fast model.py:plain --x @x.npy
"""


@click.command(cls=ProgramCommand, words=("PROGRAM", "OTHER"), help=HELP)
@report_options("the comparison")
@options.digits()
@click.pass_context
def command(ctx: click.Context, /, request: Request, other: str, to: Target, digits: int) -> None:
    from cgviz.analysis.difference import compared
    from cgviz.views.difference import report

    to.check()
    one, two = (started(request._replace(program=program), request, program) for program in (request.program, other))
    found = compared(one, two)
    to.present(report(found, digits))
    if not found.is_one:
        ctx.exit(1)


def started(asked: Request, request: Request, program: str | None) -> Run:
    """Returns the run of one of the two programs, at those of the values that it takes."""
    from cgviz.cli import functions
    from cgviz.cli.source import source
    from cgviz.reading.api import read

    if functions.is_function(program):
        return asked.run()
    text, latex = source(program, None, request.latex)
    graph = read(text, latex=latex, given=tuple(name for name, _ in request.inputs))
    takes = {graph.nodes[index].name for index in graph.inputs}
    mine = [pair for pair in request.inputs if pair[0] in takes]
    settings = tuple(each for each in request.settings if each.partition("=")[0].strip() in takes)
    return asked._replace(inputs=mine, settings=settings).run()
