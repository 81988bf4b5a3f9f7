"""Stages whose numbers are finite or not, but poor: overflow, underflow, saturation, lost digits."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cgviz.analysis.checks.digits import losses
from cgviz.analysis.checks.exact import context, in_mpmath
from cgviz.graph.nodes import CONSTANT
from cgviz.records import record
from cgviz.runs.corners import flag_at
from cgviz.runs.run import Run
from cgviz.runs.trouble import at_place
from cgviz.text.numbers import number
from cgviz.values.arrays import Value, element_name, element_of, every_finite, first_odd, is_array, numpy

MOST_STAGES, MOST_SUSPECTS = 20_000, 32
SMALLEST_NORMAL = sys.float_info.min


@record
class Symptom:
    """What ails one stage: "overflow", "underflow", "saturated", "dead" or "digits", and in words."""

    index: int
    kind: str
    text: str


def symptoms(run: Run) -> tuple[Symptom, ...]:
    """Returns the symptoms of all stages that the output needs, in order."""
    found = [symptom for index in run.graph.stages if run.taken[index] for symptom in of_stage(run, index)]
    for loss in losses(run):
        text = f"{loss.digits:.0f} of 16 digits are lost: {number(loss.value)} instead of {number(loss.truth)}"
        found.append(Symptom(loss.index, "digits", text))
    return tuple(sorted(found, key=lambda symptom: symptom.index))


def of_stage(run: Run, index: int) -> list[Symptom]:
    found = []
    ranged = out_of_range(run, index) if len(run.graph.stages) <= MOST_STAGES else None
    if ranged:
        found.append(ranged)
    found += lost_backward(run, index)
    op = run.graph.nodes[index].op
    for flag in run.flags[index]:
        if flag in ("saturated", "dead"):
            slopes = [local for local in run.locals[index] if local is not None]
            steepest = max(map(largest, slopes), default=0.0)
            why = op.rule if flag == "saturated" and op.rule else "nothing flows back"
            found.append(Symptom(index, flag, f"slope {number(steepest)}: {why}"))
    return found


def lost_backward(run: Run, index: int) -> Iterator[Symptom]:
    """Yields underflow where a gate hands back 0, or fewer digits, of a gradient and a slope that are not 0."""
    node, handed = run.graph.nodes[index], set[int]()
    if "saturated" in run.flags[index] or len(run.graph.stages) > MOST_STAGES:
        return
    for slot, arg in enumerate(node.args):
        edge = run.contribution(index, slot)
        known = edge.value is not None and edge.local is not None and not run.is_broadcast(index, slot)
        if not known or arg in handed or run.graph.nodes[arg].op is CONSTANT:
            continue
        count, size = lost(edge, too_small(run, index, slot))
        if count:
            handed.add(arg)
            to, name = run.graph.nodes[arg].shown, run.graph.nodes[index].shown
            many = f" at {count} of {size} elements" if size > 1 else ""
            said = f"what {name} hands back to {to} is below 2.2e−308{many}: lost, or short of digits"
            yield Symptom(index, "underflow", said)


def lost(edge: Any, is_unseen: bool) -> tuple[int, int]:
    """Returns at how many elements, of how many, an edge hands back less than is there; unseen: its slope is not 0."""
    if not is_array(edge.value):
        gone = abs(edge.value) < SMALLEST_NORMAL and edge.upstream != 0 and (is_unseen or edge.local != 0)
        return int(gone), 1
    np = numpy()
    gone = (np.abs(edge.value) < SMALLEST_NORMAL) & (np.asarray(edge.upstream) != 0)
    gone &= (np.asarray(edge.local) != 0) | is_unseen
    return int(gone.sum()), gone.size


def too_small(run: Run, index: int, slot: int) -> bool:
    """Tells whether the slope of a stage of numbers is 0 in floats and is not 0."""
    node, mp = run.graph.nodes[index], context()
    if node.shape or run.locals[index][slot] != 0 or flag_at(run, index):
        return False
    try:
        made = node.op.partials(*(mp.mpf(run.values[each]) for each in (index, *node.args)))[slot]
        return bool(made) and bool(mp.isfinite(made)) and abs(made) < SMALLEST_NORMAL
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return False


def out_of_range(run: Run, index: int) -> Symptom | None:
    """Returns overflow or underflow of one stage: its value beside the true one at the same operands."""
    node = run.graph.nodes[index]
    if node.shape or node.op.vjp is not None:
        return array_out_of_range(run, index)
    return range_of(run, index, run.values[index], [run.values[arg] for arg in node.args])


def array_out_of_range(run: Run, index: int) -> Symptom | None:
    """Returns overflow or underflow of the first element of a stage that has any, and of how many more."""
    node, value, np = run.graph.nodes[index], run.values[index], numpy()
    if node.op.vjp is not None:
        made = np.isinf(value).any() and all(every_finite(run.values[arg]) for arg in node.args)
        where = element_name(node.shown, first_odd(value) or ())
        return Symptom(index, "overflow", f"{where} is beyond the largest float64, 1.8e308") if made else None
    value = np.where(np.isfinite(run.used(index)), np.where(np.isfinite(value), value, 1.0), value)
    suspects = np.argwhere(np.isinf(value) | (np.abs(value) < SMALLEST_NORMAL))
    found: list[Symptom] = []
    for place in (tuple(map(int, each)) for each in suspects[:MOST_SUSPECTS]):
        made = range_of(run, index, element_of(value, place), at_place(run, index, place))
        if made:
            found.append(replace(made, text=f"{element_name(node.shown, place)}: {made.text}"))
    if len(found) < 2:
        return found[0] if found else None
    more = "many" if len(suspects) > MOST_SUSPECTS else str(len(found) - 1)
    return replace(found[0], text=f"{found[0].text}; and {more} more")


def range_of(run: Run, index: int, value: Any, args: list[Any]) -> Symptom | None:
    node = run.graph.nodes[index]
    if not all(map(math.isfinite, args)) or (math.isfinite(value) and abs(value) >= SMALLEST_NORMAL):
        return None
    true = in_mpmath(node.op)(*map(context().mpf, args))
    if not context().isfinite(true) or not true:
        return None
    shown = context().nstr(true, 4).replace("e+", "e").replace("-", "−")
    if math.isinf(value):
        return Symptom(index, "overflow", f"{shown} is beyond the largest float64, 1.8e308")
    lost = "0" if value == 0 else "fewer digits"
    return Symptom(index, "underflow", f"{shown} is below the smallest normal float64, 2.2e−308: {lost} instead")


def largest(slope: Value) -> float:
    """Returns the size of a slope: of an array, that of its largest element."""
    return float(numpy().max(numpy().abs(slope))) if is_array(slope) else abs(slope)
