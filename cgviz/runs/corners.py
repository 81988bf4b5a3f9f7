"""The one table of corners: which stages of a run stand on a kink or a tie, by which convention, and what others say.

Table, diagnosis, Jacobian, Hessian, derivation and generated code read it; the conventions themselves are in the ops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cgviz.ops.op import Answer, Op
from cgviz.records import dataclass
from cgviz.runs.run import Run
from cgviz.runs.trouble import at_place
from cgviz.values.arrays import Shape, Value, element_of, handed_back, is_array, one, own_place, places, shape_of

FLAGS = ("tie", "kink")
SMOOTH = "there is no second derivative, and it is taken as 0"
ACROSS = "across it the gradient is smooth, and the second derivative is the limit from both sides"
MOST_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Corner:
    """A stage on a kink or tie: which it is, the convention in words, its local derivatives, and others' answers.

    locals  of a structural op what it hands back to each argument where its own gradient is 1 everywhere
    bend    what is said of the second derivative there
    place   of an array, the first element that is on it; `count` how many of them are (of those looked at)
    """

    index: int
    flag: str
    rule: str
    locals: tuple[Value | None, ...]
    answers: tuple[Answer, ...]
    bend: str = SMOOTH
    place: Shape = ()
    count: int = 1


def flag_at(run: Run, index: int) -> str:
    """Returns "kink" or "tie" for a stage that stands on one, else ""."""
    return next((flag for flag in run.flags[index] if flag in FLAGS), "")


def corners(run: Run, among: Sequence[int] | None = None) -> tuple[Corner, ...]:
    """Returns the corners of the stages that the output needs, or of those `among` them, in order."""
    wanted = run.graph.stages if among is None else among
    return tuple(corner for index in wanted if run.graph.reached[index] for corner in at_stage(run, index))


def at_stage(run: Run, index: int) -> Iterator[Corner]:
    """Yields the corner on which a stage stands, if any; of an array, the first element on it."""
    node, flag = run.graph.nodes[index], flag_at(run, index)
    op, bend = node.op, node.op.bend or SMOOTH
    if op.vjp is not None:
        if flag:
            yield Corner(index, flag, op.rule, handed_at(run, index), (), bend)
    elif node.shape:
        if flag:
            yield from at_elements(run, index, flag)
    else:
        args = tuple(run.operands(index))
        said = tuple(answer for answer in op.answers if holds(op, answer, args))
        if flag or said:
            yield Corner(index, flag or "corner", op.rule if flag else op.corners, run.locals[index], said, bend)


def handed_at(run: Run, index: int) -> tuple[Value | None, ...]:
    """Returns what a structural op hands back where its gradient is 1 everywhere: its slopes, at the corner."""
    value = run.values[index]
    parts = handed_back(run.graph.nodes[index].op, one(shape_of(value) or ()), None, value, run.operands(index))
    return tuple(part for part, _ in parts)


def at_elements(run: Run, index: int, flag: str) -> Iterator[Corner]:
    node, value = run.graph.nodes[index], run.values[index]
    on = []
    for place in places(node.shape or (), MOST_LOOKED_AT):
        args = tuple(at_place(run, index, place))
        if node.op.corner(element_of(value, place), *args) == flag:
            on.append((place, args))
    if on:
        place, args = on[0]
        slopes = tuple(None if local is None else at(local, place) for local in run.locals[index])
        said = tuple(answer for answer in node.op.answers if holds(node.op, answer, args))
        yield Corner(index, flag, node.op.rule, slopes, said, node.op.bend or SMOOTH, place, len(on))


def at(local: Value, place: Shape) -> float:
    return float(local[own_place(local.shape, place)] if is_array(local) else local)


def holds(op: Op, answer: Answer, args: tuple[Value, ...]) -> bool:
    """Tells whether an answer is about these arguments."""
    if answer.args == args:
        return True
    if not answer.anywhere or op.switch is None or len(args) != len(answer.args):
        return False
    return bool(op.switch(*args) == op.switch(*answer.args))
