"""`cgviz worksheet`: exercises on paper, in Markdown or in a notebook, and their answer key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.targets import check_apart, check_unasked
from cgviz.errors import UsageError, printable

if TYPE_CHECKING:
    from cgviz.graph.nodes import Graph
    from cgviz.runs.run import Run
    from cgviz.values.arrays import Value

PAPERS = ("a4", "letter")
MOST_VARIANTS, MOST_STAGES, FEW = 500, 400, 8
HELP = """Make worksheets with blanks, and their answer key.

A sheet holds the figure, the table and the lines of the backward pass.

\b
  cgviz worksheet @staged -o staged.pdf
  cgviz worksheet "(x+y)*z" --variants 30 --seed 7 --key key.pdf -o class.pdf
  cgviz worksheet @staged --blank sigy,den --paper letter -o staged.pdf
  cgviz worksheet "q = x + y; f = q*z" --blank all --variants 3 -o sheet.md

With --variants the inputs are drawn so that every answer is a short decimal where that is possible; inputs whose
values are given on the command line keep them.
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.output(
    "Write the worksheet to FILE; its ending (.pdf .md .ipynb) chooses the format. Markdown has its figures beside "
    "it.  [default: worksheet.pdf]"
)
@options.target("--key", "Write the answer key to FILE of its own.")
@click.option(
    "--blank",
    metavar="WHAT",
    default="gradients",
    show_default=True,
    help="What is left blank: gradients, values, all, or names of stages with commas between them.",
)
@click.option(
    "--variants", metavar="N", type=click.IntRange(1, MOST_VARIANTS), help="Make N sheets, each with inputs of its own."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which inputs are drawn.")
@click.option("--title", default="Backpropagation", show_default=True, help="The title of the sheets.")
@click.option("--paper", type=click.Choice(PAPERS), default="a4", show_default=True, help="The size of the paper.")
@options.style("How the figure is drawn.")
@options.direction(None, "The way of the figure.  [default: the larger]")
@options.digits()
@options.theme("print")
def command(
    request: Request,
    output: str | None,
    key: str | None,
    blank: str,
    variants: int | None,
    seed: int,
    title: str,
    paper: str,
    **look: Any,
) -> None:
    from cgviz.players.worksheet import answer_key, format_of, worksheet
    from cgviz.players.worksheet.blanks import blanks
    from cgviz.players.worksheet.figure import Look
    from cgviz.players.worksheet.work import Work
    from cgviz.text.output import check, write
    from cgviz.text.signature import signed

    path = output or "worksheet.pdf"
    check_apart([path, key] if key else [path])
    if output is None:
        check_unasked(path)
    for each in filter(None, (path, key)):
        format_of(each)
        check(each)
    runs, drawn = runs_of(request, variants, seed, look["digits"])
    left_out = blanks(runs[0].graph, blank)
    with click.progressbar(length=len(runs), file=sys.stderr, hidden=not waits(len(runs))) as bar:
        seeded = seed if drawn else None
        work = Work(runs, left_out, Look(**look), printable(title), seeded, key is None, bar.update)
        files = worksheet(work, path, paper) | (answer_key(work, key, paper) if key else {})
    for name, content in files.items():
        write(name, signed(content))
        streams.note(f"wrote {printable(name)}")


def waits(sheets: int) -> bool:
    """Tells whether somebody waits long enough at a terminal to want to see how far it is."""
    return sheets > FEW and sys.stderr is not None and sys.stderr.isatty()


def check_numbers(graph: Graph, given: dict[str, Value]) -> None:
    """Raises UsageError where there are arrays: a blank is a line for one number."""
    from cgviz.values.arrays import is_array

    if graph.has_arrays or any(map(is_array, given.values())) or any(is_array(node.value) for node in graph):
        why = "a worksheet asks for single numbers, and this program has arrays"
        raise UsageError(f"{why}; give each element a name of its own (x0, x1), or use cgviz derive or cgviz deck")


def runs_of(request: Request, variants: int | None, seed: int, digits: int) -> tuple[list[Run], bool]:
    """Returns a run for each sheet, and whether their inputs were drawn. Without any value one sheet is drawn."""
    from cgviz.players.worksheet.variants import variants as draw
    from cgviz.runs.limits import check_size
    from cgviz.runs.starting import start

    graph, given = request.read()
    check_size(graph, MOST_STAGES, "a worksheet")
    check_numbers(graph, given)
    if variants is None:
        run = request.opened(start(graph, given))
        if not run.symbolic:
            return [run.require_finite()], False
    if request.expand:
        raise UsageError("--expand opens the stages of one sheet whose inputs are given; leave out --variants")
    return draw(graph, variants or 1, seed, given, digits), True
