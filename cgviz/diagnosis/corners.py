"""Every kink and tie that a run stands on, the rule that was used, and what others answer there."""

from __future__ import annotations

from dataclasses import dataclass

from cgviz.op import Answer, Op
from cgviz.runs import Run

FLAGS = ("kink", "tie")


@dataclass(frozen=True)
class Corner:
    """A stage on a kink or tie: which it is, the convention in words, its local derivatives, and others' answers."""

    index: int
    flag: str
    rule: str
    locals: tuple[float | None, ...]
    answers: tuple[Answer, ...]


def corners(run: Run) -> tuple[Corner, ...]:
    """Returns the corners of the stages that the output needs, in order."""
    found = []
    for index in run.graph.stages:
        if not run.graph.reached[index]:
            continue
        op = run.graph.nodes[index].op
        args = tuple(run.values[arg] or 0.0 for arg in run.graph.nodes[index].args)
        flag = next((flag for flag in run.flags[index] if flag in FLAGS), "")
        said = tuple(answer for answer in op.answers if holds(op, answer, args))
        if flag or said:
            found.append(Corner(index, flag or "corner", op.rule if flag else op.corners, run.locals[index], said))
    return tuple(found)


def holds(op: Op, answer: Answer, args: tuple[float, ...]) -> bool:
    """Tells whether an answer is about these arguments."""
    if answer.args == args:
        return True
    if not answer.anywhere or op.switch is None or len(args) != len(answer.args):
        return False
    return bool(op.switch(*args) == op.switch(*answer.args))
