"""A small array as lines of text: its numbers in aligned columns, with brackets around them.

⎡ 0.1  0.5⎤       [[ 0.1  0.5]
⎣−0.3  0.8⎦        [-0.3  0.8]]       [0.2  0.4]
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from cgviz.text.numbers import DIGITS, number, pad
from cgviz.values.arrays import Shape, Value

MOST_ELEMENTS, MOST_LINES, MOST_VECTOR_LINES = 64, 16, 4
GAP = "  "


def grid(value: Value, digits: int = DIGITS, width: int | None = None, *, plain: bool = False) -> list[str]:
    """Returns an array in lines of one width, at most `width`; none where it has too many elements, or is too wide.

    A vector stands on one line, or on a few. A matrix has brackets as high as itself, or with `plain` those of a
    program; of an array of more axes the matrices stand one below the other.
    """
    if value.size == 0:
        return ["[]"]
    if value.size > MOST_ELEMENTS:
        return []
    if value.ndim == 1:
        return vector(aligned(value, digits), width)
    texts = columns(aligned(value, digits), value.shape[-1])
    lines = nested(texts, value.shape) if plain else bracketed(texts, value.shape)
    return lines if len(lines) <= MOST_LINES and (width is None or len(lines[0]) <= width) else []


def aligned(value: Value, digits: int = DIGITS) -> list[str]:
    """Returns the numbers of an array in order, with equally many decimals as far as their digits go.

    Whole numbers have none.
    """
    texts = [number(each, digits) for each in value.ravel().tolist()]
    decimals = max((len(text.partition(".")[2]) for text in texts if "e" not in text), default=0)
    return [filled(text, decimals, digits) for text in texts]


def filled(text: str, decimals: int, digits: int) -> str:
    """Returns a number with zeros after it, up to so many decimals, and no more digits than were asked for."""
    if "e" in text or "." not in text:
        return text
    sign, body = ("−", text[1:]) if text.startswith("−") else ("", text)
    whole, _, fraction = body.partition(".")
    room = len(pad(body, digits).partition(".")[2])
    return f"{sign}{whole}.{fraction.ljust(min(decimals, room), '0')}"


def columns(texts: Sequence[str], count: int) -> list[str]:
    """Returns rows of `count` texts each; every column stands at the right of its width."""
    widths = [max(map(len, texts[i::count])) for i in range(count)]
    rows = [texts[i : i + count] for i in range(0, len(texts), count)]
    return [GAP.join(text.rjust(wide) for text, wide in zip(row, widths, strict=True)) for row in rows]


def vector(texts: Sequence[str], width: int | None) -> list[str]:
    """Returns a vector on one line where there is room, else on a few of equal length."""
    one = f"[{GAP.join(texts)}]"
    if width is None or len(one) <= width:
        return [one]
    wide = max(map(len, texts))
    room = (width - 2 + len(GAP)) // (wide + len(GAP))
    if room < 1 or -(-len(texts) // room) > MOST_VECTOR_LINES:
        return []
    each = -(-len(texts) // -(-len(texts) // room))
    padded = [*texts, *[""] * (-len(texts) % each)]
    lines = columns(padded, each)
    last = lines.pop().rstrip()
    lines = [f"{'[' if i == 0 else ' '}{line}" for i, line in enumerate([*lines, last])]
    longest = max(map(len, lines)) + 1
    return [(line + "]" * (i == len(lines) - 1)).ljust(longest) for i, line in enumerate(lines)]


def nested(rows: Sequence[str], shape: Shape) -> list[str]:
    """Returns rows in brackets as a program nests them."""
    depth = len(shape)
    blocks = [prod(shape[axis:-1]) for axis in range(depth)]
    lines = []
    for at, row in enumerate(rows):
        opened = sum(at % block == 0 for block in blocks)
        closed = sum((at + 1) % block == 0 for block in blocks)
        lines.append(f"{'[' * opened:>{depth}}{row}{']' * closed:<{depth}}")
    return lines


def bracketed(rows: Sequence[str], shape: Shape) -> list[str]:
    """Returns rows in brackets as high as each matrix."""
    height = shape[-2]
    if height == 1:
        return [f"[[{row}]]" for row in rows]
    left = "⎡" + "⎢" * (height - 2) + "⎣"
    right = "⎤" + "⎥" * (height - 2) + "⎦"
    return [f"{left[i % height]}{row}{right[i % height]}" for i, row in enumerate(rows)]
