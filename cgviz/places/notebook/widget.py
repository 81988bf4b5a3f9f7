"""The live page as a widget of Jupyter, VS Code, Colab and marimo: the page in a frame, its inputs on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from cgviz.players.page import page, with_ones
from cgviz.reading.api import as_value
from cgviz.runs.run import Run
from cgviz.runs.starting import start
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
    run: Run | None = None

    @classmethod
    def of(cls, run: Run, **look: Any) -> Live:
        """Returns the widget of a run."""
        run = with_ones(run)
        made = cls(page=page(run, **look).decode(), inputs=listed(run.inputs or {}))
        made.run = run
        made.tell(run)
        return made

    @traitlets.observe("inputs")  # type: ignore[untyped-decorator]
    def follow(self, change: Any) -> None:
        """Computes what is set from Python here; what is moved on the page is computed there."""
        if self.run is not None and "inputs" not in self._property_lock:
            values = {name: as_value(name, value) for name, value in self.inputs.items()}
            self.tell(start(self.run.bare, values, upstream=self.run.upstream, source="notebook"))

    def tell(self, run: Run) -> None:
        self.value, self.gradient = plain(run.value), listed(run.gradient)


def listed(values: Any) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items()}


def plain(value: Any) -> Any:
    """Returns a number, or an array as nested lists."""
    return value.tolist() if is_array(value) else value
