"""How wide LaTeX's mathematics is, about, and where a long formula may be broken over lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_]|[^\\{}^_]", re.DOTALL)
SILENT = {r"\left", r"\right", r"\mathrm", r"\text", r"\operatorname", r"\begin", r"\end", r"\cdot", r"\mathbin", " "}
WIDE = {r"\quad": 2.0, r"\qquad": 4.0, r"\cdot": 2.2, r"\odot": 2.8, "+": 2.8, "-": 2.4, "=": 2.8, r"\times": 2.8}
PLACE = re.compile(r" (?=[+-] |\\(?:cdot|odot) |/ )|(?<=, )|(?<=(?<!\\left)\()")
DEEPEST = 8
SMALL, SMALLER = 0.75, 2
BRACKETS, BETWEEN = 2.6, 2.2  # of a matrix, and between its columns


def width(tex: str) -> float:
    """Returns about how many letters wide a formula is."""
    return Measure(tex).group()


class Measure:
    """Reads a formula's tokens once, group by group; the nesting of what is written is bounded."""

    def __init__(self, tex: str) -> None:
        self.tokens = TOKEN.findall(tex)
        self.at = self.level = 0

    def group(self) -> float:
        """Returns the width up to the brace that closes the group, or the end."""
        total = 0.0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == "}":
                break
            total += self.of(token)
        return total

    def of(self, token: str) -> float:
        if token == "{":
            return self.group()
        if token == r"\begin":
            return self.environment()
        if token == r"\frac":
            return max(self.argument(), self.argument()) + 0.5
        if token in "^_":
            return self.script()
        if token == r"\textcolor":
            self.argument()
            return self.argument()
        return WIDE.get(token, 0.0 if token in SILENT else 1.0 if len(token) < 6 else 2.0)

    def environment(self) -> float:
        """Returns the width of a matrix, that of its widest row; what else has a beginning is as wide as all in it."""
        name = "".join(self.tokens[self.at : self.at + 9])
        total = self.argument()
        if name != "{bmatrix}":
            return total
        rows, row = [BRACKETS], BRACKETS
        while self.at < len(self.tokens) and self.tokens[self.at] != r"\end":
            token = self.tokens[self.at]
            self.at += 1
            if token == r"\\":
                rows.append(row)
                row = BRACKETS
            else:
                row += BETWEEN if token == "&" else self.of(token)
        self.at += 1
        self.argument()
        return max(*rows, row)

    def script(self) -> float:
        """Returns the width of a script, which is set smaller, but no smaller than that of a script."""
        self.level += 1
        found = self.argument() * (SMALL if self.level <= SMALLER else 1.0)
        self.level -= 1
        return found

    def argument(self) -> float:
        if self.at >= len(self.tokens):
            return 0.0
        token = self.tokens[self.at]
        self.at += 1
        return self.of(token)


def broken(tex: str, room: float, first: float | None = None) -> list[str]:
    """Returns a formula in pieces of about `room` letters (the first of `first`), broken between terms or factors.

    Where a break falls between \\left( and \\right), both pieces get an invisible partner.
    """
    lines: list[str] = []
    line, used, depth = "", 0.0, 0
    limit = room if first is None else first
    for piece in pieces(tex):
        wide = width(piece)
        if line and used + wide > limit:
            lines.append(line.rstrip() + r" \right." * depth)
            line, used, limit = r"\left. " * depth, 0.0, room
        line += piece
        used += wide
        depth += piece.count(r"\left") - piece.count(r"\right")
    return [*lines, line]


def flattened(tex: str) -> str:
    r"""Returns a formula; where brackets are nested deeply, they do not grow with what is in them."""
    depth = deepest = 0
    for token in re.findall(r"\\left(?![a-z])|\\right(?![a-z])", tex):
        depth += 1 if token == r"\left" else -1
        deepest = max(deepest, depth)
    return re.sub(r"\\(left|right)(?![a-z])", "", tex) if deepest > DEEPEST else tex


def pieces(tex: str) -> Iterator[str]:
    """Yields a formula cut wherever it may be broken: outside of braces and environments."""
    start = depth = position = 0
    for token in TOKEN.findall(tex):
        if depth == 0 and position > start and PLACE.match(tex, position):
            yield tex[start:position]
            start = position
        depth += {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}.get(token, 0)
        position += len(token)
    yield tex[start:]
