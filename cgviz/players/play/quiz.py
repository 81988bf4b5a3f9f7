"""The quiz: the gradient of the active node is asked for, the answer is marked, the score is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from cgviz.players.play.replay import Replay
from cgviz.runs.steps import Backward
from cgviz.values.arrays import is_array

TOLERANCE = 0.005


@dataclass
class Quiz:
    """The score, and the steps whose answers have been seen. Off until it is switched on."""

    on: bool = False
    right: int = 0
    asked: int = 0
    seen: set[int] = field(default_factory=set)

    def asks(self, replay: Replay) -> bool:
        """Tells whether the gradient of the last step, a number, is asked for and must not be shown yet."""
        known = replay.done in self.seen or replay.run.symbolic
        step = replay.step
        return self.on and isinstance(step, Backward) and not is_array(step.total) and not known

    def mark(self, replay: Replay, answer: float) -> bool:
        """Marks an answer, right or wrong, and counts it."""
        right = isinstance(replay.step, Backward) and agrees(answer, replay.step.total)
        self.asked += 1
        self.right += right
        self.seen.add(replay.done)
        return right

    def reveal(self, replay: Replay) -> None:
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
