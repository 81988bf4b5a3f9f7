"""How a text of mathematics is set: letters slanted, scripts smaller and shifted, all else upright.

A notation writes scripts in Unicode (`x₁`, `a⁽²⁾`) or, where that has no such sign, after `_` and `^` (`x_train`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from unicodedata import combining, normalize

from cgviz.drawing.fonts.metrics import covers, text_width
from cgviz.records import record
from cgviz.text.letters import LOWERED, RAISED

SCRIPT = 0.7  # the size of a script
DOWN, UP = 0.17, -0.36  # how far below and above the baseline scripts stand, in sizes of the text
MARK = 0.35  # the room of an accent on the last letter, which programs without its place set behind it
MATHEMATICS = frozenset(
    {"name", "formula", "local", "local rule", "glyph", "caption", "gradient", "tangent", "part", "footnote", "legend"}
)
SCRIPTS = re.escape("".join((*RAISED, *LOWERED)))
WORD = rf"[^\W{SCRIPTS}]"
LETTER = rf"[^\W\d_{SCRIPTS}]"
FACED = "𝐀-𝐳𝚨-𝛉𝛂-𝛚𝟎-𝟗"  # bold letters, which the font has as a face
# letters of mathematics that other fonts have, and raised and lowered letters, which are set as letters
SET_ASIDE = re.compile(f"[ℂ-ℿℓℒ𝐀-𝟿{SCRIPTS}]")
PIECE = re.compile(
    rf"(?P<raised>[{re.escape(''.join(RAISED))}]+)|(?P<lowered>[{re.escape(''.join(LOWERED))}]+)"
    rf"|(?<={LETTER})_(?P<sub>\d+|{LETTER}+(?!{WORD}|\()|(?<=(?<!\w){LETTER}_){LETTER}+(?=\())|(?<=\w)\^(?P<sup>\d+|(?:\([^()]*\)|\[[^\[\]]*\])+)"
    rf"|(?P<bold>[{FACED}]+)"
    rf"|(?<!\w)(?P<letter>{LETTER}[\u0300-\u036f\u20d7]*)(?![\d_\u0300-\u036f(]|{LETTER})"
    rf"|(?<!\w)(?P<base>{LETTER}[\u0300-\u036f\u20d7]*)(?=_(\d+|{LETTER}+(?!{WORD})))"
)


@record
class TypeRun:
    """A piece of a text: `level` is 1 for a superscript, −1 for a subscript."""

    text: str
    level: int = 0
    slanted: bool = False
    bold: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is set as the text around it."""
        return not (self.level or self.slanted or self.bold)

    @property
    def share(self) -> float:
        """Its size, in sizes of the text."""
        return SCRIPT if self.level else 1.0

    @property
    def shift(self) -> float:
        """How far its baseline is below that of the text, in sizes of that."""
        return 0.0 if not self.level else UP if self.level > 0 else DOWN

    def width(self, size: float, bold: bool, slanted: bool) -> float:
        mark = MARK * size * self.share if self.text and combining(self.text[-1]) else 0.0
        return text_width(self.text, size * self.share, bold or self.bold, slanted or self.slanted) + mark


@lru_cache(maxsize=20000)
def runs(text: str, kind: str) -> tuple[TypeRun, ...]:
    """Returns the runs of a text; one where it is no mathematics.

    >>> [(run.text, run.level) for run in runs("w₁·x_train", "formula")]
    [('w', 0), ('1', -1), ('·', 0), ('x', 0), ('train', -1)]
    """
    if kind not in MATHEMATICS or not covers(SET_ASIDE.sub("", text)):
        return (TypeRun(text),)
    found: list[TypeRun] = []
    for run in pieces(text):
        if found and replace(found[-1], text="") == replace(run, text="") and not run.level:
            run = replace(run, text=found.pop().text + run.text)
        found.append(run)
    return tuple(found) or (TypeRun(text),)


@lru_cache(maxsize=20000)
def width(text: str, kind: str, size: float, bold: bool, slanted: bool) -> float:
    """Returns the width of a text, measured once: many parts of a picture say the same."""
    return sum([run.width(size, bold, slanted) for run in runs(text, kind)])


def pieces(text: str) -> Iterator[TypeRun]:
    done = 0
    for match in PIECE.finditer(text):
        if match.start() > done:
            yield TypeRun(text[done : match.start()])
        done = match.end()
        if match["raised"]:
            yield TypeRun("".join(RAISED[char] for char in match["raised"]), 1)
        elif match["lowered"]:
            yield TypeRun("".join(LOWERED[char] for char in match["lowered"]), -1)
        elif match["sub"]:
            yield TypeRun(match["sub"], -1)
        elif match["sup"]:
            yield TypeRun(match["sup"], 1)
        elif match["bold"]:
            yield TypeRun(normalize("NFKC", match["bold"]), bold=True)
        else:
            yield TypeRun(match["letter"] or match["base"], 0, slanted=True)
    if done < len(text):
        yield TypeRun(text[done:])
