"""The derivation of a gradient as a lecturer writes it on the board, in each format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cgviz.documents.document import GAP, Block, Document, Equations, Prose, Title
from cgviz.documents.equations import Equation, plain
from cgviz.documents.report import Report
from cgviz.documents.writing import Hand, Writing
from cgviz.drawing.theme import Theme
from cgviz.runs.limits import Limit
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS
from cgviz.views.derivation.chain import chain
from cgviz.views.derivation.contrast import contrast
from cgviz.views.derivation.flow import BoardSection, flow
from cgviz.views.derivation.stages import forward, given, local_derivatives

LIMIT = Limit(2500, "a derivation")
WIDTH = 120
VERSION = 1


def report(run: Run, *, wrt: str | None = None, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the derivation with respect to the input `wrt`, None for all of them.

    Mathematics is set by each format itself: MathML in HTML, displayed equations in LaTeX and Markdown. Raises
    UsageError for no such input.
    """
    from cgviz.views.derivation.flow import flow

    LIMIT.check(run.bare)
    flow(run, wrt)
    return Report(lambda writing: document(run, writing, wrt), lambda: as_json(run, wrt, digits), digits, theme)


def document(run: Run, writing: Writing, wrt: str | None = None) -> Document:
    """Returns the derivation as a document. Raises UsageError where there is no input `wrt`."""
    made = sections(run, writing.hand(writing.digits or DIGITS), wrt)
    blocks = [block for number, section in enumerate(made, 1) for block in written(number, section, writing)]
    title = f"The gradient of {run.graph.nodes[run.graph.output].shown}, derived"
    return Document(blocks[1:], title, measure=WIDTH, is_titled=True)


def written(number: int, section: BoardSection, writing: Writing) -> Iterator[Block]:
    yield from (GAP, Title([(writing.clean(section.title), "name")], number))
    if section.intro:
        yield said(section.intro, writing)
    if section.lines:
        yield Equations(section.lines)
    yield from (said(sentence, writing) for sentence in section.ends)


def said(sentence: str, writing: Writing) -> Prose:
    return Prose([(writing.clean(sentence), "muted")], "  ")


def sections(run: Run, hand: Hand, wrt: str | None = None) -> list[BoardSection]:
    """Returns what stands on the board, in a hand. Raises UsageError where there is no input `wrt`."""
    found = flow(run, wrt)
    made = [given(found, hand), forward(found, hand)]
    if not run.graph.inputs:
        return made
    made += [local_derivatives(found, hand), chain(found, hand)]
    last = contrast(found, hand)
    return [*made, last] if last else made


def as_json(run: Run, wrt: str | None, digits: int) -> str:
    """Returns the JSON, in ASCII."""
    made = [
        {
            "title": section.title,
            "intro": section.intro,
            "lines": [line_of(line) for line in section.lines],
            "ends": list(section.ends),
        }
        for section in sections(run, Hand(digits), wrt)
    ]
    found = {"cgviz": VERSION, "program": run.graph.program, "detail": run.graph.detail, "wrt": wrt, "sections": made}
    return json.dumps(found, indent=2) + "\n"


def line_of(line: Equation) -> dict[str, Any]:
    """Returns `symbol = sides[0] = sides[1] ...`, the stage that it belongs to, and what is said beside it."""
    return {
        "stage": int(line.number) if line.number else None,
        "symbol": line.symbol,
        "sides": [plain(part) for part in line.parts],
        "note": line.note,
        "flags": list(line.flags),
    }
