"""Tables in LaTeX: under `\\sum_x` the P(x) is an element of a list, P_x; a' is an index as a is; `x \\in X` is x."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cgviz.reading.latex_macros import FUNCTIONS, GREEK, WORDS

SERIES = frozenset({"sum", "prod", "max", "min"})
PRIMES = frozenset("'′’")
PROBABILITIES = frozenset("pqPQ")


def tabled(found: list[Any]) -> list[Any]:
    """Returns the pieces (brackets not yet paired) with every table over the index of a sum as a name with an index."""
    if not any(piece.kind == "macro" and piece.text in SERIES for piece in found):
        return found
    made = over_tables(primed(found))
    letters = set(bound(made))
    if not letters:
        return made
    defined = {key for at, key in applications(made, letters) if at + 4 < len(made) and made[at + 4].text == "="}
    for at, key in reversed([*applications(made, letters)]):
        if key not in defined:
            index(made, at)
    return made


def over_tables(found: list[Any]) -> list[Any]:
    """Returns the pieces, a sum without an index over the x of the first P(x) behind it."""
    made: list[Any] = []
    for at, piece in enumerate(found):
        made.append(piece)
        if piece.kind != "macro" or piece.text not in ("sum", "prod") or found[at + 1 : at + 2] == []:
            continue
        if found[at + 1].text == "_":
            continue
        for here in range(at + 1, len(found) - 3):
            is_table = found[here].text in PROBABILITIES and found[here + 1].text == "("
            if is_table and found[here + 2].kind == "letter" and found[here + 3].kind == "close":
                made += [piece._replace(kind="char", text="_"), found[here + 2]]
                break
    return made


def primed(found: list[Any]) -> list[Any]:
    """Returns the pieces, a letter that stands primed under a sum in one with its prime wherever it is an index."""
    letters: set[str] = set()
    for at, piece in enumerate(found):
        if piece.kind == "macro" and piece.text in SERIES and at + 4 < len(found) and found[at + 1].text == "_":
            first = at + 2 + (found[at + 2].text == "{")
            if found[first].kind == "letter" and found[first + 1].text in PRIMES:
                letters.add(found[first].text)
    made: list[Any] = []
    for piece in found:
        if piece.text in PRIMES and made and made[-1].kind == "letter" and made[-1].text in letters:
            made[-1] = made[-1]._replace(text=f"{made[-1].text}′", end=piece.end)
        else:
            made.append(piece)
    return made


def bound(found: list[Any]) -> Iterator[str]:
    """Yields the letters under sums; what follows an `\\in` is taken out of `found`: an array is all of its values."""
    at = 0
    while at < len(found):
        piece = found[at]
        at += 1
        if piece.kind != "macro" or piece.text not in SERIES or at + 1 >= len(found) or found[at].text != "_":
            continue
        if found[at + 1].kind == "letter":
            yield found[at + 1].text
            continue
        end = group_end(found, at + 1) - 1
        inner = [piece.text for piece in found[at + 2 : end]]
        if "in" in inner and is_set(found[at + 2 + inner.index("in") + 1 : end]):
            del found[at + 2 + inner.index("in") : end]
        inner = [piece.text for piece in found[at + 2 : group_end(found, at + 1) - 1]]
        if "=" not in inner:
            yield from (text for text in inner if text != ",")


def group_end(found: Sequence[Any], at: int) -> int:
    """Returns the place after the group that opens at `at`."""
    depth = 0
    for here in range(at, len(found)):
        is_brace = found[here].text == "{"
        depth += (is_brace and found[here].kind == "open") - (is_brace and found[here].kind == "close")
        if depth <= 0:
            return here + 1
    return len(found)


def is_set(pieces: Sequence[Any]) -> bool:
    """Tells whether pieces are the name of a set: X, \\mathcal{X}."""
    plain = [piece for piece in pieces if piece.text != "{" and piece.text not in WORDS]
    return len(plain) == 1 and (plain[0].kind == "letter" or plain[0].text in GREEK)


def applications(found: Sequence[Any], letters: set[str]) -> Iterator[tuple[int, str]]:
    """Yields where a name stands before `(x)`, x an index, or a probability before `(x_i)`, `(x, y)`; and its text."""
    for at in range(len(found) - 3):
        name, opener = found[at], found[at + 1]
        if opener.kind != "open" or opener.text != "(" or not is_name(found, at):
            continue
        inner = [piece.text for piece in found[at + 2 : at + 7]]
        pair = name.text in PROBABILITIES and inner[1:2] == [","] and {*inner[:3:2]} <= letters and inner[3:4] == ["("]
        if (
            (inner[0] in letters and inner[1:2] == ["("] and found[at + 3].kind == "close")
            or pair
            or (name.text in PROBABILITIES and inner[1:2] == ["_"] and inner[2] in letters and inner[3:4] == ["("])
        ):
            yield at, name.text


def is_name(found: Sequence[Any], at: int) -> bool:
    """Tells whether a letter ends a name here, and no function that has one."""
    piece = found[at]
    return piece.kind == "letter" or (piece.kind == "macro" and piece.text in GREEK and piece.text not in FUNCTIONS)


def index(found: list[Any], at: int) -> None:
    """Writes the bracket after the name at `at` as a subscript, braces for brackets: P_{x}."""
    close = next(here for here in range(at + 2, len(found)) if found[here].kind == "close")
    opener, closer = found[at + 1], found[close]
    inner = found[at + 2 : close] if found[at + 3].text == "," else found[close - 1 : close]
    brace = opener._replace(kind="open", text="{")
    found[at + 1 : close + 1] = [opener._replace(kind="char", text="_"), brace, *inner, closer._replace(text="{")]
