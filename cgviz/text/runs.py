"""Typeset text in one line: a string with invisible marks for faces and scripts, and the runs that a writer draws.

`cgviz.text.formula.MARKED` writes formulas so: as long as a text is only joined, measured and cut between runs, it is a
string like any other. `runs` takes it apart for SVG (tspans with `dy` and `font-size`), HTML and PPTX (baselines).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cgviz.text.letters import accented, faced, subscript, superscript
from cgviz.text.parsing import value_parts
from cgviz.text.spelling import Script, Spelling

SUB, SUP, ITALIC, BOLD, END = "\ue0f0", "\ue0f1", "\ue0f2", "\ue0f3", "\ue0f4"
MATH = "\ue0f5"
"""Opens mathematics that is LaTeX already, in a document that is made for LaTeX."""
MARKS = re.compile(f"([{SUB}{SUP}{ITALIC}{BOLD}{END}])")
WORD = re.compile("[a-z]{3}")
SMALLER = 0.7
"""The size of a script by that of what it stands at."""
RISE, FALL = 0.36, -0.16
"""How far a script stands above or below the baseline, by the size of what it stands at."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """Text in one face at one height. `size` and `shift` (upwards) are in units of the font's size."""

    text: str
    italic: bool = False
    bold: bool = False
    size: float = 1.0
    shift: float = 0.0


def runs(text: str) -> list[TextRun]:
    """Returns the runs of a marked text, in order, none empty; those that touch in one face and height are joined."""
    state = TextRun("")
    saved: list[TextRun] = []
    found: list[TextRun] = []
    for piece in MARKS.split(text):
        if piece in (SUB, SUP, ITALIC, BOLD):
            saved.append(state)
            state = opened(state, piece)
        elif piece == END:
            state = saved.pop() if saved else state
        elif piece:
            if found and replace(found[-1], text="") == state:
                found[-1] = replace(found[-1], text=found[-1].text + piece)
            else:
                found.append(replace(state, text=piece))
    return found


def opened(state: TextRun, mark: str) -> TextRun:
    if mark in (ITALIC, BOLD):
        return replace(state, italic=state.italic or mark == ITALIC, bold=state.bold or mark == BOLD)
    moved = RISE if mark == SUP else FALL
    return replace(state, size=round(state.size * SMALLER, 4), shift=round(state.shift + moved * state.size, 4))


def plain(text: str) -> str:
    """Returns a marked text in plain Unicode: scripts in raised and lowered signs, or after `^` and `_`."""
    stack: list[tuple[str, str]] = [("", "")]
    for piece in MARKS.split(text):
        if piece in (SUB, SUP, ITALIC, BOLD):
            stack.append((piece, ""))
        elif piece == END and len(stack) > 1:
            mark, inside = stack.pop()
            stack[-1] = (stack[-1][0], stack[-1][1] + unmarked(mark, inside))
        elif piece != END:
            stack[-1] = (stack[-1][0], stack[-1][1] + piece)
    return "".join(inside for _, inside in stack)


def unmarked(mark: str, inside: str) -> str:
    if mark not in (SUB, SUP):
        return inside
    moved = "" if WORD.search(inside) else (subscript if mark == SUB else superscript)(inside)
    return moved or ("_" if mark == SUB else "^") + grouped(inside)


def grouped(text: str) -> str:
    bracketed = text[:1] in ("(", "[") and text[-1:] in (")", "]")
    return text if bracketed or text.replace("_", "").isalnum() else f"({text})"


def marked(spelling: Spelling) -> str:
    """Returns a spelling with marks: letters slanted, scripts raised and lowered, a face in letters of its own."""
    if parts := value_parts(spelling):
        return "".join(map(marked, parts)) + script(SUB, spelling.sub) + script(SUP, spelling.sup)
    letters = spelling.letters if spelling.face == "bold" else faced(spelling.letters, spelling.face)
    head = accented(letters, spelling.marks) + "′" * spelling.primes
    face = BOLD if spelling.face == "bold" else ITALIC if spelling.italic else ""
    head = f"{face}{head}{END}" if face else head
    return head + script(SUB, spelling.sub) + script(SUP, spelling.sup)


def script(mark: str, items: Script) -> str:
    return f"{mark}{''.join(map(marked, items))}{END}" if items else ""
