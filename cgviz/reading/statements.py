"""Statements of a program as tokens: where one ends, what kind it is, which of them are values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from cgviz.reading.brackets import DEEPER, closing, parted
from cgviz.reading.tokens import Token

ASSIGNS = frozenset({"=", "+=", "-=", "*=", "/=", "@="})


def in_order(lines: list[list[Token]]) -> list[list[Token]]:
    """Returns the statements, values at the end before what they are used in, a repeated last name left out.

    A value belongs to an input that nothing else assigns: `f = x**2; x = 3`.
    """
    is_name = len(lines) > 1 and [token.kind for token in lines[-1]] == ["name", "end"]
    if is_name and is_assignment(lines[-2]) and lines[-2][0].text == lines[-1][0].text:
        lines = lines[:-1]
    at = len(lines)
    while at and is_assignment(lines[at - 1]) and is_value(lines[at - 1]):
        at -= 1
    if at in (0, len(lines)):
        return lines
    targets = [line[0].text for line in lines if is_assignment(line)]
    if any(targets.count(line[0].text) > 1 for line in lines[at:]):
        return lines
    last = lines[-1][0].text
    if not any(token.text == last for line in lines[:at] for token in line):  # no input: what is meant is `f = 3`
        return lines
    return [*lines[at:], *lines[:at]]


def is_value(line: Sequence[Token]) -> bool:
    """Tells whether a statement gives an input its value: a number, or an array of numbers."""
    body = line[2:]
    return line[1].kind == "=" and (literal(body) is not None or all(t.kind in VALUES for t in body[:-1]))


VALUES = frozenset({"number", "[", "]", ",", "-", "+"})


class Survey:
    """What a list of tokens holds: its statements, all names, and those that stand without a bracket behind them."""

    def __init__(self, every: Sequence[Token]) -> None:
        self.every = every
        self.lines = split(every)

    @cached_property
    def kinds(self) -> set[str]:
        return {token[0] for token in self.every}

    @cached_property
    def names(self) -> set[str]:
        return {text for kind, text, _, _ in self.every if kind == "name"}

    @cached_property
    def unapplied(self) -> set[str]:
        if "(" not in self.kinds:
            return self.names
        return {a.text for a, b in pairwise(self.every) if a.kind == "name" and b.kind != "("}

    @cached_property
    def after_dot(self) -> set[str]:
        if "." not in self.kinds:
            return set()
        return {b.text for a, b in pairwise(self.every) if a.kind == "."}


def declared(lines: Sequence[Sequence[Token]]) -> tuple[set[str], set[str], set[str]]:
    """Returns the names that statements assign, those of functions that they define, and all their parameters."""
    assigned: set[str] = set()
    functions: set[str] = set()
    signature: set[str] = set()
    for line in lines:
        if is_assignment(line):
            assigned.add(line[0].text)
        elif is_definition(line):
            functions.add(line[0].text)
            close = next(i for i, token in enumerate(line) if token.kind == ")")
            signature |= {token.text for token in line[2:close] if token.kind == "name"}
    return assigned, functions, signature


def split(every: Sequence[Token]) -> list[list[Token]]:
    """Returns the statements, each closed by its "end"; a line break inside brackets ends none."""
    lines: list[list[Token]] = []
    line: list[Token] = []
    depth = 0
    for token in every:
        kind = token[0]
        if kind == "end":
            if depth > 0 and token.text == "\n":
                continue
            if line:
                line.append(token)
                lines += apart(line) if line[1].kind in (":", ",") else (line,)
            line, depth = [], 0
            continue
        if kind in DEEPER:
            depth += DEEPER[kind]
        line.append(token)
    return lines


def is_assignment(line: Sequence[Token]) -> bool:
    return line[0].kind == "name" and line[1].kind in ASSIGNS


def targets(line: Sequence[Token]) -> list[Token]:
    """Returns the names of `a, b = ...`; none for any other statement."""
    at = 0
    while line[at].kind == "name" and line[at + 1].kind == ",":
        at += 2
    return [*line[0 : at + 1 : 2]] if at and line[at].kind == "name" and line[at + 1].kind == "=" else []


def item(line: Sequence[Token]) -> int:
    """Returns where the bracket closes in `m[i, j] = ...`; 0 for any other statement."""
    if line[0].kind != "name" or line[1].kind != "[":
        return 0
    close = closing(line, 2)
    return close if line[close].kind == "]" and line[close + 1].kind in ASSIGNS else 0


def is_declaration(line: Sequence[Token]) -> bool:
    """Tells whether a statement is `X: (N, D)`."""
    inner = line[2:-1]
    return line[0].kind == "name" and line[1].kind == ":" and all(t.kind in ("name", "number", *"(),") for t in inner)


def is_definition(line: Sequence[Token]) -> bool:
    """Tells whether a statement is `name(...) = ...`."""
    if line[0].kind != "name" or line[1].kind != "(":
        return False
    close = next((i for i, token in enumerate(line) if token.kind == ")"), None)
    return close is not None and line[close + 1].kind == "="


def literal(body: Sequence[Token]) -> float | None:
    """Returns the value of a statement that is one number with or without a sign, else None."""
    signs = 0
    while body[signs].kind in ("-", "+"):
        signs += 1
    if len(body) != signs + 2 or body[signs].kind != "number":
        return None
    value = float(body[signs].text)
    return -value if sum(token.kind == "-" for token in body[:signs]) % 2 else value


def apart(line: list[Token]) -> list[list[Token]]:
    """Returns a statement as it counts: `a: float = x` without its annotation, `a, b = 1, 2` as two."""
    if line[0].kind == "name" and line[1].kind == ":":
        equals = next((at for at, token in enumerate(line) if token.kind == "="), 0)
        return [[line[0], *line[equals:]]] if equals else [line]
    names = targets(line)
    parts = parted(line[2 * len(names) : -1]) if names else []
    assigned = {name.text for name in names}
    if len(parts) != len(names) or any(token.text in assigned for part in parts for token in part):
        return [line]
    equals_sign = line[2 * len(names) - 1]
    return [[name, equals_sign, *part, line[-1]] for name, part in zip(names, parts, strict=True) if part] or [line]
