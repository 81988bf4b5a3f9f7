"""Text of the user in LaTeX: names in mathematics, words outside it, whatever letters they hold."""

from __future__ import annotations

import re
import unicodedata

from cgviz.text.letters import COMBINING, NAMES, face_of
from cgviz.text.notations import Latex
from cgviz.text.spelling import Spelling
from cgviz.text.tex import latex

KNOWN = re.compile(rf"[A-Za-z0-9{''.join(NAMES)}]+")
SCRIPTED = frozenset("()[],:;.+−-*=/⊤⋆†⊥′|")
SIGNS = {
    "\\": r"\textbackslash{}", "<": "$<$", ">": "$>$", "|": "$|$", '"': "''", "^": r"\^{}", "~": r"\~{}",
    "−": "$-$", "·": r"$\cdot$", "×": r"$\times$", "÷": r"$\div$", "±": r"$\pm$",
    "√": r"$\surd$", "′": "$'$", "∞": r"$\infty$",
    "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$", "∂": r"$\partial$", "∇": r"$\nabla$", "→": r"$\to$",
    "✓": r"$\surd$", "✗": r"$\times$", "≈": r"$\approx$", "⊙": r"$\odot$", "⊗": r"$\otimes$", "‖": r"$\Vert$",
    "∧": r"$\wedge$", "⊤": r"$\top$", "↦": r"$\mapsto$", "←": r"$\gets$", "⇒": r"$\Rightarrow$", "•": r"$\bullet$",
    "…": r"\ldots{}", "½": r"$\frac12$", "∑": r"$\sum$", "∈": r"$\in$", "∉": r"$\notin$", "∀": r"$\forall$",
    "–": "--", "—": "---", "’": "'", "‘": "`", "“": "``", "”": "''", "″": "$''$", "°": r"${}^\circ$",
    "∛": r"$\sqrt[3]{}$", "¬": r"$\neg$", "∨": r"$\vee$", "†": r"$\dagger$", "⋆": r"$\star$", "⊥": r"$\perp$",
    "∘": r"$\circ$", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "↔": r"$\leftrightarrow$", "⇄": r"$\rightleftarrows$",
    "↻": r"$\circlearrowright$", "□": r"$\square$", "▭": r"$\square$", "▣": r"$\boxdot$", "▦": r"$\boxplus$",
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
}  # fmt: skip


class Typeset(Latex):
    """LaTeX's mathematics in which a name that is more than letters and digits is set as text."""

    def spell(self, spelling: Spelling, name: str) -> str:
        return super().spell(spelling, name) if is_known(spelling) else rf"\text{{{words(name)}}}"


def is_known(spelling: Spelling) -> bool:
    """Tells whether LaTeX's mathematics has all letters of a name; in a script also a sign."""
    parts = (*spelling.sub, *spelling.sup)
    return bool(KNOWN.fullmatch(spelling.letters)) and all(part.letters in SCRIPTED or is_known(part) for part in parts)


PAIR = re.compile(f"(.)([{''.join(COMBINING)}]?)", re.DOTALL)


def words(text: str) -> str:
    """Returns text that LaTeX sets as it stands, outside mathematics, with pdflatex and with the newer engines."""
    return "".join(marked(*pair) for pair in PAIR.findall(text))


def marked(char: str, mark: str) -> str:
    """Returns a letter with what stands over or under it: x and a combining circumflex are x̂."""
    if mark and char.isalpha():
        return f"${latex(Spelling(char, marks=(COMBINING[mark],)))}$"
    return "".join(map(letter, char + mark))


def letter(char: str) -> str:
    if char in SIGNS:
        return SIGNS[char]
    if char in "#$%&{}_":
        return f"\\{char}"
    if char.isascii():
        return char if char.isprintable() else f"[U+{ord(char):04X}]"
    if char in NAMES:
        return rf"$\{NAMES[char]}$"
    base, face = face_of(char)
    if face:
        return f"${latex(Spelling(base, face))}$"
    parts = unicodedata.normalize("NFD", char)
    if ord(char) > 0x17F and parts[1:] in COMBINING:
        return f"${latex(Spelling(parts[0], marks=(COMBINING[parts[1:]],)))}$"
    kind, _, plain = unicodedata.decomposition(char).rpartition(">")
    if kind in ("<super", "<sub"):
        mark = "^" if kind == "<super" else "_"
        return f"${mark}{{{''.join(letter(chr(int(code, 16))) for code in plain.split()).replace('$', '')}}}$"
    if ord(char) < 0x180 and char.isalpha():
        return char
    number, code = ord(char), f"[U+{ord(char):04X}]"
    return rf"\ifdefined\Umathchar\iffontchar\font{number} \char{number} \else {code}\fi\else {code}\fi{{}}"
