"""Equations in the order of computation: in mathematics they may stand in any order, in a program they may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cgviz.reading.tokens import Token


def ordered(lines: Sequence[list[Token]]) -> list[list[Token]]:
    """Returns the statements so that one comes before those that use what it assigns, and as typed otherwise.

    A name that is assigned more than once, or equations in a circle, move nothing: there the order is the program's.
    """
    targets = [assigned(line) for line in lines]
    times = Counter(targets)
    maker = {name: at for at, name in enumerate(targets) if name and times[name] == 1}
    if not maker or len(lines) < 2:
        return list(lines)
    result: list[list[Token]] = []
    begun, ended = [False] * len(lines), [False] * len(lines)
    for first in range(len(lines)):
        todo = [(first, False)]
        while todo:
            at, done = todo.pop()
            if done:
                result.append(lines[at])
                ended[at] = True
            elif not begun[at]:
                begun[at] = True
                needed = [maker[name] for name in reversed(used(lines[at])) if maker.get(name, at) != at]
                if any(begun[other] and not ended[other] for other in needed):
                    return list(lines)
                todo.append((at, True))
                todo.extend((other, False) for other in needed)
    return result


def assigned(line: Sequence[Token]) -> str:
    """Returns the name on the left of a statement's "=", or ""."""
    equals = equals_at(line)
    return line[0].text if equals and line[0].kind == "name" else ""


def used(line: Sequence[Token]) -> list[str]:
    """Returns the names on the right of a statement's "=", parameters left out, in order."""
    equals = equals_at(line)
    parameters = {token.text for token in line[1:equals]}
    return list(dict.fromkeys(t.text for t in line[equals:] if t.kind == "name" and t.text not in parameters))


def equals_at(line: Sequence[Token]) -> int:
    return next((at for at, token in enumerate(line) if token.kind == "="), 0)
