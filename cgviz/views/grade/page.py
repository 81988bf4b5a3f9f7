"""The grade for a person: a verdict in a sentence, a row per line, and what to mend first, underlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from cgviz.errors import cells, printable, underlined
from cgviz.grading.report import Grade, GradientVerdict, LineVerdict
from cgviz.text.numbers import number
from cgviz.views.grade.elements import compared, numbers

Span = tuple[str, str]
Line = list[Span]

HEADINGS = ("line", "code", "gradient", "theirs", "ours", "verdict")
RIGHT_ALIGNED = (0, 3, 4)
CODE, LEAST_CODE, LEAST_ARRAY_CODE, NARROWEST, PROSE, MOST_CODE = 1, 16, 10, 40, 100, 200
ROLES = {"right": "value", "close": "flag", "wrong": "gradient", "missing": "gradient"}


def summary(grade: Grade) -> str:
    """Returns `9 of 12 gradients are right; the first mistake is in line 18.`"""
    count = f"{grade.right} of {grade.expected} gradients {'is' if grade.expected == 1 else 'are'} right"
    follow = sum(not each.own for each in grade.gradients)
    if grade.first is None:
        return f"{count}." if grade.right < grade.expected else f"{count}: nothing to mend."
    only = grade.expected - grade.right - follow
    carried = f" ({only} more only {'follow' if only > 1 else 'follows'} from earlier mistakes)" if only > 0 else ""
    return f"{count}{carried}; the first mistake is in {grade.first.where}."


def rows(grade: Grade, digits: int, width: int | None) -> Iterator[Line]:
    """Yields heading, rule and a row per line of the student's."""
    table = [cells_of(grade, each, digits, width) for each in grade.lines]
    widths = [max(cells(row[i]) for row in [HEADINGS, *table]) for i in range(len(HEADINGS))]
    gap = 2
    if width is not None:
        spare = width - (sum(widths) - widths[CODE] + gap * (len(widths) - 1))
        widths[CODE] = max(min(widths[CODE], spare), LEAST_CODE)
        over = sum(widths) + gap * (len(widths) - 1) - max(width, 80)
        if over > 0:
            widths[CODE] = max(widths[CODE] - over, LEAST_ARRAY_CODE)
    yield row_of(HEADINGS, widths, gap, "name")
    yield [("─" * min(sum(widths) + gap * (len(widths) - 1), width or 10**6), "muted")]
    for each, row in zip(grade.lines, table, strict=True):
        yield row_of(row, widths, gap, ROLES[each.verdict])


def cells_of(grade: Grade, each: LineVerdict, digits: int, width: int | None) -> list[str]:
    where = each.where.removeprefix("line ").replace("cell ", "").replace(", line ", ":")
    theirs, ours = numbers(each, digits, width)
    return [where, printable(each.code[:MOST_CODE]), each.gradient, theirs, ours, judged(grade, each)]


def judged(grade: Grade, each: LineVerdict) -> str:
    """Returns the verdict in a word or two: `wrong: sign`, `wrong, from line 12`, `right (misspelt)`."""
    if each.cause:
        return f"{each.verdict}: {each.cause}" if each.cause != each.verdict else each.verdict
    if each.follows is not None:
        return f"{each.verdict}, from {grade.listing.where(each.follows)}"
    return f"{each.verdict}, misspelt" if each.note else each.verdict


def row_of(row: Sequence[str], widths: Sequence[int], gap: int, role: str) -> Line:
    line: Line = []
    for i, (cell, wide) in enumerate(zip(row, widths, strict=True)):
        shown = shortened(cell, wide)
        pad = " " * (wide - cells(shown))
        text = pad + shown if i in RIGHT_ALIGNED else shown + pad
        line.append(
            (text + " " * gap, {3: "gradient", 4: "value", 5: role, 0: "muted"}.get(i, "") or role * (role == "name"))
        )
    return line


def shortened(text: str, wide: int) -> str:
    """Returns a text that is at most so wide, its end left out where it is not."""
    while cells(text) > wide:
        text = text[: max(len(text) - 2, 0)] + "…"
        if text == "…":
            break
    return text


def first(grade: Grade, width: int, digits: int) -> list[Line]:
    """Returns what to mend first, the place underlined, then the other mistakes in a line each."""
    each = grade.first
    if each is None:
        return []
    more = [one for one in grade.lines if one.cause and one is not each]
    marked = printable(underlined(grade.listing.text, each.start, max(each.end, each.start + 1)))
    lines: list[Line] = [*folded(f"{each.where}: {each.says}.", width, "flag")]
    lines += [[(line[: max(width, NARROWEST)], "")] for line in marked.split("\n")]
    for text in compared(each, digits):
        lines += folded(text, width)
    if each.mended:
        lines += folded(f"right would be: {each.mended}", width)
    for one in more[:12]:
        lines += folded(f"{one.where}: {one.says}.", width)
    return lines + (folded(f"and {len(more) - 12} more mistakes.", width) if len(more) > 12 else [])


def others(grade: Grade) -> list[str]:
    """Returns gradients that are missing, names that are misspelt, and notes."""
    said = [
        f"{each.name}: its gradient is missing; it is {number(each.ours)}"
        if each.ours is not None
        else f"{each.name}: its gradient is missing"
        for each in missing(grade)
    ]
    said += [f"{each.where}: {each.note}" for each in grade.lines if each.note]
    return [printable(text).replace("\n", " ") for text in (*said, *grade.notes)]


def missing(grade: Grade) -> list[GradientVerdict]:
    return [each for each in grade.gradients if each.verdict == "missing"]


def folded(text: str, width: int, role: str = "") -> list[Line]:
    return [[(line, role)] for line in wrap(printable(text).replace("\n", " "), width)] or [[]]
