"""Worksheets as a PDF to print: a sheet per variant, the answer key on pages of its own."""

from __future__ import annotations

from cgviz.documents.writing import typeset_spelling
from cgviz.players.worksheet.answers import draw_key
from cgviz.players.worksheet.paper import INK, MUTED, SOFT, Paper, fitted, width_of
from cgviz.players.worksheet.sheet import Line, Piece, Sheet
from cgviz.players.worksheet.table import ANSWER, BODY, ROW, SMALL, height_of_table, table
from cgviz.players.worksheet.work import Work

TITLE, HEAD = 16.0, 12.5
GAP, BETWEEN, LEAST, DENSER = 14.0, 24.0, 200.0, 0.85


def sheets(work: Work, size: str) -> bytes:
    """Returns the sheets."""
    paper = Paper(size, work.title)
    for number, sheet in enumerate(work.sheets(typeset_spelling), 1):
        draw_sheet(paper, work, sheet, number)
    return paper.bytes()


def key(work: Work, size: str) -> bytes:
    """Returns the answer key."""
    paper = Paper(size, f"{work.title}: answer key")
    draw_key(paper, work)
    return paper.bytes()


def draw_sheet(paper: Paper, work: Work, sheet: Sheet, number: int) -> None:
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


def height_of(paper: Paper, sheet: Sheet) -> float:
    """Returns how high table, backward lines and slopes are together."""
    parts = [height_of_table(paper, sheet)]
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
    paper.y -= 4
    for statement in [*sheet.statements[:-1], f"{sheet.statements[-1]}   {sheet.place}"]:
        paper.paragraph(statement, HEAD, bold=True)
    paper.y += 2
    paper.paragraph(f"{sheet.task} {sheet.rounding}".strip(), BODY, colour=SOFT)
    paper.y += GAP - 4


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
    x, room = x + 26, width - 26
    share = min(1.0, room / max(width_of_pieces(line.pieces), 1.0))
    for piece in line.pieces:
        x = paper.blank(x, ANSWER * share) if piece is None else paper.text(x, piece, BODY * share)


def width_of_pieces(pieces: tuple[Piece, ...]) -> float:
    return sum(ANSWER if piece is None else width_of(piece, BODY) for piece in pieces)


def columns(paper: Paper, lines: list[Line]) -> int:
    """Returns 2 where every line fits in half the width, if need be somewhat smaller, else 1."""
    half = (paper.inner - BETWEEN) / 2
    widest = max(26 + width_of_pieces(line.pieces) for line in lines)
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
