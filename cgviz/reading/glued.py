"""Names that are two glued together: `qz` where q and z are known, `lnx`, `2xy`. Split where it is sure, else asked.

A name of several letters is one name where the program assigns it, a value is given for it or a signature has it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.tokens import Token
from cgviz.reading.words import KEYWORDS

FUNCTIONS = tuple("arcsin arccos arctan sigmoid sinh cosh tanh sqrt relu log exp sin cos tan abs ln".split())
ARGUMENTS = frozenset("xyzuvwtθ")
WORDS_OF_PYTHON = KEYWORDS | {"if", "else"}
WORDS = frozenset("cost logs sine tank sing sint lns abst expt logt".split())
GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega eps lam inf nan lr dt dx dy dz db dw dq id kl fx fy out loss err".split()
)


INDEXED = re.compile(r"[^\W\d]_?[0-9]*")
PLAIN = re.compile(rf"{INDEXED.pattern}|[^\W\d]_\w{{1,3}}")
FACTOR = r"[^\W\d_](?:[0-9]+|_[0-9]+|_[ijk](?=[^\W\d_]_|\Z))"
SIDE_BY_SIDE = re.compile(rf"(?:{FACTOR}){{2,}}[x-z]?|[^\W\d_]_?[0-9]+[t-zθ]|[^\W\d_]_[ijk][x-z]|π[^\W\d_]{{2,3}}")
ONE_FACTOR = re.compile(rf"{FACTOR}|[^\W\d_]")
MIDDLE = re.compile(r"[^\W\d_](log|exp|sin|cos|tan|tanh|sqrt)([^\W\d_])", re.ASCII)
AFTER_A_NUMBER = re.compile(r"[0-9][^\W\d]{2}|[ᵀ^⁰¹²³⁴-⁹]")


def may_be_glued(text: str, names: Collection[str], known: Collection[str]) -> bool:
    """Tells in short whether any of the names that a program does not declare could be two."""
    if AFTER_A_NUMBER.search(text):
        return True
    return any(
        len(name) == 2 or COEFFICIENT.fullmatch(name) or parts(name, known) or applied(name, known) or factors(name)
        for name in names
        if not PLAIN.fullmatch(name) or "_" in name
    )


def is_two(text: str, name: str, names: Collection[str], known: Collection[str]) -> bool:
    """Tells whether a name that a program does not declare could be two: `names` are declared, `known` are all."""
    if INDEXED.fullmatch(name):
        return False
    is_split = parts(name, known) or pair(name, names, ()) or applied(name, known) or factors(name)
    return bool(is_split or is_pair(text, name, known))


def separated(
    text: str,
    every: Sequence[Token],
    names: Collection[str],
    parameters: Collection[str],
    also: Collection[str],
    given: Collection[str] = (),
) -> list[Token]:
    """Returns the tokens, names split that are products for sure: of parameters, or of names that have values.

    names       declared: what the program assigns or has a value
    parameters  those of the last statement's signature, `f(x, y) = xy`
    also        the other names that stand in the program

    Raises ExpressionError, which proposes the split, where a name could be a product of known names or a function.
    """
    known = {*names, *parameters, *also}
    found: list[Token] = []
    checked: dict[str, list[str]] = {}
    for at, token in enumerate(every):
        is_other = token.text in names or token.text in parameters or token.text in WORDS_OF_PYTHON
        if token.kind != "name" or len(token.text) < 2 or is_other:
            found.append(token)
            continue
        after, before = every[at + 1].kind, found[-1] if found else None
        if before is not None and before.kind == ".":
            found.append(token)
            continue
        if token.text not in checked:
            checked[token.text] = (
                [] if after == "(" else parts(token.text, known) or pair(token.text, names, parameters)
            )
        split = checked[token.text]
        if split and after != "(" and all(part in parameters or part in given for part in split):
            if before is not None and before.kind == "**" and len(split) > 1:
                message = f"what stands in the power? Write ^({'*'.join(split)}), or the factors apart"
                raise ExpressionError(message, text, before.start, token.end)
            made = list(pieces(token, split))
            if before is not None and before.kind == "/":  # x/yz: print has both below the line
                if after in ("**", "super"):
                    above = "*".join(split)
                    message = f"what stands below the slash, and in the power? Write /({above}) with its power"
                    raise ExpressionError(message, text, before.start, token.end)
                made = [token._replace(kind="(", text="("), *made, token._replace(kind=")", text=")")]
            found += made
            continue
        raise_for(text, token, split, before, after, known)
        found.append(token)
    return found


def pieces(token: Token, split: Sequence[str]) -> Iterator[Token]:
    start = token.start
    for part in split:
        yield Token("name", part, start, start + len(part))
        start += len(part)


COMPLEX = re.compile(r"[0-9.][jJ](?!\w)")


def refuse_complex(text: str, every: Sequence[Token], known: Collection[str]) -> None:
    """Raises ExpressionError for a complex number of Python, `2j`, where j is no name that is known."""
    if not COMPLEX.search(text):
        return
    for number, token in pairwise(every):
        touching = number.kind == "number" and number.end == token.start
        if touching and token.text in ("j", "J") and token.text not in known:
            message = f"complex numbers are not read; {number.text}*{token.text} multiplies by an input {token.text}"
            raise ExpressionError(message, text, number.start, token.end)


def raise_for(
    text: str, token: Token, split: Sequence[str], before: Token | None, after: str, known: Collection[str]
) -> None:
    """Raises ExpressionError where a name is glued together."""
    if after == "(" or after == "=":
        return
    name = token.text
    split = split or factors(name)
    if split:
        is_matrix = split[0][:1].isupper() and not split[-1][:1].isupper()
        shown = " @ ".join(split) if after == "T" else (" " if is_matrix else "*").join(split)
        message = (
            f"is {quoted(name)} the product {shown}? Write {shown}; a name of its own needs a value or a statement"
        )
        raise ExpressionError(message, text, token.start, token.end)
    function = applied(name, known)
    if function:
        message = f"is {quoted(name)} {function}? Put the argument in brackets; a name of its own needs a value"
        raise ExpressionError(message, text, token.start, token.end)
    touching = before is not None and before.end == token.start
    is_factor = before is not None and before.kind == "number" and touching
    is_squared = after == "super" and len(name) == 2 and name[0] != "d"  # x y² in print, (xy)² in a program
    if is_pair(text, name, known):
        sign = " " if name[0].isupper() else "*"
        shown = sign.join(name)
        message = (
            f"is {quoted(name)} the product {shown}? Write {shown}; one name: {name[0]}_{name[1:]}, or give it a value"
        )
        raise ExpressionError(message, text, token.start, token.end)
    if (
        (is_factor or is_squared or after == "T")
        and len(name) in (2, 3)
        and name.isascii()
        and name.isalpha()
        and name not in GREEK
    ):
        sign = " @ " if after == "T" else "*"
        shown = sign.join(name)
        number = before.text if is_factor and before is not None else ""
        one = f"; one name: {number}*{name}" if number else f"; one name: ({name})²" if is_squared else ""
        message = f"is {quoted(name)} the product {shown}? Write {shown}{one}"
        raise ExpressionError(message, text, token.start, token.end)


COEFFICIENT = re.compile(r"[a-dkmnp-rw][xyzt]|[A-Z][hvxyz]|[^\W\d][α-ω]|[α-ω]{3,4}")
OF_PROGRAMS = re.compile(r"[@\[.]|\*\*")


def is_pair(text: str, name: str, known: Collection[str]) -> bool:
    """Tells whether a name is a coefficient and a variable, `mx`, or a matrix and a vector, `Wx`, in print."""
    is_known = name in GREEK or any(letter in known for letter in name)
    return COEFFICIENT.fullmatch(name) is not None and not is_known and OF_PROGRAMS.search(text) is None


def parts(name: str, known: Collection[str]) -> list[str]:
    """Returns `name` as the fewest known names that spell it, [] where none do."""
    best: list[list[str] | None] = [[]] + [None] * len(name)
    for end in range(1, len(name) + 1):
        for start in range(end):
            head, part = best[start], name[start:end]
            if head is not None and part != name and part in known:
                shortest = best[end]
                if shortest is None or len(head) + 1 < len(shortest):
                    best[end] = [*head, part]
    return best[-1] or []


def factors(name: str) -> list[str]:
    """Returns the factors of a name in which a subscript ends and a letter follows, `x_1y`, `w1x1`; of `πrh`."""
    return ONE_FACTOR.findall(name) if SIDE_BY_SIDE.fullmatch(name) else []


def pair(name: str, names: Collection[str], parameters: Collection[str]) -> list[str]:
    """Returns the two letters of a name where the program has one of them: `qz` after `q = x + y`."""
    if len(name) != 2 or not name.isalpha() or name in GREEK or name[0] in "dΔδ":
        return []
    return list(name) if any(letter in names or letter in parameters for letter in name) else []


def applied(name: str, known: Collection[str]) -> str:
    """Returns `ln(x)` for `lnx`: a function's name before a known name or a usual argument; "" for anything else."""
    for function in FUNCTIONS:
        rest = name[len(function) :]
        argument = rest.lstrip("0123456789")
        if name.startswith(function) and rest and name not in WORDS and (argument in known or argument in ARGUMENTS):
            number = rest.removesuffix(argument)
            return f"{function}({f'{number}*' if number else ''}{argument})"
    inner = MIDDLE.fullmatch(name)  # xlogx
    if inner and (inner[2] in known or inner[2] == name[0]) and name not in WORDS:
        return f"{name[0]}*{inner[1]}({inner[2]})"
    return ""
