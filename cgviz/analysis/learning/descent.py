"""The descent: step after step against the gradient, and what it was on its way."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import repeat
from random import Random
from typing import Any, NamedTuple

from cgviz.analysis.learning.objective import Objective, Parameters, Rows
from cgviz.analysis.learning.optimizers import Memory, Optimizer, Settings
from cgviz.records import record
from cgviz.text.numbers import number
from cgviz.values.arrays import is_array, numpy, quiet

DONE, INTERRUPTED, DIVERGED = "done", "interrupted", "diverged"
KEPT = 1000
Watch = Callable[[int, float], None]


def norm(values: Parameters) -> float:
    """Returns the Euclidean norm of all numbers together; not finite where one of them is not."""
    return math.hypot(*(math.hypot(*value.flat) if is_array(value) else value for value in values.values()))


def calm(values: Parameters) -> AbstractContextManager[Any]:
    """Returns a context in which arithmetic with these values never warns."""
    return quiet() if any(map(is_array, values.values())) else nullcontext()


def elements(values: Parameters) -> Iterator[tuple[str, tuple[int, ...], float]]:
    """Yields every number with the name of its parameter and its place in it, () for a parameter that is one number."""
    for name, value in values.items():
        if is_array(value):
            yield from ((name, place, float(each)) for place, each in numpy().ndenumerate(value))
        else:
            yield name, (), value


def batches(examples: int, size: int | None, seed: int) -> Iterator[Rows]:
    """Yields the rows of batches without end. Without a size every batch is all examples, in their order: None.

    An epoch deals each example once; its last batch is smaller where the size does not divide the examples.
    """
    if size is None:
        yield from repeat(None)
        return
    chance = Random(seed)
    while True:
        order = shuffled(examples, chance)
        for start in range(0, examples, size):
            yield order[start : start + size]


def shuffled(count: int, chance: Random) -> list[int]:
    """Returns 0 ... count - 1 in a random order: sorted by random(), the one method whose numbers Python promises."""
    keys = [chance.random() for _ in range(count)]
    return sorted(range(count), key=keys.__getitem__)


def per_epoch(examples: int, size: int | None) -> int:
    """Returns how many steps an epoch has."""
    return 1 if size is None else -(-examples // size)


class Measured(NamedTuple):
    """What a step saw before it moved: the epoch, the loss of its batch, the norm of that loss's gradient."""

    epoch: int
    loss: float
    norm: float


class MeasuredLoss(NamedTuple):
    """The loss over all examples, and its gradient."""

    loss: float
    gradient: Parameters

    @property
    def norm(self) -> float:
        return norm(self.gradient)


@record
class DescentPlan:
    """How to descend: by which rule, how many steps, over batches of which size (None: all examples).

    every   the parameters of every so manieth step are kept; None keeps about a thousand
    """

    optimizer: Optimizer
    settings: Settings
    steps: int
    batch: int | None = None
    seed: int = 0
    every: int | None = None

    @property
    def kept_every(self) -> int:
        return self.every or max(1, math.ceil(self.steps / KEPT))


@dataclass
class Descent:
    """A descent as far as it came.

    losses, norms   of the loss and of its gradient, what step k saw; the last is the end, over all examples
    epoch_steps     how many steps an epoch has
    reached   how many steps were made, and the parameters after them
    kept      the parameters before some of the steps, and those at the end
    before, after   the loss over all examples and its gradient at both ends; None where Ctrl-C came earlier
    ended     "done", "interrupted" or "diverged"; where it diverged, `rows` are the examples of that step
    """

    plan: DescentPlan
    start: Parameters
    reached: tuple[int, Parameters]
    epoch_steps: int = 1
    losses: array[float] = field(default_factory=lambda: array("d"))
    norms: array[float] = field(default_factory=lambda: array("d"))
    kept: dict[int, Parameters] = field(default_factory=dict)
    before: MeasuredLoss | None = None
    after: MeasuredLoss | None = None
    ended: str = DONE
    rows: Rows = None

    def measured(self, step: int) -> Measured:
        """Returns what a step saw; the end belongs to the epoch of the step before it."""
        last = max(0, min(step, self.reached[0] - 1))
        return Measured(last // self.epoch_steps + 1, self.losses[step], self.norms[step])


def unwatched(step: int, loss: float) -> None:
    pass


def descend(objective: Objective, start: Parameters, plan: DescentPlan, watch: Watch = unwatched) -> Descent:
    """Returns the descent from `start`; `watch` hears of every step's number and loss.

    A number that is not finite ends it at once, and so does Ctrl-C: what there is by then is kept.
    """
    descent = Descent(plan, start, (0, start), per_epoch(objective.examples, plan.batch))
    with calm(start):
        try:
            descent.before = MeasuredLoss(*objective.loss_and_gradient(start, None))
            walk(objective, descent, watch)
        except KeyboardInterrupt:
            descent.ended = INTERRUPTED
        with suppress(KeyboardInterrupt):
            finish(objective, descent)
    return descent


def walk(objective: Objective, descent: Descent, watch: Watch) -> None:
    """Makes the steps."""
    plan, parameters = descent.plan, descent.start
    move, settings, every = plan.optimizer.move, plan.settings, plan.kept_every
    memory: dict[str, Memory] = dict.fromkeys(parameters, plan.optimizer.memory)
    dealt = batches(objective.examples, plan.batch, plan.seed)
    for step, rows in zip(range(plan.steps), dealt):  # noqa: B905 - the batches have no end
        loss, gradient = objective.loss_and_gradient(parameters, rows)
        size = norm(gradient)
        if not (math.isfinite(loss) and math.isfinite(size)):
            descent.ended, descent.rows = DIVERGED, rows
            return
        if step % every == 0:
            descent.kept[step] = parameters
        after = {}
        for name, value in parameters.items():
            change, memory[name] = move(gradient[name], memory[name], step + 1, settings)
            after[name] = value - settings.lr * change
        parameters = after
        descent.losses.append(loss)
        descent.norms.append(size)
        descent.reached = step + 1, parameters
        watch(step + 1, loss)


def finish(objective: Objective, descent: Descent) -> None:
    """Measures the end of a descent over all examples."""
    taken, end = descent.reached
    del descent.losses[taken:], descent.norms[taken:]
    descent.kept[taken] = end
    after = descent.after = MeasuredLoss(*objective.loss_and_gradient(end, None))
    descent.losses.append(after.loss)
    descent.norms.append(after.norm)
    if descent.ended == DONE and not (math.isfinite(after.loss) and math.isfinite(after.norm)):
        descent.ended = DIVERGED


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
