"""Every kink and tie that a run stands on, the rule that was used, and what others answer there."""

from __future__ import annotations

from dataclasses import dataclass

from cgviz.analysis.checks.elements import places
from cgviz.ops.op import Answer, Op
from cgviz.runs.run import Run
from cgviz.runs.trouble import at_place
from cgviz.values.arrays import Shape, Value, element_of, is_array, own_place

FLAGS = ("kink", "tie")
MOST_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Corner:
    """A stage on a kink or tie: which it is, the convention in words, its local derivatives, and others' answers.

    place  of an array, the first element that is on it; `count` how many of them are (of those looked at)
    """

    index: int
    flag: str
    rule: str
    locals: tuple[float | None, ...]
    answers: tuple[Answer, ...]
    place: Shape = ()
    count: int = 1


def corners(run: Run) -> tuple[Corner, ...]:
    """Returns the corners of the stages that the output needs, in order."""
    found = []
    for index in run.graph.stages:
        if not run.graph.reached[index]:
            continue
        op = run.graph.nodes[index].op
        if run.graph.nodes[index].shape or op.vjp is not None:
            found += of_array(run, index)
            continue
        args = tuple(run.values[arg] for arg in run.graph.nodes[index].args)
        flag = next((flag for flag in run.flags[index] if flag in FLAGS), "")
        said = tuple(answer for answer in op.answers if holds(op, answer, args))
        if flag or said:
            found.append(Corner(index, flag or "corner", op.rule if flag else op.corners, run.locals[index], said))
    return tuple(found)


def of_array(run: Run, index: int) -> list[Corner]:
    """Returns the corner of a stage that is an array: its first element on a kink or tie, and how many there are."""
    node = run.graph.nodes[index]
    flag = next((flag for flag in run.flags[index] if flag in FLAGS), "")
    if not flag:
        return []
    if node.op.vjp is not None:
        return [Corner(index, flag, node.op.rule, run.locals[index], ())]
    shape, value = node.shape or (), run.values[index]
    on = []
    for place in places(shape, MOST_LOOKED_AT):
        args = tuple(at_place(run, index, place))
        if node.op.corner(element_of(value, place), *args) == flag:
            on.append((place, args))
    if not on:
        return []
    place, args = on[0]
    slopes = tuple(None if local is None else at(local, place) for local in run.locals[index])
    said = tuple(answer for answer in node.op.answers if holds(node.op, answer, args))
    return [Corner(index, flag, node.op.rule, slopes, said, place, len(on))]


def at(local: Value, place: Shape) -> float:
    return float(local[own_place(local.shape, place)] if is_array(local) else local)


def holds(op: Op, answer: Answer, args: tuple[Value, ...]) -> bool:
    """Tells whether an answer is about these arguments."""
    if answer.args == args:
        return True
    if not answer.anywhere or op.switch is None or len(args) != len(answer.args):
        return False
    return bool(op.switch(*args) == op.switch(*answer.args))
