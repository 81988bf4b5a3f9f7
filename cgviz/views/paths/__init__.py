"""The paths of a run: the gradient as the sum over all paths, and what it would cost to walk them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.text.numbers import DIGITS
from cgviz.views.paths.found import MOST, Paths, paths_of

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run

__all__ = ["MOST", "Paths", "paths_of", "report"]


def report(
    run: Run, wrt: str | None = None, most: int = MOST, *, digits: int = DIGITS, theme: str | Theme = "light"
) -> Report:
    """Returns the report on the paths from the input or stage `wrt` (None: the first input), `most` of them listed.

    Raises UsageError for a name that there is not, and in a program with arrays.
    """
    from cgviz.documents.report import Report
    from cgviz.views.paths.json import paths
    from cgviz.views.paths.page import document

    found = paths_of(run, wrt, most)
    return Report(lambda writing: document(found, writing), lambda: paths(found, digits), digits, theme)
