"""The descent: step after step against the gradient, and what it was on its way."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from cgviz.analysis.learning.batches import batches, per_epoch
from cgviz.analysis.learning.magnitudes import calm, norm
from cgviz.analysis.learning.objective import Objective, Parameters, Rows
from cgviz.analysis.learning.optimizers import Memory, Optimizer, Settings
from cgviz.records import record

DONE, INTERRUPTED, DIVERGED = "done", "interrupted", "diverged"
KEPT = 1000
Watch = Callable[[int, float], None]


class Measured(NamedTuple):
    """What a step saw before it moved: the epoch, the loss of its batch, the norm of that loss's gradient."""

    epoch: int
    loss: float
    norm: float


class Loss(NamedTuple):
    """The loss over all examples, and its gradient."""

    loss: float
    gradient: Parameters

    @property
    def norm(self) -> float:
        return norm(self.gradient)


@record
class Plan:
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

    plan: Plan
    start: Parameters
    reached: tuple[int, Parameters]
    epoch_steps: int = 1
    losses: array[float] = field(default_factory=lambda: array("d"))
    norms: array[float] = field(default_factory=lambda: array("d"))
    kept: dict[int, Parameters] = field(default_factory=dict)
    before: Loss | None = None
    after: Loss | None = None
    ended: str = DONE
    rows: Rows = None

    def measured(self, step: int) -> Measured:
        """Returns what a step saw; the end belongs to the epoch of the step before it."""
        last = max(0, min(step, self.reached[0] - 1))
        return Measured(last // self.epoch_steps + 1, self.losses[step], self.norms[step])


def unwatched(step: int, loss: float) -> None:
    pass


def descend(objective: Objective, start: Parameters, plan: Plan, watch: Watch = unwatched) -> Descent:
    """Returns the descent from `start`; `watch` hears of every step's number and loss.

    A number that is not finite ends it at once, and so does Ctrl-C: what there is by then is kept.
    """
    descent = Descent(plan, start, (0, start), per_epoch(objective.examples, plan.batch))
    with calm(start):
        try:
            descent.before = Loss(*objective.loss_and_gradient(start, None))
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
    after = descent.after = Loss(*objective.loss_and_gradient(end, None))
    descent.losses.append(after.loss)
    descent.norms.append(after.norm)
    if descent.ended == DONE and not (math.isfinite(after.loss) and math.isfinite(after.norm)):
        descent.ended = DIVERGED
