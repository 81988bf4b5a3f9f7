r"""Spellings in LaTeX: `\hat{\mathbf{y}}_{\mathrm{train}}^{(2)}`."""

from __future__ import annotations

from cgviz.text.letters import NAMES
from cgviz.text.spelling import Script, Spelling

FACES = {
    "bold": "mathbf", "calligraphic": "mathcal", "blackboard": "mathbb", "fraktur": "mathfrak", "sans": "mathsf",
    "typewriter": "mathtt", "upright": "mathrm", "italic": "mathit",
}  # fmt: skip
MARKS = {"ring": "mathring", "low": "underline"}
WIDE = {"hat": "widehat", "tilde": "widetilde", "bar": "overline"}
SIGNS = {"−": "-", "⊤": r"\top ", "⋆": r"\star ", "†": r"\dagger ", "⊥": r"\perp ", "∗": "*", "′": r"\prime "}


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
    inside = "".join(rf"\{NAMES[char]}{{}}" if char in NAMES else escaped(char) for char in letters)
    return rf"\{FACES[spelling.face or 'upright']}{{{inside}}}"


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
