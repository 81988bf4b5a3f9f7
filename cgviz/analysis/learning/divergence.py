"""Why a descent diverged: which step, which example, which stage first became a number that is not finite."""

from __future__ import annotations

from collections.abc import Callable

from cgviz.analysis.learning.descent import DIVERGED, Descent
from cgviz.analysis.learning.objective import Objective
from cgviz.text.numbers import number


def explained(objective: Objective, descent: Descent, place: Callable[[int], str]) -> str:
    """Returns the line for the user, "" where the descent did not diverge; `place` says where an example is from.

    `step 12: stage (2) loss = q²: overflow, q = 1.2e160; a learning rate below 0.5 may help (--lr)`
    """
    if descent.ended != DIVERGED:
        return ""
    step, parameters = descent.reached
    when = f"the descent diverged at step {step}" if step else "the loss is not finite at the start"
    rows = range(objective.examples) if descent.rows is None else descent.rows
    for row in rows:
        why = objective.run(parameters, row).explain_trouble()
        if why:
            return f"{when}{place(row)}: {why}; {hint(descent)}"
    largest = max(rows, key=lambda row: abs(objective.run(parameters, row).value or 0.0))
    run = objective.run(parameters, largest)
    most = f"the largest is {run.graph.nodes[run.bare.output].shown} = {number(run.value)}{place(largest)}"
    return f"{when}: the sum over {len(rows)} examples overflows, {most}; {hint(descent)}"


def hint(descent: Descent) -> str:
    step, _ = descent.reached
    if not step:
        return "start elsewhere: --NAME VALUE for a parameter"
    return f"a smaller learning rate than --lr {number(descent.plan.settings.lr)} may help"


def remark(descent: Descent) -> str:
    """Returns what a user should know of a descent that stood still or ended above its start, else ""."""
    if descent.ended == DIVERGED or not (descent.before and descent.after):
        return ""
    if descent.before.norm == 0 and descent.plan.batch is None:
        return "the gradient is 0 at the start, so nothing moves; start elsewhere: --NAME VALUE for a parameter"
    before, after = descent.before.loss, descent.after.loss
    return f"the loss rose from {number(before)} to {number(after)}; {hint(descent)}" if after > before else ""
