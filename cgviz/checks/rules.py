"""Each stage's own derivative rule at its own numbers, one edge at a time: which rule is wrong, if any is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cgviz.checks.bands import relative_error
from cgviz.checks.exact import Slope, local_slope, rounded
from cgviz.checks.witnesses import off_smooth
from cgviz.graph import CONSTANT
from cgviz.runs import Run

TOLERANCE = 1e-6
MOST_ARGUMENTS = 40_000
FEW_ARGUMENTS, HANDFUL = 64, 8
SMALLEST = 1e-300


@dataclass(frozen=True)
class Fault:
    """A local derivative that its op does not have: the stage, the argument, what the rule says, what is true."""

    index: int
    slot: int
    rule: float
    truth: float
    note: str = ""


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
            fault = faulty(run, index, slot)
            if fault:
                faults.append(fault)
    return Rules(tuple(faults), compared, left_out)


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
