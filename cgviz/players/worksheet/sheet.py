"""What stands on one sheet, whatever it is printed on: the program, the table, the backward lines, blanks in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cgviz.documents.writing import Writing, unicode_spelling
from cgviz.players.worksheet.blanks import Blanks
from cgviz.players.worksheet.variants import tidy
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Step
from cgviz.text.numbers import DIGITS, number
from cgviz.views.table.heading import heading, place
from cgviz.views.table.sentence import MOST_INPUTS, gradient_line

Answer = str | None
"""What is printed; None is a line to write on."""


class Row(NamedTuple):
    """An input or a stage in the table."""

    number: str
    name: str
    formula: str
    value: Answer
    gradient: Answer


class Line(NamedTuple):
    """A line of the backward pass: the number of its stage, its text, and whether its result is left blank."""

    number: str
    text: str
    blank: bool


@dataclass(frozen=True)
class Sheet:
    """One sheet, or its key: a sheet without blanks.

    place     `at x = 3, y = −4`
    backward  whether there are gradients on it
    slopes    `∇f = [∂f/∂x, ∂f/∂y]`, and the answers
    rounded   whether answers are rounded
    """

    statements: list[str]
    place: str
    task: str
    backward: bool
    rows: list[Row]
    lines: list[Line]
    slopes: str
    answers: list[Answer]
    rounded: bool
    digits: int

    @property
    def rounding(self) -> str:
        return f"Numbers are rounded to {self.digits} significant digits." if self.rounded else ""


def sheet(run: Run, blanks: Blanks, digits: int = DIGITS) -> Sheet:
    """Returns the sheet of a run."""
    spelling = unicode_spelling(digits)
    graph = run.graph
    few = blanks.backward and 0 < len(graph.inputs) <= MOST_INPUTS
    answers = [None if i in blanks.gradients else number(run.gradients[i], digits) for i in graph.inputs]
    return Sheet(
        statements=heading(run, spelling),
        place=place(run, spelling),
        task=blanks.task,
        backward=blanks.backward,
        rows=[row(run, index, blanks, spelling, digits) for index in (*graph.inputs, *graph.stages)],
        lines=lines(run, blanks, digits) if blanks.backward else [],
        slopes=gradient_line(run, spelling)[0][0] if few else "",
        answers=answers if few else [],
        rounded=not tidy(run, digits),
        digits=digits,
    )


def row(run: Run, index: int, blanks: Blanks, spelling: Writing, digits: int) -> Row:
    graph, node = run.graph, run.graph.nodes[index]
    return Row(
        str(graph.numbers.get(index, "")),
        spelling.name(node.shown),
        spelling.formula(graph.formula(index)) if node.is_stage else "input",
        None if index in blanks.values else number(run.values[index], digits),
        None if index in blanks.gradients else number(run.gradients[index], digits),
    )


def lines(run: Run, blanks: Blanks, digits: int) -> list[Line]:
    """Returns the seed and the edges of the backward pass, in its order."""
    symbols = Run(run.bare, None)
    return [line(step, symbols, blanks, digits) for step in run.steps if not isinstance(step, Forward)]


def line(step: Step, symbols: Run, blanks: Blanks, digits: int) -> Line:
    """Returns a line in full where it tells nothing that is blank; else in symbols, its result blank or not."""
    stage = "" if step.number is None else str(step.number)
    if not isinstance(step, Backward):
        return Line(stage, step.caption(digits), False)
    edge = step.edge
    read = {edge.target, *step.run.graph.nodes[edge.target].args}
    asked = not blanks.gradients.isdisjoint((edge.source, edge.target))
    if not asked and blanks.values.isdisjoint(read):
        return Line(stage, step.caption(digits), False)
    text = Backward(symbols, symbols.contribution(edge.target, edge.slot), step.adds, None).caption(digits)
    return Line(stage, text if asked else f"{text} = {number(edge.value, digits)}", asked)
