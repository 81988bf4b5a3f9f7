"""The view of a diagnosis: where bad numbers began and spread, what ails which stage, corners, safe spellings."""

from __future__ import annotations

from cgviz.analysis.diagnosis import Diagnosis
from cgviz.text.numbers import DIGITS
from cgviz.views.printing import show as show_page

FORMATS = ("rich", "json")


def diagnosis(found: Diagnosis, format: str = "rich", *, digits: int = DIGITS) -> str:
    """Returns a diagnosis as text: for a person without colour, or as JSON."""
    if format == "json":
        from cgviz.views.diagnose.json import document
        from cgviz.views.table.json import pretty

        return pretty(document(found)) + "\n"
    from cgviz.views.diagnose.page import page
    from cgviz.views.table.page import text
    from cgviz.views.table.spelling import unicode_spelling

    return text(page(found, unicode_spelling(digits), None))


def show(found: Diagnosis, *, digits: int = DIGITS, theme: str = "light") -> None:
    """Prints a diagnosis on standard output, in colour on a terminal."""
    from cgviz.views.diagnose.page import page

    show_page(lambda spelling, width: page(found, spelling, width), digits=digits, theme=theme)
