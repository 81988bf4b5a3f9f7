"""The live page of a run: one HTML file with the diagram, its steps, and sliders that recompute both passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.runs.limits import Limit
from cgviz.text.numbers import DIGITS

if TYPE_CHECKING:
    from cgviz.runs.run import Run

__all__ = ["page", "with_ones"]
LIMIT = Limit(1500, "a live page", widest=300)


def page(
    run: Run, *, style: str = "card", theme: str | None = None, direction: str = "LR", digits: int = DIGITS
) -> bytes:
    """Returns the page, which loads nothing: its font, its pictures and its scripts are in it.

    style      the picture that is shown first, "card" or "circuit"
    theme      the colours at first; None follows the reader's system between light and dark
    direction  "LR" (from left to right) or "TB" (from top to bottom)

    A run without values starts at 1 for every input. Raises UsageError for an option that there is not, RenderError
    for a graph that is too large.
    """
    from cgviz.players.page.document import document

    LIMIT.check(run.bare)
    return document(with_ones(run), style, theme, direction, digits).encode()


def with_ones(run: Run) -> Run:
    """Returns the run; one without values at 1 for every input, since a page is live.

    Raises UsageError where the shapes of arrays are not known, and what a run raises.
    """
    if not run.symbolic:
        return run
    from cgviz.runs.starting import start

    return start(run.bare, {run.bare.nodes[index].name: 1.0 for index in run.bare.inputs}, source="default")
