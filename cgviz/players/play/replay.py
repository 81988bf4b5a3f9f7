"""Where a replay stands: a run, how many of its steps are done, what is known by then; and the quiz about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.runs.steps import Backward, Forward, Seed, Step
from cgviz.values.arrays import Value, is_array

PASSES = {Forward: "forward", Seed: "seed", Backward: "backward"}
TOLERANCE = 0.005


def pass_of(step: Step) -> str:
    """Returns which pass a step belongs to: "forward", "seed" or "backward"."""
    return PASSES[type(step)]


@dataclass(frozen=True)
class Playback:
    """A run of which the first `done` steps are done; none at the beginning, all at the end."""

    run: Run
    done: int = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.run.steps

    @property
    def step(self) -> Step | None:
        """The step that was done last; None at the beginning."""
        return self.steps[self.done - 1] if self.done else None

    @property
    def active(self) -> int | None:
        """The node that the last step is about."""
        return None if self.step is None else self.step.index

    @property
    def used(self) -> frozenset[int]:
        """The nodes that the last step reads: operands of a stage, or the stage that hands a gradient back."""
        if isinstance(self.step, Forward):
            return frozenset(self.run.graph.nodes[self.step.index].args)
        return frozenset([self.step.edge.target]) if isinstance(self.step, Backward) else frozenset()

    def at(self, done: int) -> Playback:
        """Returns the replay after another number of steps, the nearest that there is."""
        return replace(self, done=max(0, min(done, len(self.steps))))

    def with_inputs(self, values: Mapping[str, Value]) -> Playback:
        """Returns the replay of a new run at other inputs, at the same place. Raises UsageError."""
        run = start(self.run.bare, {**(self.run.inputs or {}), **values}, upstream=self.run.upstream)
        return Playback(run).at(self.done)

    @cached_property
    def values(self) -> frozenset[int]:
        """The nodes whose values are known: inputs, and the stages that the forward pass has reached."""
        forward = (step.index for step in self.steps[: self.done] if isinstance(step, Forward))
        return frozenset([*self.run.graph.inputs, *forward])

    @cached_property
    def gradients(self) -> dict[int, Value | None]:
        """The gradients so far: the running sum of every node that the backward pass has reached."""
        return totals(self.steps[: self.done])


def totals(steps: tuple[Step, ...]) -> dict[int, Value | None]:
    """Returns the running sum of each node's gradient after `steps`."""
    found: dict[int, Value | None] = {}
    for step in steps:
        if not isinstance(step, Forward):
            found[step.index] = step.total if isinstance(step, Backward) else step.value
    return found


def unsolved(step: Backward) -> str:
    """Returns the caption of a backward step without its numbers: `dden = dinvden · (−1/den²)`."""
    symbols = Run(step.run.bare, None)
    edge = symbols.contribution(step.edge.target, step.edge.slot)
    return Backward(symbols, edge, step.adds, None).caption()


@dataclass
class Quiz:
    """The score, and the steps whose answers have been seen. Off until it is switched on."""

    on: bool = False
    right: int = 0
    asked: int = 0
    seen: set[int] = field(default_factory=set)

    def asks(self, replay: Playback) -> bool:
        """Tells whether the gradient of the last step, a number, is asked for and must not be shown yet."""
        known = replay.done in self.seen or replay.run.symbolic
        step = replay.step
        return self.on and isinstance(step, Backward) and not is_array(step.total) and not known

    def mark(self, replay: Playback, answer: float) -> bool:
        """Marks an answer, what the edge hands back or the gradient that it adds up to, and counts it."""
        step = replay.step
        right = isinstance(step, Backward) and (agrees(answer, step.total) or agrees(answer, step.edge.value))
        self.asked += 1
        self.right += right
        self.seen.add(replay.done)
        return right

    def reveal(self, replay: Playback) -> None:
        """Counts a question that was given up."""
        self.asked += 1
        self.seen.add(replay.done)

    @property
    def score(self) -> str:
        return f"{self.right} of {self.asked} right"


def agrees(answer: float, gradient: float | None) -> bool:
    """Tells whether an answer is the gradient, to half a percent: three digits are enough."""
    if gradient is None:
        return False
    return answer == gradient or abs(answer - gradient) <= TOLERANCE * abs(gradient)
