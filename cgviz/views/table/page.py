"""The whole page of a run for a terminal: head, table, ∇f, and the sensitivity sentence, as lines with roles."""

from __future__ import annotations

from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.fold import Line, fold, line_width, split
from cgviz.text.numbers import DIGITS
from cgviz.views.table.heading import heading, place
from cgviz.views.table.layout import NARROWEST, table_lines
from cgviz.views.table.rows import rows
from cgviz.views.table.sentence import foot
from cgviz.views.table.spelling import Spelling, unicode_spelling

PROSE = 80


def table(run: Run, digits: int = DIGITS, mode: Mode = REVERSE) -> str:
    """Returns the page as plain text, as wide as it needs."""
    return text(page(run, unicode_spelling(digits), mode=mode))


def page(run: Run, spelling: Spelling, width: int | None = None, mode: Mode = REVERSE) -> list[Line]:
    """Returns the lines of the page in at most `width` columns; None: no line of the table is folded."""
    if width is not None:
        width = max(width, NARROWEST)
    table = table_lines(list(rows(run, spelling, mode)), spelling, width, run.symbolic, mode)
    wide = width or max(PROSE, *map(line_width, table))
    return [*head_lines(run, spelling, wide), [], *table, *foot_lines(run, spelling, wide, mode)]


def text(lines: list[Line]) -> str:
    """Returns the lines without their roles."""
    return "".join("".join(part for part, _ in line).rstrip() + "\n" for line in lines)


def head_lines(run: Run, spelling: Spelling, width: int) -> list[Line]:
    *before, last = heading(run, spelling)
    lines = [line for statement in before for line in fold(split([(statement, "name")]), width)]
    where = place(run, spelling)
    one_line: Line = [(last, "name"), *([(f"   {where}", "name")] if where else [])]
    if line_width(one_line) <= width:
        return [*lines, one_line]
    return [*lines, *fold(split([(last, "name")]), width), *fold(split([(where, "name")]), width)]


def foot_lines(run: Run, spelling: Spelling, width: int, mode: Mode = REVERSE) -> list[Line]:
    """Returns an empty line and the sentences under the table."""
    lines = [line for sentence in foot(run, spelling, mode) for line in fold(split(sentence), width)]
    return [[], *lines] if lines else []
