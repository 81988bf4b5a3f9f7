"""A program's text as tokens."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from cgviz.errors import ExpressionError, quoted
from cgviz.text.identifiers import LONGEST_NAME, name


class Token(NamedTuple):
    """kind is "number", "name", "super" (raised digits), "T" (a raised T), "end" (of a statement) or an operator's own
    spelling. Signs that mean the same have one kind; `·`, `×` and a blank keep theirs, which arrays tell apart."""

    kind: str
    text: str
    start: int
    end: int


SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
FACTORS = frozenset("αβγεζηθικλμνξπρτυφχψωϵϕ")
RAISED = str.maketrans(SUPERSCRIPTS, "0123456789+-")
LETTERS = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᵠᵡ⁽⁾⁼"
TURNS = "ᵀᐪ⊤⊺"
HIGH = SUPERSCRIPTS + LETTERS + TURNS
LOW = "₀-₉ₐ-ₜᵢ-ᵪⱼ₊₋"
APART = f"{HIGH}{LOW}ˆ¼-¾⅐-⅞"  # what ends a name though Python counts it among the letters and digits
PRIMES = "′″‴⁗"
ACCENTS = "\u0300-\u036f\u20d6\u20d7"  # which stand after their letter: `x̂` is an x and a circumflex
OPERATORS = {
    "^": "**", "⋅": "·", "∙": "·", "•": "·", "∗": "*", "∘": "⊙", "−": "-", "–": "-", "÷": "/", "⁄": "/",
    "∕": "/", "≤": "<=", "≥": ">=", "≠": "!=", "←": "=", "≔": "=", "…": "...", "∥": "‖", "ˆ": "**",
}  # fmt: skip
SIGNS = "ˆ√∛‖∥·×⋅∙•∗⊙∘−–÷⁄∕≤≥≠←≔…"
NUMBER = r"(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][-+−–]?[0-9]+)?"
PATTERN = re.compile(
    rf"""
    (?: [ \t\r\f\v\u00a0\u2009\u202f\u200b]++ | \#[^\n]*+ )*+
    (?:
    (?P<word>  [A-Za-z_][A-Za-z_0-9]* (?![A-Za-z_0-9']|[^\x00-\x7f]) )  # most names: ASCII is what is fast
  | (?P<number> {NUMBER} )
  | (?P<op>    \*\* | // | <= | >= | == | != | := | [-+*/@%&]= | \.\.\. | [-+*/^()\[\]|!<>=,@.:&] | [{SIGNS}] )
  | (?P<end>   [\n;] )
  | (?P<sigma> [Σ∑∏] (?: [{LOW}]+ | (?= [^\W_] | [\s(√‖|] | $ ) ) )
  | (?P<name>  [^\W\d{APART}] [^\W{APART}]* (?: [{ACCENTS}]+ [^\W{APART}]* )* [{PRIMES}]* [{LOW}]* (?: ⁽ [^⁾\n]* ⁾ )*
      [{PRIMES}']* )
  | (?P<super> [{HIGH}]+ )
  | (?P<fraction> [¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞] )
  | (?P<below> [₀-₉]+ )
  | (?P<text>  '[^'\n]*' | "[^"\n]*" )
  | (?P<bad>   . )
  | (?P<nothing> \Z )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
KINDS = ["", *PATTERN.groupindex]
WORD, OP = PATTERN.groupindex["word"], PATTERN.groupindex["op"]
NO_DERIVATIVE = "a derivative is what cgviz computes; give the function itself"
WHY_BAD = {
    '"': "text in quotes is not part of an expression",
    "'": "quotes and primes are not part of an expression",
    "′": f"a prime: {NO_DERIVATIVE}; a transpose is x.T, and a second name has a subscript",
    "{": "braces are not part of an expression; use ( ), or write a subscript as x_1; LaTeX is read with --latex",
    "}": "braces are not part of an expression; use ( ), or write a subscript as x_1; LaTeX is read with --latex",
    "\\": "a backslash is LaTeX; give the whole program as LaTeX (--latex)",
    "&": "'&' is not part of an expression; use where(...) for conditions",
    "%": "'%' (remainder) is not read: x - n*k with the whole number k that it takes off, its derivative is 1",
    "~": "'~' is not part of an expression",
    "?": "'?' is not part of an expression; write `a if c else b`",
    "$": "'$' stands around LaTeX; give the formula as LaTeX (--latex)",
    "∂": NO_DERIVATIVE,
    "∇": NO_DERIVATIVE,
    "∫": "integrals are not read",
    "∏": "the product sign ∏ is not read in text: write the factors out, or \\prod_{i=1}^{3} in LaTeX",
    "∞": "infinity is no number to compute with; a large number such as 1e30 takes its place",
    "±": "it stands for two values; write + or -",
    **dict.fromkeys("⌊⌋⌈⌉", "floor and ceil have no useful derivative"),
    **dict.fromkeys("⟨⟩", "angle brackets: write the dot product as dot(x, y), a mean as mean(x)"),
    "→": "an arrow is not part of an expression",
    "∈": "sets and conditions beside a formula are not read",
} | dict.fromkeys("“”„‘’‚«»", "curly quotes are not part of an expression; leave them out")


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Returns the tokens of `text` (from `start` to `end`), closed by an "end".

    Raises ExpressionError at what is no token.
    """
    found: list[Token] = []
    push, new, once = found.append, tuple.__new__, dict[str, str]().setdefault
    stop = len(text) if end is None else end
    for match in PATTERN.finditer(text, start, stop):
        which = match.lastindex or 0
        first, last = match.span(which)
        kind, piece = KINDS[which], text[first:last]
        if which == OP:
            kind = OPERATORS.get(piece, piece)
        elif which == WORD:
            kind, piece = "name", once(piece, piece)  # one string for a name, however often it stands there
            if last - first > LONGEST_NAME:
                name(piece, text, first)
        elif kind == "name":
            if not piece.isascii() or piece[-1] == "'":
                made = named(piece, text, first)
                is_unit = len(made) > 1 and bool(found) and found[-1].kind == "/"  # x/λw: both below the line
                brackets = [Token(sign, sign, first, last) for sign in "()"]
                found += [brackets[0], *made, brackets[1]] if is_unit else made
                continue
            if last - first > LONGEST_NAME:
                name(piece, text, first)
        elif kind == "super" or kind == "fraction":
            found += raised(piece, text, first) if kind == "super" else fraction(found, piece, text, first)
            continue
        elif kind == "sigma" and piece[0] != "∏":
            kind = "Σ"
        elif kind == "number" and not piece.isascii():  # 1.5e−07
            piece = piece.replace("−", "-").replace("–", "-")
        elif kind == "bad" or kind == "sigma":
            why = WHY_BAD.get(piece[0]) or f"{quoted(piece)} is not part of an expression"
            raise ExpressionError(why, text, first, last)
        elif kind == "nothing":
            break
        push(new(Token, (kind, piece, first, last)))
    push(Token("end", "", stop, stop))
    return found


def fraction(before: list[Token], piece: str, text: str, start: int) -> list[Token]:
    """Returns `½` as (1/2). Raises ExpressionError after a number, where print means a sum."""
    if before and before[-1].kind == "number":
        message = f"a number before {piece}: write the sum, {before[-1].text} + {piece}"
        raise ExpressionError(message, text, before[-1].start, start + 1)
    above, _, below = normalize("NFKC", piece).partition("⁄")
    parts = ("(", "("), ("number", above), ("/", "/"), ("number", below), (")", ")")
    return [Token(kind, part, start, start + 1) for kind, part in parts]


def raised(piece: str, text: str, start: int) -> list[Token]:
    """Returns raised characters: digits as they are, `ᵀ` as a transpose, anything else as `**` and its tokens."""
    end = start + len(piece)
    if not set(piece) & {*LETTERS, *TURNS}:
        return [Token("super", piece, start, end)]
    if piece[-1] in TURNS:
        before = raised(piece[:-1], text, start) if len(piece) > 1 else []
        return [*before, Token("T", piece[-1], end - 1, end)]
    inner = tokens(normalize("NFKC", piece).replace("−", "-"))[:-1]
    kinds = [Token("**", "^", start, end), Token("(", "(", start, end)]
    return [*kinds, *(token._replace(start=start, end=end) for token in inner), Token(")", ")", start, end)]


def named(piece: str, text: str, start: int) -> list[Token]:
    """Returns a name that is not ASCII; a Greek letter before a single letter is a factor: `λw`, but not Δx, nor what
    a statement assigns."""
    end = start + len(piece)
    primes = sum(1 if char == "'" else PRIMES.find(char) + 1 for char in piece)
    if primes:
        bare = name("".join(char for char in piece if char not in f"{PRIMES}'"), text, start)
        return [Token("primed", bare + PRIMES[min(primes, len(PRIMES)) - 1], start, end)]
    plain = name(piece, text, start)
    if len(plain) == 2 and plain[0] in FACTORS and plain[1].isalpha() and not is_assigned(plain, text):
        return [Token("name", plain[0], start, start + 1), Token("name", plain[1], start + 1, end)]
    return [Token("name", plain, start, end)]


@lru_cache(maxsize=64)
def is_assigned(name: str, text: str) -> bool:
    """Tells whether a statement of a text assigns a name: `θA = θᵀ A`."""
    return re.search(rf"(?:^|[\n;])[ \t]*{name}[ \t]*=(?!=)", text) is not None
