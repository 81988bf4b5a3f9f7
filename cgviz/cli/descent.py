"""What the options of `cgviz descend` ask for: the files, the data, the parameters, the way down."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cgviz.cli import streams
from cgviz.cli.program import Request
from cgviz.drawing.pictures import CHARTS
from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from cgviz.analysis.learning import Plan, Problem, Sheet

ENDINGS = {".json": "history", **dict.fromkeys(CHARTS, "curve")}
EPOCHS, MOST_STEPS = 100, 10**8
LARGEST = 256 * 2**20


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
    kind = "history" if output == "-" else ENDINGS.get(os.path.splitext(output)[1].lower())
    if kind is None:
        raise UsageError(f"{quoted(output)} ends neither in .json (the history) nor in .svg, .pdf or .png (the curve)")
    return kind


def sheet_of(data: str | None, program: str | None) -> Sheet | None:
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


def problem_of(request: Request, wrt: str | None, sheet: Sheet | None) -> Problem:
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


def plan_of(chosen: dict[str, Any], examples: int, with_data: bool) -> Plan:
    """Returns how to descend. Raises UsageError for options that do not go together."""
    from cgviz.analysis.learning import OPTIMIZERS, Plan, Settings
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
    return Plan(OPTIMIZERS[name], settings, steps, batch, chosen["seed"], chosen["every"])
