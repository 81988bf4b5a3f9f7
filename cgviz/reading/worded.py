"""The tokens of a text in the language's own words: `sin²(x)` as `sin(x)²`, `W^T` turned, `np.exp` as `exp`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from cgviz.errors import ExpressionError
from cgviz.ops.op import REGISTRY
from cgviz.reading.doubtful import refuse_doubtful
from cgviz.reading.glued import may_be_glued, refuse_complex, separated
from cgviz.reading.layers import layers_applied, may_have_layers
from cgviz.reading.mended import bracketed, mended
from cgviz.reading.modules import MODULES, unqualified
from cgviz.reading.statements import Survey, declared
from cgviz.reading.tokens import NO_DERIVATIVE, Token
from cgviz.text.parsing import spelled

DERIVATIVE = re.compile(r"(?<!\w)d(?:\^?2|²)?[^\W\d]?\s*/\s*d[^\W\d](?:\^?2|²)?(?!\w)")
MATHEMATICAL = re.compile(r"[Σ∑]|[^\W\d]\w*\s*(?:\^|\*\*|[⁰-⁹¹²³⁺⁻])|(?:\^|\*\*)\s*\(?\s*T\b")


def worded(
    text: str, every: Sequence[Token], given: frozenset[str], parameters: Iterable[str] = (), in_print: bool = False
) -> Survey:
    """Returns the tokens of a text as the language has them, looked through.

    given       the names that the caller has values for
    parameters  those of a pasted function
    in_print    whether the text stood in print, where functions may go without brackets

    Raises ExpressionError where a name could be another one, or a product of names.
    """
    every = every if text.isascii() else one_name(every, given)
    survey = Survey(every)
    assigned, functions, signature = declared(survey.lines)
    signature |= {*parameters}
    names = {*given, *assigned}
    refuse_derivatives(text, names)
    variables = names | signature
    refuse_complex(text, every, variables)
    if survey.after_dot:
        alone = {a.text for a, b in pairwise(every) if a.kind == "name" and b.kind != "."}
        every = unqualified(text, every, variables | (alone & MODULES), alone | variables)
    if may_have_layers(text):
        every = layers_applied(text, every, variables)
    refuse_doubtful(text, every, variables, given, functions)
    if may_be_mathematical(text) and any(is_mathematical(a, b) for a, b in pairwise(every)):
        every = mended(text, every, variables, functions)
    every = bracketed(every, variables) if in_print and not text.isascii() else every
    survey = survey if every is survey.every else Survey(every)
    also = survey.unapplied - names - signature
    if also and may_be_glued(text, also, {*names, *signature, *also}):
        return Survey(separated(text, every, names, signature, also, given))
    return survey


def refuse_derivatives(text: str, names: set[str]) -> None:
    """Raises ExpressionError at `df/dx`, unless one of its names is the program's own."""
    found = DERIVATIVE.search(text) if "/" in text else None
    if found and names.isdisjoint({"d", *re.findall(r"\w+", found[0])}):
        raise ExpressionError(NO_DERIVATIVE, text, found.start(), found.end())


def one_name(every: Sequence[Token], given: Collection[str]) -> Sequence[Token]:
    """Returns the tokens, θ called theta where that stands in the program or among the values: one variable."""
    typed = {token.text for token in every if token.kind == "name"}
    ascii_names = {name for name in {*typed, *given} if name.isascii()}
    same = {}
    for name in typed - ascii_names - {*given}:
        identifier = spelled(name).identifier
        for wanted in (identifier, identifier.removeprefix("var")):
            if wanted in ascii_names:
                same[name] = wanted
    return [token._replace(text=same.get(token.text, token.text)) for token in every] if same else every


def may_be_mathematical(text: str) -> bool:
    """Tells in short whether a text could hold what `is_mathematical` looks for."""
    is_plain = text.isascii() and "^" not in text and "**" not in text
    return not is_plain and MATHEMATICAL.search(text) is not None


def is_mathematical(token: Token, after: Token) -> bool:
    """Tells whether two tokens may be written as only mathematics writes them: Σ, a raised T, a power of a function."""
    if after.kind in ("**", "super"):
        return token.kind == "name" and token.text in REGISTRY
    return token.kind == "Σ" or (token.kind == "**" and after.text in ("T", "("))
