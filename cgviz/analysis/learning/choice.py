"""Which objective a program and its data get: plain numbers for few examples, columns where every op allows them."""

from __future__ import annotations

from collections.abc import Mapping

from cgviz.analysis.learning.binding import Binding
from cgviz.analysis.learning.columns import FEW, ColumnObjective
from cgviz.analysis.learning.objective import Examples, Objective, Parameters
from cgviz.analysis.learning.scalar import ScalarObjective
from cgviz.errors import CgvizError, UsageError, quoted
from cgviz.graph.nodes import Graph
from cgviz.graph.shapes import shaped
from cgviz.text.tables import Sheet
from cgviz.values.arrays import Shape, numpy, shape_of


def objective(
    graph: Graph, start: Parameters, constants: Parameters, sheet: Sheet | None, binding: Binding
) -> Objective:
    """Returns the mean of the program over the rows.

    Raises UsageError for a cell that is no number, and where shapes do not fit or do not make one number.
    """
    every = cases(sheet, binding)
    graph = fitted(graph, {name: shape_of(value) or () for name, value in {**start, **constants, **every[0]}.items()})
    single = ScalarObjective(graph, tuple(start), every, constants)
    many = ColumnObjective(single)
    return many if (single.examples >= FEW or graph.has_arrays) and sheet and many.fits else single


def fitted(graph: Graph, shapes: Mapping[str, Shape]) -> Graph:
    """Returns the graph with its shapes. Raises UsageError where an example does not make one number."""
    try:
        made = shaped(graph, dict(shapes))
    except CgvizError as error:
        arrays = [name for name, shape in shapes.items() if shape]
        numbers = [name for name, shape in shapes.items() if not shape]
        if arrays and numbers:
            said = f"{quoted(arrays[0])} is an array and {quoted(numbers[0])} a number"
            raise UsageError(f'{error}\n{said}; an array starts from --{numbers[0]} "[0, 0]"') from error
        raise
    output = made.nodes[made.output]
    if output.shape:
        raise UsageError(
            f"the loss of an example is one number, and {quoted(output.name or 'the output')} "
            f"has the shape {output.shape}; reduce it, as in sum(...)"
        )
    return made


def cases(sheet: Sheet | None, binding: Binding) -> Examples:
    """Returns a value by name for every row; without data one case in which nothing differs."""
    if not sheet:
        return ({},)
    columns = {name: sheet.numbers(at) for name, at in binding.numbers.items()}
    stacked = {
        name: numpy().array([sheet.numbers(at) for at in several]).T for name, several in binding.vectors.items()
    }
    every = {**columns, **stacked}
    return [dict(zip(every, row, strict=True)) for row in zip(*every.values(), strict=True)]
