"""Prose in a text that is no LaTeX: `, where p = σ(z)`, `(2.3)` at the end of a line, `Eq. 3:` at its beginning.

What is left out becomes blanks, so that every place of the text stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cgviz.reading.latex_beside import shortened

NAME = r"[^\W\d][\w']*(?:[⁽⁾₀-₉ᵢ-ᵪ̀-ͯ]*)(?:\([^()=]*\))?"
EQUATION = rf"(?={NAME}\s*:?=(?!=))"
NUMBER = r"\(\d+(?:\.\d+)*[a-z]?\)"
BEFORE = re.compile(
    rf"^[ \t]*(?:{NUMBER}|\d+[.)]|(?:Eq|Equation|eq)\.?[ ]*\(?[\d.]+\)?)[ ]*:?[ ]+{EQUATION}", re.MULTILINE
)
BEHIND = re.compile(rf"(?:[ \t]{{2,}}|,[ \t]*){NUMBER}[ \t.]*$", re.MULTILINE)
JOINED = re.compile(rf"(?:[,;]?[ \t]+(?:where|with|and|for|at)[ \t]+|,[ \t]+){EQUATION}")
TOLD = re.compile(
    r"(?:[,;.]?[ \t]+|^[ \t]*)(?:where|with|here|for (?:all|each|every))[ \t]+[^=\n]*$|"
    rf"(?:(?:,|[ \t]and)[ \t]+{NAME})?[,;]?[ \t]+(?:is|are|denotes?)[ \t]+"
    r"(?!None\b|not\b|True\b|False\b)[^\W\d]{2}[^=\n]*$",
    re.MULTILINE,
)  # fmt: skip
TITLE = re.compile(r"^[ \t]*(?:cos|sin|tan|log|ln)[ ]*\(?[^\W\d]\w*\)?[ ]*=(?!=)", re.MULTILINE)
ASSIGNED = re.compile(rf"((?:^|;)[ \t]*{NAME}[ \t]*):=", re.MULTILINE)
LONGEST = 10_000
TURNED = re.compile(r"(?:\^|\*\*)[ \t]*[HT]|\bE[ \t]*(?:\^|\*\*)")
STANDS_APART = re.compile(rf"(?:[ \t]{{3,}}|\t){NUMBER}[ \t]*$", re.MULTILINE)


def has_number(text: str) -> bool:
    """Tells whether a line ends in an equation's number that stands apart: a product is not written so."""
    return ("   (" in text or "\t(" in text) and STANDS_APART.search(text) is not None


def is_turned(text: str) -> bool:
    """Tells whether a text may have a transpose, `^T` or `^H`, or E as a base of powers."""
    return any(letter in text for letter in "HTE") and TURNED.search(text) is not None


def tidied(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Returns a text without prose, and what was left out; None where it has none, or is longer than print."""
    if len(text) > LONGEST:
        return None
    found: list[tuple[int, str]] = []

    def blank(match: re.Match[str]) -> str:
        found.append((match.start(), match[0]))
        return re.sub(r"[^\n]", " ", match[0])

    def end(match: re.Match[str]) -> str:
        is_free = depth(made, match.start()) == 0 and "=" in made[: match.start()].rpartition("\n")[2]
        return ";" + " " * (len(match[0]) - 1) if is_free else match[0]

    made = text
    steps: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]
    steps = (BEHIND, blank), (BEFORE, blank), (TITLE, blank), (JOINED, end), (TOLD, blank)
    for pattern, change in steps:
        made = pattern.sub(change, made)
    made = ASSIGNED.sub(r"\1 =", made)
    return (made, tuple(said(found))) if made != text else None


def said(found: list[tuple[int, str]]) -> Iterator[str]:
    for _, part in sorted(found):
        if shown := shortened(part.strip()):
            yield shown


def depth(text: str, end: int) -> int:
    """Returns how many brackets are open at a place."""
    return sum(text.count(sign, 0, end) for sign in "([") - sum(text.count(sign, 0, end) for sign in ")]")
