"""How a number is written for a person: one formatter for table, diagram, captions and messages."""

from __future__ import annotations

import math
from decimal import Decimal

from cgviz.errors import UsageError
from cgviz.values.arrays import Value, is_array

DIGITS, MOST_DIGITS = 4, 17
WHOLE = 1e6
MOST_IN_A_LINE = 6  # elements of an array that a line of text shows
FIRST = 3  # elements of an array that a line begins with
MOST_COUNTED = 10**40


def number(value: Value | None, digits: int = DIGITS, *, padded: bool = False, latex: bool = False) -> str:
    """Returns `value` with `digits` significant digits and a true minus sign; below a million no whole digit is lost.

    `inf` and `nan` are words, zero has no sign, trailing zeros are dropped unless `padded` (columns),
    and what has not been computed (None) is empty. `latex` writes powers of ten and infinity for LaTeX. An array is
    written in one line, `[1, [2, 3]]`, one of more than 6 elements by its shape.
    """
    if value is None:
        return ""
    if is_array(value):
        if value.size > MOST_IN_A_LINE:
            return in_brief(value, digits)
        return f"[{', '.join(number(each, digits, latex=latex) for each in value)}]"
    if value != value:
        return r"\text{nan}" if latex else "nan"
    minus = "-" if latex else "−"
    if math.isinf(value):
        return (minus if value < 0 else "") + (r"\infty" if latex else "inf")
    text = f"{abs(value):.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    if exponent and 1 <= abs(value) < WHOLE:
        mantissa, exponent = f"{abs(value):.0f}", ""
    if padded and (exponent or value % 1 != 0):
        mantissa = pad(mantissa, digits)
    sign = minus if value < 0 and float(text) != 0 else ""
    if not exponent:
        return sign + mantissa
    if latex:
        return rf"{sign}{mantissa}\times 10^{{{int(exponent)}}}"
    return f"{sign}{mantissa}e{int(exponent)}".replace("e-", "e−")


def in_brief(value: Value, digits: int = DIGITS) -> str:
    """Returns the first elements of an array of many, and its shape: `[0.1, 0.5, …] (4×3)`."""
    first = ", ".join(number(each, digits) for each in value.ravel()[:FIRST].tolist())
    return f"[{first}, …] ({'×'.join(map(str, value.shape))})"


def checked(digits: int) -> int:
    """Returns a number of significant digits. Raises UsageError where nobody can show so many or so few."""
    if not 1 <= digits <= MOST_DIGITS:
        raise UsageError(f"digits is a whole number from 1 to {MOST_DIGITS}, not {digits}")
    return digits


def count(whole: int) -> str:
    """Returns a whole number, exact as long as it can be read; above that rounded, with the number of its digits."""
    if whole < MOST_COUNTED:
        return str(whole)
    text = f"{Decimal(whole):.3e}".replace("e+", "e")
    return f"{text} ({int(text.partition('e')[2]) + 1} digits)"


def counted(count: int, what: str) -> str:
    """Returns `1 step`, `2 steps`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def pad(mantissa: str, digits: int) -> str:
    """Returns `mantissa` with the trailing zeros that `%g` drops, so that a column shows equal precision."""
    whole, _, fraction = mantissa.partition(".")
    significant = len((whole + fraction).lstrip("0"))
    missing = digits - significant
    return mantissa if missing <= 0 else f"{whole}.{fraction}{'0' * missing}"


def exact(value: float) -> str:
    """Returns the shortest decimal that reads back as `value`; whole numbers without a point."""
    if value == int(value if math.isfinite(value) and abs(value) < 1e16 else 0.5):
        return str(int(value))
    return repr(float(value))
