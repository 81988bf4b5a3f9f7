"""Modules that anybody uses: `tf.maximum`, `torch.nn.functional.relu` and `np.linalg.norm` are the functions.

A name with a dot after it that is none of these is an array whose method is meant, or it is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.call_names import LIBRARIES
from cgviz.reading.tokens import Token

MODULES = frozenset(name.partition(".")[0] for name in LIBRARIES) | set("mp mpmath sympy nd mx keras xp".split())
CONSTANTS = {"pi": "pi", "PI": "pi", "e": "e", "E": "e"}
RANDOM = frozenset("random rand randn normal uniform randint".split())


def unqualified(text: str, every: Sequence[Token], variables: Collection[str], alone: Collection[str]) -> list[Token]:
    """Returns the tokens without the names of modules before functions; `variables` are no modules.

    `alone` are the names that stand without a dot somewhere.

    Raises ExpressionError for a module's name that is not known, and for random numbers.
    """
    found: list[Token] = []
    at = 0
    while at < len(every):
        token = every[at]
        end = at if found and found[-1].kind == "." else path_end(every, at)
        if end == at or token.text in variables:
            found.append(token)
            at += 1
            continue
        names = every[at : end + 1 : 2]
        if token.text in MODULES and names[-1].text != "T":
            found.append(function(text, names))
            at = end + 1
            continue
        if any(name.text in RANDOM for name in names[1:]):
            raise random(text, names)
        if len(token.text) > 1 and token.text not in alone and takes_operand(every, end):
            message = f"what is {quoted(token.text)}? A module that is not known, or an array: then give it a value"
            raise ExpressionError(message, text, token.start, token.end)
        found.append(token)
        at += 1
    return found


def takes_operand(every: Sequence[Token], at: int) -> bool:
    """Tells whether the bracket after the name at `at` begins with a name or a bracket: `dist.exp(x)`."""
    first, second = every[at + 1 : at + 3] if at + 2 < len(every) else (every[-1], every[-1])
    return first.kind == "(" and (second.kind == "(" or (second.kind == "name" and every[at + 3].kind != "="))


def path_end(every: Sequence[Token], at: int) -> int:
    """Returns the last name of the dotted path that begins at `at`."""
    while every[at].kind == "name" and at + 2 < len(every) and every[at + 1].kind == ".":
        if every[at + 2].kind != "name":
            break
        at += 2
    return at


def function(text: str, names: Sequence[Token]) -> Token:
    """Returns the function (or constant) at the end of a dotted path as one name, `np.max`."""
    last = names[-1]
    if any(name.text in RANDOM for name in names[1:]):
        raise random(text, names)
    if last.text in CONSTANTS:
        return last._replace(text=CONSTANTS[last.text])
    module = ".".join(name.text for name in names[:-1])
    return last._replace(text=f"{module}.{last.text}" if module in LIBRARIES else last.text)


def random(text: str, names: Sequence[Token]) -> ExpressionError:
    written = quoted(text[names[0].start : names[-1].end])
    message = f"{written} draws random numbers; give what it draws a name, and a value: it is an input"
    return ExpressionError(message, text, names[0].start, names[-1].end)
