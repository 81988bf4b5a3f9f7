"""The one table of corners: which stages of a run stand on a kink or a tie, by which convention, and what others say.

Every view reads it; the conventions themselves are in the ops. What a small change meets on its way to the output is
told here too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import Answer, Op
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.runs.trouble import at_place
from cgviz.values import arrays
from cgviz.values.arrays import Shape, Value, handed_back, is_array, numpy, one, own_place, shape_of

FLAGS = ("tie", "kink")
NOT_FINITE = "not finite"
WORDS = {"dead": "dead: hands nothing back", "nonfinite": NOT_FINITE}
SMOOTH = "there is no second derivative, and it is taken as 0"
ACROSS = "across it the gradient is smooth, and the second derivative is the limit from both sides"


@record
class Corner:
    """A stage on a corner: which it is, the convention in words, its local derivatives, and others' answers.

    flag    "tie", "kink", or "corner" of any other place at which others may answer otherwise: a pole, an edge
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


def has_corner(run: Run) -> bool:
    """Tells whether any stage stands on a kink or a tie."""
    return any(flag_at(run, index) for index in run.graph.stages)


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
        if flag or op.answers:
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
    """Yields the corner of the first element of an array that is on it."""
    value: Any = run.values[index]
    op, np = run.graph.nodes[index].op, numpy()
    if flag:
        on = np.flatnonzero(np.isin(looked_at(run, index), flag)) * arrays.looked_at_every(value)
    else:
        on = np.flatnonzero(np.any([answered(each, run.operands(index), value.shape) for each in op.answers], axis=0))
    if len(on):
        place = tuple(map(int, np.unravel_index(on[0], value.shape)))
        args = tuple(at_place(run, index, place))
        slopes = tuple(None if local is None else at(local, place) for local in run.locals[index])
        said = tuple(answer for answer in op.answers if holds(op, answer, args))
        rule = op.rule if flag else op.corners
        yield Corner(index, flag or "corner", rule, slopes, said, op.bend or SMOOTH, place, len(on))


def answered(answer: Answer, args: Sequence[Value], shape: Shape) -> Any:
    """Returns a mask of the elements that an answer is about."""
    np = numpy()
    same = [np.broadcast_to(np.equal(*each), shape) for each in zip(args, answer.args, strict=False)]
    return np.logical_and.reduce(same)


def looked_at(run: Run, index: int) -> list[str]:
    """Returns the flags of the elements of a stage, of those that are looked at."""
    node = run.graph.nodes[index]
    return arrays.corners(node.op, run.values[index], [run.values[arg] for arg in node.args])


def at(local: Value, place: Shape) -> float:
    return float(local[own_place(local.shape, place)] if is_array(local) else local)


def holds(op: Op, answer: Answer, args: tuple[Value, ...]) -> bool:
    """Tells whether an answer is about these arguments."""
    if answer.args == args:
        return True
    if not answer.anywhere or op.switch is None or len(args) != len(answer.args):
        return False
    return bool(op.switch(*args) == op.switch(*answer.args))


def counts(run: Run, index: int) -> dict[str, str]:
    """Returns for each flag of some elements of an array, but not of all, where: `at 1 of 6`."""
    node = run.graph.nodes[index]
    value: Value = run.values[index]
    if not is_array(value) or not value.size or node.op is CONSTANT:
        return {}
    np, gradient = numpy(), run.gradients[index]
    finite = np.isfinite(value) if gradient is None else np.isfinite(value) & np.isfinite(gradient)
    missing = int(value.size - finite.sum())
    if missing:
        return {"nonfinite": f"at {missing} of {value.size}"} if missing < value.size else {}
    if not node.is_stage or node.op.vjp is not None:
        return {}
    each = looked_at(run, index)
    looked = "" if len(each) == value.size else " looked at"
    return {flag: f"at {n} of {len(each)}{looked}" for flag, n in Counter(each).items() if flag and n < len(each)}


def remarks(run: Run, index: int) -> dict[str, str]:
    """Returns for each flag of a node what is said of it, with the convention that is used: `kink at 1 of 6: …`."""
    node, some = run.graph.nodes[index], counts(run, index)
    found = {flag: described(flag, node.op.rule, some.get(flag, "")) for flag in (*run.flags[index], *some)}
    if node.op.answers and not run.symbolic and not flag_at(run, index):
        found.update((each.flag, described(each.flag, each.rule)) for each in at_stage(run, index))
    return found


def described(flag: str, rule: str, where: str = "") -> str:
    said, _, why = WORDS.get(flag, f"{flag}: {rule}").partition(": ")
    told = f"{said} {where}" if where else said
    return f"{told}: {why}" if why else told


# what a small change meets


def met(run: Run) -> list[int | None]:
    """Returns for every node the tie, kink or jump that a small change of it meets on its way to the output.

    A change that an edge scales by 0, and one that meets a corner to which the output is blind (its gradient is 0),
    does not go on to first order. Nor does one on a branch not taken; one in a condition does where it jumps. An
    array meets a corner where any of its elements does; whatever goes into an op that is not elementwise goes on.
    """
    graph = run.graph
    found: list[int | None] = [None] * len(graph)
    heard = [False] * len(graph)
    heard[graph.output] = True
    for index in range(graph.output, -1, -1):
        if not heard[index]:
            continue
        at_corner = put_there(run, index)
        structural = graph.nodes[index].op.vjp is not None
        for slot, arg in enumerate(graph.nodes[index].args):
            local = run.locals[index][slot]
            heard[arg] |= local is not None or run.local_formula(index, slot) is None
            if arg in at_corner:
                found[arg] = index
            elif found[arg] is None and (run.flows(index, slot) if structural else goes_on(local)):
                found[arg] = found[index]
    return found


def put_there(run: Run, index: int) -> set[int]:
    """Returns the operands that put a node on a tie, a kink or a jump which the output feels; none elsewhere.

    At a tie or kink these are the operands that equal the node itself; at a jump (a gate that is flat on both sides)
    all of them.
    """
    if not flag_at(run, index):
        return set()
    args = set(run.graph.nodes[index].args)
    if is_flat(run, index):
        return args
    gradient: Value = run.gradients[index]
    if run.graph.nodes[index].op.vjp is not None or not is_felt(gradient):
        return args if is_felt(gradient) else set()
    if is_array(run.values[index]):
        return elements_put_there(run, index, args)
    return {arg for arg in args if run.values[arg] == run.values[index]} or args


def elements_put_there(run: Run, index: int, args: set[int]) -> set[int]:
    """Returns the operands that put an element of an array on a corner which the output feels."""
    value: Value = run.values[index]
    gradient: Value = run.gradients[index]
    where = numpy().isin(looked_at(run, index), FLAGS)
    step = arrays.looked_at_every(value)

    def there(each: Any) -> Any:
        return numpy().broadcast_to(each, value.shape).ravel()[::step][where]

    felt = there(1.0 if gradient is None else gradient) != 0
    if not felt.any():
        return set()
    return {arg for arg in args if ((there(run.values[arg]) == there(value)) & felt).any()} or args


def goes_on(local: Value | None) -> bool:
    """Tells whether a local derivative is not 0, at any element of an array."""
    return local is not None and is_felt(local)


def is_felt(gradient: Value) -> bool:
    """Tells whether a gradient is not 0, at any element of an array; None is not 0."""
    return bool(gradient.any()) if is_array(gradient) else gradient != 0


def is_flat(run: Run, index: int) -> bool:
    """Tells whether the derivative rule of a node is 0 everywhere."""
    slopes = (run.local_formula(index, slot) for slot in range(len(run.graph.nodes[index].args)))
    return all(slope is not None and slope.op is None and slope.leaf == 0 for slope in slopes)
