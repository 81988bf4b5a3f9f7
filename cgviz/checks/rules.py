"""Each stage's own derivative rule at its own numbers, one edge at a time: which rule is wrong, if any is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cgviz.arrays import Value, every_finite, is_array, numpy, shape_of
from cgviz.checks.bands import relative_error
from cgviz.checks.elements import Element, Place, element_of, one_stage, places
from cgviz.checks.exact import Slope, local_slope, rounded
from cgviz.checks.witnesses import off_smooth
from cgviz.graph import CONSTANT, Node
from cgviz.runs import Run

TOLERANCE = 1e-6
MOST_ARGUMENTS = 40_000
FEW_ARGUMENTS, HANDFUL = 64, 8
SMALLEST = 1e-300
NOISY, ROUNDING = 10.0, 1e-15


@dataclass(frozen=True)
class Fault:
    """A local derivative that its op does not have: the stage, the argument, what the rule says, what is true.

    place  of an argument that is an array, which element: there it is about what is handed back to it
    """

    index: int
    slot: int
    rule: float
    truth: float
    note: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Rules:
    """The local derivatives that were compared: the faults in backward order, and how many were left out."""

    faults: tuple[Fault, ...]
    compared: int
    left_out: int


def rules(run: Run) -> Rules:
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
            fault = faulty_in_arrays(run, index, slot) if has_arrays(node) else faulty(run, index, slot)
            if fault:
                faults.append(fault)
    return Rules(tuple(faults), compared, left_out)


def has_arrays(node: Node) -> bool:
    """Tells whether a stage has to do with arrays."""
    return bool(node.shape) or node.op.vjp is not None


def faulty_in_arrays(run: Run, index: int, slot: int) -> Fault | None:
    """Returns what is wrong with what a stage hands back to one argument, of some elements of it, or None.

    Compared with central differences of the stage alone, its output weighed with its own gradient.
    """
    node, upstream = run.graph.nodes[index], run.gradients[index]
    args, handed = [run.values[arg] for arg in node.args], run.contribution(index, slot).value
    if handed is None or not all(map(every_finite, (*args, upstream, run.values[index]))):
        return None
    stage = one_stage(node, args, run.values[index])
    rounding = ROUNDING * (largest(handed) + largest(args[slot]) * largest(upstream))
    for place in places(shape_of(args[slot]) or (), HANDFUL):
        rule, found = element_of(handed, place), Element(stage, slot, place, upstream).slope()
        if math.isnan(found.value):
            continue
        slack = max(TOLERANCE * max(abs(rule), abs(found.value)), NOISY * found.error, rounding)
        if not abs(rule - found.value) <= slack:
            return Fault(index, slot, rule, found.value, place=place)
    return None


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
    slope = local_slope(node.op, args, slot)
    if slope.exists:
        truth = rounded(slope.value)
        tiny = abs(rule - truth) <= max(SMALLEST, rounded(slope.error))
        agrees = tiny or relative_error(rule, truth) <= TOLERANCE
        return None if agrees else Fault(index, slot, rule, truth)
    return off_kink(slope, index, slot, rule)


def off_kink(slope: Slope, index: int, slot: int, rule: float) -> Fault | None:
    if slope.kind != "kink":
        return None
    verdict, note = off_smooth(slope, rule)
    return Fault(index, slot, rule, math.nan, note) if verdict.disagrees else None
