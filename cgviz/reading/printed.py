"""Text with sums as in print, `Σᵢ (yᵢ − wᵀxᵢ)²`, `∏_{i=1}^n p_i`, `max_i z_i`: rewritten as LaTeX and read as that.

Every character of the LaTeX knows where it stands in the text, so that errors point at what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from unicodedata import normalize

from cgviz.errors import ExpressionError, quoted
from cgviz.ops.op import REGISTRY
from cgviz.reading.latex import read_latex
from cgviz.reading.latex_macros import FUNCTIONS
from cgviz.reading.program import Program
from cgviz.reading.prose import tidied
from cgviz.reading.tokens import ACCENTS, APART, HIGH, LOW
from cgviz.text.letters import GREEK, NAMES
from cgviz.text.parsing import spelled

SIGNS = {"Σ": "sum", "∑": "sum", "∏": "prod"}
PIECE = re.compile(
    rf"""
    (?P<range>   (?:[Σ∑∏]|\b(?:sum|prod)) [ ]* \( [ ]* [a-z] [ ]*=[ ]* [0-9]+ [ ]* (?:to|\.\.\.?|…|,) [ ]* \w+ [ ]* \) )
  | (?P<sum>     [∑∏] | Σ (?![{HIGH}^)\]]) | \b (?:sum|prod|(?:arg)?(?:max|min)) (?= _\{{ | _[a-z] [ (] ) )
  | (?P<below>   [{LOW}₌]+ )
  | (?P<raised>  [{HIGH}]+ )
  | (?P<name>    [^\W\d_{APART}] [^\W_{APART}]* [{ACCENTS}]* (?: _ [^\W{APART}]+ )* )
  | (?P<script>  _ [^\W_{APART}]+ )
  | (?P<power>   \^ | \*\* )
  | (?P<end>     [\n;] [\s;]* )
  | (?P<note>    \# [^\n]* )
  | (?P<code>    [@:] | == | != | \w\[ | [\])]\.\w )
  | (?P<other>   \|\| | := | . )
    """,
    re.VERBOSE | re.DOTALL,
)
WRITTEN = {
    "·": r"\cdot ", "⋅": r"\cdot ", "∙": r"\cdot ", "⊙": r"\odot ", "∘": r"\circ ", "×": r"\times ", "−": "-", "–": "-",
    "||": r"\|", "‖": r"\|", "∥": r"\|", ":=": "=", "←": "=", "≔": "=", "½": r"\frac{1}{2}", "∈": r"\in ", "÷": "/",
    "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ",
}  # fmt: skip


def read_printed(text: str, given: Collection[str] = ()) -> Program:
    """Returns the program in such a text. Raises ExpressionError, which points at the place in it."""
    bare, beside = tidied(text) or (text, ())
    latex, origins = as_latex(bare, frozenset(given))
    try:
        made = read_latex(latex, given)
    except ExpressionError as error:
        start = None if error.start is None else origins[min(error.start, len(origins) - 1)]
        end = None if error.end is None else origins[min(max(error.end - 1, 0), len(origins) - 1)] + 1
        raise ExpressionError(str(error.args[0]), text, start, end) from None
    places = {node: moved(found, origins) for node, found in made.notes.places.items()}
    return replace(made, text=text, notes=replace(made.notes, places=places), beside=(*beside, *made.beside))


def moved(places: int | Sequence[int], origins: Sequence[int]) -> int | Sequence[int]:
    return origins[places] if isinstance(places, int) else [origins[place] for place in places]


def as_latex(text: str, given: frozenset[str] = frozenset()) -> tuple[str, list[int]]:
    """Returns a text in LaTeX, and of each of its characters the place of the one that it stands for."""
    return PrintedForm(text, given).written()


class PrintedForm:
    """A text while it is rewritten: what is ready, and where it comes from."""

    def __init__(self, text: str, given: frozenset[str]) -> None:
        self.text, self.given = text, given
        self.made: list[str] = []
        self.origins: list[int] = []

    def written(self) -> tuple[str, list[int]]:
        self.span(0, len(self.text))
        return "".join(self.made), [*self.origins, len(self.text)]

    def put(self, latex: str, at: int) -> None:
        self.made.append(latex)
        self.origins += [at] * len(latex)

    def span(self, at: int, end: int) -> None:
        while at < end:
            found = PIECE.match(self.text, at, end)
            assert found is not None  # the last branch matches anything
            at = self.piece(found, end)

    def piece(self, found: re.Match[str], end: int) -> int:
        """Writes one piece; returns where the next one begins."""
        kind, piece, at = found.lastgroup, found[0], found.start()
        if kind == "code":
            message = f"{quoted(piece)} of a program beside a sum as in print: write sum(...), or the formula in print"
            raise ExpressionError(message, self.text, at, found.end())
        if kind == "power":
            return self.power(found.end(), end)
        if kind == "range":
            head, index, lower, upper = re.split(r"\s*(?:\(|=|\bto\b|\.\.\.?|…|,)\s*", piece.rstrip(" )"))
            self.put(f"\\{SIGNS.get(head.strip(), head.strip())}_{{{index.strip()}={lower}}}^{{{upper}}} ", at)
        elif kind == "sum":
            self.put(f"\\{SIGNS.get(piece, piece)}", at)
            if self.text[found.end() : found.end() + 1] != "_":
                self.put(" ", at)
        elif kind == "below" or kind == "raised":
            inner = normalize("NFKC", piece).replace("−", "-")
            self.put(f"{'_' if kind == 'below' else '^'}{{{inner}}}", at)
        elif kind == "name":
            self.name(piece, at)
        elif kind == "script":
            self.put(f"_{{{piece[1:]}}}", at)
        elif kind == "end":
            self.put("\\\\ ", at)
        elif kind != "note":
            self.put(WRITTEN.get(piece, piece), at)
        return found.end()

    def name(self, piece: str, at: int) -> None:
        """Writes a name or a function, letters that are a word as one."""
        head, _, script = piece.partition("_")
        before_bracket = self.text[at + len(piece) :].lstrip(f"{HIGH}{LOW} ")[:1]
        if not script and (head in FUNCTIONS or (head in REGISTRY and before_bracket == "(" and len(head) > 1)):
            self.put(f"\\{head} " if head in FUNCTIONS else f"\\operatorname{{{head}}}", at)
            return
        if len(head) > 1 and self.is_product(head):
            for place, letter in enumerate(head):
                self.put(f"\\{NAMES[letter]} " if letter in NAMES else f"{letter} ", at + place)
            return self.script(script, at)
        known = spelled(head)
        letters = f"\\{NAMES[known.letters]} " if known.letters in NAMES else known.letters
        if len(known.letters) > 1:
            letters = f"\\text{{{known.letters}}}"
        for mark in known.marks:
            letters = f"\\{mark}{{{letters}}}"
        digits = "".join(item.letters for item in known.sub) if known.glued else ""
        self.put(letters.rstrip() + digits if digits else letters, at)
        if script and piece in self.given:  # a name that has a value, not one with an index
            return self.put(f"_{{\\text{{{script}}}}}", at)
        self.script(script, at)

    def script(self, script: str, at: int) -> None:
        if script:
            parts = [f"\\text{{{part}}}" if len(part) > 2 and part.isalpha() else part for part in script.split("_")]
            parts = [f"\\{part} " if part in GREEK else part for part in parts]
            self.put(f"_{{{','.join(parts)}}}", at)

    def is_product(self, head: str) -> bool:
        """Tells whether letters are a product: Greek ones, a matrix and a vector (`Xw`), or names with values."""
        if head in self.given:
            return False
        is_greek = any(letter in NAMES for letter in head) and head[0] not in "ΔδΣ" and head.isalpha()
        is_matrix = len(head) == 2 and head.isalpha() and head[0].isupper() and head[1].islower()
        return (is_greek and spelled(head).letters == head) or is_matrix or self.given.issuperset(head)

    def power(self, at: int, end: int) -> int:
        """Writes an exponent in braces: what is bracketed after `^`, else a sign and one name or number."""
        while at < end and self.text[at] == " ":
            at += 1
        if at >= end or self.text[at] == "{":
            self.put("^", min(at, len(self.text) - 1))
            return at
        first, stop = at, self.exponent_end(at, end)
        if self.text[at] == "(" and not re.fullmatch(r"\([a-z]\)", self.text[at:stop]):
            first, stop = at + 1, stop - 1
        self.put("^{", at)
        self.span(first, stop)
        self.put("}", at)
        return stop + (first > at)

    def exponent_end(self, at: int, end: int) -> int:
        if self.text[at] != "(":
            found = re.compile(rf"[-−+]?(?:[0-9]+(?:\.[0-9]+)?|[^\W\d]\w*[{LOW}{ACCENTS}]*)").match(self.text, at, end)
            return found.end() if found else min(at + 1, end)
        depth = 0
        for here in range(at, end):
            depth += (self.text[here] == "(") - (self.text[here] == ")")
            if depth == 0:
                return here + 1
        raise ExpressionError("'(' is never closed", self.text, at, at + 1)
