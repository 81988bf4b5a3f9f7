"""All sections of a derivation, in order, and as a document."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.documents.document import GAP, Block, Document, Equations, Prose, Title
from cgviz.documents.hand import Hand
from cgviz.documents.writing import Writing
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS
from cgviz.views.derivation.chain import chain
from cgviz.views.derivation.contrast import contrast
from cgviz.views.derivation.flow import flow
from cgviz.views.derivation.section import Section
from cgviz.views.derivation.stages import forward, given, local_derivatives

WIDTH = 120


def document(run: Run, writing: Writing, wrt: str | None = None) -> Document:
    """Returns the derivation as a document. Raises UsageError where there is no input `wrt`."""
    made = sections(run, writing.hand(writing.digits or DIGITS), wrt)
    blocks = [block for number, section in enumerate(made, 1) for block in written(number, section, writing)]
    title = f"The gradient of {run.graph.nodes[run.graph.output].shown}, derived"
    return Document(blocks[1:], title, measure=WIDTH, is_titled=True)


def written(number: int, section: Section, writing: Writing) -> Iterator[Block]:
    yield from (GAP, Title([(writing.clean(section.title), "name")], number))
    if section.intro:
        yield said(section.intro, writing)
    if section.lines:
        yield Equations(section.lines)
    yield from (said(sentence, writing) for sentence in section.ends)


def said(sentence: str, writing: Writing) -> Prose:
    return Prose([(writing.clean(sentence), "muted")], "  ")


def sections(run: Run, hand: Hand, wrt: str | None = None) -> list[Section]:
    """Returns what stands on the board, in a hand. Raises UsageError where there is no input `wrt`."""
    found = flow(run, wrt)
    made = [given(found, hand), forward(found, hand)]
    if not run.graph.inputs:
        return made
    made += [local_derivatives(found, hand), chain(found, hand)]
    last = contrast(found, hand)
    return [*made, last] if last else made
