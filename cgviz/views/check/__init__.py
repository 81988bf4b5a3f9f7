"""The view of a gradient check: a row per node, a column per witness, a verdict in words, and how steps err."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.analysis.checks import Checked, Sweep
from cgviz.text.numbers import DIGITS

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme


def report(found: Checked, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the report of a check."""
    from cgviz.documents.report import Report
    from cgviz.views.check.json import document as data
    from cgviz.views.check.page import document
    from cgviz.views.table.json import pretty

    return Report(lambda writing: document(found, writing), lambda: pretty(data(found)) + "\n", digits, theme)


def show_sweeps(sweeps: list[Sweep], *, digits: int = DIGITS, theme: str | Theme = "light") -> None:
    """Prints how the relative error of differences changes with their step, a plot for each node."""
    from cgviz.documents.document import Document, Drawn
    from cgviz.documents.report import Report
    from cgviz.views.check.plot import plots

    Report(
        lambda writing: Document([Drawn(lambda width, _: plots(sweeps, writing, width))]), lambda: "", digits, theme
    ).show()


def sweeps_chart(sweeps: list[Sweep], format: str = "svg", *, theme: str = "light") -> bytes:
    """Returns the same plots as a picture, one below the other."""
    from cgviz.drawing.canvas import written
    from cgviz.drawing.theme import theme as named
    from cgviz.views.check.chart import chart

    return written(chart(sweeps, named(theme)), format)
