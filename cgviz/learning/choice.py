"""Which objective a program and its data get: plain numbers for few examples, columns where every op allows them."""

from __future__ import annotations

from cgviz.errors import UsageError, quoted
from cgviz.graph import Graph
from cgviz.learning.binding import Binding
from cgviz.learning.columns import FEW, ColumnObjective, elementwise
from cgviz.learning.objective import Examples, Objective, Parameters
from cgviz.learning.scalar import ScalarObjective
from cgviz.learning.sheet import Sheet


def objective(
    graph: Graph, wrt: tuple[str, ...], constants: Parameters, sheet: Sheet | None, binding: Binding
) -> Objective:
    """Returns the mean of the program over the rows. Raises UsageError for a cell that is no number."""
    if sheet and binding.vectors:
        name, columns = next(iter(binding.vectors.items()))
        of = ", ".join(quoted(sheet.header[at]) for at in columns[:3]) + (" ..." if len(columns) > 3 else "")
        why = f"make {quoted(name)} a vector, and the program reads a number; call a column {quoted(name)}"
        raise UsageError(f"{of} {why}")
    single = ScalarObjective(graph, wrt, cases(sheet, binding), constants)
    return ColumnObjective(single) if single.examples >= FEW and elementwise(graph) else single


def cases(sheet: Sheet | None, binding: Binding) -> Examples:
    """Returns a value by name for every row; without data one case in which nothing differs."""
    if not sheet:
        return ({},)
    columns = {name: sheet.numbers(at) for name, at in binding.numbers.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
