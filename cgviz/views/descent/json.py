"""The history of a descent as JSON, a step a line: full precision, and nothing that JSON cannot say."""

from __future__ import annotations

import json
import math
from typing import Any

from cgviz.analysis.learning import Descent, Objective
from cgviz.analysis.learning.objective import Parameters
from cgviz.values.arrays import is_array

VERSION, MOST = 1, 100_001


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
        "lr": number(plan.settings.lr),
        **{name: number(getattr(plan.settings, name)) for name in plan.optimizer.uses},
        "batch": plan.batch,
        "seed": plan.seed,
        "ended": descent.ended,
        "steps": descent.reached[0],
        "start": numbers(descent.start),
        "end": numbers(descent.reached[1]),
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    steps = ",\n".join(f"    {json.dumps(step)}" for step in steps_of(descent))
    return "\n".join(["{", *lines, '  "history": [', *([steps] if steps else []), "  ]", "}"]) + "\n"


def steps_of(descent: Descent) -> list[dict[str, Any]]:
    """Returns a record per step, or for every so manieth of very many; the last one is the end."""
    found = list[dict[str, Any]]()
    count = len(descent.losses)
    stride = max(1, math.ceil(count / MOST))
    for step in sorted({*range(0, count, stride), *descent.kept}.intersection(range(count))):
        epoch, loss, norm = descent.measured(step)
        record: dict[str, Any] = {"step": step, "epoch": epoch, "loss": number(loss), "gradient_norm": number(norm)}
        if step in descent.kept:
            record["parameters"] = numbers(descent.kept[step])
        found.append(record)
    return found


def numbers(parameters: Parameters) -> dict[str, Any]:
    return {name: number(value.tolist() if is_array(value) else value) for name, value in parameters.items()}


def number(value: Any) -> Any:
    """Returns a number, or nested lists of numbers, as JSON can say it."""
    if isinstance(value, list):
        return [number(each) for each in value]
    return value if math.isfinite(value) else str(value)
