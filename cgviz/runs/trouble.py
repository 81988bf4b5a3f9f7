"""Numbers that are not finite: which stage made the first one, why, and what helps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cgviz.graph.nodes import CONSTANT
from cgviz.graph.shapes import shaped
from cgviz.graph.staging import staged
from cgviz.records import record
from cgviz.text.numbers import number
from cgviz.values.arrays import (
    Shape,
    Value,
    element_name,
    element_of,
    every_finite,
    first_odd,
    is_array,
    own_place,
    shape_of,
)

if TYPE_CHECKING:
    from cgviz.runs.run import Run


@record
class Trouble:
    """The first stage that made a number that is not finite: which, in which pass, and why."""

    index: int
    where: str
    reason: str


def found(run: Run) -> Trouble | None:
    """Returns the first stage that made a value, or else a gradient, that is not finite; None when all are finite.

    A branch not taken and a stage that the output does not need are flagged, but are no trouble.
    """
    if run.symbolic:
        return None
    return in_values(run) or in_contributions(run) or in_gradients(run)


def in_values(run: Run) -> Trouble | None:
    meant = infinite_on_purpose(run)
    for index in run.graph.stages:
        if run.taken[index] and index not in meant and not every_finite(run.used(index)):
            return Trouble(index, "value", forward_reason(run, index))
    return None


def infinite_on_purpose(run: Run) -> set[int]:
    """Returns the nodes whose infinities come from nothing but an inf that was written, as in a mask of attention.

    They are no trouble as long as the output is finite.
    """
    if not every_finite(run.value):
        return set()
    meant: set[int] = set()
    for index, node in enumerate(run.graph.nodes):
        value = run.values[index]
        if every_finite(value) or is_nan(value):
            continue
        odd = [arg for arg in node.args if not every_finite(run.values[arg])]
        if (odd and all(arg in meant for arg in odd)) or not node.args:
            meant.add(index)
    return meant


def is_nan(value: Value) -> bool:
    """Tells whether a value, or an element of it, is nan."""
    return bool((value != value).any()) if is_array(value) else bool(value != value)


def in_contributions(run: Run) -> Trouble | None:
    for index in reversed(run.graph.stages):
        for slot, arg in enumerate(run.graph.nodes[index].args):
            edge = run.contribution(index, slot)
            if run.graph.nodes[arg].op is not CONSTANT and not every_finite(edge.value):
                return Trouble(index, "gradient", backward_reason(run, index, slot))
    return None


def in_gradients(run: Run) -> Trouble | None:
    for index in reversed(range(len(run.graph))):
        if not every_finite(run.gradients[index]) and run.graph.nodes[index].op is not CONSTANT:
            return Trouble(index, "gradient", "the sum of its contributions overflows")
    return None


def explained(run: Run) -> str:
    """Returns the line for the user: `stage (7) invden = 1/den: division by zero, den = 0`; "" without trouble."""
    if run.trouble is None:
        return ""
    index = run.trouble.index
    node = run.graph.nodes[index]
    if not node.is_stage:
        return f"gradient of {node.shown}: {run.trouble.reason}"
    stage = f"stage ({run.graph.numbers[index]}) {node.shown} = {run.graph.formula(index).pretty}"
    return f"{stage}: {run.trouble.reason}{remedy(run)}"


def forward_reason(run: Run, index: int, at: Shape | None = None) -> str:
    """Returns why a stage's value is not finite: of an array, why its element `at` is not, or the first that is not."""
    node, value = run.graph.nodes[index], run.values[index]
    place = first_odd(run.used(index)) or first_odd(value) or () if at is None else at
    operands = at_place(run, index, place)
    if all(map(every_finite, operands)):
        infinite = element_of(value, place) == element_of(value, place)
        why = node.op.domain(*operands) or ("overflow" if infinite else "not a real number")
    else:
        why = "" if any(map(is_array, operands)) else node.op.domain(*operands)
        why = why or "an operand is not finite"
    where = f" at {element_name(node.shown, place)}" if place else ""
    return with_arguments(run, index, f"{why}{where}", operands, place)


def at_place(run: Run, index: int, place: Shape) -> list[Value]:
    """Returns the operands that made one element of a stage: all of them, of an op that is structural."""
    node = run.graph.nodes[index]
    operands = [run.values[arg] for arg in node.args]
    if not place or node.op.vjp is not None:
        return operands
    return [element_of(each, own_place(shape_of(each) or (), place)) for each in operands]


def backward_reason(run: Run, index: int, slot: int) -> str:
    source = run.graph.nodes[run.graph.nodes[index].args[slot]].shown
    local = run.locals[index][slot]
    if local is None or every_finite(local):
        operands = [run.values[arg] for arg in run.graph.nodes[index].args]
        handed = run.contribution(index, slot).value
        place = first_odd(handed) or ()
        lost = handed is not None and element_of(handed, place) != element_of(handed, place)
        does = "is not a number" if lost and local is None else "overflows"
        return with_arguments(run, index, f"the gradient handed to {element_name(source, place)} {does}", operands)
    place = first_odd(local) or ()
    formula = run.local_formula(index, slot).pretty
    where = f" at {element_name(run.graph.nodes[index].shown, place)}" if place else ""
    what = f"its local derivative {formula} with respect to {source} is {number(element_of(local, place))}{where}"
    return with_arguments(run, index, what, at_place(run, index, place), place)


def with_arguments(run: Run, index: int, why: str, operands: list[Value], place: Shape = ()) -> str:
    """Returns `division by zero, den = 0`: a reason and the named operands of the stage, at one of its elements."""
    nodes = run.graph.nodes
    args = dict(zip(nodes[index].args, operands, strict=True))
    named = [(arg, value) for arg, value in args.items() if nodes[arg].op is not CONSTANT]
    return ", ".join([why, *(f"{operand_name(run, arg, value, place)} = {number(value)}" for arg, value in named[:4])])


def operand_name(run: Run, arg: int, value: Value, place: Shape) -> str:
    """Returns the name of an operand, or of the element of it that `value` is."""
    shape = shape_of(run.values[arg]) or ()
    part = place and shape and not is_array(value)
    return element_name(run.graph.nodes[arg].shown, own_place(shape, place) if part else ())


def remedy(run: Run) -> str:
    """Returns what helps where single gates overflow and the fused gate, or the stage for arrays, does not."""
    if run.bare.closed is not None and replace(run, bare=run.bare.closed).trouble is None:
        return "; the closed stages, without --expand, are finite"
    if run.bare.detail != "gate":
        return ""
    shapes = {name: shape_of(value) for name, value in (run.inputs or {}).items()}
    fused = replace(run, bare=shaped(staged(run.bare, "stage"), shapes))
    return "; the fused gates of --detail stage do not" if fused.trouble is None else ""
