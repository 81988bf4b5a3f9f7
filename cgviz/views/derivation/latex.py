r"""The derivation in LaTeX: a fragment for a document or a Beamer frame, or a document that compiles as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cgviz.drawing.theme import Theme
from cgviz.runs.run import Run
from cgviz.views.derivation.aligned import Row, Setter
from cgviz.views.derivation.board import Section
from cgviz.views.derivation.tex import Tex, TexHand
from cgviz.views.derivation.written import sections

ROOM, ROOM_ALONE = 50.0, 84.0
DOCUMENT = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=20mm]{geometry}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,xcolor}
\pagestyle{plain}
\begin{document}
"""
NEEDS = r"% made by cgviz; needs \usepackage{amsmath,xcolor}; in Beamer: \begin{frame}[allowframebreaks]"


def derivation(run: Run, wrt: str | None, digits: int, theme: Theme, standalone: bool) -> str:
    """Returns the fragment; `standalone`, the document, whose lines are longer."""
    hand = TexHand(Tex, digits)
    setter = Setter(hand, ROOM_ALONE if standalone else ROOM, coloured, remark(hand))
    lines = [NEEDS, *colours(theme), r"\begingroup\allowdisplaybreaks\setlength{\jot}{5pt}"]
    for number, section in enumerate(sections(run, hand, wrt), 1):
        lines += written(number, section, setter)
    body = "\n".join([*lines, r"\endgroup", ""])
    return f"{DOCUMENT}{body}\\end{{document}}\n" if standalone else body


def colours(theme: Theme) -> list[str]:
    """Returns the colours by their meanings."""
    meanings = {"value": theme.value, "gradient": theme.gradient, "muted": theme.soft, "flag": theme.flag}
    return [rf"\definecolor{{cgviz{name}}}{{HTML}}{{{colour[1:].upper()}}}" for name, colour in meanings.items()]


def coloured(text: str, role: str) -> str:
    return rf"\textcolor{{cgviz{role}}}{{{text}}}"


def remark(hand: TexHand) -> Callable[[str, str], str]:
    """Returns how words stand behind mathematics."""
    return lambda text, role: rf"\text{{\footnotesize\color{{cgviz{role}}}{hand.prose(text)}}}"


def written(number: int, section: Section, setter: Setter) -> Iterator[str]:
    prose = setter.hand.prose
    yield rf"\par\medskip\noindent\textbf{{{number}\quad {prose(section.title)}}}\par\nopagebreak"
    if section.intro:
        yield rf"\noindent {prose(section.intro)}\par"
    for block in setter.blocks(section.lines):
        yield r"\begin{align*}"
        yield " \\\\\n".join(map(row, block))
        yield r"\end{align*}"
    for sentence in section.ends:
        yield rf"\noindent {prose(sentence)}\par"


def row(each: Row) -> str:
    tag = rf" \tag{{{each.number}}}" if each.number else ""
    return f"  {each.symbol} &{each.rest}{tag}"
