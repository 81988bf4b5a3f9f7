"""The view of a gradient check: a row per node, a column per witness, a verdict in words, and how steps err."""

from __future__ import annotations

from cgviz.analysis.checks import Report, Sweep
from cgviz.text.numbers import DIGITS
from cgviz.views.printing import show as show_page

FORMATS = ("rich", "json")


def report(found: Report, format: str = "rich", *, digits: int = DIGITS) -> str:
    """Returns the report of a check as text: for a person without colour, or as JSON."""
    if format == "json":
        from cgviz.views.check.json import document
        from cgviz.views.table.json import pretty

        return pretty(document(found)) + "\n"
    from cgviz.views.check.page import page
    from cgviz.views.table.page import text
    from cgviz.views.table.spelling import unicode_spelling

    return text(page(found, unicode_spelling(digits), None))


def show(found: Report, *, digits: int = DIGITS, theme: str = "light") -> None:
    """Prints the report on standard output, in colour on a terminal."""
    from cgviz.views.check.page import page

    show_page(lambda spelling, width: page(found, spelling, width), digits=digits, theme=theme)


def show_sweeps(sweeps: list[Sweep], *, digits: int = DIGITS, theme: str = "light") -> None:
    """Prints how the relative error of differences changes with their step, a plot for each node."""
    from cgviz.views.check.plot import plots

    show_page(lambda spelling, width: plots(sweeps, spelling, width), digits=digits, theme=theme)


def sweeps_svg(sweeps: list[Sweep], *, theme: str = "light") -> str:
    """Returns the same plots as SVG, one below the other."""
    from cgviz.drawing.theme import theme as named
    from cgviz.views.check.svg import drawing

    return drawing(sweeps, named(theme))
