"""Lines without brackets and functions, which most lines of a long program are: read in one go, without a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cgviz.reading import build
from cgviz.reading.pending import Notes
from cgviz.reading.slips import KEYWORDS
from cgviz.reading.tokens import Token

PLAIN = frozenset({"+", "-", "*", "/", "end"})
OTHERWISE = KEYWORDS | {"if", "else", "log", "ln"}  # names that mean something else in some places


class Reads(Protocol):
    """What a plain line needs of the reader: what its names stand for, its numbers, and where it notes places."""

    notes: Notes
    known: dict[str, Any]
    variable: Callable[[Token], Any]

    def number(self, token: Token) -> Any: ...


def plain_sum(reader: Reads, tokens: Sequence[Token]) -> Any:
    """Returns a sum of products of names and numbers, which most lines are, in one go; None for anything else."""
    known, made = reader.known, []
    terms: list[tuple[int, Any]] = []
    factors: list[tuple[Any, bool]] = []
    joined: list[int] = []  # the places of + and −
    crossed: list[int] = []  # those of · and / in this term
    sign, divides = 1, False
    each = iter(tokens)
    for token in each:
        kind, name, _, _ = token
        joint, _, place, _ = next(each, token)
        if joint not in PLAIN:
            return None
        if kind == "name" and name not in OTHERWISE:
            node = known.get(name)
            if node is None:
                node = known[name] = reader.variable(token)
        elif kind == "number":
            node = reader.number(token)
        else:
            return None
        if joint == "*" or joint == "/":
            factors.append((node, divides))
            crossed.append(place)
            divides = joint == "/"
            continue
        if factors:
            factors.append((node, divides))
            node = build.product(factors)
            made.append((node, crossed))
            factors, crossed, divides = [], [], False
        if joint == "end" and not terms and sign > 0:
            break
        terms.append((sign, node))
        if joint == "end":
            node = build.total(terms)
            made.append((node, joined))
            break
        joined.append(place)
        sign = 1 if joint == "+" else -1
    else:
        return None
    for inner, places in made:
        reader.notes.places[id(inner)] = places[0] if len(places) == 1 else places
    return node
