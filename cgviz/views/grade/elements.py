"""Arrays in a grade: in a cell whole where they are small, else the element that differs most; and how they differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cgviz.grading.elements import Misfit
from cgviz.grading.report import LineVerdict
from cgviz.text.numbers import MOST_DIGITS, MOST_IN_A_LINE, number
from cgviz.values.arrays import Value, is_array, numpy, quiet, shape_of, shape_text

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
