"""What stands on one sheet, whatever it is printed on: the program, the table, the backward lines, blanks in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cgviz.documents.writing import Writing
from cgviz.graph.nodes import Graph
from cgviz.graph.statements import MOST_LEAVES
from cgviz.players.worksheet.blanks import Blanks
from cgviz.players.worksheet.variants import tidy
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Seed, Step
from cgviz.text.formula import Formula
from cgviz.text.numbers import number
from cgviz.values.arrays import Value, is_array, shape_text
from cgviz.views.table.heading import heading, listed, place
from cgviz.views.table.sentence import MOST_INPUTS, gradient_line

MOST_ROWS, MOST_COLUMNS = 10, 8
"""Of an array whose elements are written out."""

Answer = tuple[tuple[str | None, ...], ...]
"""What is printed: a number, or the rows of an array; None is a line to write on."""
Piece = str | None
"""A piece of a line; None is a line to write on."""


class AnswerRow(NamedTuple):
    """An input or a stage in the table; a formula of None is a line to write on; `plain` is a plain name."""

    number: str
    name: str
    plain: str
    formula: Piece
    value: Answer
    gradient: Answer


class BackwardLine(NamedTuple):
    """A line of the backward pass: the number of its stage, and its text, with the places where something is blank."""

    number: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class WorkSheet:
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
    rows: list[AnswerRow]
    lines: list[BackwardLine]
    slopes: str
    answers: list[Piece]
    rounded: bool
    digits: int

    @property
    def rounding(self) -> str:
        return f"Numbers are rounded to {self.digits} significant digits." if self.rounded else ""


def sheet(run: Run, blanks: Blanks, spelling: Writing) -> WorkSheet:
    """Returns the sheet of a run, its mathematics and the digits of its numbers as the spelling has them."""
    graph, digits = run.graph, spelling.digits or 0
    few = blanks.backward and 0 < len(graph.inputs) <= MOST_INPUTS and not any(map(is_array, run.gradient.values()))
    answers = [None if i in blanks.gradients else spelling.number(run.gradients[i], False) for i in graph.inputs]
    return WorkSheet(
        statements=whole(run, spelling) if blanks.formulas else heading(run, spelling),
        place=place(run, spelling),
        task=blanks.task,
        backward=blanks.backward,
        rows=[row(run, index, blanks, spelling) for index in (*graph.inputs, *graph.stages)],
        lines=lines(run, blanks, spelling) if blanks.backward else [],
        slopes=gradient_line(run, spelling)[0][0] if few else "",
        answers=answers if few else [],
        rounded=not tidy(run, digits),
        digits=digits,
    )


def whole(run: Run, spelling: Writing) -> list[str]:
    """Returns the function in one formula, which tells no stage; where that is too long, as it was written."""
    graph = run.graph
    formulas: dict[int, Formula] = {}
    sizes: dict[int, int] = {}
    for index in graph.stages:
        node = graph.nodes[index]
        sizes[index] = sum(sizes.get(arg, 1) for arg in node.args)
        if sizes[index] > MOST_LEAVES:
            return heading(run, spelling)
        args = tuple(formulas[arg] if arg in formulas else graph.operand(arg) for arg in node.args)
        formulas[index] = Formula(op=node.op, args=args, shape=node.shape)
    names = listed([spelling.name(graph.nodes[i].shown) for i in graph.inputs], spelling)
    final = formulas.get(graph.output, graph.operand(graph.output))
    return [f"{spelling.name(graph.nodes[graph.output].shown)}({names}) = {spelling.formula(final, head=True)}"]


def row(run: Run, index: int, blanks: Blanks, spelling: Writing) -> AnswerRow:
    graph, node = run.graph, run.graph.nodes[index]
    formula = spelling.formula(graph.formula(index)) if node.is_stage else ""
    return AnswerRow(
        str(graph.numbers.get(index, "")),
        spelling.name(node.shown),
        node.name if format(node.shown) == node.name else "",
        None if index in blanks.formulas else formula,
        answer(run.values[index], index in blanks.values, spelling),
        answer(run.gradients[index], index in blanks.gradients, spelling),
    )


def answer(value: Value, blank: bool, spelling: Writing) -> Answer:
    """Returns a number, or an array row by row; one that is too large in brief."""
    if not is_array(value):
        return ((None if blank else spelling.number(value, False),),)
    rows = value.reshape(-1, value.shape[-1]) if value.ndim and value.size else value.reshape(1, -1)
    if not fits(rows.shape):
        return ((spelling.sign(number(value, spelling.digits or 0)),),)
    return tuple(tuple(None if blank else spelling.number(float(each), False) for each in line) for line in rows)


def fits(shape: tuple[int, ...]) -> bool:
    rows, columns = shape
    return 0 < rows <= MOST_ROWS and 0 < columns <= MOST_COLUMNS


def too_large(graph: Graph, blanks: Blanks) -> str:
    """Returns the name and the shape of an array that is to be left blank and has too many elements; "" if none."""
    for index in sorted(blanks.values | blanks.gradients):
        shape = graph.nodes[index].shape or (1,)
        size = 1
        for length in shape:
            size *= length
        if not fits((size // (shape[-1] or 1), shape[-1])):
            return f"{graph.nodes[index].shown} is {shape_text(shape)}"
    return ""


def lines(run: Run, blanks: Blanks, spelling: Writing) -> list[BackwardLine]:
    """Returns the seed and the edges of the backward pass, in its order."""
    symbols = Run(run.bare, None, wording=run.wording)
    return [line(step, symbols, blanks, spelling) for step in run.steps if not isinstance(step, Forward)]


def line(step: Seed | Backward, symbols: Run, blanks: Blanks, spelling: Writing) -> BackwardLine:
    """Returns a line in full where it tells nothing that is blank; else in symbols, its result blank or not."""
    stage = "" if step.number is None else str(step.number)
    if not isinstance(step, Backward):
        return BackwardLine(stage, (said(step, spelling),))
    edge = step.edge
    read = {edge.target, *step.run.graph.nodes[edge.target].args}
    asked = not blanks.gradients.isdisjoint((edge.source, edge.target))
    if not asked and blanks.values.isdisjoint(read) and edge.target not in blanks.slopes:
        return BackwardLine(stage, (said(step, spelling),))
    symbolic = Backward(symbols, symbols.contribution(edge.target, edge.slot), step.adds, None)
    result: tuple[Piece, ...] = (" = ", None) if asked else (f" = {spelling.number(edge.value, False)}",)
    if edge.value is not None and is_array(edge.value):
        result = ()
    if edge.target not in blanks.slopes:
        return BackwardLine(stage, (said(symbolic, spelling), *result))
    return BackwardLine(stage, (before_local(symbolic, spelling), None, *result))


def said(step: Step, spelling: Writing) -> str:
    return spelling.clean(step.caption(spelling.digits or 0, type(spelling.notation)))


def before_local(step: Backward, spelling: Writing) -> str:
    """Returns a step up to the place of its local derivative: `dx += dxpy · `."""
    writes, nodes = spelling.notation, step.run.graph.nodes
    target, upstream = (writes.gradient(nodes[index].shown) for index in (step.index, step.edge.target))
    return spelling.clean(f"{target} {writes.adds if step.adds else '='} {upstream}{writes.by}")
