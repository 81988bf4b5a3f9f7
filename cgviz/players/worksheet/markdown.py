"""Worksheets in Markdown, as GitHub reads it, with their figures beside. Text of the user is never markup."""

from __future__ import annotations

import re
from urllib.parse import quote

from cgviz.documents.markdown import code, prose
from cgviz.documents.markdown import row as cells_in_line
from cgviz.documents.tex import latex_spelling
from cgviz.players.worksheet.blanks import LINE
from cgviz.players.worksheet.sheet import Answer, AnswerRow, BackwardLine, Piece, WorkSheet
from cgviz.players.worksheet.work import SCREEN, Work

HEADINGS = ("#", "stage", "= forward", "value", "gradient")
RULES = ("--:", ":--", ":--", ":--", ":--")
UNDERLINE = r"\underline{\hspace{4em}}"
NAME = f"Name: {LINE * 3} Date: {LINE * 2}"

PLAIN = re.compile(r"[0-9.]+")

Files = dict[str, bytes]


def sheets(work: Work, stem: str) -> Files:
    """Returns the files of the sheets; their names begin with `stem`."""
    files: Files = {}
    parts = [f"# {prose(work.title)}", NAME] if work.single else [f"# {prose(work.title)}"]
    for number, sheet in enumerate(work.sheets(latex_spelling), 1):
        name = f"{stem}-{number}.svg"
        files[name] = work.figure(number, *SCREEN).alone
        parts += [] if work.single else [f"## Variant {number}", NAME]
        parts += [program(sheet), picture(name), table(sheet), backward(sheet)]
    return {f"{stem}.md": joined(parts), **files}


def key(work: Work, stem: str) -> Files:
    """Returns the files of the key."""
    files: Files = {}
    parts = key_parts(work, stem, files)
    return {f"{stem}.md": joined(parts), **files}


def key_parts(work: Work, stem: str, files: Files) -> list[str]:
    """Returns the parts of the key; the figure of a single sheet joins `files`."""
    parts = [f"# {prose(work.title)}: answer key"]
    if work.single:
        name = f"{stem}.svg"
        files[name] = work.solved(1, *SCREEN).alone
        parts.append(picture(name))
    for number, sheet in enumerate(work.sheets(latex_spelling, solved=True), 1):
        parts += [] if work.single else [f"## Variant {number}"]
        parts += answers(sheet)
    return parts


def answers(sheet: WorkSheet) -> list[str]:
    """Returns the answers of one variant."""
    return [program(sheet), table(sheet), backward(sheet)]


def program(sheet: WorkSheet) -> str:
    """Returns the function, where it stands, and the task."""
    *before, last = sheet.statements
    where = f" at {mathematics(sheet.place.removeprefix('at '))}" if sheet.place else ""
    said = prose(f"{sheet.task} {sheet.rounding}".strip())
    return "  \n".join([*map(mathematics, before), f"{mathematics(last)}{where}"]) + (f"\n\n{said}" if said else "")


def picture(name: str) -> str:
    return f"![Computational graph]({quote(name)})"


def table(sheet: WorkSheet) -> str:
    count = len(HEADINGS) if sheet.backward else len(HEADINGS) - 1
    return "\n".join(cells_in_line(parts[:count]) for parts in (HEADINGS, RULES, *map(cells, sheet.rows)))


def cells(row: AnswerRow) -> tuple[str, ...]:
    formula = mathematics(shown(row.formula)) if row.number else "input"
    answers = (number(matrix(each)) for each in (row.value, row.gradient))
    return row.number, code(row.plain) if row.plain else mathematics(row.name), formula, *answers


def backward(sheet: WorkSheet) -> str:
    """Returns the backward lines as a list, and ∇f."""
    lines = [f"- {numbered(line)} {mathematics(''.join(map(shown, line.pieces)))}" for line in sheet.lines]
    if sheet.slopes:
        answers = r",\; ".join(map(shown, sheet.answers))
        lines += ["", mathematics(rf"{sheet.slopes} = \left[{answers}\right]")]
    return "\n".join(lines)


def numbered(line: BackwardLine) -> str:
    return f"({line.number})" if line.number else ""


def number(text: str) -> str:
    """Returns a number as it is, anything else as mathematics."""
    return text if PLAIN.fullmatch(text) else mathematics(text)


def mathematics(text: str) -> str:
    """Returns LaTeX between dollars, without what Markdown would take for a cell's end."""
    inside = text.replace("|", r"\vert ")
    return f"${inside}$" if text else ""


def matrix(answer: Answer) -> str:
    """Returns a number, or the rows of an array in brackets."""
    if len(answer) == 1 and len(answer[0]) == 1:
        return shown(answer[0][0])
    rows = r" \cr ".join(" & ".join(map(shown, row)) for row in answer)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def shown(piece: Piece) -> str:
    return UNDERLINE if piece is None else piece


def joined(parts: list[str]) -> bytes:
    return ("\n\n".join(filter(None, parts)) + "\n").encode()
