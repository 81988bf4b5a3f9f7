"""A grade as a report: for a person as a page, elsewhere a sentence, a row per line, and what to mend."""

from __future__ import annotations

from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table
from cgviz.documents.grid import Column
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.grading.report import Grade
from cgviz.text.numbers import DIGITS
from cgviz.views.grade.document import pretty
from cgviz.views.grade.page import (
    HEADINGS,
    NARROWEST,
    PROSE,
    RIGHT_ALIGNED,
    ROLES,
    cells_of,
    first,
    others,
    rows,
    summary,
)

CELLS = ("muted", "name", "", "gradient", "value", "")


def report(grade: Grade, *, digits: int = DIGITS, theme: str | Theme = "light", hints: int = 3) -> Report:
    """Returns the report of a grade; `hints` says how much of it is told."""
    from cgviz.grading.hints import hinted

    grade = hinted(grade, hints)
    return Report(lambda writing: document(grade, writing, digits), lambda: pretty(grade), digits, theme)


def document(grade: Grade, writing: Writing, digits: int) -> Document:
    """Returns the document of a grade: a sentence, a row per line, what to mend first, what else there is."""
    listed = Drawn(lambda width, _: list(rows(grade, digits, at_least(width))), lambda: table(grade, writing, digits))
    blocks: list[Block] = [Prose([(summary(grade), "name")])]
    if grade.lines:
        blocks += [GAP, listed]
    mended = first(grade, PROSE, digits)
    if mended:
        told = " ".join(text for line in mended for text, _ in line)
        blocks += [GAP, Drawn(lambda width, _: first(grade, at_least(width) or PROSE, digits), words=told)]
    said = [Prose([(f"{text}.", "")]) for text in others(grade)]
    return Document([*blocks, *([GAP] if said else []), *said], "A grade", PROSE)


def at_least(width: int | None) -> int | None:
    return width and max(width, NARROWEST)


def table(grade: Grade, writing: Writing, digits: int) -> Table:
    made = []
    for each in grade.lines:
        roles = [*CELLS[:-1], ROLES[each.verdict]]
        texts = [writing.clean(text) for text in cells_of(grade, each, digits, None)]
        made.append(list(zip(texts, roles, strict=True)))
    return Table([Column(heading, i in RIGHT_ALIGNED) for i, heading in enumerate(HEADINGS)], made)
