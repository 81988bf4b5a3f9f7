"""`cgviz render`: the diagram of a run in a file, and its table on standard output."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.figures import figured
from cgviz.cli.options import MOST_PATHS
from cgviz.cli.present import Target
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.targets import check_unasked
from cgviz.drawing.pictures import BINARY, ENDINGS, EXTENSIONS, FORMATS, LEGENDS, SCALES
from cgviz.errors import UsageError, printable, quoted
from cgviz.runs.limits import Limit

if TYPE_CHECKING:
    from cgviz.analysis.paths import Light
    from cgviz.runs.run import Run

HELP = """Draw the diagram of a program into a file, and print its table.

\b
  cgviz render "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)" --x 3 --y -4
  cgviz render @sigmoid-neuron --detail gate --style circuit -o neuron.pdf
  cgviz render "x*y" --x 4 --y -3 --theme dark -o - > product.svg
  cgviz render @staged --path 1 --wrt x
"""
MOST_ROWS, ROWS_BESIDE_A_PART = 10_000, 500
LIMIT = Limit(15_000, "a picture (--around NODE draws a part)", widest=300)


def scale(ctx: click.Context, param: click.Parameter, value: float) -> float:
    smallest, largest = SCALES
    if smallest <= value <= largest:
        return value
    raise click.BadParameter(f"{value:g} is not between {smallest:g} and {largest:g}", ctx, param)


@click.command(cls=ProgramCommand, help=HELP)
@options.output(
    "Write the picture to FILE; its ending (.svg .pdf .png .dot .tikz .mmd) chooses the format. - is standard "
    "output, without the table.  [default: the output's name and .svg]"
)
@click.option("--to", type=click.Choice(FORMATS), help="The format, where no file's ending tells it.")
@options.style()
@options.theme()
@options.direction()
@options.fit()
@options.part()
@click.option("--all", "everything", is_flag=True, help="Draw a graph of more than 60 nodes whole.")
@options.author()
@click.option(
    "--legend",
    type=click.Choice(LEGENDS),
    help="What the colours mean; auto: where a picture that is fitted to a page has room.  [default: auto]",
)
@options.digits()
@click.option(
    "--scale",
    type=float,
    metavar="FACTOR",
    callback=scale,
    default=1.0,
    show_default=True,
    help="Enlarges the picture.",
)
@options.background("transparent", "What is behind the picture.")
@click.option("--outline-text", is_flag=True, help="Turn text into outlines, for programs without the font.")
@click.option(
    "--embed-font/--no-embed-font",
    default=True,
    help="Put the part of the font that is used into the SVG, which then looks the same everywhere.  [default: yes]",
)
@click.option(
    "--engine",
    **options.one_of(["auto", "inprocess", "dot"], "auto"),
    help="Which Graphviz draws: the one in this process, or the command `dot`.",
)
@click.option("--show", is_flag=True, help="Open the picture in the system's viewer.")
@options.mode()
@click.option(
    "--path",
    "place",
    metavar="N",
    type=click.IntRange(1, MOST_PATHS),
    help="Highlight the N-th path from --wrt NAME to the output, as `cgviz paths` lists them; all else fades.",
)
@click.option(
    "--influence",
    metavar="NAME",
    callback=lambda ctx, param, value: options.spelled(value),
    help="Highlight all that NAME reaches on its way to the output; all else fades.",
)
@options.wrt()
def command(
    request: Request,
    output: str | None,
    to: str | None,
    show: bool,
    mode: str,
    place: int | None,
    influence: str | None,
    wrt: str | None,
    **look: Any,
) -> None:
    check_target(output, to, show)
    if place and influence:
        raise UsageError("--path and --influence highlight different things; give one of them")
    if wrt and mode == "reverse" and not place:
        raise UsageError("--wrt goes with --mode forward, --mode both or --path N")
    format = format_of(output, to)
    run = request.run(None if look["around"] else LIMIT)
    from cgviz.runs.modes import mode_of

    light = lit(run, place, influence, wrt, look["digits"])
    look["figure"] = figured(look)
    draw(run, output, format, show, mode=mode_of(run, mode, wrt), light=light, **look)


def lit(run: Run, place: int | None, influence: str | None, wrt: str | None, digits: int) -> Light | None:
    """Returns what is highlighted, None where nothing is. Raises UsageError for a name or a path that there is not."""
    if not place and not influence:
        return None
    from cgviz.analysis import paths

    if place:
        return paths.light_of(run, place, wrt, digits)
    assert influence
    return paths.influence(run, influence)


def draw(run: Run, output: str | None, format: str, show: bool = False, **look: Any) -> None:
    """Draws a run into a file and prints its table. Raises EvaluationError afterwards where a number is not finite."""
    from cgviz.cli.viewer import view
    from cgviz.collecting import uncollected
    from cgviz.text.output import write
    from cgviz.text.signature import signed
    from cgviz.views.table import report

    path = output or f"{run.graph.nodes[run.graph.output].name}{EXTENSIONS[format]}"
    if output is None:
        check_unasked(path)
    with uncollected():
        drawn = drawn_for(run, format, **look)
    if output == "-":
        streams.say_bytes(drawn)
    else:
        write(path, signed(drawn))
        if len(run.graph.stages) > (ROWS_BESIDE_A_PART if look.get("around") else MOST_ROWS):
            streams.note(f"the table has {len(run.graph.stages):,} rows: cgviz table prints it")
        else:
            Target().present(report(run, digits=look["digits"], theme=look["theme"], mode=look["mode"]))
        streams.note(f"wrote {printable(path)}")
        if show:
            view(path)
    run.require_finite()


def drawn_for(run: Run, format: str, **look: Any) -> bytes:
    """Returns the picture, and says where its texts are too small for its page."""
    from cgviz.drawing.diagram import diagram

    how = {name: look.pop(name) for name in ("scale", "outline_text", "embed_font", "engine") if name in look}
    how.setdefault("embed_font", True)
    made = diagram(run, **look)
    for said in (made.left_out, made.trouble):
        if said:
            streams.note(said)
    return made.draw(format, **how)


def format_of(output: str | None, to: str | None) -> str:
    """Returns the format of the picture. Raises UsageError for a file's ending that is none, or another than `to`."""
    from cgviz.text.output import is_stream

    if output is None or output == "-":
        return to or "svg"
    ending = os.path.splitext(output)[1].lower()
    if ending in ENDINGS:
        if to not in (None, ENDINGS[ending]):
            raise UsageError(f"--to {to} and the ending {ending} of {quoted(output, 200)} do not agree")
        return ENDINGS[ending]
    if to is None and not is_stream(output):
        met = f"the ending {quoted(ending)} is unknown" if ending else f"{quoted(output, 200)} has no ending"
        *others, last = ENDINGS
        raise UsageError(f"{met}; a picture ends in {', '.join(others)} or {last} (or give --to)")
    return to or "svg"


def check_target(output: str | None, to: str | None, show: bool) -> None:
    """Raises CgvizError where the picture cannot go: before any work."""
    from cgviz.text.output import check

    if output is not None and output != "-":
        check(output)
    elif output == "-" and show:
        raise UsageError("--show opens a file; -o - writes none")
    elif output == "-" and to in BINARY and streams.is_terminal():
        raise UsageError(f"a {to} is no text for a terminal; send it to a file: -o picture.{to}")
