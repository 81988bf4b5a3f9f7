"""The derivation in Markdown: displayed mathematics that GitHub and Jupyter set as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cgviz.drawing.theme import Theme
from cgviz.runs.run import Run
from cgviz.views.derivation.aligned import Row, Setter
from cgviz.views.derivation.board import Section
from cgviz.views.derivation.tex import Mark, MarkHand
from cgviz.views.derivation.written import sections

ROOM = 76.0
COLOURS = {"value": "green", "gradient": "red", "muted": "gray", "flag": "orange"}


def derivation(run: Run, wrt: str | None, digits: int, theme: Theme, standalone: bool) -> str:
    """Returns the page."""
    hand = MarkHand(Mark, digits)
    setter = Setter(hand, ROOM, coloured, lambda text, role: coloured(rf"\text{{{hand.prose(text)}}}", role))
    parts = [part for i, section in enumerate(sections(run, hand, wrt), 1) for part in written(i, section, setter)]
    return "\n\n".join(parts) + "\n"


def coloured(text: str, role: str) -> str:
    r"""Returns mathematics in a colour, in a form that MathJax 2 and 3 and KaTeX read alike."""
    return rf"{{\color{{{COLOURS[role]}}}{{{text}}}}}"


def written(number: int, section: Section, setter: Setter) -> Iterator[str]:
    yield f"### {number}. {prose(section.title)}"
    if section.intro:
        yield prose(section.intro)
    for block in setter.blocks(section.lines):
        rows = " \\\\\n".join(map(row, block))
        yield f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$"
    yield from map(prose, section.ends)


def row(each: Row) -> str:
    """Returns a row whose number has a column of its own at the left."""
    number = rf"\text{{({each.number})}}" if each.number else ""
    return f"{number} && {each.symbol} &{each.rest}"


def prose(text: str) -> str:
    """Returns text in which no character is Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>&#~$@])", r"\\\1", text)
