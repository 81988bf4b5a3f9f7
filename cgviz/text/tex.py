r"""Spellings in LaTeX: `\hat{\mathbf{y}}_{\mathrm{train}}^{(2)}`."""

from __future__ import annotations

import re
from unicodedata import normalize

from cgviz.text.letters import COMBINING, NAMES
from cgviz.text.parsing import value_parts
from cgviz.text.spelling import Script, Spelling

FACES = {
    "bold": "mathbf", "calligraphic": "mathcal", "blackboard": "mathbb", "fraktur": "mathfrak", "sans": "mathsf",
    "typewriter": "mathtt", "upright": "mathrm", "italic": "mathit",
}  # fmt: skip
MARKS = {"ring": "mathring", "low": "underline"}
WIDE = {"hat": "widehat", "tilde": "widetilde", "bar": "overline"}
SIGNS = {
    "−": "-",
    "‖": r"\Vert ",
    " ": r"\ ",
    "⊤": r"\top ",
    "⋆": r"\star ",
    "†": r"\dagger ",
    "⊥": r"\perp ",
    "∗": "*",
    "′": r"\prime ",
}
LETTER = re.compile(rf".[{''.join(COMBINING)}]*", re.DOTALL)


def latex(spelling: Spelling) -> str:
    """Returns a spelling as LaTeX's mathematics."""
    written = marked(spelling, headed(spelling)) + "'" * spelling.primes
    return written + script("_", spelling.sub) + script("^", spelling.sup)


def headed(spelling: Spelling) -> str:
    """Returns the letters in their face: a letter slanted, a word upright."""
    letters = spelling.letters
    macro = NAMES.get(letters)
    if macro and macro != "omicron":
        return rf"\boldsymbol{{\{macro}}}" if spelling.face == "bold" else rf"\{macro}"
    if len(letters) == 1 or letters.isdigit():
        plain = SIGNS.get(letters) or escaped(letters)
        face = spelling.face if letters.isalnum() else ""
        return rf"\{FACES[face]}{{{plain}}}" if face else plain
    if parts := value_parts(spelling):
        return "".join(map(latex, parts))
    inside = "".join(map(in_word, LETTER.findall(letters)))
    return rf"\{FACES[spelling.face or 'upright']}{{{inside}}}"


def in_word(letter: str) -> str:
    """Returns one letter of a word, its accents as LaTeX has them: the ŷ of `ymŷ`."""
    base, accents = normalize("NFD", letter)[:1], normalize("NFD", letter)[1:]
    if accents and all(accent in COMBINING for accent in accents):
        written = in_word(base)
        for accent in accents:
            written = rf"\{MARKS.get(COMBINING[accent], COMBINING[accent])}{{{written}}}"
        return written
    return rf"\{NAMES[letter]}{{}}" if letter in NAMES else escaped(letter)


def marked(spelling: Spelling, written: str) -> str:
    for mark in spelling.marks:
        name = WIDE.get(mark, "") if len(spelling.letters) > 1 else ""
        written = rf"\{name or MARKS.get(mark, mark)}{{{written}}}"
    return written


def script(mark: str, items: Script) -> str:
    """Returns a script; one sign needs no braces."""
    written = "".join(map(latex, items))
    return f"{mark}{written}" if len(written) == 1 else f"{mark}{{{written.strip()}}}" if written else ""


def escaped(text: str) -> str:
    """Returns text that LaTeX sets as it stands, in text or in mathematics."""
    special = {"\\": r"\backslash{}", "_": r"\_", "^": r"\^{}", "~": r"\~{}", "\xa0": r"\ "}
    return "".join(special.get(char, f"\\{char}" if char in "#$%&{}" else char) for char in text)
