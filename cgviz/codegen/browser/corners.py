"""The corners of a gate as JavaScript: the record's own rules, run along every one of their branches.

`corner` and `domain` of a record are small functions that compare their arguments. They are run on operands whose
comparisons ask which way to go; each way is tried, and what comes out is a tree of conditions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from cgviz.codegen.browser.notation import JAVASCRIPT, UnwrittenGateError
from cgviz.graph.nodes import Graph
from cgviz.ops.op import Op, nothing
from cgviz.ops.operators import Operators
from cgviz.ops.rules import SATURATED
from cgviz.text.formula import Formula

MOST_LEAVES, MOST_OPERANDS = 40, 6
EXTREMES = (-800.0, -40.0, 40.0, 800.0)


class Fork:
    """The ways that were taken at the comparisons of one run of a rule: those asked for, then the first ways."""

    def __init__(self, ways: Sequence[bool]) -> None:
        self.ways, self.conditions = ways, list[str]()

    def ask(self, condition: str) -> bool:
        self.conditions.append(condition)
        place = len(self.conditions) - 1
        return self.ways[place] if place < len(self.ways) else True


class BranchOperand(Operators):
    """An operand under Python's operators; what it is compared with decides nothing, the fork does."""

    __hash__ = object.__hash__

    def __init__(self, fork: Fork, formula: Formula) -> None:
        self.fork, self.formula = fork, formula

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> BranchOperand:
        parts = (arg.formula if isinstance(arg, BranchOperand) else Formula(float(arg)) for arg in args)
        return BranchOperand(self.fork, Formula(op=op, args=tuple(parts)))

    def compared(self, sign: str, other: Any) -> bool:
        right = other.formula if isinstance(other, BranchOperand) else Formula(float(other))
        a, b = (each.write(JAVASCRIPT).atom for each in (self.formula, right))
        return a == b if sign == "===" and a == b else self.fork.ask(f"{a} {sign} {b}")

    def __eq__(self, other: object) -> bool:
        return self.compared("===", other)

    def __ne__(self, other: object) -> bool:
        return self.compared("!==", other)

    def __lt__(self, other: Any) -> bool:
        return self.compared("<", other)

    def __le__(self, other: Any) -> bool:
        return self.compared("<=", other)

    def __gt__(self, other: Any) -> bool:
        return self.compared(">", other)

    def __ge__(self, other: Any) -> bool:
        return self.compared(">=", other)


def corners(graph: Graph) -> str:
    """Returns the source of `corners` and `domains`, by the index of a stage: its flag, and why it is not finite."""
    rules = {"corners": corner, "domains": domain}
    return "\n".join(
        f"const {name} = {{ {', '.join(f'{i}: {text}' for i in graph.stages if (text := told(graph, i, rule)))} }};"
        for name, rule in rules.items()
    )


def told(graph: Graph, index: int, rule: Callable[[Op, int], str]) -> str:
    return rule(graph.nodes[index].op, len(graph.nodes[index].args))


def corner(op: Op, count: int) -> str:
    """Returns `(x, out, s) => flag` for a gate of `count` operands, "" where it has no corners; `s` are its slopes.

    A rule that measures how faint the slope is, and so cannot be followed, is asked at the end of its branch.
    """
    if op.vjp is not None or op.corner is nothing:
        return ""
    return function(lambda out, x: op.corner(out, *x), count, faint(op, count))


def faint(op: Op, count: int) -> str:
    """Returns the leaf that measures a slope: whether it is all but 0, or 0, as the record has it far from 0."""
    said = {op.corner(op.forward(*[x] * count), *[x] * count) for x in EXTREMES} if count == 1 else set()
    return f"faint(s, {SATURATED!r})" if "saturated" in said else "dies(s)" if "dead" in said else '""'


def domain(op: Op, count: int) -> str:
    """Returns `(x, out, s) => reason` why a value is not finite; "" where the record says nothing that can be told."""
    if op.vjp is not None or op.domain is nothing:
        return ""
    return function(lambda out, x: op.domain(*x), count, '""')


def function(rule: Callable[..., str], count: int, otherwise: str) -> str:
    if count > MOST_OPERANDS:
        return ""
    leaves = [0]

    def branch(ways: tuple[bool, ...]) -> str:
        fork = Fork(ways)
        operands = [BranchOperand(fork, Formula(f"x[{slot}]")) for slot in range(count)]
        try:
            leaf = json.dumps(str(rule(BranchOperand(fork, Formula("out")), operands)), ensure_ascii=False)
        except (TypeError, ValueError, AttributeError):
            leaf = otherwise
        if len(fork.conditions) > len(ways):
            condition = fork.conditions[len(ways)]
            yes, no = branch((*ways, True)), branch((*ways, False))
            return yes if yes == no else f"({condition} ? {yes} : {no})"
        leaves[0] += 1
        if leaves[0] > MOST_LEAVES:
            raise UnwrittenGateError("a rule with too many branches")
        return leaf

    try:
        tree = branch(())
    except UnwrittenGateError:
        return ""
    return "" if tree == '""' else f"(x, out, s) => {tree}"
