"""A name in its one spelling, and the names that are constants."""

from __future__ import annotations

import re
from unicodedata import normalize

from cgviz.errors import ExpressionError, quoted

CONSTANTS = frozenset({"pi", "π", "e"})
LONGEST_NAME = 200
SIGNS = {ord("₊"): "p", ord("₋"): "m", ord("⁽"): None, ord("⁾"): None}
SUBSCRIPT = re.compile("[₀-₉ₐ-ₜᵢ-ᵪⱼ₊₋]+")


def name(written: str, text: str = "", start: int = 0) -> str:
    """Returns a name in its one spelling: subscripts as `_1` and `_i`, `a⁽²⁾` as `a2`, the rest NFKC (`µ` is `μ`).

    Raises ExpressionError for what is no identifier, and for a name longer than 200 characters.
    """
    if len(written) > LONGEST_NAME:
        message = f"a name of {len(written)} characters is too long; {LONGEST_NAME} is the most"
        raise ExpressionError(message, text, start, start + LONGEST_NAME)
    if written.isascii():
        return written
    plain = SUBSCRIPT.sub(lambda match: "_" + match[0], written)
    normal = normalize("NFKC", plain.translate(SIGNS))
    if not normal.isidentifier():
        raise ExpressionError(f"{quoted(written)} is not a name", text, start, start + len(written))
    return normal
