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
from cgviz.views.grade.page import HEADINGS, RIGHT_ALIGNED, ROLES, cells_of, encodable, first, others, page, summary

CELLS = ("muted", "name", "", "gradient", "value", "")


def report(grade: Grade, *, digits: int = DIGITS, theme: str | Theme = "light", hints: int = 3) -> Report:
    """Returns the report of a grade; `hints` says how much of it is told."""
    from cgviz.grading.hints import hinted

    grade = hinted(grade, hints)
    return Report(
        lambda writing: document(grade, writing, digits),
        lambda: pretty(grade),
        digits,
        theme,
        lambda writing, width, _: encodable(page(grade, digits, width), writing.encoding),
    )


def document(grade: Grade, writing: Writing, digits: int) -> Document:
    """Returns the document of a grade."""
    rows = []
    for each in grade.lines:
        roles = [*CELLS[:-1], ROLES[each.verdict]]
        texts = [writing.clean(text) for text in cells_of(grade, each, digits, None)]
        rows.append(list(zip(texts, roles, strict=True)))
    table = Table([Column(heading, i in RIGHT_ALIGNED) for i, heading in enumerate(HEADINGS)], rows)
    blocks: list[Block] = [Prose([(summary(grade), "name")]), GAP, table]
    mended = first(grade, 80, digits)[1:]
    if mended:
        blocks += [GAP, Drawn(lambda *_: mended, words=" ".join(text for line in mended for text, _ in line))]
    blocks += [Prose(line) for line in others(grade, 100) if line]
    return Document(blocks, "A grade")
