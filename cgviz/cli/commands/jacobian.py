"""`cgviz jacobian`: the Jacobian of any node in any others, as a grid or a heat map, and what makes it unnecessary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options
from cgviz.cli.present import Target, format_option, standalone_option, with_target
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.progress import tracked
from cgviz.drawing.pictures import CHARTS

if TYPE_CHECKING:
    from cgviz.runs.limits import Limit
    from cgviz.runs.run import Run
    from cgviz.views.jacobian.facts import MatrixFacts

MODES = ("auto", "forward", "reverse")
LAYOUTS = ("numerator", "denominator")
HELP = """Show a Jacobian, and how backpropagation does without it.

Every derivative of the elements of one node (--of) in those of others (--wrt), as a grid of numbers or, where that is
too large, as a heat map.

\b
  cgviz jacobian "q = W @ x" --wrt x --W "[[.1,.5],[-.3,.8]]" --x "[.2,.4]"
  cgviz jacobian "s = softmax(x); f = sum(s**2)" --of s --wrt x --x "[1,2,3]"
  cgviz jacobian "Y = X @ W; f = sum(Y)" --of Y --wrt X,W --X @x.csv --W @w.npy -o J.svg
"""
shared = options.together(
    click.option(
        "--wrt", metavar="NODE[,NODE]...", help="With respect to these inputs or stages.  [default: all inputs]"
    ),
    click.option(
        "--mode", **options.one_of(MODES, "auto"), help="Passes of tangents, backward passes, or whichever needs fewer."
    ),
    format_option(),
    standalone_option(),
    options.output("Write to FILE, as its ending says: a picture .svg .pdf .png, or .txt .md .tex .html .json."),
    options.digits(),
    options.theme(),
    options.background("transparent", "What is behind the picture."),
    lambda command: with_target(command, CHARTS),
)
"""The options that `jacobian` and `hessian` share."""


@click.command(cls=ProgramCommand, help=HELP)
@click.option("--of", metavar="NODE", help="The node that is differentiated, by name or number.  [default: the output]")
@shared
@click.option(
    "--layout",
    **options.one_of(LAYOUTS, "numerator"),
    help="numerator: a row per element of the output; denominator: a column.",
)
def command(request: Request, to: Target, of: str | None, wrt: str | None, mode: str, layout: str, **look: Any) -> None:
    to.check()
    run, seeded = started(request)
    if run.symbolic and run.bare.has_arrays:
        from cgviz.views.jacobian import letters

        to.present(letters.report(run, of, wrt, layout, digits=look["digits"], theme=look["theme"]))
        return
    from cgviz.views.jacobian.facts import of_jacobian

    facts = of_jacobian(run, of, wrt, mode, layout, seeded=seeded, each=tracked("passes"))
    deliver(facts, to, **look)
    run.require_finite()


def started(request: Request, limit: Limit | None = None) -> tuple[Run, bool]:
    """Returns the run, and whether its gradients begin from a number: an array needs no --upstream here."""
    from cgviz.runs.starting import without_seed

    if request.upstream is not None:
        return request.run(limit), True
    run = request.opened(without_seed(*request.read(limit=limit), shapes=request.sizes()))
    return run, not run.bare.nodes[run.bare.output].shape


def deliver(facts: MatrixFacts, to: Target, background: str, **look: Any) -> None:
    """Prints the matrix, or writes it into a file; a picture is written beside what is printed."""
    from cgviz.views.jacobian import picture, report

    to.present_with(report(facts, **look), lambda kind: picture(facts, kind, background=background, **look))
