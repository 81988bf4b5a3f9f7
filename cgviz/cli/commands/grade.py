"""`cgviz grade`: somebody's hand-written backward pass beside the run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.present import check, present, report_options
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import CgvizError, UsageError, quoted

if TYPE_CHECKING:
    from cgviz.grading.report import Grade

ENDINGS = (".py", ".ipynb")
TOLERANCE = 1e-6
HELP = """Grade a backward pass written by hand.

\b
  cgviz grade @staged homework.py
  cgviz grade "q = x + y; f = q*z" notebook.ipynb --x -2 --y 5 --z -4
  cgviz grade @staged homework.py --format json
  cgviz grade @staged submissions/ --csv > class.csv

FILE is a Python file or a notebook in which gradients are called dq, df_dq, dfdq or grad_q, with or without a forward
pass. It is read, never run: assignments, arithmetic, functions of math and numpy, small functions. Each line is judged
as if all it reads were right, at the inputs and at points near them, so the first wrong line is where the mistake is.
Of arrays NumPy is read: @, .T, np.outer, sums along axes, dh[z <= 0] = 0; a wrong shape is said in words.
With --csv FILE may be a folder: a row per file. The exit status is 0 where all is right, 1 where something is not.
"""


def a_tolerance(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not 0 < value < 1:
        raise click.BadParameter("is between 0 and 1", ctx, param)
    return value


@click.command(cls=ProgramCommand, words=("PROGRAM", "FILE"), help=HELP, short_help="Grade a hand-written pass.")
@report_options("the grade")
@click.option("--csv", is_flag=True, help="Write a row per file; FILE may be a folder.")
@click.option(
    "--tolerance",
    type=float,
    metavar="R",
    default=TOLERANCE,
    show_default=True,
    callback=a_tolerance,
    help="Numbers that agree to this relative difference are right (to a hundredth: close).",
)
@click.option("--data", metavar="NAMES", default="", help="Inputs whose gradients are not asked for: X,y.")
@options.digits()
@options.theme()
@click.pass_context
def command(
    ctx: click.Context,
    request: Request,
    file: str,
    output: str | None,
    format: str | None,
    standalone: bool,
    csv: bool,
    tolerance: float,
    data: str,
    digits: int,
    theme: str,
) -> None:
    from cgviz import grading
    from cgviz.grading.listing import listing
    from cgviz.views.grade.report import report

    names = data.replace(",", " ").split()
    settings: dict[str, Any] = {"tolerance": tolerance, "ties": request.ties, "data": names}
    if csv:
        if format is not None:
            raise UsageError(f"--csv and --format {format} exclude each other")
        a_class(ctx, request, file, settings)
        return
    if os.path.isdir(file):
        raise UsageError(f"{quoted(file)} is a folder; --csv grades all its files")
    check(output, format, standalone)
    handed_in = listing(file)
    made = grading.grade(request.run(), handed_in, **settings)
    present(report(made, digits=digits, theme=theme), output, format, standalone)
    ctx.exit(0 if made.all_right else 1)


def a_class(ctx: click.Context, request: Request, where: str, settings: dict[str, Any]) -> None:
    """Prints a row for each file of a folder; one that cannot be read says why and stops nothing."""
    from cgviz import grading
    from cgviz.grading.listing import listing
    from cgviz.views import grade as views

    run = request.run()
    graded: list[tuple[str, Grade | CgvizError]] = []
    for path in files(where):
        try:
            graded.append((os.path.basename(path), grading.grade(run, listing(path), **settings)))
        except CgvizError as error:
            graded.append((os.path.basename(path), error))
    streams.say(views.csv(graded))
    ctx.exit(0 if all(not isinstance(found, CgvizError) and found.all_right for _, found in graded) else 1)


def files(where: str) -> list[str]:
    """Returns the files of a folder that can be graded, by name. Raises UsageError where there are none."""
    if not os.path.isdir(where):
        return [where]
    try:
        names = sorted(name for name in os.listdir(where) if name.lower().endswith(ENDINGS))
    except OSError as error:
        raise UsageError(f"cannot read the folder {quoted(where)}: {error.strerror}") from error
    if not names:
        raise UsageError(f"the folder {quoted(where)} holds no .py and no .ipynb")
    return [os.path.join(where, name) for name in names]
