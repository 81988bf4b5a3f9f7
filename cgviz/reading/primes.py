"""Names with primes and raised indices: `c′`, of a program that assigns it, is a name of its own, and so is `a⁽²⁾`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.tokens import HIGH, PRIMES, WHY_BAD, Token
from cgviz.text.parsing import spelled
from cgviz.text.spelling import Spelling


def without_primes(text: str, every: Sequence[Token]) -> tuple[Sequence[Token], dict[str, Spelling]]:
    """Returns tokens in which `c′`, where the program assigns it, is the name `c_2`, and how such names are spelled.

    Raises ExpressionError for a prime at another name, which is a derivative's.
    """
    primed = {token.text for token in every if token.kind == "primed"}
    if not primed:
        return every, {}
    assigned = {token.text for at, token in enumerate(every) if token.kind == "primed" and is_assigned(every, at)}
    for token in every:
        if token.kind == "primed" and token.text not in assigned:
            raise ExpressionError(WHY_BAD["′"], text, token.end - 1, token.end)
    taken = {token.text for token in every}
    names = {}
    for written in sorted(primed):
        count = PRIMES.index(written[-1]) + 2
        while f"{written[:-1]}_{count}" in taken:
            count += 1
        names[written] = f"{written[:-1]}_{count}"
        taken.add(names[written])
    spelt = {names[written]: replace(spelled(written[:-1]), primes=PRIMES.index(written[-1]) + 1) for written in primed}
    return [t._replace(kind="name", text=names[t.text]) if t.kind == "primed" else t for t in every], spelt


def is_assigned(every: Sequence[Token], at: int) -> bool:
    """Tells whether `c′ = ...` or `c′(x, y) = ...` begins at a token."""
    if at and every[at - 1].kind != "end":
        return False
    after = at + 1
    if every[after].kind == "(":
        after = next((i + 1 for i in range(after, len(every) - 1) if every[i].kind == ")"), after)
    return every[after].kind == "="


def raised_names(text: str, every: Sequence[Token]) -> dict[str, Spelling]:
    """Returns how names with a raised index are spelled, `a⁽²⁾` that is called `a2`.

    Raises ExpressionError where a text has two names with that one identifier.
    """
    if "⁽" not in text:
        return {}
    spelt: dict[str, Spelling] = {}
    others: dict[str, Token] = {}
    for token in every:
        written = text[token.start : token.end]
        if token.kind != "name" or written[:1] in HIGH:
            continue
        if "⁽" in written:
            spelt[token.text] = spelled(written)
        else:
            others.setdefault(token.text, token)
    for name in spelt.keys() & others.keys():
        token = others[name]
        other = text[token.start : token.end]
        message = f"{spelt[name].text} and {other} are both called {quoted(name)} in text: write one of them otherwise"
        raise ExpressionError(message, text, token.start, token.end)
    return spelt
