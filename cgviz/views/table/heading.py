"""The head of the table: the function as it was read, with the stages that nobody named written out."""

from __future__ import annotations

from cgviz.documents.document import Head
from cgviz.documents.writing import Writing
from cgviz.graph.statements import statements
from cgviz.runs.run import Run

MOST_NAMES, MOST_STATEMENTS = 8, 8


def heading(run: Run, spelling: Writing) -> list[str]:
    """Returns the statements of the program, one per line, the output last: `f(x, y) = ...` and where it stands."""
    graph = run.graph
    output = graph.nodes[graph.output]
    formulas = dict(statements(graph))
    final = formulas.pop(graph.output, graph.operand(graph.output))
    every, half = list(formulas.items()), MOST_STATEMENTS // 2
    left_out = 0 if spelling.whole or len(every) <= MOST_STATEMENTS else len(every) - 2 * half + 1
    if left_out:
        every[half : half + left_out] = []
    lines = [f"{spelling.name(graph.nodes[i].shown)} = {spelling.formula(body, head=True)}" for i, body in every]
    if left_out:
        lines.insert(half, f"{spelling.ellipsis} ({left_out} more statements)")
    names = listed([spelling.name(graph.nodes[i].shown) for i in graph.inputs], spelling)
    function = spelling.name(output.shown) + (f"({names})" if names else "")
    return [*lines, f"{function} = {spelling.formula(final, head=True)}"]


def head(run: Run, spelling: Writing) -> Head:
    """Returns the head of a report about a run."""
    return Head(heading(run, spelling), place(run, spelling), run.graph.read_without)


def place(run: Run, spelling: Writing) -> str:
    """Returns `at x = 3, y = −4`; "" without inputs or values."""
    if run.symbolic or not run.graph.inputs:
        return ""
    nodes = run.graph.nodes
    given = [
        f"{spelling.name(nodes[i].shown)} = {spelling.number(run.values[i], padded=False)}" for i in run.graph.inputs
    ]
    return f"at {listed(given, spelling)}"


def listed(parts: list[str], spelling: Writing) -> str:
    """Returns parts with commas between them; where there are many, the first few and an ellipsis."""
    shown = parts if len(parts) <= MOST_NAMES else [*parts[: MOST_NAMES - 1], spelling.ellipsis]
    return ", ".join(shown)
