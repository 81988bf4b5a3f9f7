"""A grade as a report: a verdict in a sentence, a row per line, what to mend first; and as JSON, version 1."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table
from cgviz.documents.grid import TableColumn
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.errors import cells, printable, underlined
from cgviz.grading.elements import Misfit
from cgviz.grading.hints import hinted
from cgviz.grading.report import Grade, GradientVerdict, LineVerdict
from cgviz.text.fold import Line
from cgviz.text.numbers import DIGITS, MOST_DIGITS, MOST_IN_A_LINE, number
from cgviz.values.arrays import Value, is_array, numpy, quiet, shape_of, shape_text
from cgviz.views.table.json import fields

CELLS = ("muted", "name", "", "gradient", "value", "")
HEADINGS = ("line", "code", "gradient", "theirs", "ours", "verdict")
RIGHT_ALIGNED = (0, 3, 4)
CODE, LEAST_CODE, LEAST_ARRAY_CODE, NARROWEST, PROSE, MOST_CODE = 1, 16, 10, 40, 100, 200
ROLES = {"right": "value", "close": "flag", "wrong": "gradient", "missing": "gradient"}
VERSION = 1


def report(grade: Grade, *, digits: int = DIGITS, theme: str | Theme = "light", hints: int = 3) -> Report:
    """Returns the report of a grade; `hints` says how much of it is told."""

    grade = hinted(grade, hints)
    return Report(lambda writing: document(grade, writing, digits), lambda: as_json(grade), digits, theme)


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
    return Table([TableColumn(heading, i in RIGHT_ALIGNED) for i, heading in enumerate(HEADINGS)], made)


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
    missing = [each for each in grade.gradients if each.verdict == "missing"]
    known = ["" if each.ours is None else f"; it is {number(each.ours)}" for each in missing]
    said = [f"{each.name}: its gradient is missing{ours}" for each, ours in zip(missing, known, strict=True)]
    said += [f"{each.where}: {each.note}" for each in grade.lines if each.note]
    return [printable(text).replace("\n", " ") for text in (*said, *grade.notes)]


def folded(text: str, width: int, role: str = "") -> list[Line]:
    return [[(line, role)] for line in wrap(printable(text).replace("\n", " "), width)] or [[]]


def as_json(grade: Grade) -> str:
    """Returns the JSON of a grade, in ASCII."""
    return json.dumps(as_data(grade), indent=2) + "\n"


def as_data(grade: Grade) -> dict[str, Any]:
    first = grade.first
    return {
        "cgviz_grade": VERSION,
        "file": grade.listing.name,
        **fields(grade, "score own_score right expected all_right"),
        "first_wrong": first and culprit(grade, first),
        "lines": [line_of(each) for each in grade.lines],
        "gradients": [gradient_of(each) for each in grade.gradients],
        "notes": list(grade.notes),
    }


def culprit(grade: Grade, each: LineVerdict) -> dict[str, Any]:
    text = grade.listing.text[each.start : each.end]
    found = {**fields(each, "line where cause says"), "culprit": text}
    return {**found, "mended": each.mended} if each.mended else found


def line_of(each: LineVerdict) -> dict[str, Any]:
    return {
        **fields(each, "line where code gradient"),
        "theirs": as_number(each.theirs),
        "ours": as_number(each.ours),
        **fields(each, "verdict follows cause says note"),
    }


def gradient_of(each: GradientVerdict) -> dict[str, Any]:
    numbers = {"theirs": as_number(each.theirs), "ours": as_number(each.ours)}
    return {"name": each.name, **numbers, **fields(each, "verdict follows")}


def as_number(value: Value | None) -> Any:
    """Returns a number, or the nested lists of an array, as JSON can say it."""
    if value is not None and is_array(value):
        return [as_number(each) for each in value]
    return value if value is None or math.isfinite(value) else str(float(value))


OTHERS, LEAST, MOST = 58, 9, 44  # columns: of the rest of a row, of an array


def numbers(each: LineVerdict, digits: int, width: int | None = None) -> tuple[str, str]:
    """Returns the student's number and the right one, as they stand in a table of so many columns."""
    theirs, ours = each.theirs, each.ours
    if theirs is None or ours is None:
        return tuple("" if value is None else in_short(value, digits, LEAST) for value in (theirs, ours))  # type: ignore[return-value]
    if not is_array(theirs) and not is_array(ours):
        return number(theirs, digits, padded=True), number(ours, digits, padded=True)
    widest = MOST if width is None else min(max((width - OTHERS) // 2, LEAST), MOST)
    both = whole(theirs, digits), whole(ours, digits)
    if max(map(len, both)) <= widest and is_short(theirs) and is_short(ours):
        return both
    if each.verdict != "right" and shape_of(theirs) == shape_of(ours):
        place = farthest(theirs, ours)
        digits = digits if widest > OTHERS // 4 else min(digits, 3)
        return at(theirs, place, digits), at(ours, place, digits)
    return in_short(theirs, digits, widest), in_short(ours, digits, widest)


def whole(value: Value, digits: int) -> str:
    return "no array" if isinstance(value, Misfit) else number(value, digits)


def in_short(value: Value, digits: int, widest: int) -> str:
    """Returns an array as it is where it is short, else its shape."""
    text = whole(value, digits)
    if not is_array(value) or (len(text) <= widest and is_short(value)):
        return text
    return f"{shape_text(value.shape)} array" if value.ndim > 1 else f"{value.size} numbers"


def is_short(value: Value) -> bool:
    return not is_array(value) or value.size <= MOST_IN_A_LINE


def farthest(theirs: Any, ours: Any) -> tuple[int, ...]:
    """Returns the place of the element that differs most."""
    np = numpy()
    with quiet():
        far = np.nan_to_num(np.abs(theirs - ours), nan=np.inf)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(far)), far.shape))


def at(value: Any, place: tuple[int, ...], digits: int) -> str:
    return f"[{','.join(map(str, place))}] {number(float(value[place]), digits)}"


def compared(each: LineVerdict, digits: int) -> Iterator[str]:
    """Yields how an array differs from the right one: where most, and in how many elements."""
    theirs, ours = each.theirs, each.ours
    if (
        ours is None
        or theirs is None
        or not is_array(theirs)
        or shape_of(theirs) != shape_of(ours)
        or each.verdict == "right"
    ):
        return
    np = numpy()
    place = farthest(theirs, ours)
    with quiet():
        many = int((np.abs(theirs - ours) > 1e-6 * np.maximum(np.abs(theirs), np.abs(ours))).sum())
    name = each.code.partition("=")[0].strip(" +-*/").partition("[")[0]
    where = f"{name}[{', '.join(map(str, place))}]"
    left, right = apart(float(theirs[place]), float(ours[place]), digits)
    count = f"; {many} of {theirs.size} elements differ" if many else ""
    yield f"{where} is {left} and ought to be {right}{count}."


def apart(one: float, two: float, digits: int) -> tuple[str, str]:
    """Returns two numbers with as many digits as they need to differ."""
    for count in range(digits, MOST_DIGITS + 1):
        texts = number(one, count), number(two, count)
        if texts[0] != texts[1]:
            break
    return texts
