"""`cgviz check`: every gradient against witnesses that know no derivative rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.functions import is_function
from cgviz.cli.present import Target, target_options
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from cgviz.runs.run import Run

MOST_PLOTS = 4
HELP = """Check every gradient against four independent witnesses.

They know no derivative rule: central differences, the complex step, mpmath at 50 digits, and sympy. The first stage
that is wrong is named; exit status 1 where a gradient disagrees.

\b
  cgviz check @staged
  cgviz check "(1 - cos(x))/x**2" --x 1e-8
  cgviz check "max(x, y)" --x 2 --y 2 --format json
  cgviz check "sin(x)/x" --x 2 --sweep -o sweep.svg
  cgviz check model.py:MyFunction --x @x.npy

The last one judges a backward pass that somebody wrote: a torch.autograd.Function, a jax.custom_vjp, or NumPy functions
f and f_backward, of (upstream, cache) or (upstream, inputs).
"""


@click.command(cls=ProgramCommand, help=HELP)
@target_options("Write the report to FILE: .txt .md .tex .html .json; with --sweep draw the plot: .svg .pdf .png.")
@click.option("--sweep", is_flag=True, help="Plot how far differences are off, by their step.")
@click.option("--wrt", metavar="NAME", help="With --sweep: the input or stage that is moved.  [default: all inputs]")
@options.look()
@click.pass_context
def command(ctx: click.Context, /, request: Request, to: Target, sweep: bool, wrt: str | None, **look: Any) -> None:
    from cgviz.analysis.checks import check
    from cgviz.views.check import report

    if wrt and not sweep:
        raise UsageError("--wrt belongs to --sweep, the plot of errors by step")
    if not sweep:
        to.check()
    if not sweep and is_function(request.program) and own_pass(ctx, request, to):
        return
    run = request.run()
    if sweep:
        plot(run, to.output, wrt, **look)
        return
    found = check(run)
    to.present(report(found, **look))
    if not found.agrees:
        ctx.exit(1)


def own_pass(ctx: click.Context, request: Request, to: Target) -> bool:
    """Judges a backward pass that the file holds beside its forward pass; tells whether there is one."""
    from cgviz.cli import pairs, values
    from cgviz.views.own import report

    pair = pairs.pair_of(request.program or "")
    if pair is None:
        return False
    seed = None if request.upstream is None else values.value("upstream", request.upstream)
    run, found, lines = pairs.judged(pair, values.gathered(request.inputs, request.settings), seed)
    to.present(report(run, pair.name, found, lines))
    if not all(each.is_right for each in found):
        ctx.exit(1)
    return True


def plot(run: Run, output: str | None, wrt: str | None, digits: int, theme: str) -> None:
    """Prints or draws the errors by step."""
    from cgviz.analysis.checks import check, sweep
    from cgviz.drawing.canvas import format_of
    from cgviz.text.output import check as check_target
    from cgviz.views.check import show_sweeps, sweeps_chart

    format = "svg"
    if output not in (None, "-"):
        format = format_of(output)
        check_target(output)
    if run.symbolic:
        check(run)
    nodes = single(run, moved(run, wrt))
    made = [sweep(run, index) for index in nodes[:MOST_PLOTS]]
    if output:
        streams.deliver(output, sweeps_chart(made, format, theme=theme))
    else:
        with streams.printing():
            show_sweeps(made, digits=digits, theme=theme)
    if len(nodes) > MOST_PLOTS:
        streams.note(f"the first {MOST_PLOTS} of {len(nodes)} inputs are plotted; --wrt NAME plots another")


def single(run: Run, nodes: list[int]) -> list[int]:
    """Returns those nodes that are single numbers. Raises UsageError where there is none."""
    kept = [index for index in nodes if not run.graph.nodes[index].shape]
    if not kept:
        shown = run.graph.nodes[nodes[0]]
        raise UsageError(
            f"--sweep moves a single number, and {quoted(shown.shown)} is an array; --wrt NAME gives another"
        )
    return kept


def moved(run: Run, wrt: str | None) -> list[int]:
    """Returns the nodes to plot. Raises UsageError for a name that there is not, and where there is none."""
    if wrt is None and not run.graph.inputs:
        raise UsageError("the program has no inputs to move; give --wrt NAME, a stage")
    return list(run.graph.inputs) if wrt is None else [run.index(wrt)]
