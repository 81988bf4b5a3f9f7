"""How much a student is told: how many gradients are right, the first wrong line, its cause, the right line."""

from __future__ import annotations

from dataclasses import replace

from cgviz.grading.report import Grade, LineVerdict

COUNT, LINE, CAUSE, MENDED = range(4)


def hinted(grade: Grade, level: int) -> Grade:
    """Returns a grade that tells no more than a level allows."""
    if level >= CAUSE:
        lines = grade.lines if level == MENDED else tuple(replace(each, mended="") for each in grade.lines)
        return replace(grade, lines=lines)
    first = grade.first
    lines = (only_line(first),) if level == LINE and first is not None else ()
    gradients = tuple(replace(each, ours=None, follows=None) for each in grade.gradients)
    return replace(grade, lines=lines, gradients=gradients, notes=())


def only_line(each: LineVerdict) -> LineVerdict:
    return replace(each, ours=None, cause="wrong", says="the first mistake is here", mended="", note="")
