"""Folding of text with roles into lines of a given width: between words, else between factors, else anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cgviz.errors import cells

Span = tuple[str, str]
"""A piece of text and its role: "value", "gradient", "name", "name", "muted" or ""."""

Line = list[Span]


@lru_cache(maxsize=1 << 16)
def width_of(text: str) -> int:
    """Returns how many terminal columns `text` takes."""
    return len(text) if text.isascii() else cells(text)


def line_width(line: Iterable[Span]) -> int:
    return sum(width_of(text) for text, _ in line)


def joined(words: Sequence[Line]) -> Line:
    """Returns words on one line."""
    return [span for i, word in enumerate(words) for span in ([(" ", "")] if i else []) + list(word)]


def fold(words: Sequence[Line], width: int) -> list[Line]:
    """Returns lines of at most `width` columns, filled with words that stand one space apart.

    A word is a few spans that belong together; one that is wider than a line is broken, between its own words
    or factors where it has any.
    """
    lines: list[Line] = []
    room = 0
    for word in words:
        for part in [word] if line_width(word) <= width else broken(word, width):
            wide = line_width(part)
            if lines and wide < room:
                lines[-1] += [(" ", ""), *part]
                room -= wide + 1
            else:
                lines.append(list(part))
                room = width - wide
    return lines


def broken(word: Line, width: int) -> list[Line]:
    """Returns the parts of a word that is wider than a line."""
    inner = split(word)
    if len(inner) > 1:
        return fold(inner, width)
    lines: list[Line] = [[]]
    room = width
    for text, role in word:
        for piece in re.split(r"(?<=[·*/,(])", text):
            for part in [piece] if width_of(piece) <= width else chopped(piece, width):
                if width_of(part) > room:
                    lines.append([])
                    room = width
                lines[-1].append((part, role))
                room -= width_of(part)
    return [line for line in lines if line]


def chopped(text: str, width: int) -> list[str]:
    """Returns `text` in pieces of at most `width` columns (a wide character alone may be wider)."""
    pieces, piece = [], ""
    for character in text:
        if piece and width_of(piece + character) > width:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]


def split(line: Iterable[Span]) -> list[Line]:
    """Returns the words of a text: spans that no space separates belong to one word."""
    words: list[Line] = [[]]
    for text, role in line:
        first, *rest = text.split(" ")
        words[-1].append((first, role))
        words += [[(word, role)] for word in rest]
    return [word for word in words if any(text for text, _ in word)]
