"""The Jacobian of any node in any others, by backward passes or by tangents, and what backpropagation does instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cgviz.analysis.blocks import Block, Jacobian
from cgviz.analysis.segments import Segment, as_row, segment, unit
from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.runs.passes import backward
from cgviz.runs.run import Run
from cgviz.runs.tangents import tangents
from cgviz.values.arrays import Value, numpy, shape_text

MODES = ("auto", "forward", "reverse")
MOST_ENTRIES = 4_000_000
MOST_NAMED = 3
Each = Callable[[Sequence[int]], Iterable[int]]
"""Goes through the numbers of passes; a command that has a progress bar shows it here."""


def jacobian(
    run: Run, of: int, wrt: Sequence[int], mode: str = "auto", layout: str = "numerator", each: Each = iter
) -> Jacobian:
    """Returns the Jacobian of node `of` of a run in the nodes `wrt`.

    In reverse mode one backward pass per element of the output, in forward mode one pass of tangents per element of
    the inputs; "auto" takes what needs fewer. Numerator layout has a row per element of the output, denominator layout
    a column. Raises UsageError in the symbolic state and where it would be too large.
    """
    if run.symbolic:
        raise UsageError(f"a Jacobian is made of numbers, and the inputs have no values; give {example(run)}")
    made = matrix(run.graph, run.values, [of], wrt, mode, each)
    return made.turned() if layout == "denominator" else made


def example(run: Run) -> str:
    names = [run.graph.nodes[i].name for i in run.graph.inputs[:MOST_NAMED]]
    return " ".join(f"--{name} VALUE" for name in names) + (" ..." if len(run.graph.inputs) > MOST_NAMED else "")


def matrix(
    graph: Graph, values: Sequence[Value], of: Sequence[int], wrt: Sequence[int], mode: str = "auto", each: Each = iter
) -> Jacobian:
    """Returns the Jacobian in numerator layout: the nodes `of` one below the other, the nodes `wrt` side by side."""
    rows, columns = (tuple(block(graph, index) for index in indices) for indices in (of, wrt))
    high, wide = sum(row.size for row in rows), sum(column.size for column in columns)
    check(rows, columns, high, wide)
    if mode not in MODES:
        raise UsageError(f"no mode {quoted(mode)}; there are {', '.join(MODES)}")
    chosen = mode if mode != "auto" else "reverse" if high <= wide else "forward"
    part = segment(graph, values, wrt, of)
    fill = by_rows if chosen == "reverse" else by_columns
    entries = numpy().zeros((high, wide))
    fill(part, rows, columns, entries, each)
    passes, other = (high, wide) if chosen == "reverse" else (wide, high)
    blank = blanks(segment(graph, values, wrt, of, every=True), rows, columns, entries, chosen)
    return Jacobian(rows, columns, entries, blank, chosen, passes, other, mode != "auto")


def block(graph: Graph, index: int) -> Block:
    node = graph.nodes[index]
    name = graph.operand(index).pretty if node.op is CONSTANT else node.shown
    return Block(index, name, node.shape or ())


def check(rows: Sequence[Block], columns: Sequence[Block], high: int, wide: int) -> None:
    """Raises UsageError for a matrix that nobody wants to wait for."""
    if high * wide <= MOST_ENTRIES:
        return
    said = ", ".join(f"{each.name} is {shape_text(each.shape)}" for each in (*rows, *columns)[:4])
    raise UsageError(
        f"the Jacobian would be {high}×{wide}, {high * wide:,} entries ({said}); {MOST_ENTRIES:,} is the most. Name an "
        f"element or a part as a stage, as in q0 = {rows[0].name}[0], and give --of q0; the gradient needs no Jacobian "
        "(cgviz table)"
    )


def by_rows(part: Segment, rows: Sequence[Block], columns: Sequence[Block], entries: Any, each: Each) -> None:
    """Fills in a row per backward pass, seeded with 1 at one element of the output."""
    spans = list(placed(part.sources, columns))
    for (start, _, end), row in zip(placed(part.outputs, rows), rows, strict=True):
        if end is None:
            continue
        for place in each(range(row.size)):
            seed = unit(row.shape, place)
            masks = {end: seed != 0} if row.shape else {}
            gradients = backward(part.graph, part.values, seed, end, masks)
            for left, right, source in spans:
                if source is not None:
                    entries[start + place, left:right] = as_row(gradients[source])


def by_columns(part: Segment, rows: Sequence[Block], columns: Sequence[Block], entries: Any, each: Each) -> None:
    """Fills in a column per pass of tangents, seeded with 1 at one element of an input."""
    spans = list(placed(part.outputs, rows))
    for (start, _, source), column in zip(placed(part.sources, columns), columns, strict=True):
        if source is None:
            continue
        for place in each(range(column.size)):
            found = tangents(part.graph, part.values, {source: unit(column.shape, place)})
            for top, bottom, end in spans:
                if end is not None:
                    entries[top:bottom, start + place] = as_row(found[end])


def placed(places: Sequence[int | None], blocks: Sequence[Block]) -> Iterator[tuple[int, int, int | None]]:
    """Yields where each block begins and ends, and the node in the segment."""
    start = 0
    for place, each in zip(places, blocks, strict=True):
        yield start, start + each.size, place
        start += each.size


def blanks(part: Segment, rows: Sequence[Block], columns: Sequence[Block], entries: Any, mode: str) -> Any:
    """Returns a mask of the entries that are 0 whatever the numbers are: those that are 0 in the skeleton, too."""
    np = numpy()
    zero = entries == 0
    if not zero.any():
        return zero
    probe = np.zeros(entries.shape)
    (by_rows if mode == "reverse" else by_columns)(part.skeleton(), rows, columns, probe, iter)
    return zero & (probe == 0)
