"""One node under the magnifying glass: the key local step of backpropagation, in words and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.drawing.pictures import CHARTS
from cgviz.errors import UsageError, quoted
from cgviz.text.numbers import DIGITS, checked

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run
    from cgviz.views.explain.facts import Facts

__all__ = ["explain", "picture", "report"]


def report(run: Run, node: str | int, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns what happens at one node. `node` is a name, a label, the number of a stage, or its index in the graph.

    Raises UsageError for a node that there is not.
    """
    from cgviz.documents.report import Report
    from cgviz.views.explain.json import explained
    from cgviz.views.explain.text import document

    about = facts_of(run, node)
    return Report(lambda writing: document(about, writing), lambda: explained(about, digits), digits, theme)


def explain(run: Run, node: str, format: str = "terminal", *, digits: int = DIGITS) -> str:
    """Returns the same as text. Raises UsageError also for a format or a number of digits that there is not."""
    return report(run, node, digits=digits).write(format)


def picture(
    run: Run,
    node: str,
    format: str = "svg",
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> bytes:
    """Returns the picture of one node in one of CHARTS. Raises UsageError, RenderError."""
    from cgviz.views.explain.figure import figure

    if format not in CHARTS.values():
        raise UsageError(f"no picture format {quoted(format)}; there are {', '.join(CHARTS.values())}")
    return figure(facts_of(run, node), theme=theme, digits=checked(digits), background=background).draw(format)


def facts_of(run: Run, node: str | int) -> Facts:
    from cgviz.graph.lookup import find
    from cgviz.views.explain.facts import Facts

    return Facts(run, node if isinstance(node, int) else find(run.graph, node))
