"""`cgviz descend`: a program is a loss, its gradient moves the parameters, step after step."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.present import Target, format_option
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.targets import IN_FILE
from cgviz.drawing.pictures import CHARTS
from cgviz.errors import EvaluationError, UsageError, printable, quoted

if TYPE_CHECKING:
    from cgviz.analysis.learning import DataSheet, Descent, DescentPlan, Problem
    from cgviz.drawing.canvas.sheet import Sheet as Canvas

OPTIMIZERS = ("sgd", "momentum", "adam")
INTERRUPTED = 130
HELP = """Let the gradient move parameters downhill on a loss.

PROGRAM is the loss on one example; the columns of the data are inputs by their names, and the loss is averaged over
the examples. Without data it is descent on the expression itself.

\b
  cgviz descend "(w*x + b - y)**2" --data points.csv --wrt w,b --lr 0.1
  cgviz descend @logistic-regression --data @moons --wrt w1,w2,b --batch 32
  cgviz descend "(x-1)**2 + 10*(y-x**2)**2" --x -1 --y 1 --path path.svg
"""
KINDS = {".json": "history", **dict.fromkeys(CHARTS, "curve")}
EPOCHS, MOST_STEPS = 100, 10**8
LARGEST = 256 * 2**20


def positive(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is None or 0 < value < float("inf"):
        return value
    raise click.BadParameter(f"{value:g} is not a positive number", ctx, param)


def share(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is None or 0 <= value < 1:
        return value
    raise click.BadParameter(f"{value:g} is not from 0 to below 1", ctx, param)


@click.command(cls=ProgramCommand, help=HELP)
@click.option(
    "--data",
    metavar="FILE",
    type=IN_FILE,
    help="Examples, a row each: a CSV file with a header, @NAME (@line, @moons, @spiral), or - for standard input.",
)
@click.option("--wrt", metavar="NAMES",
              help="The parameters, with commas.  [default: all inputs that are no column or data]")  # fmt: skip
@click.option("--optimizer", type=click.Choice(OPTIMIZERS), help="The rule of a step.  [default: sgd]")
@click.option("--lr", type=float, metavar="RATE", callback=positive, default=0.01, show_default=True,
              help="The learning rate.")  # fmt: skip
@click.option("--momentum", type=float, metavar="PART", callback=share,
              help="What a step keeps of the one before; asks for --optimizer momentum.  [default: 0.9]")  # fmt: skip
@click.option("--steps", type=click.IntRange(0, MOST_STEPS), metavar="N", help="How many steps.")
@click.option("--epochs", type=click.IntRange(0), metavar="N",
              help=f"How often every example is seen, instead of --steps.  [default: {EPOCHS}]")  # fmt: skip
@click.option("--batch", type=click.IntRange(1), metavar="N",
              help="Examples per step, dealt anew every epoch.  [default: all]")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), metavar="N", default=0, show_default=True,
              help="How the batches are dealt.")  # fmt: skip
@click.option("--every", type=click.IntRange(1), metavar="N",
              help="Keep the parameters of every N-th step.  [default: of about 1000 steps]")  # fmt: skip
@options.output("Write to FILE; its ending chooses what: .json the history, .svg .pdf .png the curve.")
@options.target("--history", "Write loss, gradient norm and parameters of the steps as JSON.")
@options.target("--curve", "Draw the loss over the steps (.svg .pdf .png).")
@options.target("--path", "Draw the path of two parameters over the contours of the loss (.svg .pdf .png).")
@format_option()
@options.digits()
@options.theme()
@options.background("transparent", "What is behind the pictures.")
@click.option("--embed-font", is_flag=True, help="Put the part of the font that is used into the SVG.")
@click.pass_context
def command(ctx: click.Context, /, request: Request, data: str | None, wrt: str | None, **chosen: Any) -> None:
    from cgviz.analysis.learning import descend
    from cgviz.cli.progress import descending

    targets = targets_of(chosen)
    sheet = sheet_of(data, request.program)
    task = problem_of(request, wrt, sheet)
    if "path" in targets:
        check_path(task)
    plan = plan_of(chosen, task.objective.examples, sheet is not None)
    for note in task.notes:
        streams.note(note)
    with descending(plan.steps) as watch:
        descent = descend(task.objective, task.start, plan, watch)
    deliver(task, descent, targets, chosen)
    conclude(ctx, task, descent, sheet)


def check_path(task: Problem) -> None:
    """Raises UsageError where no path can be drawn: asked before the work."""
    from cgviz.analysis.learning.descent import elements
    from cgviz.views.descent.path import required

    count = sum(1 for _ in elements(task.start))
    if count != 2 or len(task.start) != 2:
        raise UsageError(f"--path draws two parameters that are numbers, and there are {count}; name two with --wrt")
    required()


def deliver(task: Problem, descent: Descent, targets: dict[str, str], chosen: dict[str, Any]) -> None:
    """Writes what was asked for, and prints curve and table unless standard output has something else."""
    from cgviz.text.output import write
    from cgviz.views.descent import report

    for kind, target in targets.items():
        made = MAKERS[kind](task, descent, chosen)
        content = made if isinstance(made, bytes) else drawn(made, target, chosen)
        if target == "-":
            streams.say_bytes(content)
        else:
            write(target, content)
    if "-" not in targets.values():
        told = report(task.objective, descent, digits=chosen["digits"], theme=chosen["theme"])
        Target(format=chosen["format"]).present(told)
    for target in targets.values():
        if target != "-":
            streams.note(f"wrote {printable(target)}")


def history_of(task: Problem, descent: Descent, chosen: dict[str, Any]) -> bytes:
    from cgviz.views.descent import history

    return history(task.objective, descent).encode()


def curve_of(task: Problem, descent: Descent, chosen: dict[str, Any]) -> Canvas:
    from cgviz.views.descent import curve

    return curve(task.objective, descent, **look(chosen))


def path_of(task: Problem, descent: Descent, chosen: dict[str, Any]) -> Canvas:
    from cgviz.analysis.learning import surface
    from cgviz.cli.progress import tracked
    from cgviz.views.descent import path

    ground = surface(task.objective, descent, tracked("contours"))
    return path(task.objective, descent, ground, **look(chosen))


MAKERS: dict[str, Callable[[Any, Any, dict[str, Any]], bytes | Canvas]] = {
    "history": history_of,
    "curve": curve_of,
    "path": path_of,
}


def look(chosen: dict[str, Any]) -> dict[str, Any]:
    return {name: chosen[name] for name in ("theme", "digits", "background")}


def drawn(sheet: Canvas, target: str, chosen: dict[str, Any]) -> bytes:
    """Returns a chart as its file's ending says, else as SVG, whose font is inside where that is asked for."""
    from cgviz.drawing.canvas import written
    from cgviz.drawing.canvas.svg import svg

    format = CHARTS.get(os.path.splitext(target)[1].lower(), "svg")
    return svg(sheet) if format == "svg" and not chosen["embed_font"] else written(sheet, format)


def conclude(ctx: click.Context, task: Problem, descent: Descent, sheet: DataSheet | None) -> None:
    """Says how the descent ended. Raises EvaluationError where it diverged; exit status 130 where interrupted."""
    from cgviz.analysis.learning import explained
    from cgviz.analysis.learning.descent import remark

    def place(row: int) -> str:
        return f", {sheet.called} line {sheet.lines[row]}" if sheet else ""

    if descent.ended == "interrupted":
        streams.note(f"interrupted after step {descent.reached[0]} of {descent.plan.steps}; kept what there is")
        ctx.exit(INTERRUPTED)
    why = explained(task.objective, descent, place)
    if why:
        raise EvaluationError(why)
    if remark(descent):
        streams.note(remark(descent))


def targets_of(chosen: dict[str, Any]) -> dict[str, str]:
    """Returns the file for each of history, curve and path that is asked for. Raises CgvizError."""
    from cgviz.text.output import check

    targets = {name: chosen[name] for name in ("history", "curve", "path") if chosen[name] is not None}
    if chosen["output"] is not None:
        kind = kind_of(chosen["output"])
        if kind in targets:
            raise UsageError(f"-o and --{kind} both name the {kind}")
        targets[kind] = chosen["output"]
    if len(set(targets.values())) < len(targets):
        raise UsageError("history, curve and path go to different files")
    for target in targets.values():
        if target != "-":
            check(target)
    return targets


def kind_of(output: str) -> str:
    """Returns what a file's ending asks for; standard output gets the history. Raises UsageError."""
    kind = "history" if output == "-" else KINDS.get(os.path.splitext(output)[1].lower())
    if kind is None:
        raise UsageError(f"{quoted(output)} ends neither in .json (the history) nor in .svg, .pdf or .png (the curve)")
    return kind


def sheet_of(data: str | None, program: str | None) -> DataSheet | None:
    """Returns the data. Raises UsageError."""
    from cgviz.cli.source import decoded
    from cgviz.reading.shipped import data_set
    from cgviz.text.files import called, read_file
    from cgviz.text.tables import read_sheet

    if data is None:
        return None
    if data.startswith("@"):
        return read_sheet(data_set(data[1:]), data)
    if data == "-" and program == "-":
        raise UsageError("standard input holds either the program or the data, not both")
    if data == "-":
        content, name = streams.read_bytes(LARGEST + 1, "data"), "standard input"
    else:
        content, name = read_file(data, LARGEST), called(data)
    return read_sheet(decoded(content, name, LARGEST, "take fewer examples"), name)


def problem_of(request: Request, wrt: str | None, sheet: DataSheet | None) -> Problem:
    """Returns what is to be minimised. Raises CgvizError."""
    from cgviz.analysis.learning import problem
    from cgviz.cli.arguments import identifier

    if request.expand:
        raise UsageError("--expand opens the gates of one run; descending shows none of them, so leave it out")
    names = None if wrt is None else tuple(identifier(part.strip()) or part.strip() for part in wrt.split(","))
    columns = sheet.header if sheet else ()
    also = [name for name in map(identifier, columns) if name]
    graph, given = request.read((*also, *(names or ())))
    return problem(graph, given, names, sheet)


def plan_of(chosen: dict[str, Any], examples: int, with_data: bool) -> DescentPlan:
    """Returns how to descend. Raises UsageError for options that do not go together."""
    from cgviz.analysis.learning import OPTIMIZERS, DescentPlan, Settings
    from cgviz.analysis.learning.descent import per_epoch

    steps, epochs, batch, momentum = (chosen[name] for name in ("steps", "epochs", "batch", "momentum"))
    if steps is not None and epochs is not None:
        raise UsageError("--steps and --epochs both say how long; give one of them")
    if batch is not None and not with_data:
        raise UsageError("--batch takes a part of the examples; give them with --data FILE")
    name = chosen["optimizer"] or ("sgd" if momentum is None else "momentum")
    if momentum is not None and name != "momentum":
        raise UsageError(f"--momentum belongs to --optimizer momentum, not to {name}")
    if steps is None:
        steps = (EPOCHS if epochs is None else epochs) * per_epoch(examples, batch)
    if steps > MOST_STEPS:
        raise UsageError(f"{steps} steps are more than {MOST_STEPS}; give fewer --epochs or a larger --batch")
    settings = Settings(lr=chosen["lr"], momentum=0.9 if momentum is None else momentum)
    return DescentPlan(OPTIMIZERS[name], settings, steps, batch, chosen["seed"], chosen["every"])
