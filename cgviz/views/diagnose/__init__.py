"""The view of a diagnosis: where bad numbers began and spread, what ails which stage, corners, safe spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.analysis.diagnosis import Diagnosis
from cgviz.text.numbers import DIGITS

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme


def report(found: Diagnosis, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the report of a diagnosis."""
    from cgviz.documents.report import Report
    from cgviz.views.diagnose.json import document as data
    from cgviz.views.diagnose.page import document
    from cgviz.views.table.json import pretty

    return Report(lambda writing: document(found, writing), lambda: pretty(data(found)) + "\n", digits, theme)
