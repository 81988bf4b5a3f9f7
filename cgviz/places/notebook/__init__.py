"""cgviz in notebooks: the live page as a widget, and the cell magic `%%cgviz`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cgviz.errors import UsageError

if TYPE_CHECKING:
    from cgviz.runs.run import Run

__all__ = ["live"]


def live(run: Run, **look: Any) -> Any:
    """Returns the widget of a run; see `cgviz.players.page.page` for the options.

    Raises UsageError where anywidget is not installed.
    """
    try:
        from cgviz.places.notebook.widget import Live
    except ModuleNotFoundError as missing:
        if missing.name not in ("anywidget", "traitlets"):
            raise
        raise UsageError("the widget needs the package anywidget; install it and try again") from None
    return Live.of(run, **look)
