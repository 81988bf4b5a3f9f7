"""Worksheets as a PDF to print: a sheet per variant, the answer key on pages of its own."""

from __future__ import annotations

from cgviz.players.worksheet.answers import draw_key
from cgviz.players.worksheet.figure import Figure
from cgviz.players.worksheet.paper import INK, MUTED, SOFT, Paper, fitted, width_of
from cgviz.players.worksheet.sheet import Line, Row, Sheet
from cgviz.players.worksheet.work import Work

ROW, ANSWER, COLUMN = 21.0, 70.0, 92.0
TITLE, HEAD, BODY, SMALL = 16.0, 12.5, 10.5, 9.0
GAP, BETWEEN, LEAST, DENSER = 14.0, 24.0, 200.0, 0.85
WORTH_A_PAGE = 0.7
"""A figure gets a page of its own where on a page with the rest it would be smaller than this part of that."""


def sheets(work: Work, size: str) -> bytes:
    """Returns the sheets, and the key behind them unless it goes elsewhere."""
    paper = Paper(size, work.title)
    for number, sheet in enumerate(work.sheets, 1):
        draw_sheet(paper, work, sheet, number)
    if work.with_key:
        draw_key(paper, work)
    return paper.bytes()


def key(work: Work, size: str) -> bytes:
    """Returns the answer key alone."""
    paper = Paper(size, f"{work.title}: answer key")
    draw_key(paper, work)
    return paper.bytes()


def draw_sheet(paper: Paper, work: Work, sheet: Sheet, number: int) -> None:
    paper.page(work.foot(number))
    head(paper, work.heading(number))
    program(paper, sheet)
    beside = paper.room - height_of(paper, sheet) - GAP
    figure = work.figure(number, paper.inner, beside if beside >= LEAST else paper.room)
    paper.figure(figure, figure_height(paper, figure, beside))
    paper.y += GAP
    table(paper, sheet)
    backward(paper, sheet)
    slopes(paper, sheet)


def figure_height(paper: Paper, figure: Figure, beside: float) -> float:
    """Returns the height for a figure: what the rest leaves `beside` it on this page, or all of it."""
    alone = paper.room
    shares = beside > 0 and figure.scale(paper.inner, beside) >= WORTH_A_PAGE * figure.scale(paper.inner, alone)
    return beside if shares else alone


def height_of(paper: Paper, sheet: Sheet) -> float:
    """Returns how high table, backward lines and slopes are together."""
    parts = [(len(sheet.rows) + 1) * ROW]
    if sheet.lines:
        parts.append((1 + -(-len(sheet.lines) // columns(paper, sheet.lines))) * ROW)
    return sum(parts) + (2 * ROW if sheet.slopes else 0) + GAP * (len(parts) + 1)


def head(paper: Paper, title: str) -> None:
    """Puts the title, and lines for name and date."""
    paper.y += 10
    x = paper.right - 244
    text, size = fitted(title, TITLE, x - paper.left - GAP, bold=True)
    paper.text(paper.left, text, size, bold=True)
    x = paper.text(x, "Name ", BODY, colour=SOFT)
    x = paper.blank(x, 124)
    x = paper.text(x + 8, "Date ", BODY, colour=SOFT)
    paper.blank(x, paper.right - x)
    paper.y += 12
    paper.rule(paper.left, paper.right, paper.y, INK, 0.8)
    paper.y += 22


def program(paper: Paper, sheet: Sheet) -> None:
    """Puts the function, where it stands, and the task."""
    for number, statement in enumerate([*sheet.statements[:-1], f"{sheet.statements[-1]}   {sheet.place}"]):
        paper.y += 16 if number else 0
        text, size = fitted(statement, HEAD, paper.inner, bold=True)
        paper.text(paper.left, text, size, bold=True)
    paper.y += 17
    paper.paragraph(f"{sheet.task} {sheet.rounding}".strip(), BODY, SOFT)
    paper.y += GAP - 4


def table(paper: Paper, sheet: Sheet) -> None:
    """Puts the table: a row for each input and stage, ruled lines where something is to be written."""
    paper.keep((len(sheet.rows) + 1) * ROW)
    table_head(paper, sheet)
    for row in sheet.rows:
        if paper.need(ROW):
            table_head(paper, sheet)
        table_row(paper, sheet, row)
    paper.y += GAP


def table_head(paper: Paper, sheet: Sheet) -> None:
    paper.y += 13
    names = ("value", "gradient") if sheet.backward else ("value",)
    paper.text(paper.left + 26, "stage", SMALL, bold=True, colour=MUTED)
    paper.text(paper.left + formula_at(sheet), "= forward", SMALL, bold=True, colour=MUTED)
    for name, x in zip(names, answers_at(paper, sheet), strict=True):
        paper.text(x, name, SMALL, bold=True, colour=MUTED)
    paper.rule(paper.left, paper.right, paper.y + 6, INK, 0.6)
    paper.y += ROW - 13


def table_row(paper: Paper, sheet: Sheet, row: Row) -> None:
    paper.y += 14
    number = f"({row.number})" if row.number else ""
    paper.text(paper.left + 20 - width_of(number, SMALL), number, SMALL, colour=MUTED)
    at = paper.left + formula_at(sheet)
    places = answers_at(paper, sheet)
    name, size = fitted(row.name, BODY, at - paper.left - 32, bold=True)
    paper.text(paper.left + 26, name, size, bold=True)
    formula, size = fitted(row.formula, BODY, places[0] - at - 10)
    paper.text(at, formula, size, colour=SOFT)
    answers = (row.value, row.gradient)
    for x, answer, slanted in zip(places, answers, (False, True), strict=False):
        if answer is None:
            paper.blank(x, ANSWER)
        else:
            paper.text(x, answer, BODY, slanted=slanted)
    paper.rule(paper.left, paper.right, paper.y + 7)
    paper.y += ROW - 14


def formula_at(sheet: Sheet) -> float:
    """Returns where the formulas begin: beside the longest name."""
    widest = max(width_of(name, BODY, bold=True) for name in ("stage", *(row.name for row in sheet.rows)))
    return 26 + min(120.0, widest) + 18


def answers_at(paper: Paper, sheet: Sheet) -> list[float]:
    """Returns where the columns of values and gradients begin."""
    count = 2 if sheet.backward else 1
    return [paper.right - COLUMN * (count - i) + 10 for i in range(count)]


def backward(paper: Paper, sheet: Sheet) -> None:
    """Puts the lines of the backward pass, in two columns where they are short."""
    if not sheet.lines:
        return
    count = columns(paper, sheet.lines)
    high = -(-len(sheet.lines) // count)
    paper.keep((high + 1) * ROW)
    paper.y += 12
    paper.text(paper.left, "Backward pass", SMALL, bold=True, colour=MUTED)
    paper.y += 4
    width = (paper.inner - BETWEEN * (count - 1)) / count
    for first in range(high):
        paper.need(ROW)
        paper.y += 17
        for column, line in enumerate(sheet.lines[first::high]):
            backward_line(paper, line, paper.left + column * (width + BETWEEN), width)
        paper.y += ROW - 17
    paper.y += GAP


def backward_line(paper: Paper, line: Line, x: float, width: float) -> None:
    number = f"({line.number})" if line.number else ""
    paper.text(x + 20 - width_of(number, SMALL), number, SMALL, colour=MUTED)
    text, size = fitted(f"{line.text} = " if line.blank else line.text, BODY, width - 26 - ANSWER * line.blank)
    end = paper.text(x + 26, text, size)
    if line.blank:
        paper.blank(end, ANSWER)


def columns(paper: Paper, lines: list[Line]) -> int:
    """Returns 2 where every line fits in half the width, if need be somewhat smaller, else 1."""
    half = (paper.inner - BETWEEN) / 2
    blank = width_of(" = ", BODY) + ANSWER
    widest = max(26 + width_of(line.text, BODY) + blank * line.blank for line in lines)
    return 2 if DENSER * widest <= half and len(lines) > 3 else 1


def slopes(paper: Paper, sheet: Sheet) -> None:
    """Puts ∇f and its answers."""
    if not sheet.slopes:
        return
    paper.need(2 * ROW)
    paper.y += 14
    wanted = len(sheet.answers) * (ANSWER + 8) + 20
    text, size = fitted(sheet.slopes, BODY, paper.inner, bold=True)
    x = paper.text(paper.left, text, size, bold=True)
    if x + wanted > paper.right:
        paper.y += ROW
        x = paper.left
    x = paper.text(x, " = [ ", BODY, bold=True)
    room = min(ANSWER, (paper.right - x - 12) / len(sheet.answers) - 8)
    for number, answer in enumerate(sheet.answers):
        x = paper.text(x, ", " if number else "", BODY)
        x = paper.blank(x, room) if answer is None else paper.text(x, answer, BODY, slanted=True)
    paper.text(x, " ]", BODY, bold=True)
