"""Text for an encoding that knows only ASCII: the one table of what stands for each sign."""

from __future__ import annotations

import re
from unicodedata import category, name, normalize

from cgviz.text.letters import COMBINING, LOWERED, NAMES, RAISED, SUPERSCRIPTS

SIGNS = {
    "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "÷": "/", "½": "1/2", "′": "'", "″": "''", "≤": "<=", "≥": ">=",
    "≠": "!=", "≈": "~", "‖": "||", "∂": "d", "∇": "grad ", "√": "sqrt", "∛": "cbrt", "→": "->", "←": "<-", "↦": "->",
    "…": "...", "⊤": ".T", "∞": "inf", "∈": "in", "∑": "sum", "Σ": "sum", "⊙": "*", "⊗": "kron", "•": "*", "─": "-",
    "’": "'", "“": '"', "”": '"', "✓": "ok", "✗": "x", "°": " deg", "±": "+-", "∘": "o", "⇒": "=>", "\xa0": " ",
    "╌": "-", "│": "|", "↑": "^", "↓": "v", "ᵗ": "t", "▭": "[]", "□": "[]", "∧": "and", "∨": "or", "¬": "not",
    "𝟏": "ones", "ℝ": "R",
}  # fmt: skip
ROOT = "³√"
RUN = re.compile(f"([{re.escape(''.join(RAISED))}]+)|([{re.escape(''.join(LOWERED))}]+)")


def ascii_text(text: str) -> str:
    r"""Returns text in ASCII: signs by what stands for them, raised `^2`, lowered `_1`, Greek letters by their names.

    A letter that has no such spelling is written as an escape, `\u4e2d`, another sign as `?`.
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
    known = SIGNS.get(char) or NAMES.get(char, "").removeprefix("var") or COMBINING.get(char)
    if known:
        return known
    letter = normalize("NFKC", char)
    first, *marks = list(normalize("NFD", letter))
    if marks and all(mark in COMBINING for mark in marks):
        return ascii_sign(first) + "".join(COMBINING[mark] for mark in marks)
    called = re.fullmatch("GREEK (CAPITAL|SMALL) LETTER ([A-Z]+)", name(char, ""))
    if called:
        return called[2].title() if called[1] == "CAPITAL" else called[2].lower()
    if letter != char:
        return "".join(map(ascii_sign, letter))
    return "?" if category(char).startswith("S") else char.encode("ascii", "backslashreplace").decode()
