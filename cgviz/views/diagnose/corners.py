"""The kinks and ties of a run as a table: the rule that was used, and what PyTorch, JAX and sympy answer there."""

from __future__ import annotations

from cgviz.analysis.diagnosis import Corner, Diagnosis
from cgviz.documents.document import Block, Table
from cgviz.documents.grid import Column
from cgviz.documents.writing import Writing
from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import Answer
from cgviz.text.fold import Span
from cgviz.values.arrays import element_name

MOST = 24


def corner_table(found: Diagnosis, spelling: Writing) -> list[Block]:
    """Returns the table, a row per stage and argument; nothing where no stage stands on a corner."""
    rows = [row for corner in found.corners for row in rows_of(found, corner, spelling)]
    columns = [Column("#", right=True), Column("slope", least=10)]
    columns += [Column(heading, right=True) for heading in ("cgviz", "PyTorch", "JAX", "sympy")]
    columns.append(Column("rule", least=14))
    more = f"and {len(rows) - MOST} more, in --format json" if len(rows) > MOST else ""
    return [Table(columns, rows[:MOST], more)] if rows else []


def rows_of(found: Diagnosis, corner: Corner, spelling: Writing) -> list[list[Span]]:
    graph = found.run.graph
    node = graph.nodes[corner.index]
    rows: list[list[Span]] = []
    for slot, arg in enumerate(node.args):
        if graph.nodes[arg].op is CONSTANT or (corner.locals[slot] is None and node.op.vjp is None):
            continue
        answer = next((answer for answer in corner.answers if answer.slot == slot), None)
        rows.append(
            [
                (f"({graph.numbers[corner.index]})", "muted"),
                (spelling.slope(node.shown, graph.nodes[arg].shown), "name"),
                (spelling.number(corner.locals[slot], padded=False), "gradient"),
                *[(text, "") for text in answers(answer, spelling)],
                (spelling.clean(f"{corner.flag}: {corner.rule}{which(node.shown, corner)}"), "flag"),
            ]
        )
    return rows


def which(name: str, corner: Corner) -> str:
    """Returns at which element of an array, and at how many more: ` at h[3] and 2 more elements`."""
    if not corner.place:
        return ""
    more = f" and {corner.count - 1} more element{'s' if corner.count > 2 else ''}" if corner.count > 1 else ""
    return f", at {element_name(name, corner.place)}{more}"


def answers(answer: Answer | None, spelling: Writing) -> tuple[str, str, str]:
    """Returns what the three others answer, blank where they have no answer."""
    if answer is None:
        return "", "", ""
    torch, jax = (spelling.number(value, padded=False) for value in (answer.torch, answer.jax))
    sympy = answer.sympy
    return torch, jax, sympy if isinstance(sympy, str) else spelling.number(sympy, padded=False)
