"""Each stage's own derivative rule at its own numbers, one edge at a time: which rule is wrong, if any is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from cgviz.analysis.checks.bands import relative_error
from cgviz.analysis.checks.differences import Element, one_stage
from cgviz.analysis.checks.exact import ExactSlope, local_slope, rounded
from cgviz.analysis.checks.witnesses import off_smooth
from cgviz.graph.nodes import CONSTANT, Node
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.values.arrays import Shape, Value, element_of, every_finite, is_array, numpy, places, shape_of

TOLERANCE = 1e-6
MOST_ARGUMENTS = 40_000
FEW_ARGUMENTS, HANDFUL = 64, 8
SMALLEST = 1e-300
NOISY, ROUNDING, MOST_MOVED = 10.0, 1e-15, 400_000


@record
class Fault:
    """A local derivative that its op does not have: the stage, the argument, what the rule says, what is true.

    place  of arrays: the element of the stage where its slope is wrong; of a structural op the element of the
           argument, and `rule` and `truth` are what is handed back to it
    """

    index: int
    slot: int
    rule: float
    truth: float
    note: str = ""
    place: Shape | None = None


@record
class CheckedRules:
    """The local derivatives that were compared: the faults in backward order, and how many were left out."""

    faults: tuple[Fault, ...]
    compared: int
    left_out: int


def rules(run: Run) -> CheckedRules:
    """Returns the local derivatives of all stages compared with mpmath's, the last stage first."""
    faults, compared, left_out, room = [], 0, 0, MOST_ARGUMENTS
    for index in reversed(run.graph.stages):
        node = run.graph.nodes[index]
        asked = slots(len(node.args))
        for slot, arg in enumerate(node.args):
            if not run.taken[index] or not run.flows(index, slot) or run.graph.nodes[arg].op is CONSTANT:
                continue
            if len(node.args) > room or slot % asked:
                left_out += 1
                continue
            room -= len(node.args)
            compared += 1
            fault = rule_of(node)(run, index, slot)
            if fault:
                faults.append(fault)
    return CheckedRules(tuple(faults), compared, left_out)


def rule_of(node: Node) -> Callable[[Run, int, int], Fault | None]:
    """Returns how the rule of a stage is compared: a structural op's, that of an op on every element, on numbers."""
    return faulty_structure if node.op.vjp is not None else faulty_elements if node.shape else faulty


def faulty_elements(run: Run, index: int, slot: int) -> Fault | None:
    """Returns what is wrong with one local derivative at some elements of a stage, evenly spaced, or None."""
    node, rule = run.graph.nodes[index], run.locals[index][slot]
    shape = node.shape or ()
    spread = [numpy().broadcast_to(run.values[arg], shape) for arg in node.args]
    slopes = numpy().broadcast_to(numpy().nan if rule is None else rule, shape)
    for place in places(shape, HANDFUL):
        args = [float(each[place]) for each in spread]
        if rule is not None and all(map(math.isfinite, args)):
            fault = off_slope(local_slope(node.op, args, slot), index, slot, float(slopes[place]))
            if fault:
                return replace(fault, place=place)
    return None


def faulty_structure(run: Run, index: int, slot: int) -> Fault | None:
    """Returns what is wrong with what a stage hands back to one argument, of some elements of it, or None.

    Compared with central differences of the stage alone, its output weighed with its own gradient.
    """
    node, upstream = run.graph.nodes[index], run.gradients[index]
    args, handed = [run.values[arg] for arg in node.args], run.contribution(index, slot).value
    if handed is None or not all(map(every_finite, (*args, upstream, run.values[index]))):
        return None
    stage = one_stage(node, args, run.values[index])
    rounding = ROUNDING * (largest(handed) + largest(args[slot]) * largest(upstream))
    for place in places(shape_of(args[slot]) or (), few(args)):
        rule, found = element_of(handed, place), Element(stage, slot, place, upstream).slope()
        if math.isnan(found.value):
            continue
        slack = max(TOLERANCE * max(abs(rule), abs(found.value)), NOISY * found.error, rounding)
        if not abs(rule - found.value) <= slack:
            return Fault(index, slot, rule, found.value, place=place)
    return None


def few(args: Sequence[Value]) -> int:
    """Returns how many elements of an argument are moved: a handful, or one where the arrays are large."""
    return max(1, min(HANDFUL, MOST_MOVED // max(1, *(int(numpy().size(arg)) for arg in args))))


def largest(value: Value) -> float:
    """Returns the largest element by its size."""
    return float(numpy().max(numpy().abs(value), initial=0.0)) if is_array(value) else abs(value)


def slots(count: int) -> int:
    """Returns of how many arguments one is compared: all of a few, a handful of very many."""
    return 1 if count <= FEW_ARGUMENTS else -(-count // HANDFUL)


def faulty(run: Run, index: int, slot: int) -> Fault | None:
    """Returns what is wrong with one local derivative, or None."""
    node = run.graph.nodes[index]
    args = [run.values[arg] or 0.0 for arg in node.args]
    rule = run.locals[index][slot]
    if rule is None or not all(map(math.isfinite, args)):
        return None
    return off_slope(local_slope(node.op, args, slot), index, slot, rule)


def off_slope(slope: ExactSlope, index: int, slot: int, rule: float) -> Fault | None:
    """Returns the fault of a rule where it differs from the slope that there is, or None."""
    if slope.exists:
        truth = rounded(slope.value)
        tiny = abs(rule - truth) <= max(SMALLEST, rounded(slope.error))
        agrees = tiny or relative_error(rule, truth) <= TOLERANCE
        return None if agrees else Fault(index, slot, rule, truth)
    return off_kink(slope, index, slot, rule)


def off_kink(slope: ExactSlope, index: int, slot: int, rule: float) -> Fault | None:
    if slope.kind != "kink":
        return None
    verdict, note = off_smooth(slope, rule)
    return Fault(index, slot, rule, math.nan, note) if verdict.disagrees else None
