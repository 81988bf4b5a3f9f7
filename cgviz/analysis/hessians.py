"""The Hessian: the Jacobian of a gradient, whose backward pass is a graph itself; differences where that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from cgviz.analysis.blocks import Block, Jacobian
from cgviz.analysis.jacobians import Each, block, check, example, matrix
from cgviz.analysis.segments import as_row
from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.rearranging import listed
from cgviz.records import record
from cgviz.runs.corners import flag_at
from cgviz.runs.gradients import UntraceableError, between, gradient_graph
from cgviz.runs.limits import Limit
from cgviz.runs.passes import backward, forward
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, every_finite, numpy, settled

LIMIT = Limit(20_000, "a Hessian")
STEP = 6.06e-6  # the cube root of the precision of a float64: the best step of a central difference
SHORTER = 4.0
AGREE, SMALL = 1e-4, 1e-7
Moved = Callable[[int, int, float], Any]


"""The gradients, one after the other, where element `place` of a node is moved by so much: (index, place, by)."""
CLOSE = 1e-6
MOST_AT_CORNERS = 200  # rows of a Hessian that are looked at from both sides of a corner


def limits(columns: Sequence[Block], values: Sequence[Any], moved: Moved, each: Any) -> tuple[Any, Any, int]:
    """Returns the second derivatives column by column, a mask of those that settle, and how many passes that took.

    What does not settle from both sides is nan.
    """
    np = numpy()
    count = sum(column.size for column in columns)
    found, at, passes = np.full((count, count), np.nan), 0, 0
    for column, value in zip(columns, values, strict=True):
        flat = np.ravel(np.asarray(value, dtype=float))
        for place in each(range(column.size)):
            for scale in dict.fromkeys((max(1.0, abs(flat[place])), abs(flat[place]) or 1.0)):
                made = limit(partial(moved, column.index, place), STEP * scale)
                passes += 5
                if np.isfinite(made).all():
                    break
            found[:, at + place] = made
        at += column.size
    both = np.isfinite(found) & np.isfinite(found.T)
    found = np.where(both, (found + found.T) / 2, np.nan)
    return found, both, passes


def limit(moved: Callable[[float], Any], step: float) -> Any:
    """Returns how fast the gradients move, from the left and the right alike; nan where there is no such number."""
    np = numpy()
    with np.errstate(all="ignore"):
        here = moved(0.0)
        sides = [quotient(moved, here, side * step) for side in (1.0, -1.0)]
        central = [(moved(by) - moved(-by)) / (2 * by) for by in (step, step / SHORTER)]
        wide, narrow = (np.abs(right - left) for right, left in zip(*sides, strict=True))
        meet = (narrow <= AGREE * np.abs(central[1]) + SMALL) | (narrow <= wide / 2)
        extrapolated = (SHORTER**2 * central[1] - central[0]) / (SHORTER**2 - 1)
        return np.where(meet & is_settled(*central), extrapolated, one_sided(sides))


def quotient(moved: Callable[[float], Any], here: Any, step: float) -> tuple[Any, Any]:
    """Returns the quotients of a long and a short step to one side."""
    return tuple((moved(by) - here) / by for by in (step, step / SHORTER))


def one_sided(sides: Sequence[tuple[Any, Any]]) -> Any:
    """Returns the limit from the one side on which there is anything, at the edge of a domain; else nan."""
    np = numpy()
    made = np.full(sides[0][0].shape, np.nan)
    for (long, short), (_, other) in (sides, sides[::-1]):
        alone = np.isnan(other) & is_settled(long, short)
        made = np.where(alone, (SHORTER * short - long) / (SHORTER - 1), made)
    return made


def is_settled(one: Any, other: Any) -> Any:
    np = numpy()
    size = np.maximum(np.abs(one), np.abs(other))
    return np.isfinite(size) & (np.abs(one - other) <= np.maximum(AGREE * size, SMALL))


@record
class Hessian:
    """The second derivatives of one number.

    of      the node that was differentiated twice
    matrix  a row and a column per element of the inputs
    corners the stages on the way that stand on a kink or a tie
    why     the reason for central differences of the gradient; "" where the second derivatives are exact
    across  the function is smooth across its corners: there the second derivatives are limits from both sides
    """

    of: Block
    matrix: Jacobian
    corners: tuple[int, ...]
    why: str = ""
    across: bool = False


def hessian(run: Run, wrt: Sequence[int], of: int | None = None, mode: str = "auto", each: Each = iter) -> Hessian:
    """Returns the Hessian of a scalar node (the output) of a run in the nodes `wrt`.

    An output that is an array is taken as the number Σ upstream · output where the run has an upstream gradient.
    Raises UsageError in the symbolic state, for a node that is no number, and where it would be too large.
    """
    of = run.graph.output if of is None else of
    if run.symbolic:
        raise UsageError(f"a Hessian is made of numbers, and the inputs have no values; give {example(run)}")
    LIMIT.check(run.graph)
    seed = seed_of(run, of)
    inputs = [block(run.graph, index) for index in wrt]
    check(inputs, inputs, *[sum(each.size for each in inputs)] * 2)
    corners = tuple(index for index in way(run.graph, wrt, of) if flag_at(run, index))
    made, why = exact(run, wrt, of, seed, mode, each)
    across = False
    if made is None:
        made = differences(run, wrt, of, seed, each)
    elif is_finite(run, wrt, of) and (corners or not numpy().isfinite(made.entries).all()):
        finite = bool(numpy().isfinite(made.entries).all())
        made, across = mended(run, wrt, of, seed, made, each)
        if across and not finite:
            why = "the second derivative by the rules is not finite here"
    if not numpy().isfinite(made.entries).all():
        made = replace(made, entries=numpy().where(numpy().isnan(made.entries.T), numpy().nan, made.entries))
    return Hessian(block(run.graph, of), made, corners, why, across)


def seed_of(run: Run, of: int) -> Value | None:
    node = run.graph.nodes[of]
    if of == run.graph.output and run.upstream is not None:
        return run.upstream
    if node.shape:
        raise UsageError(
            f"a Hessian is of one number, and {quoted(node.shown)} has shape {listed(node.shape)}: reduce it, as in "
            f"sum({node.shown}), or name a scalar stage with --of"
        )
    return None


def way(graph: Graph, wrt: Sequence[int], of: int) -> list[int]:
    """Returns the stages between `wrt` and `of`."""
    behind = between(graph, wrt, of)
    needed = [False] * len(graph.nodes)
    needed[of] = True
    for index in range(of, -1, -1):
        if needed[index]:
            for arg in graph.nodes[index].args:
                needed[arg] = True
    return [index for index in range(of + 1) if behind[index] and needed[index] and graph.nodes[index].is_stage]


def exact(
    run: Run, wrt: Sequence[int], of: int, seed: Value | None, mode: str, each: Each
) -> tuple[Jacobian | None, str]:
    """Returns the Jacobian of the gradient, or None and why there is none."""
    try:
        gradients = gradient_graph(run.graph, wrt, of, seed, run.flows)
    except UntraceableError as error:
        return None, str(error)
    values = forward(gradients.graph, run.inputs or {})
    made = matrix(gradients.graph, values, [gradients.at[index] for index in wrt], wrt, mode, each)
    blank = made.blank & (not any(chooses(run, index) for index in way(run.graph, wrt, of)))
    return replace(made, rows=made.columns, blank=blank), ""


def chooses(run: Run, index: int) -> bool:
    """Tells whether a stage has a branch that is not taken: with other numbers a gradient would flow there."""
    node = run.graph.nodes[index]
    return node.op.reaches is not None and not node.shape


def is_finite(run: Run, wrt: Sequence[int], of: int) -> bool:
    return every_finite(run.values[of]) and all(every_finite(run.gradients[index]) for index in wrt)


def mended(
    run: Run, wrt: Sequence[int], of: int, seed: Value | None, made: Jacobian, each: Each
) -> tuple[Jacobian, bool]:
    """Returns a Hessian at a corner with the limits that the rules of its ops miss, and whether there were any."""
    np = numpy()
    if len(made.entries) > MOST_AT_CORNERS:
        return made, False
    found, settled, passes = by_limits(run, wrt, of, seed, each)
    size = np.maximum(np.abs(found), np.abs(made.entries))
    with np.errstate(invalid="ignore"):
        missed = settled & ~(np.abs(found - made.entries) <= CLOSE * np.maximum(size, 1.0))
    without = ~(np.isfinite(np.diag(made.entries)) | np.diag(settled))
    missed &= ~np.outer(without, without)  # along two directions of which neither has a second derivative
    if not missed.any():
        return made, False
    entries = np.where(missed, found, made.entries)
    if np.isfinite(made.entries).all():
        return replace(made, entries=entries), True
    return replace(made, entries=entries, mode="differences", passes=passes, other=passes), True


def differences(run: Run, wrt: Sequence[int], of: int, seed: Value | None, each: Each) -> Jacobian:
    """Returns the limits of differences of the gradient; nan where there is none."""
    columns = tuple(block(run.graph, index) for index in wrt)
    entries, _, passes = by_limits(run, wrt, of, seed, each)
    return Jacobian(columns, columns, entries, numpy().zeros(entries.shape, dtype=bool), "differences", passes, passes)


def by_limits(run: Run, wrt: Sequence[int], of: int, seed: Value | None, each: Each) -> tuple[Any, Any, int]:
    columns = [block(run.graph, index) for index in wrt]
    values = [run.values[index] for index in wrt]
    return limits(columns, values, lambda *where: moved(run, wrt, of, seed, *where), each)


def moved(run: Run, wrt: Sequence[int], of: int, seed: Value | None, index: int, place: int, by: float) -> Any:
    """Returns the gradients in `wrt`, one after the other, where one element of node `index` is moved a little."""
    value: Any = numpy().array(run.values[index], dtype=float)
    value.flat[place] += by
    nodes = list(run.graph.nodes)
    nodes[index] = nodes[index]._replace(op=CONSTANT, args=(), value=settled(value))
    graph = replace(run.graph, nodes=tuple(nodes), inputs=tuple(i for i in run.graph.inputs if i != index))
    gradients = backward(graph, forward(graph, run.inputs or {}), seed, of)
    found = [as_row(gradients[each]) for each in wrt]
    return numpy().concatenate(found)
