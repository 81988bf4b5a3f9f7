"""A name in its one spelling, and the names that are constants."""

from __future__ import annotations

import re
from unicodedata import normalize

from cgviz.errors import ExpressionError, quoted

CONSTANTS = frozenset({"pi", "π", "e"})
LONGEST_NAME = 200
SIGNS = {ord("₊"): "p", ord("₋"): "m", ord("⁽"): None, ord("⁾"): None}
JOINT = re.compile("(?<=[0-9₀-₉ₐ-ₜᵢ-ᵪⱼ])⁽|⁽(?![⁰¹²³⁴-⁹])")
SUBSCRIPT = re.compile("[₀-₉ₐ-ₜᵢ-ᵪⱼ₊₋]+")


def name(written: str, text: str = "", start: int = 0) -> str:
    """Returns a name in its one spelling: subscripts as `_1` and `_i`, `a⁽²⁾` as `a2` and `θ₁⁽²⁾` as
    `θ_1_2`, the rest NFKC (`µ` is `μ`).

    Raises ExpressionError for what is no identifier, and for a name longer than 200 characters.
    """
    if len(written) > LONGEST_NAME:
        message = f"a name of {len(written)} characters is too long; {LONGEST_NAME} is the most"
        raise ExpressionError(message, text, start, start + LONGEST_NAME)
    if written.isascii():
        return written
    plain = SUBSCRIPT.sub(lambda match: "_" + match[0], JOINT.sub("_", written))
    normal = normalize("NFKC", plain.translate(SIGNS))
    if not normal.isidentifier():
        raise ExpressionError(f"{quoted(written)} is not a name", text, start, start + len(written))
    return normal


def identifier(written: str) -> str:
    """Returns the identifier nearest to a name from elsewhere, where anything is a name: `\\theta_{1}` is `theta_1`.

    Names go into code, files and pages as they are, so nothing but letters, digits and _ is left of them.

    >>> identifier("x y'"), identifier("2nd"), identifier("f(x)")
    ('x_y', 'x2nd', 'f_x')
    """
    normal = normalize("NFKC", SUBSCRIPT.sub(lambda match: "_" + match[0], written).translate(SIGNS))
    if normal.isidentifier() and len(normal) <= LONGEST_NAME:
        return normal
    bare = re.sub(r"\W+", "_", normal)[:LONGEST_NAME]
    bare = re.sub("_+", "_", bare).strip("_") or "x"
    return bare if bare.isidentifier() else f"x{bare}" if f"x{bare}".isidentifier() else "x"
