"""`cgviz worksheet`: exercises on paper, in Markdown or in a notebook, and their answer key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.targets import check_apart, check_unasked
from cgviz.errors import UsageError, printable
from cgviz.runs.limits import Limit

if TYPE_CHECKING:
    from cgviz.runs.run import Run

PAPERS = ("a4", "letter")
MOST_VARIANTS, FEW = 500, 8
LIMIT = Limit(400, "a worksheet", widest=300)
HELP = """Make worksheets with blanks, and their answer key.

A sheet holds the figure, the table and the lines of the backward pass.

\b
  cgviz worksheet @staged -o staged.pdf
  cgviz worksheet "(x+y)*z" --variants 30 --seed 7 -o class.pdf --key key.pdf
  cgviz worksheet "relu(w*x + b)" --variants 6 --range x=-3..3 --range b=0|1
  cgviz worksheet @staged --blank gradients,locals -o staged.pdf
  cgviz worksheet @staged --blank sigy,den --paper letter -o staged.pdf
  cgviz worksheet "q = x + y; f = q*z" --blank all --variants 3 -o sheet.md

The answers are in a file of their own. With --variants the inputs are drawn: together the sheets show every case of
every gate (a relu on and off, each operand of a max), and answers are short decimals where that is possible; inputs
whose values are given keep them. Numbers have more digits where they cancel.
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.output(
    "Write the worksheet to FILE; its ending (.pdf .md .ipynb) chooses the format. Markdown has its figures beside "
    "it.  [default: worksheet.pdf]"
)
@options.target("--key", "Write the answer key to FILE.  [default: the sheets' name and -key]")
@click.option(
    "--blank",
    metavar="WHAT",
    default="gradients",
    show_default=True,
    help="What is left blank: gradients, values, all (both), locals (local derivatives), formulas, or names of stages; "
    "several with commas between them.",
)
@click.option(
    "--variants", metavar="N", type=click.IntRange(1, MOST_VARIANTS), help="Make N sheets, each with inputs of its own."
)
@click.option(
    "--range",
    "within",
    metavar="NAME=RANGE",
    multiple=True,
    help="What an input of a variant is drawn from: y=0|1, x=-3..3. Several times.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which inputs are drawn.")
@click.option("--title", default="Backpropagation", show_default=True, help="The title of the sheets.")
@click.option("--paper", **options.one_of(PAPERS, "a4"), help="The size of the paper.")
@options.style("How the figure is drawn.")
@options.direction(None, "The way of the figure.  [default: the larger]")
@click.option("--fit", metavar="SIZE", help="The room of the figure, such as 12x8cm.  [default: what the paper has]")
@click.option("--min-text", metavar="SIZE", help="The smallest text of figures: a line says if it is missed.")
@options.digits()
@options.theme("print")
def command(
    request: Request,
    output: str | None,
    key: str | None,
    blank: str,
    variants: int | None,
    within: tuple[str, ...],
    seed: int,
    title: str,
    paper: str,
    **look: Any,
) -> None:
    from cgviz.players.worksheet import answer_key, format_of, key_path, worksheet
    from cgviz.players.worksheet.blanks import blanks
    from cgviz.players.worksheet.work import FigureLook, Work
    from cgviz.text.output import check
    from cgviz.text.signature import signed

    path = output or "worksheet.pdf"
    format_of(path)
    answers = key or key_path(path)
    format_of(answers)
    check_apart([path, answers])
    check(path)
    check(answers)
    if output is None:
        check_unasked(path)
    if key is None:
        check_unasked(answers, "--key")
    runs, drawn = runs_of(request, variants, seed, look["digits"], within)
    left_out = blanks(runs[0].graph, blank)
    with click.progressbar(length=len(runs), file=sys.stderr, hidden=not waits(len(runs))) as bar:
        work = Work(runs, left_out, FigureLook(**look), printable(title), seed if drawn else None, bar.update)
        files = worksheet(work, path, paper) | answer_key(work, answers, paper)
    for name in sorted(files.keys() - {path, answers}):
        check_unasked(name, option="")
    for note in filter(None, (runs[0].graph.read_without, work.trouble)):
        streams.note(note)
    for name, content in files.items():
        streams.deliver(name, signed(content))


def waits(sheets: int) -> bool:
    """Tells whether somebody waits long enough at a terminal to want to see how far it is."""
    return sheets > FEW and sys.stderr is not None and sys.stderr.isatty()


def runs_of(
    request: Request, variants: int | None, seed: int, digits: int, within: tuple[str, ...]
) -> tuple[list[Run], bool]:
    """Returns a run for each sheet, and whether their inputs were drawn. Without any value one sheet is drawn."""
    from cgviz.players.worksheet.variants import ranges
    from cgviz.players.worksheet.variants import variants as draw

    if variants is None and not within:
        run = request.run(LIMIT)
        if not run.symbolic:
            return [run.require_finite()], False
    if request.expand:
        raise UsageError("--expand opens the stages of one sheet whose inputs are given; leave out --variants")
    sizes = request.sizes()
    graph, given = request.read(tuple(sizes), LIMIT)
    limits = ranges(graph, within, given)
    drawn = draw(graph, variants or 1, seed, given, digits, limits, sizes)
    return [request.worded(run) for run in drawn], True
