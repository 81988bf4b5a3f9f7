"""Worksheets as a PDF to print: a sheet per variant, the answer key on pages of its own."""

from __future__ import annotations

from cgviz.documents.writing import typeset_spelling
from cgviz.players.worksheet.paper import INK, MUTED, SOFT, PdfPaper, fitted, width_of, wrapped
from cgviz.players.worksheet.sheet import Answer, AnswerRow, BackwardLine, Piece, WorkSheet
from cgviz.players.worksheet.work import Work

TITLE, HEAD = 16.0, 12.5
GAP, BETWEEN, LEAST, DENSER = 14.0, 24.0, 200.0, 0.85
ROW, ENTRY = 21.0, 15.0
BODY, SMALL = 10.5, 9.0
ANSWER, CELL, AIR, BRACKET = 70.0, 30.0, 8.0, 4.0
APART, NARROWEST = 18.0, 110.0
LONGEST_NAME = 120.0
KEY_ROW, TEXT, KEY_SMALL, KEY_HEAD, KEY_TITLE = 13.0, 9.0, 8.0, 10.5, 17.0
NUMBER, KEY_GAP, KEY_NAME = 58.0, 14.0, 90.0


def sheets(work: Work, size: str) -> bytes:
    """Returns the sheets."""
    paper = PdfPaper(size, work.title)
    for number, sheet in enumerate(work.sheets(typeset_spelling), 1):
        draw_sheet(paper, work, sheet, number)
    return paper.bytes()


def key(work: Work, size: str) -> bytes:
    """Returns the answer key."""
    paper = PdfPaper(size, f"{work.title}: answer key")
    draw_key(paper, work)
    return paper.bytes()


def draw_sheet(paper: PdfPaper, work: Work, sheet: WorkSheet, number: int) -> None:
    paper.page(work.foot(number))
    head(paper, work.heading(number))
    program(paper, sheet)
    if paper.room < LEAST:
        paper.page(work.foot(number))
    beside = paper.room - height_of(paper, sheet) - GAP
    figure = work.figure(number, paper.inner, beside if beside >= LEAST else paper.room)
    if figure.fit * figure.height > paper.room + 1:
        paper.page(work.foot(number))
    paper.figure(figure, paper.room)
    paper.y += GAP
    table(paper, sheet)
    paper.y += GAP
    backward(paper, sheet)
    slopes(paper, sheet)


def height_of(paper: PdfPaper, sheet: WorkSheet) -> float:
    """Returns how high table, backward lines and slopes are together."""
    parts = [height_of_table(paper, sheet)]
    if sheet.lines:
        parts.append((1 + -(-len(sheet.lines) // columns(paper, sheet.lines))) * ROW)
    return sum(parts) + (2 * ROW if sheet.slopes else 0) + GAP * (len(parts) + 1)


def head(paper: PdfPaper, title: str) -> None:
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


def program(paper: PdfPaper, sheet: WorkSheet) -> None:
    """Puts the function, where it stands, and the task."""
    paper.y -= 4
    for statement in [*sheet.statements[:-1], f"{sheet.statements[-1]}   {sheet.place}"]:
        paper.paragraph(statement, HEAD, bold=True)
    paper.y += 2
    paper.paragraph(f"{sheet.task} {sheet.rounding}".strip(), BODY, colour=SOFT)
    paper.y += GAP - 4


def backward(paper: PdfPaper, sheet: WorkSheet) -> None:
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


def backward_line(paper: PdfPaper, line: BackwardLine, x: float, width: float) -> None:
    numbered(paper, line.number, x + 20, SMALL)
    x, room = x + 26, width - 26
    share = min(1.0, room / max(width_of_pieces(line.pieces), 1.0))
    for piece in line.pieces:
        x = paper.blank(x, ANSWER * share) if piece is None else paper.text(x, piece, BODY * share)


def numbered(paper: PdfPaper, number: str, end: float, size: float) -> None:
    """Puts the number of a stage, where there is one, so that it ends at `end`."""
    said = f"({number})" if number else ""
    paper.text(end - width_of(said, size), said, size, colour=MUTED)


def width_of_pieces(pieces: tuple[Piece, ...]) -> float:
    return sum(ANSWER if piece is None else width_of(piece, BODY) for piece in pieces)


def columns(paper: PdfPaper, lines: list[BackwardLine]) -> int:
    """Returns 2 where every line fits in half the width, if need be somewhat smaller, else 1."""
    half = (paper.inner - BETWEEN) / 2
    widest = max(26 + width_of_pieces(line.pieces) for line in lines)
    return 2 if DENSER * widest <= half and len(lines) > 3 else 1


def slopes(paper: PdfPaper, sheet: WorkSheet) -> None:
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


class AnswerColumns:
    """Where the columns of a table begin, and how wide they are, on a page."""

    def __init__(self, paper: PdfPaper, sheet: WorkSheet) -> None:
        self.paper, self.sheet = paper, sheet
        names = ["stage", *(row.name for row in sheet.rows)]
        self.formula = 26 + min(LONGEST_NAME, max(width_of(name, BODY, bold=True) for name in names)) + APART
        answers = [(row.value, row.gradient) for row in sheet.rows]
        wide = [max([ANSWER, *map(width_of_answer, column)]) for column in zip(*answers, strict=True)]
        wide = wide if sheet.backward else wide[:1]
        room = paper.inner - self.formula - NARROWEST - len(wide) * APART
        self.share = min(1.0, room / sum(wide))
        self.answers: list[float] = []
        x = paper.right
        for width in reversed(wide):
            x -= width * self.share
            self.answers.insert(0, x)
            x -= APART
        self.room = x - paper.left - self.formula

    def formulas(self, row: AnswerRow) -> list[str]:
        """Returns the formula of a row in as many lines as it needs."""
        if row.formula is None or not row.number:
            return ["input" if not row.number else ""]
        return wrapped(row.formula, BODY, self.room)

    def height(self, row: AnswerRow) -> float:
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


def height_of_table(paper: PdfPaper, sheet: WorkSheet) -> float:
    columns = AnswerColumns(paper, sheet)
    return ROW + sum(map(columns.height, sheet.rows))


def table(paper: PdfPaper, sheet: WorkSheet) -> None:
    """Puts the table: a row for each input and stage, ruled lines where something is to be written."""
    columns = AnswerColumns(paper, sheet)
    paper.keep(height_of_table(paper, sheet))
    table_head(paper, columns)
    for row in sheet.rows:
        if paper.need(columns.height(row)):
            table_head(paper, columns)
        table_row(paper, columns, row)


def table_head(paper: PdfPaper, columns: AnswerColumns) -> None:
    paper.y += 13
    paper.text(paper.left + 26, "stage", SMALL, bold=True, colour=MUTED)
    paper.text(paper.left + columns.formula, "= forward", SMALL, bold=True, colour=MUTED)
    for name, x in zip(("value", "gradient"), columns.answers, strict=False):
        paper.text(x, name, SMALL, bold=True, colour=MUTED)
    paper.rule(paper.left, paper.right, paper.y + 6, INK, 0.6)
    paper.y += ROW - 13


def table_row(paper: PdfPaper, columns: AnswerColumns, row: AnswerRow) -> None:
    top = paper.y
    paper.y += 14
    numbered(paper, row.number, paper.left + 20, SMALL)
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


def draw_answer(paper: PdfPaper, x: float, answer: Answer, share: float, slanted: bool) -> None:
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


def draw_key(paper: PdfPaper, work: Work) -> None:
    """Puts the key on new pages; that of a single sheet shows the figure with its numbers."""
    paper.page(f"{work.foot()} · answer key")
    paper.y += 10
    paper.text(paper.left, f"{work.title}: answer key", KEY_TITLE, bold=True)
    paper.y += 12
    paper.rule(paper.left, paper.right, paper.y, INK, 0.8)
    paper.y += 22
    keys = work.sheets(typeset_spelling, solved=True)
    statements(paper, keys[0])
    if work.single:
        rest = height_of_key(keys[0]) + KEY_GAP + 1
        room = paper.room - rest if paper.room - rest > paper.room / 3 else paper.room
        paper.figure(work.solved(1, paper.inner, room), room)
        paper.y += KEY_GAP
    for number, sheet in enumerate(keys, 1):
        variant(paper, sheet, "" if work.single else f"Variant {number}")


def statements(paper: PdfPaper, sheet: WorkSheet) -> None:
    for statement in sheet.statements:
        paper.paragraph(statement, KEY_HEAD, bold=True)


def height_of_key(sheet: WorkSheet) -> float:
    return (max(len(sheet.rows), len(sheet.lines)) + 3) * KEY_ROW + KEY_GAP


def variant(paper: PdfPaper, sheet: WorkSheet, title: str) -> None:
    """Puts the answers of one variant: the table at the left, the lines at the right."""
    paper.keep(height_of_key(sheet))
    paper.y += 11
    text, size = fitted(f"{title}   {sheet.place}".strip(), KEY_HEAD, paper.inner - 160, bold=True)
    paper.text(paper.left, text, size, bold=True)
    rounding = sheet.rounding
    paper.text(paper.right - width_of(rounding, KEY_SMALL), rounding, KEY_SMALL, colour=MUTED)
    paper.rule(paper.left, paper.right, paper.y + 4)
    paper.y += 5
    if all(is_number(answer) for row in sheet.rows for answer in (row.value, row.gradient)):
        lines_and_answers(paper, sheet)
    else:
        table(paper, sheet)
        paper.y += KEY_GAP


def lines_and_answers(paper: PdfPaper, sheet: WorkSheet) -> None:
    names = 24 + min(KEY_NAME, max(width_of(row.name, TEXT, bold=True) for row in sheet.rows)) + 8
    width = names + NUMBER * (1 + sheet.backward) + 10
    paper.y += KEY_ROW - 2
    for column, name in enumerate(("value", "gradient")[: 1 + sheet.backward]):
        paper.text(paper.left + names + column * NUMBER, name, KEY_SMALL, colour=MUTED)
    paper.y += 1
    for place in range(max(len(sheet.rows), len(sheet.lines))):
        paper.need(KEY_ROW)
        paper.y += KEY_ROW - 2
        if place < len(sheet.rows):
            answer(paper, sheet.rows[place], names, sheet.backward)
        if place < len(sheet.lines):
            line(paper, sheet.lines[place], paper.left + width, paper.inner - width)
        paper.y += 2
    paper.y += KEY_GAP


def answer(paper: PdfPaper, row: AnswerRow, names: float, backward: bool) -> None:
    numbered(paper, row.number, paper.left + 18, KEY_SMALL)
    name, size = fitted(row.name, TEXT, names - 30, bold=True)
    paper.text(paper.left + 24, name, size, bold=True)
    paper.text(paper.left + names, row.value[0][0] or "", TEXT)
    if backward:
        paper.text(paper.left + names + NUMBER, row.gradient[0][0] or "", TEXT, slanted=True)


def line(paper: PdfPaper, line: BackwardLine, x: float, width: float) -> None:
    numbered(paper, line.number, x + 18, KEY_SMALL)
    text, size = fitted("".join(filter(None, line.pieces)), TEXT, width - 24)
    paper.text(x + 24, text, size, colour=SOFT)
