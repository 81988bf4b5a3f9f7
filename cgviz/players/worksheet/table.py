"""The table of a sheet on paper: a row for each input and stage, numbers or lines to write on, arrays in brackets."""

from __future__ import annotations

from cgviz.players.worksheet.paper import INK, MUTED, SOFT, Paper, fitted, width_of, wrapped
from cgviz.players.worksheet.sheet import Answer, Row, Sheet

ROW, ENTRY = 21.0, 15.0
BODY, SMALL = 10.5, 9.0
ANSWER, CELL, AIR, BRACKET = 70.0, 30.0, 8.0, 4.0
BETWEEN, NARROWEST = 18.0, 110.0
LONGEST_NAME = 120.0


class Columns:
    """Where the columns of a table begin, and how wide they are, on a page."""

    def __init__(self, paper: Paper, sheet: Sheet) -> None:
        self.paper, self.sheet = paper, sheet
        names = ["stage", *(row.name for row in sheet.rows)]
        self.formula = 26 + min(LONGEST_NAME, max(width_of(name, BODY, bold=True) for name in names)) + BETWEEN
        answers = [(row.value, row.gradient) for row in sheet.rows]
        wide = [max([ANSWER, *map(width_of_answer, column)]) for column in zip(*answers, strict=True)]
        wide = wide if sheet.backward else wide[:1]
        room = paper.inner - self.formula - NARROWEST - len(wide) * BETWEEN
        self.share = min(1.0, room / sum(wide))
        self.answers: list[float] = []
        x = paper.right
        for width in reversed(wide):
            x -= width * self.share
            self.answers.insert(0, x)
            x -= BETWEEN
        self.room = x - paper.left - self.formula

    def formulas(self, row: Row) -> list[str]:
        """Returns the formula of a row in as many lines as it needs."""
        if row.formula is None or not row.number:
            return ["input" if not row.number else ""]
        return wrapped(row.formula, BODY, self.room)

    def height(self, row: Row) -> float:
        answers = (row.value, row.gradient) if self.sheet.backward else (row.value,)
        entries = max(len(answer) for answer in answers)
        return max(ROW, (entries - 1) * ENTRY + ROW, (len(self.formulas(row)) - 1) * ENTRY + ROW)


def width_of_answer(answer: Answer) -> float:
    """Returns how wide a number is, or an array with its brackets."""
    if is_number(answer):
        return width_of_cell(answer[0][0]) if answer[0][0] is not None else ANSWER
    return sum(column_widths(answer)) + 2 * BRACKET


def is_number(answer: Answer) -> bool:
    return len(answer) == 1 and len(answer[0]) == 1


def width_of_cell(cell: str | None) -> float:
    return CELL if cell is None else width_of(cell, BODY)


def column_widths(answer: Answer) -> list[float]:
    return [max(width_of_cell(cell) for cell in column) + AIR for column in zip(*answer, strict=True)]


def height_of_table(paper: Paper, sheet: Sheet) -> float:
    columns = Columns(paper, sheet)
    return ROW + sum(map(columns.height, sheet.rows))


def table(paper: Paper, sheet: Sheet) -> None:
    """Puts the table: a row for each input and stage, ruled lines where something is to be written."""
    columns = Columns(paper, sheet)
    paper.keep(height_of_table(paper, sheet))
    table_head(paper, columns)
    for row in sheet.rows:
        if paper.need(columns.height(row)):
            table_head(paper, columns)
        table_row(paper, columns, row)


def table_head(paper: Paper, columns: Columns) -> None:
    paper.y += 13
    paper.text(paper.left + 26, "stage", SMALL, bold=True, colour=MUTED)
    paper.text(paper.left + columns.formula, "= forward", SMALL, bold=True, colour=MUTED)
    for name, x in zip(("value", "gradient"), columns.answers, strict=False):
        paper.text(x, name, SMALL, bold=True, colour=MUTED)
    paper.rule(paper.left, paper.right, paper.y + 6, INK, 0.6)
    paper.y += ROW - 13


def table_row(paper: Paper, columns: Columns, row: Row) -> None:
    top = paper.y
    paper.y += 14
    number = f"({row.number})" if row.number else ""
    paper.text(paper.left + 20 - width_of(number, SMALL), number, SMALL, colour=MUTED)
    at = paper.left + columns.formula
    name, size = fitted(row.name, BODY, columns.formula - 32, bold=True)
    paper.text(paper.left + 26, name, size, bold=True)
    if row.formula is None:
        paper.blank(at, columns.room - 10)
    for line, formula in enumerate(columns.formulas(row)):
        formula, size = fitted(formula, BODY, columns.room)
        paper.text(at, formula, size, colour=SOFT, y=paper.y + line * ENTRY)
    for x, answer, slanted in zip(columns.answers, (row.value, row.gradient), (False, True), strict=False):
        draw_answer(paper, x, answer, columns.share, slanted)
    paper.y = top + columns.height(row)
    paper.rule(paper.left, paper.right, paper.y)


def draw_answer(paper: Paper, x: float, answer: Answer, share: float, slanted: bool) -> None:
    """Puts a number, or an array in brackets, from the present line downwards; `share` of its size."""
    if is_number(answer):
        if answer[0][0] is None:
            paper.blank(x, ANSWER * share)
        else:
            paper.text(x, answer[0][0], BODY * share, slanted=slanted)
        return
    widths, top = [width * share for width in column_widths(answer)], paper.y - 10
    bottom = top + len(answer) * ENTRY
    end = x + sum(widths) + 2 * BRACKET * share
    for side, inward in ((x, 3.0), (end, -3.0)):
        paper.stroke([(side + inward, top), (side, top), (side, bottom), (side + inward, bottom)])
    for line, row in enumerate(answer):
        left = x + BRACKET * share
        for width, cell in zip(widths, row, strict=True):
            y = paper.y + line * ENTRY + 1
            if cell is None:
                paper.blank(left + 0.5 * AIR * share, width - AIR * share, y)
            else:
                wide = width_of(cell, BODY * share, slanted=slanted)
                paper.text(left + width - wide - 0.5 * AIR * share, cell, BODY * share, slanted=slanted, y=y)
            left += width
