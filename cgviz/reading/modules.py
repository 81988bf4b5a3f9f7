"""Modules that anybody uses: `tf.maximum`, `torch.nn.functional.relu` and `np.linalg.norm` are the functions.

A name with a dot after it that is none of these is an array whose method is meant, or it is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.tokens import Token

MODULES = frozenset(
    "math np numpy torch jnp jax tf tensorflow F nn K cp cupy anp onp sp scipy special lax Math cmath mx nd keras xp "
    "mp mpmath sympy paddle autograd jsp tnp mnp th".split()
)
INNER = frozenset(
    "linalg nn functional special math numpy scipy activations losses backend initializers ops lax Math np F".split()
)
NUMPY = frozenset("np numpy jnp cp cupy anp onp xp tnp mnp".split())
CONSTANTS = {"pi": "pi", "PI": "pi", "e": "e", "E": "e"}
RANDOM = frozenset("random rand randn normal uniform randint".split())


def unqualified(text: str, every: Sequence[Token], variables: Collection[str]) -> list[Token]:
    """Returns the tokens without the names of modules before functions; `variables` are no modules.

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
        if token.text in MODULES and all(name.text in INNER for name in names[1:-1]):
            found.append(function(text, names, every, end + 1))
            at = end + 1
            continue
        if any(name.text in RANDOM for name in names[1:]):
            raise random(text, names)
        found.append(token)
        at += 1
    return found


def path_end(every: Sequence[Token], at: int) -> int:
    """Returns the last name of the dotted path that begins at `at`."""
    while every[at].kind == "name" and at + 2 < len(every) and every[at + 1].kind == ".":
        if every[at + 2].kind != "name":
            break
        at += 2
    return at


def function(text: str, names: Sequence[Token], every: Sequence[Token], after: int) -> Token:
    """Returns the function (or constant) at the end of a dotted path; its arguments begin at `after`."""
    last = names[-1]
    if any(name.text in RANDOM for name in names[1:]):
        raise random(text, names)
    if last.text in ("max", "min") and (names[0].text in NUMPY or is_axis(every, after)):
        return last._replace(text=f"a{last.text}")
    return last._replace(text=CONSTANTS.get(last.text, last.text))


def is_axis(every: Sequence[Token], at: int) -> bool:
    """Tells whether the second argument in the bracket at `at` is a whole number, as in `torch.max(X, 1)`."""
    depth = 0
    for here in range(at, len(every) - 1):
        token = every[here]
        depth += (token.kind in ("(", "[")) - (token.kind in (")", "]"))
        if depth == 0 or token.kind == "end":
            return False
        if depth == 1 and token.kind == ",":
            return every[here + 1].kind in ("number", "-") and "." not in every[here + 1].text
    return False


def random(text: str, names: Sequence[Token]) -> ExpressionError:
    written = quoted(text[names[0].start : names[-1].end])
    message = f"{written} draws random numbers; give what it draws a name, and a value: it is an input"
    return ExpressionError(message, text, names[0].start, names[-1].end)
