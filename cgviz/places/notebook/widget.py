"""The live page as a widget of Jupyter, VS Code, Colab and marimo: the page in a frame, its inputs on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from cgviz.players.page import page, with_ones
from cgviz.runs.run import Run
from cgviz.values.arrays import is_array

SCRIPT = Path(__file__).parent / "widget.js"


class Live(anywidget.AnyWidget):  # type: ignore[misc]
    """The live page of a run. `inputs`, `step` and `theme` may be set; `value` and `gradient` follow.

    inputs    the values of the inputs by name, numbers and nested lists
    value     of the output; an array as the list of its elements
    gradient  of each input
    step      how many steps have been taken
    theme     "auto" follows the notebook
    """

    _esm = SCRIPT
    page = traitlets.Unicode().tag(sync=True)
    inputs = traitlets.Dict().tag(sync=True)
    value = traitlets.Any().tag(sync=True)
    gradient = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(-1).tag(sync=True)
    theme = traitlets.Unicode("auto").tag(sync=True)

    @classmethod
    def of(cls, run: Run, **look: Any) -> Live:
        """Returns the widget of a run."""
        run = with_ones(run)
        made = cls(page=page(run, **look).decode(), inputs=listed(run.inputs or {}))
        made.value, made.gradient = plain(run.value), listed(run.gradient)
        return made


def listed(values: Any) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items()}


def plain(value: Any) -> Any:
    """Returns a number, or an array as nested lists."""
    return value.tolist() if is_array(value) else value
