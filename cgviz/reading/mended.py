"""What mathematics writes otherwise than the language: `sin²(x)`, `wᵀx`, `W^T` as tokens of the language."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cgviz.errors import ExpressionError
from cgviz.ops.op import REGISTRY
from cgviz.reading.brackets import after_bracket
from cgviz.reading.tokens import RAISED, Token
from cgviz.reading.words import LETTERS, wants_brackets

INVERSE = {
    "exp": "log", "log": "exp", "ln": "exp", "sin": "asin", "cos": "acos", "tan": "atan", "sinh": "asinh",
    "cosh": "acosh", "tanh": "atanh", "sec": "acos(1/x)", "csc": "asin(1/x)", "cot": "atan(1/x)", "erf": "erfinv",
    "arcsin": "sin", "arccos": "cos", "arctan": "tan", "asin": "sin", "acos": "cos", "atan": "tan",
    "sigmoid": "log(x/(1 - x))", "σ": "log(x/(1 - x))", "softplus": "log(exp(x) - 1)",
}  # fmt: skip
ENDS_A_TERM = frozenset({"+", "-", "end", ")", "]", ",", "=", "<", ">", "<=", ">=", "==", "!=", "‖", "|"})
ENDS_A_FACTOR = ENDS_A_TERM | {"*", "·", "×", "⊙"}
BARE = frozenset("log ln exp sin cos tan sinh cosh tanh sqrt abs sigmoid σ sigma relu erf".split())
ENDS_AN_ATOM = ENDS_A_FACTOR | {"/", "@"}


def mended(text: str, every: Sequence[Token], variables: Collection[str], functions: Collection[str]) -> list[Token]:
    """Returns tokens of the language. `variables` are the names that the program assigns or that have values.

    Raises ExpressionError where a power of a function's name could mean its inverse.
    """
    found: list[Token] = []
    raised_t = "T" not in variables and all(
        every[at - 1].kind == "**" for at, token in enumerate(every) if token.text == "T" and token.kind == "name"
    )
    at = 0
    while at < len(every):
        token = every[at]
        if token.kind == "name" and every[at + 1].kind in ("**", "super") and is_function(token, variables, functions):
            made, at = power_of_function(text, every, at)
            found += made
        elif token.kind == "**" and is_raised_t(every, at, raised_t):
            bracket = every[at + 1].kind == "("
            found.append(every[at + 1 + bracket]._replace(kind="T"))
            at += 4 if bracket else 2
        elif token.kind == "Σ":
            found.append(token._replace(kind="name"))
            at += 1
        else:
            found.append(token)
            at += 1
    return found


def bracketed(every: Sequence[Token], variables: Collection[str]) -> list[Token]:
    """Returns tokens with brackets round the one name or number behind a function: `y log p + sin x`."""
    found: list[Token] = []
    at = 0
    while at < len(every):
        token = every[at]
        at += 1
        found.append(token)
        if token.kind != "name" or token.text not in BARE - {"σ"} or token.text in variables:
            continue
        argument, after = every[at], every[min(at + 1, len(every) - 1)]
        if argument.kind in ("name", "number") and after.kind in ENDS_A_FACTOR:
            found += [around("(", argument), argument, around(")", argument)]
            at += 1
    return found


def is_function(token: Token, variables: Collection[str], functions: Collection[str]) -> bool:
    return (token.text in REGISTRY or token.text in functions) and token.text not in variables


def is_raised_t(every: Sequence[Token], at: int, is_free: bool) -> bool:
    """Tells whether an exponent is a T that stands for a transpose: `W^T`, `W^(T)`, T no variable of the program."""
    kinds = [(token.kind, token.text) for token in every[at + 1 : at + 4]]
    return is_free and (kinds[:1] == [("name", "T")] or kinds == [("(", "("), ("name", "T"), (")", ")")])


def power_of_function(text: str, every: Sequence[Token], at: int) -> tuple[list[Token], int]:
    """Returns `sin^2(x)` as `sin(x)**2`, and where it ends. Raises ExpressionError for an inverse."""
    name, sign = every[at], every[at + 1]
    exponent, start = [sign], at + 2
    if sign.kind == "**":
        exponent, start = exponent_at(every, at + 1)
    digits = "".join(token.text for token in exponent if token.kind in ("number", "super", "-")).translate(RAISED)
    end = argument_end(every, start)
    if name.text in LETTERS and not (exponent and every[start].kind == "("):
        return [name], at + 1
    if name.text in LETTERS:
        raised = text[exponent[0].start : exponent[-1].end]
        either = f"({name.text}(...)){raised}, or {name.text}{raised}*(...)"
        message = f"a power of the function or of a variable? Write {either}"
        raise ExpressionError(message, text, name.start, every[start].start)
    if not exponent or end == start:
        raise ExpressionError(wants_brackets(name.text), text, name.start, name.end)
    if digits.startswith("-"):
        raise ExpressionError(inverse(name.text), text, name.start, exponent[-1].end)
    if every[end].kind in ("**", "super"):
        message = f"a second power after {name.text}: put the first one in brackets"
        raise ExpressionError(message, text, every[end].start, every[end].end)
    argument = list(every[start:end])
    if argument[0].kind != "(":
        argument = [around("(", argument[0]), *argument, around(")", argument[-1])]
    return [name, *argument, *exponent], end


def inverse(name: str) -> str:
    """Returns what to write for `sin^-1(x)`: the inverse's name, or the reciprocal."""
    remedy = INVERSE.get(name)
    called = f"{remedy if remedy and '(' in remedy else f'{remedy}(x)'} is its inverse, " if remedy else ""
    return f"{name} to a negative power: {called}1/{name}(x) its reciprocal"


def exponent_at(every: Sequence[Token], at: int) -> tuple[list[Token], int]:
    """Returns the `**` at `at` with its exponent, a number with or without sign or brackets, and where it ends."""
    start = end = at + 1
    if every[end].kind == "(":
        end = after_bracket(every, end)
        inner = every[start + 1 : end - 1]
        return (list(every[at:end]), end) if all(t.kind in ("number", "-", "/") for t in inner) else ([], start)
    end += every[end].kind == "-"
    return (list(every[at : end + 1]), end + 1) if every[end].kind == "number" else ([], start)


def argument_end(every: Sequence[Token], start: int) -> int:
    """Returns where the argument at `start` ends: a bracket, or one name or number that ends before an operator."""
    if every[start].kind == "(":
        return after_bracket(every, start)
    if every[start].kind in ("name", "number") and every[start + 1].kind in ENDS_AN_ATOM:
        return start + 1
    return start


def around(kind: str, token: Token) -> Token:
    return Token(kind, kind, token.start, token.end)
