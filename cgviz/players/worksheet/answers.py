"""The answer key of a PDF: for each variant its table and its backward lines in full, close together."""

from __future__ import annotations

from cgviz.documents.writing import typeset_spelling
from cgviz.players.worksheet.paper import INK, MUTED, SOFT, Paper, fitted, width_of
from cgviz.players.worksheet.sheet import Line, Row, Sheet
from cgviz.players.worksheet.table import is_number, table
from cgviz.players.worksheet.work import Work

ROW, TEXT, SMALL, HEAD, TITLE = 13.0, 9.0, 8.0, 10.5, 17.0
NUMBER, GAP, LONGEST_NAME = 58.0, 14.0, 90.0


def draw_key(paper: Paper, work: Work) -> None:
    """Puts the key on new pages; that of a single sheet shows the figure with its numbers."""
    paper.page(f"{work.foot()} · answer key")
    paper.y += 10
    paper.text(paper.left, f"{work.title}: answer key", TITLE, bold=True)
    paper.y += 12
    paper.rule(paper.left, paper.right, paper.y, INK, 0.8)
    paper.y += 22
    keys = work.sheets(typeset_spelling, solved=True)
    statements(paper, keys[0])
    if work.single:
        rest = height_of(keys[0]) + GAP + 1
        room = paper.room - rest if paper.room - rest > paper.room / 3 else paper.room
        paper.figure(work.solved(1, paper.inner, room), room)
        paper.y += GAP
    for number, sheet in enumerate(keys, 1):
        variant(paper, sheet, "" if work.single else f"Variant {number}")


def statements(paper: Paper, sheet: Sheet) -> None:
    for statement in sheet.statements:
        paper.paragraph(statement, HEAD, bold=True)


def height_of(sheet: Sheet) -> float:
    return (max(len(sheet.rows), len(sheet.lines)) + 3) * ROW + GAP


def variant(paper: Paper, sheet: Sheet, title: str) -> None:
    """Puts the answers of one variant: the table at the left, the lines at the right."""
    paper.keep(height_of(sheet))
    paper.y += 11
    text, size = fitted(f"{title}   {sheet.place}".strip(), HEAD, paper.inner - 160, bold=True)
    paper.text(paper.left, text, size, bold=True)
    rounding = sheet.rounding
    paper.text(paper.right - width_of(rounding, SMALL), rounding, SMALL, colour=MUTED)
    paper.rule(paper.left, paper.right, paper.y + 4)
    paper.y += 5
    if has_arrays(sheet):
        table(paper, sheet)
        paper.y += GAP
    else:
        lines_and_answers(paper, sheet)


def has_arrays(sheet: Sheet) -> bool:
    return not all(is_number(answer) for row in sheet.rows for answer in (row.value, row.gradient))


def lines_and_answers(paper: Paper, sheet: Sheet) -> None:
    names = 24 + min(LONGEST_NAME, max(width_of(row.name, TEXT, bold=True) for row in sheet.rows)) + 8
    width = names + NUMBER * (1 + sheet.backward) + 10
    paper.y += ROW - 2
    for column, name in enumerate(("value", "gradient")[: 1 + sheet.backward]):
        paper.text(paper.left + names + column * NUMBER, name, SMALL, colour=MUTED)
    paper.y += 1
    for place in range(max(len(sheet.rows), len(sheet.lines))):
        paper.need(ROW)
        paper.y += ROW - 2
        if place < len(sheet.rows):
            answer(paper, sheet.rows[place], names, sheet.backward)
        if place < len(sheet.lines):
            line(paper, sheet.lines[place], paper.left + width, paper.inner - width)
        paper.y += 2
    paper.y += GAP


def answer(paper: Paper, row: Row, names: float, backward: bool) -> None:
    number = f"({row.number})" if row.number else ""
    paper.text(paper.left + 18 - width_of(number, SMALL), number, SMALL, colour=MUTED)
    name, size = fitted(row.name, TEXT, names - 30, bold=True)
    paper.text(paper.left + 24, name, size, bold=True)
    paper.text(paper.left + names, row.value[0][0] or "", TEXT)
    if backward:
        paper.text(paper.left + names + NUMBER, row.gradient[0][0] or "", TEXT, slanted=True)


def line(paper: Paper, line: Line, x: float, width: float) -> None:
    number = f"({line.number})" if line.number else ""
    paper.text(x + 18 - width_of(number, SMALL), number, SMALL, colour=MUTED)
    text, size = fitted("".join(filter(None, line.pieces)), TEXT, width - 24)
    paper.text(x + 24, text, size, colour=SOFT)
