"""A descent in words: the curve of its loss, its parameters before and after, and its history as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from cgviz.analysis.learning import Descent, Objective
from cgviz.analysis.learning.descent import elements
from cgviz.analysis.learning.objective import Parameters
from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table
from cgviz.documents.grid import TableColumn
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.errors import printable
from cgviz.text.numbers import DIGITS, counted, number
from cgviz.values.arrays import is_array
from cgviz.views.descent.plot import ASCII, UNICODE, plot

WIDTH, NARROW, MOST = 80, 20, 24
HEADER = ("", "before", "after", "gradient")
ROLES = ("name", "value", "value", "gradient")
LONGEST = 40
VERSION, MOST_STEPS = 1, 100_001


def report(objective: Objective, descent: Descent, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns curve, caption and table of a descent; its JSON is the history."""
    data = partial(history, objective, descent)
    return Report(lambda writing: document(objective, descent, writing), data, digits, theme)


def document(objective: Objective, descent: Descent, writing: Writing) -> Document:
    """Returns the document: the curve of the loss, what was done, the parameters and the loss before and after."""
    digits, pen = writing.digits or DIGITS, ASCII if writing.plain else UNICODE
    name = printable(elided(objective.graph.nodes[objective.graph.output].shown))
    told = caption(descent, objective.examples, digits)
    curve = Drawn(lambda width, _: list(plot(descent, name, width or WIDTH, pen)))
    columns = [TableColumn(HEADER[0]), *(TableColumn(heading, right=True) for heading in HEADER[1:])]
    body = [*parameters(objective, descent, digits), *losses(descent, name, digits)]
    rows = [[(writing.clean(text), role) for text, role in zip(row, ROLES, strict=True)] for row in body]
    seen: list[Block] = [curve, GAP] if list(plot(descent, name, WIDTH, pen)) else []
    return Document([*seen, Prose([(told, "muted")]), GAP, Table(columns, rows)], told)


def parameters(objective: Objective, descent: Descent, digits: int) -> Iterator[tuple[str, ...]]:
    """Yields a row per number of the parameters; of very many, the first and the last ones."""
    shown = shown_names(objective)
    start, end = list(elements(descent.start)), list(elements(descent.reached[1]))
    slopes = list(elements(descent.after.gradient)) if descent.after else [None] * len(end)
    rows = list(zip(start, end, slopes, strict=True))
    few = rows if len(rows) <= MOST else [*rows[: MOST // 2], None, *rows[-MOST // 2 :]]
    for row in few:
        if row is None:
            yield f"… {len(rows) - MOST} more", "", "", ""
            continue
        name, place, _ = row[0]
        called = shown(name) + (f"[{', '.join(map(str, place))}]" if place else "")
        yield called, *(number(each and each[2], digits, padded=True) for each in row)


def losses(descent: Descent, name: str, digits: int) -> Iterator[tuple[str, ...]]:
    both = descent.before, descent.after
    yield name, *(number(loss and loss.loss, digits, padded=True) for loss in both), ""
    yield "gradient norm", *(number(loss and loss.norm, digits, padded=True) for loss in both), ""


def caption(descent: Descent, examples: int, digits: int = DIGITS) -> str:
    """Returns `sgd, learning rate 0.01, batches of 32, 100 steps`."""
    ended = [] if descent.ended == "done" else [descent.ended]
    return ", ".join([*manner(descent, examples, digits), counted(descent.reached[0], "step"), *ended])


def manner(descent: Descent, examples: int, digits: int) -> list[str]:
    """Returns how the descent goes: the optimizer and its numbers, the batches."""
    plan = descent.plan
    said = [plan.optimizer.name, f"learning rate {number(plan.settings.lr, digits)}"]
    said += [f"{name} {number(getattr(plan.settings, name), digits)}" for name in plan.optimizer.uses]
    if plan.batch is not None:
        said.append(f"batches of {plan.batch} from {counted(examples, 'example')}, seed {plan.seed}")
    elif examples > 1:
        said.append(f"all {examples} examples at once")
    return said


def change(descent: Descent, digits: int = DIGITS) -> str:
    """Returns `loss 4.17 → 0.0021`."""
    if not (descent.before and descent.after):
        return ""
    return f"loss {number(descent.before.loss, digits)} → {number(descent.after.loss, digits)}"


def elided(name: str, most: int = LONGEST) -> str:
    """Returns a name, its middle left out where it is very long."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most // 2 - 1) :]}"


def shown_names(objective: Objective) -> Callable[[str], str]:
    """Returns a function that gives the names of inputs as they are printed."""
    graph = objective.graph
    labels = {graph.nodes[index].name: graph.nodes[index].shown for index in graph.inputs}
    return lambda name: elided(labels.get(name, name))


def history(objective: Objective, descent: Descent) -> str:
    """Returns the JSON: the program, how it descended, and what each step saw; parameters where they were kept.

    A number that is not finite is the string "inf", "-inf" or "nan".
    """
    plan = descent.plan
    head = {
        "cgviz": VERSION,
        "program": objective.graph.program,
        "examples": objective.examples,
        "optimizer": plan.optimizer.name,
        "lr": as_number(plan.settings.lr),
        **{name: as_number(getattr(plan.settings, name)) for name in plan.optimizer.uses},
        "batch": plan.batch,
        "seed": plan.seed,
        "ended": descent.ended,
        "steps": descent.reached[0],
        "start": as_numbers(descent.start),
        "end": as_numbers(descent.reached[1]),
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    steps = ",\n".join(f"    {json.dumps(step)}" for step in steps_of(descent))
    return "\n".join(["{", *lines, '  "history": [', *([steps] if steps else []), "  ]", "}"]) + "\n"


def steps_of(descent: Descent) -> list[dict[str, Any]]:
    """Returns a record per step, or for every so manieth of very many; the last one is the end."""
    found = []
    count = len(descent.losses)
    stride = max(1, math.ceil(count / MOST_STEPS))
    for step in sorted({*range(0, count, stride), *descent.kept}.intersection(range(count))):
        epoch, loss, norm = descent.measured(step)
        record = {"step": step, "epoch": epoch, "loss": as_number(loss), "gradient_norm": as_number(norm)}
        kept = {"parameters": as_numbers(descent.kept[step])} if step in descent.kept else {}
        found.append(record | kept)
    return found


def as_numbers(parameters: Parameters) -> dict[str, Any]:
    return {name: as_number(value.tolist() if is_array(value) else value) for name, value in parameters.items()}


def as_number(value: Any) -> Any:
    """Returns a number, or nested lists of numbers, as JSON can say it."""
    if isinstance(value, list):
        return [as_number(each) for each in value]
    return value if math.isfinite(value) else str(value)
