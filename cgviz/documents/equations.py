"""Equations, whatever the format: lines of *symbol = formula = numbers = result*, in the notation of an output."""

from __future__ import annotations

from typing import NamedTuple

from cgviz.text.fold import Span

Term = tuple[Span, ...]


class Part(NamedTuple):
    """One side of an equation: terms, between which a line may be broken, joined by "+" or ","."""

    terms: tuple[Term, ...]
    joint: str = "+"


class Equation(NamedTuple):
    """An equation; without a symbol its one part stands alone.

    number  of the stage it belongs to; "" for none
    note    the rule that was used, in words
    flags   what is special here, in words
    """

    symbol: str
    parts: tuple[Part, ...] = ()
    number: str = ""
    note: str = ""
    flags: tuple[str, ...] = ()


def part(text: str, role: str = "") -> Part:
    """Returns a side of one term."""
    return Part((((text, role),),))


def equation(
    symbol: str, parts: list[Part | None], number: str = "", note: str = "", flags: list[str] | None = None
) -> Equation:
    """Returns a line; a side that is None, or that reads like the one before it, is left out.

    A side that is repeated keeps the role of the later one: `∂f/∂q = −4`, in red.
    """
    kept: list[Part] = []
    for each in parts:
        if each is None:
            continue
        if kept and plain(kept[-1]) == plain(each):
            kept.pop()
        kept.append(each)
    return Equation(symbol, tuple(kept), number, note, tuple(filter(None, flags or [])))


def plain(side: Part) -> str:
    """Returns the text of a side without roles."""
    return side.joint.join("".join(text for text, _ in term) for term in side.terms)
