"""The captions of a frame as LaTeX sets them, in mathematics."""

from __future__ import annotations

from cgviz.documents.tex import latex_spelling
from cgviz.documents.writing import Writing, unicode_spelling
from cgviz.players.deck.frames import Frame
from cgviz.runs.run import Run
from cgviz.text.numbers import number
from cgviz.text.typeset import Typeset, words
from cgviz.views.table.heading import heading, place
from cgviz.views.table.sentence import gradient_line


def formulas(run: Run, frame: Frame, digits: int) -> list[str]:
    """Returns the captions of a frame, a line of LaTeX each."""
    known = {step.caption(digits): step.caption(digits, Typeset) for step in frame.active} | whole(run, digits)
    return [f"${known[caption]}$" if caption in known else words(caption) for caption in frame.captions]


def whole(run: Run, digits: int) -> dict[str, str]:
    """Returns in LaTeX what captions say about the whole run: the function, its inputs, its value, its gradient."""
    typeset = Typeset()
    eye, latex = unicode_spelling(digits), latex_spelling(digits)._replace(notation=typeset, head=typeset)
    found = dict(zip(heading(run, eye), heading(run, latex), strict=True))
    found[place(run, eye)] = rf"\text{{at }} {place(run, latex)[3:]}"
    found[said(run, eye)] = said(run, latex)
    output = run.graph.nodes[run.graph.output].shown
    value = number(run.value, digits, latex=True)
    return found | {f"{output} = {number(run.value, digits)}": f"{typeset.name(output)} = {value}"}


def said(run: Run, spelling: Writing) -> str:
    return "".join(text for text, _ in gradient_line(run, spelling))
