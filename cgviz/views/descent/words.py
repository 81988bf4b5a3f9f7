"""What is said of a descent beneath its pictures and over its table."""

from __future__ import annotations

from collections.abc import Callable

from cgviz.analysis.learning import Descent, Objective
from cgviz.text.numbers import DIGITS, number

LONGEST = 40


def caption(descent: Descent, examples: int, digits: int = DIGITS) -> str:
    """Returns `sgd, learning rate 0.01, batches of 32, 100 steps`."""
    return ", ".join([*manner(descent, examples, digits), counted(descent.reached[0], "step"), *ended(descent)])


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


def ended(descent: Descent) -> list[str]:
    return [] if descent.ended == "done" else [descent.ended]


def change(descent: Descent, digits: int = DIGITS) -> str:
    """Returns `loss 4.17 → 0.0021`."""
    if not (descent.before and descent.after):
        return ""
    return f"loss {number(descent.before.loss, digits)} → {number(descent.after.loss, digits)}"


def counted(count: int, what: str) -> str:
    """Returns `1 step`, `2 steps`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def elided(name: str, most: int = LONGEST) -> str:
    """Returns a name, its middle left out where it is very long."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most // 2 - 1) :]}"


def shown_names(objective: Objective) -> Callable[[str], str]:
    """Returns a function that gives the names of inputs as they are printed."""
    graph = objective.graph
    labels = {graph.nodes[index].name: graph.nodes[index].shown for index in graph.inputs}
    return lambda name: elided(labels.get(name, name))
