"""The table of a run: every stage with its value, its gradient and how both came about, in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.runs.modes import REVERSE, Mode
from cgviz.text.numbers import DIGITS

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run


def report(run: Run, *, digits: int = DIGITS, theme: str | Theme = "light", mode: Mode = REVERSE) -> Report:
    """Returns the table of a run; `mode` tells whether it holds gradients, tangents or both."""
    from cgviz.documents.report import Report
    from cgviz.views.table.page import document

    def as_json() -> str:
        from cgviz.views.table.json import table

        return table(run, mode)

    def as_csv() -> str:
        from cgviz.views.table.csv import table

        return table(run, mode)

    return Report(lambda writing: document(run, writing, mode), as_json, digits, theme, {"csv": as_csv})
