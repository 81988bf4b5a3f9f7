"""The derivative rule of a stage as it is taught, with the numbers of the run in it, beside the number that is used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from cgviz.ops.op import Op
from cgviz.runs.run import Run
from cgviz.text.formula import Formula
from cgviz.values.arrays import Value, is_array, numpy, quiet, settled
from cgviz.values.ieee import Ieee

MOST_LEAVES = 60
AGREES = 1e-6


class Taught(NamedTuple):
    """For each operand of a stage the rule in numbers, and whether the number that is used is another one.

    It is where the taught rule loses digits, and by convention at a tie or a kink.
    """

    formulas: tuple[Formula | None, ...]
    differs: tuple[bool, ...]


def taught(run: Run, index: int) -> Taught:
    """Returns the taught rule of a stage with its operands' values in their places."""
    node = run.graph.nodes[index]
    if run.symbolic or len(node.args) > MOST_LEAVES or node.op.vjp is not None:
        return Taught((None,) * len(node.args), (False,) * len(node.args))
    values = [plain(run.values[i]) for i in (index, *node.args)]
    written = node.op.partials(*map(Formula, values))
    sound = on_arrays(node.op, values) if node.shape else node.op.partials(*map(Ieee, values))
    differs = (
        local is not None and not agrees(math.nan if found is None else settled(found), local)
        for found, local in zip(sound, run.locals[index], strict=True)
    )
    return Taught(tuple(p if p is None or isinstance(p, Formula) else Formula(p) for p in written), tuple(differs))


def plain(value: Value | None) -> Value:
    """Returns a value, 0 for what is none and for −0."""
    return value if is_array(value) else value or 0.0


def on_arrays(op: Op, values: Sequence[Value]) -> tuple[Any, ...]:
    """Returns the taught rule on every element."""
    with quiet():
        return op.partials(*(value if is_array(value) else numpy().float64(value) for value in values))


def agrees(found: Value, local: Value) -> bool:
    if is_array(found) or is_array(local):
        near = numpy().isclose(found, local, rtol=AGREES, atol=0.0, equal_nan=True)
        return bool(near.all())
    return bool(found == local or (found != found and local != local) or abs(found - local) <= AGREES * abs(local))


def is_short(formula: Formula, most: int = MOST_LEAVES) -> bool:
    """Tells whether a formula has few enough leaves to be worth writing; looks at no more than that."""
    todo, seen = [formula], 0
    while todo and seen <= most:
        args = todo.pop().args
        if len(args) > most:
            return False
        seen += not args
        todo.extend(args)
    return seen <= most
