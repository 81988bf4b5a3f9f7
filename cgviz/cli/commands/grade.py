"""`cgviz grade`: what students write beside the right gradients, one file or a class."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.present import Target
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.targets import IN_FILE
from cgviz.documents.formats import FORMATS, OLDER
from cgviz.errors import CgvizError, UsageError, quoted

if TYPE_CHECKING:
    from cgviz.grading.exercise import Exercise
    from cgviz.grading.report import Grade

TOLERANCE, HINTS, SECONDS = 1e-6, 2, 20.0
HELP = """Grade a backward pass written by hand.

\b
  cgviz grade @staged homework.py
  cgviz grade "out = x @ w + b" layers.py --x @x.npy --w @w.npy --b @b.npy \\
    --upstream @dout.npy --call "out, cache = forward(x, w, b);
    dx, dw, db = backward(dout, cache)"
  cgviz grade --solution right.py homework.py --call "..." --set x=@x.npy
  cgviz grade --exercise exercise.toml submissions.zip --csv > class.csv

FILE is a Python file or a notebook, whole as it was handed in: functions, classes, loops, caches, NumPy, PyTorch's
tensors. It is read by an interpreter of its own, never executed. Gradients are found by their names (dW1, grads["W1"],
W1_grad) or by --call. End results come first; then the first wrong line and its cause are looked for.
FILE may be a folder or an archive: a row for every student. The exit status is 0 where all is right, 1 where something
is not. docs/grading.md tells the rest.
"""


def a_tolerance(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not 0 < value < 1:
        raise click.BadParameter("is between 0 and 1", ctx, param)
    return value


@click.command(cls=ProgramCommand, words=("PROGRAM", "FILE"), instead=("solution", "exercise", "own"), help=HELP)
@click.option(
    "--format",
    type=click.Choice((*FORMATS, "gradescope", *OLDER)),
    metavar=f"[{'|'.join((*FORMATS, 'gradescope'))}]",
    default="terminal",
    show_default=True,
    help="How it is written; gradescope: the JSON of its autograders.",
)
@click.option("--csv", is_flag=True, help="Write a row per file; FILE may be a folder or an archive.")
@click.option(
    "--call",
    metavar="CODE",
    help="Statements that run the student's code and name the gradients: dx, dw = backward(dout, cache).",
)
@click.option(
    "--map",
    "map_",
    metavar="INPUT=NAME",
    multiple=True,
    help="How the file calls the gradient of an input: W1=theta1_grad.",
)
@click.option("--solution", metavar="PATH", type=IN_FILE, help="A right file in the place of PROGRAM.")
@click.option("--own", is_flag=True, help="In the place of PROGRAM: differences of the student's own forward pass.")
@click.option(
    "--exercise",
    metavar="PATH",
    type=IN_FILE,
    help="An exercise.toml in the place of PROGRAM and all that belongs to it.",
)
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
@click.option(
    "--hints",
    type=click.IntRange(0, 3),
    metavar="N",
    help="How much is told: 0 how many are right, 1 the line, 2 the cause, 3 the right line.  [default: 2]",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), metavar="N", help="Files graded at the same time.  [default: the cores]"
)
@click.option("--limit", type=click.FloatRange(0.5, 3600), metavar="SECONDS", help="Time for a file.  [default: 20]")
@options.digits()
@options.theme()
@click.pass_context
def command(
    ctx: click.Context,
    request: Request,
    file: str,
    format: str,
    csv: bool,
    call: str | None,
    map_: tuple[str, ...],
    solution: str | None,
    own: bool,
    exercise: str | None,
    tolerance: float,
    data: str,
    hints: int | None,
    jobs: int | None,
    limit: float | None,
    digits: int,
    theme: str,
) -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from cgviz.cli import exercises
    from cgviz.cli.exercises import Asked
    from cgviz.grading.confined import graded_one
    from cgviz.grading.submissions import submissions
    from cgviz.views.grade import report

    settings: dict[str, Any] = {}
    if csv and format not in ("rich", "terminal"):
        raise UsageError(f"--csv and --format {format} exclude each other")
    if exercise is not None:
        asked, settings = exercises.from_file(exercise)
    else:
        asked = exercises.from_options(request, Asked(solution, own, call, data, map_, tolerance), file)
    told = settings.get("hints", HINTS) if hints is None else hints
    seconds = settings.get("limit", SECONDS) if limit is None else limit
    handed_in = submissions(file)
    if csv or os.path.isdir(file) or handed_in[0].content is not None or len(handed_in) > 1:
        if format == "gradescope":
            raise UsageError(f"{quoted(file)} is a class; --format gradescope is for one file")
        a_class(ctx, asked, handed_in, "csv" if csv else format, told, jobs or os.cpu_count() or 1, seconds)
        return
    if format == "gradescope":
        for_gradescope(asked, handed_in[0], told, seconds)
        return
    made = graded_one(asked, handed_in[0], seconds)
    Target(format=format).present(report(made, digits=digits, theme=theme, hints=told))
    ctx.exit(0 if made.all_right else 1)


def for_gradescope(asked: Exercise, submission: Any, hints: int, seconds: float) -> None:
    """Prints the JSON of an autograder, which has to have one of a file that cannot be graded, too."""
    from cgviz.grading.confined import graded_one
    from cgviz.views.gradebook import gradescope

    found: Grade | CgvizError
    try:
        found = graded_one(asked, submission, seconds)
    except CgvizError as error:
        found = error
    streams.say(gradescope(found, hints, asked.credits))


def a_class(
    ctx: click.Context, asked: Exercise, handed_in: Sequence[Any], format: str, hints: int, jobs: int, seconds: float
) -> None:
    """Prints a row for each file of a class; one that cannot be read says why and stops nothing."""
    from cgviz.cli.progress import tracked
    from cgviz.grading.confined import graded
    from cgviz.grading.selecting import selected
    from cgviz.views.gradebook import class_csv, class_json, class_text

    rows: list[tuple[str, Grade | CgvizError]] = [("", UsageError("not graded"))] * len(handed_in)
    answers = graded(asked, handed_in, jobs=jobs, seconds=seconds)
    for _ in tracked("grading")(range(len(handed_in))):
        number, found = next(answers)
        rows[number] = (handed_in[number].name, found)
    chosen = selected(rows)
    if format == "csv":
        streams.say(class_csv(chosen, hints))
    elif format == "json":
        streams.say(class_json(chosen, hints))
    else:
        streams.say(class_text(chosen, hints))
    ctx.exit(0 if all(not isinstance(found, CgvizError) and found.all_right for _, found in chosen) else 1)
