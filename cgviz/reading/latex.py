"""LaTeX in: a formula's pieces become the same tokens as text, and the program reader does the rest."""

from __future__ import annotations

from collections.abc import Iterable

from cgviz.errors import ExpressionError
from cgviz.reading.latex_calls import Calls
from cgviz.reading.latex_names import Names, multiple, touches
from cgviz.reading.latex_order import ordered
from cgviz.reading.latex_pieces import Piece, pieces
from cgviz.reading.latex_statements import is_equals, is_layout, statements
from cgviz.reading.latex_tokens import Translator
from cgviz.reading.program import Program, Scope
from cgviz.reading.tokens import Token
from cgviz.text.identifiers import LONGEST_NAME


def read_latex(text: str, given: Iterable[str] = ()) -> Program:
    """Returns the program in a LaTeX text. `given` are the names that the caller has values for.

    Equations may stand in any order: one that another one uses is read before it.

    Raises ExpressionError, which points at the place.
    """
    given = frozenset(given)
    found = pieces(text)
    ranges = statements(text, found)
    if not ranges:
        raise ExpressionError("the LaTeX holds no formula; give one such as \\frac{x}{y}", text, 0, 1)
    targets = [target(text, found, start, end) for start, end in ranges]
    names = frozenset(name for name, _ in targets)
    functions = frozenset(name for name, applied in targets if applied)
    variables = frozenset(name for name, applied in targets if not applied) | given
    calls = Calls(text, found, Names(text, found, multiple(names | given)), functions, variables)
    translator = Translator(calls)
    lines = [translator.tokens(start, end) for start, end in ranges]
    return Scope(text, given).read([token for line in ordered(lines) for token in [*line, closing(line)]])


def closing(line: list[Token]) -> Token:
    """Returns the "end" of a statement."""
    at = line[-1].end if line else 0
    return Token("end", ";", at, at)


def target(text: str, found: list[Piece], start: int, end: int) -> tuple[str, bool]:
    """Returns the name that a statement assigns, and whether it does as a function: ("f", True) for `f(x) = ...`."""
    while is_layout(found[start]):
        start += 1
    names = Names(text, found)
    if not names.begins(start):
        return "", False
    at, letters = start, ""
    while at < end and names.begins(at) and (at == start or touches(found, at)) and len(letters) <= LONGEST_NAME:
        part, at = names.atom(at)
        letters += part
    if len(letters) > LONGEST_NAME:
        return "", False
    whole = Names(text, found, frozenset({letters})).read(start)
    at = whole.end
    applied = at < end and found[at].kind == "open" and found[at].text == "("
    if applied:
        at = found[at].partner + 1
    while at < end and is_layout(found[at]):
        at += 1
    return (whole.text, applied) if at < end and is_equals(found[at]) else ("", False)
