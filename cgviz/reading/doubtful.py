"""What two readers read as two things, refused with both ways to write it: `e^2x`, `x(0)`, `[1 2]`, `sum (x)^2`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.brackets import DEEPER, after_bracket, closing
from cgviz.reading.tokens import Token
from cgviz.reading.words import LETTERS

MAY = re.compile(
    r"(?:\^|\*\*)\s*-?(?:[0-9.]+[^\W\d]|H\b|T\w)|\bE\s*(?:\^|\*\*)|ᴴ|\w\([0-9]+\)|\[[^\[\],]+\s|\b(?:sum|mean|prod)\s+\(|"
    rf"(?:{'|'.join(LETTERS)})\("
)
SUMS = frozenset({"sum", "mean", "prod"})
ENDS, BEGINS = frozenset({"name", "number", ")", "]"}), frozenset({"name", "number", "("})
Doubt = tuple[str, int, int]


def refuse_doubtful(
    text: str, every: Sequence[Token], names: Collection[str], given: Collection[str], functions: Collection[str]
) -> None:
    """Raises ExpressionError where a text has two readings. `names` are the variables that the program declares."""
    if not MAY.search(text):
        return
    assigned = set(given)
    start = 0
    for at, token in enumerate(every):
        for message, first, last in doubts(every, at, names, functions, assigned):
            raise ExpressionError(message, text, every[first].start, every[last].end)
        if token.kind == "end":
            if every[start].kind == "name" and every[min(start + 1, at)].kind == "=":
                assigned.add(every[start].text)
            start = at + 1


def doubts(
    every: Sequence[Token], at: int, names: Collection[str], functions: Collection[str], assigned: Collection[str]
) -> Iterator[Doubt]:
    """Yields the message of a doubt at a token, and the tokens from which to which it reaches."""
    token = every[at]
    if token.kind == "**" and at:
        yield from in_power(every, at, names)
    elif token.kind == "[" and (at == 0 or every[at - 1].kind not in ENDS):
        yield from in_list(every, at)
    elif token.kind == "name" and every[at + 1].kind == "(" and token.text not in functions:
        yield from applied(every, at, names, assigned)


def in_power(every: Sequence[Token], at: int, names: Collection[str]) -> Iterator[Doubt]:
    base = every[at - 1]
    start = at + 1 + (every[at + 1].kind in ("-", "("))
    first, after = every[start], every[min(start + 1, len(every) - 1)]
    is_number = base.kind == "number" or (base.text == "e" and "e" not in names)
    is_bare = is_number and every[at + 1].kind != "(" and first.kind == "number"
    if is_bare and after.kind == "name" and after.start == first.end:
        power = "-" * (every[at + 1].kind == "-") + first.text
        message = f"what stands in the power? Write {base.text}^({power}*{after.text}), or "
        yield f"{message}{base.text}^({power})*{after.text}", at - 1, start + 1
    if base.text == "E" and "E" not in names and first.kind != "number" and is_base(every, "E"):
        yield "is E Euler's number? Write e; a variable E needs a value or a statement", at - 1, at
    if first.kind != "name" or first.text in names or base.kind not in ("name", ")"):
        return
    if first.text == "H" and (base.kind == ")" or base.text.isupper()):
        yield "it turns a matrix of complex numbers; of real ones write ᵀ; a power needs a value for H", at - 1, start
    if re.fullmatch(r"T[A-Za-z]{1,2}", first.text) and after.kind != "(":
        rest = " ".join(first.text[1:])
        yield f"is ^T a transpose? Write {base.text if base.kind == 'name' else '(...)'}ᵀ {rest}", at - 1, start


def is_base(every: Sequence[Token], name: str) -> bool:
    """Tells whether a name stands nowhere but before a power."""
    return all(after.kind == "**" for token, after in pairwise(every) if token.text == name)


def in_list(every: Sequence[Token], at: int) -> Iterator[Doubt]:
    """A list without commas whose parts are apart by blanks is MATLAB's."""
    end = closing(every, at + 1)
    depth = 0
    for one, two in pairwise(every[at + 1 : end]):
        depth += DEEPER.get(one.kind, 0)
        if depth == 0 and (one.kind == "," or two.text == "for"):
            return
    for place in range(at + 1, end - 1):
        depth += DEEPER.get(every[place].kind, 0)
        one, two, after = every[place : place + 3]
        apart = two.start > one.end and one.kind in ENDS
        if depth == 0 and apart and (two.kind in BEGINS or (two.kind == "-" and after.start == two.end)):
            message = "elements of an array stand between commas, [a, b]; for a product or a sum write ( )"
            yield message, at, end
            return


def applied(every: Sequence[Token], at: int, names: Collection[str], assigned: Collection[str]) -> Iterator[Doubt]:
    token, bracket = every[at], every[at + 1]
    name = token.text
    if name in LETTERS and name in assigned:
        yield f"is {quoted(name)} the variable or the function? A product is {name}*(...)", at, at + 1
    inner = every[at + 2 : at + 4]
    is_place = [each.kind for each in inner] == ["number", ")"] and inner[0].text.isdigit()
    if is_place and name in names and name not in LETTERS and every[at - 1].kind != ".":
        yield f"an element is {name}[{inner[0].text}], a product {name}*{inner[0].text}", at, at + 3
    end = after_bracket(every, at + 1)
    if name in SUMS and bracket.start > token.end and every[end].kind in ("**", "super"):
        yield f"the power of the {name} or of its terms? Write {name}((...)^2), or ({name}(...))^2", at, end
