"""Worksheets in Markdown, as GitHub reads it, with their figures beside. Text of the user is never markup."""

from __future__ import annotations

from urllib.parse import quote

from cgviz.documents.markdown import code, prose
from cgviz.documents.markdown import row as line
from cgviz.players.worksheet.blanks import LINE
from cgviz.players.worksheet.sheet import Answer, Row, Sheet
from cgviz.players.worksheet.work import SCREEN, Work

HEADINGS = ("#", "stage", "= forward", "value", "gradient")
RULES = ("--:", ":--", ":--", ":--", ":--")
NAME = f"Name: {LINE * 3} Date: {LINE * 2}"

Files = dict[str, bytes]


def sheets(work: Work, stem: str) -> Files:
    """Returns the files of the sheets, and of the key behind them unless it goes elsewhere; their names begin with
    `stem`."""
    files: Files = {}
    parts = [f"# {prose(work.title)}", NAME] if work.single else [f"# {prose(work.title)}"]
    for number, sheet in enumerate(work.sheets, 1):
        name = f"{stem}-{number}.svg"
        files[name] = work.figure(number, *SCREEN).alone
        parts += [] if work.single else [f"## Variant {number}", NAME]
        parts += [program(sheet), picture(name), table(sheet), backward(sheet)]
    if work.with_key:
        parts += ["---", *key_parts(work, stem, files)]
    return {f"{stem}.md": joined(parts), **files}


def key(work: Work, stem: str) -> Files:
    """Returns the files of the key alone."""
    files: Files = {}
    parts = key_parts(work, stem, files)
    return {f"{stem}.md": joined(parts), **files}


def key_parts(work: Work, stem: str, files: Files) -> list[str]:
    """Returns the parts of the key; the figure of a single sheet joins `files`."""
    parts = [f"# {prose(work.title)}: answer key"]
    if work.single:
        name = f"{stem}-key.svg"
        files[name] = work.solved(1, *SCREEN).alone
        parts.append(picture(name))
    for number, sheet in enumerate(work.keys, 1):
        parts += [] if work.single else [f"## Variant {number}"]
        parts += answers(sheet)
    return parts


def answers(sheet: Sheet) -> list[str]:
    """Returns the answers of one variant."""
    return [program(sheet), table(sheet), backward(sheet)]


def program(sheet: Sheet) -> str:
    """Returns the function, where it stands, and the task."""
    *before, last = map(code, sheet.statements)
    where = f" {code(sheet.place)}" if sheet.place else ""
    said = prose(f"{sheet.task} {sheet.rounding}".strip())
    return "  \n".join([*before, f"{last}{where}"]) + (f"\n\n{said}" if said else "")


def picture(name: str) -> str:
    return f"![Computational graph]({quote(name)})"


def table(sheet: Sheet) -> str:
    count = len(HEADINGS) if sheet.backward else len(HEADINGS) - 1
    return "\n".join(line(parts[:count]) for parts in (HEADINGS, RULES, *map(cells, sheet.rows)))


def cells(row: Row) -> tuple[str, ...]:
    formula = code(row.formula) if row.number else row.formula
    return row.number, code(row.name), formula, shown(row.value), shown(row.gradient)


def backward(sheet: Sheet) -> str:
    """Returns the backward lines as a block of code, and ∇f."""
    lines = [f"({each.number}) {each.text}{f' = {LINE}' if each.blank else ''}" for each in sheet.lines]
    if sheet.slopes:
        lines += ["", f"{sheet.slopes} = [{', '.join(map(shown, sheet.answers))}]"]
    return block(lines) if lines else ""


def block(lines: list[str]) -> str:
    """Returns a block of code whose fence is longer than any in it."""
    fence = "```"
    while any(fence in text for text in lines):
        fence += "`"
    return "\n".join([f"{fence}text", *lines, fence])


def shown(answer: Answer) -> str:
    return LINE if answer is None else answer


def joined(parts: list[str]) -> bytes:
    return ("\n\n".join(filter(None, parts)) + "\n").encode()
