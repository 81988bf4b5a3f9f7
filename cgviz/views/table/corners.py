"""Corners in a run: at how many elements of an array, and which inputs meet one on their way to the output."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cgviz.graph.nodes import CONSTANT
from cgviz.runs.run import Run
from cgviz.values import arrays
from cgviz.values.arrays import Value, is_array, numpy

CORNERS = ("tie", "kink")


def affected(run: Run, index: int) -> dict[str, str]:
    """Returns for each flag of some elements of an array, but not of all, where: `at 1 of 6`."""
    node = run.graph.nodes[index]
    value: Value = run.values[index]
    if not is_array(value) or not value.size or node.op is CONSTANT:
        return {}
    missing = count_of_not_finite(value, run.gradients[index])
    if missing:
        return {"nonfinite": f"at {missing} of {value.size}"} if missing < value.size else {}
    if not node.is_stage or node.op.vjp is not None:
        return {}
    each = arrays.corners(node.op, value, [run.values[arg] for arg in node.args])
    looked = "" if len(each) == value.size else " looked at"
    return {flag: f"at {n} of {len(each)}{looked}" for flag, n in Counter(each).items() if flag and n < len(each)}


def count_of_not_finite(value: Value, gradient: Value | None) -> int:
    """Returns how many elements have a value or a gradient that is not finite."""
    np = numpy()
    finite = np.isfinite(value) if gradient is None else np.isfinite(value) & np.isfinite(gradient)
    return int(value.size - finite.sum())


def corners(run: Run) -> list[int | None]:
    """Returns for every node the tie, kink or jump that a small change of it meets on its way to the output.

    A change that an edge scales by 0, and one that meets a corner to which the output is blind (its gradient is 0),
    does not go on to first order. Nor does one on a branch not taken; one in a condition does where it jumps. An
    array meets a corner where any of its elements does; whatever goes into an op that is not elementwise goes on.
    """
    graph = run.graph
    met: list[int | None] = [None] * len(graph)
    heard = [False] * len(graph)
    heard[graph.output] = True
    for index in range(graph.output, -1, -1):
        if not heard[index]:
            continue
        at_corner = stands_on_corner(run, index)
        structural = graph.nodes[index].op.vjp is not None
        for slot, arg in enumerate(graph.nodes[index].args):
            local = run.locals[index][slot]
            heard[arg] |= local is not None or run.local_formula(index, slot) is None
            if arg in at_corner:
                met[arg] = index
            elif met[arg] is None and (run.flows(index, slot) if structural else goes_on(local)):
                met[arg] = met[index]
    return met


def goes_on(local: Value) -> bool:
    """Tells whether a local derivative is not 0, at any element of an array."""
    return bool(local.any()) if is_array(local) else bool(local)


def stands_on_corner(run: Run, index: int) -> set[int]:
    """Returns the operands that put a node on a tie, a kink or a jump which the output feels; none elsewhere.

    At a tie or kink these are the operands that equal the node itself; at a jump (a gate that is flat on both sides)
    all of them.
    """
    if not any(flag in CORNERS for flag in run.flags[index]):
        return set()
    args = set(run.graph.nodes[index].args)
    if is_flat(run, index):
        return args
    if run.graph.nodes[index].op.vjp is not None:
        return args if is_felt(run.gradients[index]) else set()
    if is_array(run.values[index]):
        return at_elements(run, index)
    if run.gradients[index] == 0:
        return set()
    return {arg for arg in args if run.values[arg] == run.values[index]} or args


def is_felt(gradient: Value) -> bool:
    """Tells whether a gradient is not 0, at any element of an array; None is not 0."""
    return bool(gradient.any()) if is_array(gradient) else gradient != 0


def at_elements(run: Run, index: int) -> set[int]:
    """Returns the operands that put an element of an array on a corner which the output feels."""
    args = run.graph.nodes[index].args
    value: Value = run.values[index]
    gradient = run.gradients[index]
    found = arrays.corners(run.graph.nodes[index].op, value, [run.values[arg] for arg in args])
    where = numpy().isin(found, CORNERS)
    step = arrays.looked_at_every(value)

    def there(each: Any) -> Any:
        return numpy().broadcast_to(each, value.shape).ravel()[::step][where]

    felt = there(1.0 if gradient is None else gradient) != 0
    if not felt.any():
        return set()
    equal = {arg for arg in set(args) if ((there(run.values[arg]) == there(value)) & felt).any()}
    return equal or set(args)


def is_flat(run: Run, index: int) -> bool:
    """Tells whether the derivative rule of a node is 0 everywhere."""
    slopes = (run.local_formula(index, slot) for slot in range(len(run.graph.nodes[index].args)))
    return all(slope is not None and slope.op is None and slope.leaf == 0 for slope in slopes)
