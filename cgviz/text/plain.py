"""Text for an encoding that knows only ASCII: the one table of what stands for each sign."""

from __future__ import annotations

import re
from unicodedata import category, digit, name, normalize

from cgviz.text.letters import COMBINING, LOWERED, NAMES, RAISED, SUPERSCRIPTS

SIGNS = {
    "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "÷": "/", "½": "1/2", "′": "'", "″": "''", "≤": "<=", "≥": ">=",
    "≠": "!=", "≈": "~", "‖": "||", "∂": "d", "∇": "grad ", "√": "sqrt", "∛": "cbrt", "→": "->", "←": "<-", "↦": "->",
    "…": "...", "⊤": ".T", "∞": "inf", "∈": "in", "∑": "sum", "Σ": "sum", "⊙": "*", "⊗": "kron", "•": "*", "─": "-",
    "’": "'", "“": '"', "”": '"', "✓": "ok", "✗": "x", "°": " deg", "±": "+-", "∘": "o", "⇒": "=>", "\xa0": " ",
    "╌": "-", "│": "|", "↑": "^", "↓": "v", "ᵗ": "t", "▭": "[]", "□": "[]", "∧": "and", "∨": "or", "¬": "not",
    "𝟏": "ones", "ℝ": "R", "∏": "prod", "∫": "int", "⟨": "<", "⟩": ">", "«": "<<", "»": ">>", "⁄": "/",
    "‘": "'", "ß": "ss",
}  # fmt: skip
CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
        "a b v g d e zh z i j k l m n o p r s t u f kh ts ch sh shch jj y j e yu ya yo".split(),
        strict=True,
    )
)
KINDS_OF_LETTER = re.compile(r".*\b(LETTER|LIGATURE|SYLLABLE|CHARACTER|SIGN|COMBINING|NUMBER|NUMERAL) ")
ROOT = "³√"
RUN = re.compile(f"([{re.escape(''.join(RAISED))}]+)|([{re.escape(''.join(LOWERED))}]+)")


def ascii_text(text: str) -> str:
    r"""Returns text in ASCII: signs by what stands for them, raised `^2`, lowered `_1`, Greek letters by their names.

    Letters of other alphabets are called what Unicode calls them (Cyrillic ones are transliterated), an ideograph by
    its number, `u4e2d`, as in generated code; another sign is `?`. What comes out holds no escapes.
    """
    if text.isascii():
        return text
    found = RUN.sub(unmoved, text.replace(ROOT, "∛"))
    return "".join(map(ascii_sign, normalize("NFC", found)))


def unmoved(found: re.Match[str]) -> str:
    if found[1] == SUPERSCRIPTS["T"]:
        return ".T"
    table, mark = (RAISED, "^") if found[1] else (LOWERED, "_")
    return mark + "".join(map(table.__getitem__, found[0]))


def ascii_sign(char: str) -> str:
    if char.isascii():
        return char
    known = SIGNS.get(char) or NAMES.get(char, "").removeprefix("var") or COMBINING.get(char) or CYRILLIC.get(char)
    if known:
        return known
    if char.lower() in CYRILLIC:
        return CYRILLIC[char.lower()].capitalize()
    letter = normalize("NFKC", char)
    first, *marks = list(normalize("NFD", letter))
    if marks and all(mark in COMBINING for mark in marks):
        return ascii_sign(first) + "".join(COMBINING[mark] for mark in marks)
    if letter != char:
        return "".join(map(ascii_sign, letter))
    return called(char)


def called(char: str) -> str:
    """Returns a letter, digit or mark without a sign in ASCII by its Unicode name: `ø` is `ostroke`, `ש` is `shin`."""
    kind = category(char)[0]
    if kind not in "LMN":
        return "?"
    words = KINDS_OF_LETTER.sub("", name(char, "")).split()
    spelt = str(digit(char, "")) or "".join(word.lower() for word in words if word not in ("WITH", "AND", "FINAL"))
    if not spelt.isalnum():
        return f"u{ord(char):04x}"
    return spelt.capitalize() if category(char) == "Lu" else spelt
