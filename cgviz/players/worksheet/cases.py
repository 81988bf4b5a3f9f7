"""Which cases of its gates a run shows: a relu on or off, the operand that a max takes, a side of a kink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from cgviz.graph.nodes import Graph
from cgviz.ops.op import Op
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, is_array, numpy

Case = tuple[int, Hashable]
MOST_ELEMENTS = 64


def gates(graph: Graph) -> list[int]:
    """Returns the stages that the output needs whose gate is made of pieces."""
    return [index for index in graph.stages if graph.nodes[index].op.switch and graph.reached[index]]


def cases(run: Run, among: Iterable[int]) -> set[Case]:
    """Returns the cases of a run: a stage with the piece of its gate on which it stands; of arrays every piece."""
    return {(index, piece) for index in among for piece in pieces(run, index)}


def pieces(run: Run, index: int) -> Iterator[Hashable]:
    op, args = run.bare.nodes[index].op, run.operands(index)
    if op.vjp is not None or not any(map(is_array, args)):
        yield piece(op, args)
        return
    flat = [numpy().ravel(each)[:MOST_ELEMENTS].tolist() for each in numpy().broadcast_arrays(*args)]
    for each in zip(*flat, strict=True):
        yield piece(op, each)


def piece(op: Op, args: Iterable[Value]) -> Hashable:
    found = op.switch(*args) if op.switch else None
    return found if isinstance(found, Hashable) else repr(found)


def rarity(found: Iterable[Case], seen: Counter[Case]) -> float:
    """Returns how much a run adds to what other runs showed: most for what none has shown."""
    return sum(1.0 if not seen[case] else 0.3 / (1 + seen[case]) for case in found)
