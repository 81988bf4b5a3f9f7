"""What cgviz's own formulas have below, as text has it: `{X}_{[0, 1]}`, `\\operatorname{sum}_{\\mathrm{axis=1}}(X)`."""

from __future__ import annotations

import re
from typing import Any

from cgviz.reading.tokens import Token, tokens

KEY, OPTIONS = "key", "options"
BELOW = {
    KEY: re.compile(r"_\{\[([0-9:,. -]+|[A-Za-z])\]\}"),
    OPTIONS: re.compile(r"_\{\\mathrm\{([^{}\\]*=[^{}\\]*|[-0-9, ]+)\}\}"),
}


def lowered(text: str, found: list[Any]) -> list[Any]:
    """Returns the pieces, each such subscript as one piece of its own, which stands for nothing else."""
    if not any(each.search(text) for each in BELOW.values()):
        return found
    made: list[Any] = []
    opened: list[int] = []
    end = 0
    for piece in found:
        if piece.start < end:
            continue
        made.append(piece)
        if piece.kind == "open":
            opened.append(len(made) - 1)
        elif piece.kind == "close" and opened:
            before = made[start - 1].text if (start := opened.pop()) else ""
            kind = OPTIONS if before == "operatorname" else KEY
            match = BELOW[kind].match(text, piece.end) if piece.text == "{" and before not in ("^", "_") else None
            if match:
                end = match.end()
                made.append(piece._replace(kind="char", text=kind, start=match.start(), end=end))
    return made


def inside(text: str, piece: Any) -> list[Token]:
    """Returns the tokens of a key or of options."""
    match = BELOW[piece.text].fullmatch(text, piece.start, piece.end)
    found = tokens(match[1])[:-1] if match else []
    return [token._replace(start=piece.start, end=piece.end) for token in found]


def key(text: str, piece: Any) -> list[Token]:
    """Returns `[0, 1]`."""
    opening, closing = (Token(sign, sign, piece.start, piece.end) for sign in "[]")
    return [opening, *inside(text, piece), closing]
