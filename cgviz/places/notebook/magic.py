"""The cell magic `%%cgviz`: the cell is a program, its line the values of inputs and how it is shown."""

from __future__ import annotations

import shlex
from numbers import Real
from typing import Any

from cgviz.errors import CgvizError, UsageError, quoted
from cgviz.kernel.program import value_of
from cgviz.places.words import FenceWords, words_of
from cgviz.reading.api import read
from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.values.arrays import as_array, is_array

SHOWN = ("picture", "table", "live")
HELP = """%%cgviz [NAME=VALUE ...] [show=picture,table,live] [as=NAME] [style=card|circuit] [theme=...] [digits=N] ...

The cell is a program. An input without a value takes the notebook's variable of its name, where that is a number or an
array. The run is kept under `as=NAME`, for run.gradient and all else.
"""


def load(shell: Any) -> None:
    """Adds the magic to a shell of IPython."""
    shell.register_magic_function(lambda line, cell: cgviz(shell, line, cell), "cell", "cgviz")


def cgviz(shell: Any, line: str, cell: str) -> None:
    """Shows the program in a cell; an error is one line, without a traceback."""
    import sys

    from IPython.display import display

    try:
        words = words_of(shlex.split(line))
        made = run_of(cell, words, shell.user_ns)
        if "as" in words.options:
            shell.user_ns[words.options["as"]] = made
        for shown in views(made, words):
            display(shown)
    except CgvizError as error:
        print(f"cgviz: {error}", file=sys.stderr)


def run_of(cell: str, words: FenceWords, names: dict[str, Any]) -> Run:
    """Returns the run of a cell's program. Raises CgvizError."""
    how: dict[str, Any] = {name: words.options[name] for name in ("detail", "ties") if name in words.options}
    graph = read(cell, given=tuple(words.inputs), **how)
    values = {name: value_of(name, text) for name, text in words.inputs.items()}
    for index in graph.inputs:
        node = graph.nodes[index]
        if node.name not in values and node.value is None and is_number(names.get(node.name)):
            found = names[node.name]
            values[node.name] = float(found) if isinstance(found, Real) else as_array(found)
    return start(graph, values, source="notebook")


def is_number(found: Any) -> bool:
    return (isinstance(found, Real) and not isinstance(found, bool)) or is_array(found)


def views(run: Run, words: FenceWords) -> list[Any]:
    """Returns what the cell shows, in its order. Raises UsageError."""
    from cgviz.places.notebook import live

    look = words.look
    made: list[Any] = []
    for name in words.options.get("show", "picture").split(","):
        if name == "picture":
            made.append(ShownPicture(run, look))
        elif name == "table":
            made.append(ShownReport(run.table("markdown", digits=look.get("digits", 4)) or ""))
        elif name == "live":
            made.append(live(run, **{key: value for key, value in look.items() if key != "fit"}))
        else:
            raise UsageError(f"there is no view {quoted(name)} for a notebook; there are {', '.join(SHOWN)}")
    return made


class ShownPicture:
    """The diagram of a run in a notebook."""

    def __init__(self, run: Run, look: dict[str, Any]) -> None:
        self.run, self.look = run, look

    def _repr_svg_(self) -> str:
        from cgviz.drawing.diagram import picture

        return picture(self.run, "svg", **{"embed_font": True, "background": "filled", **self.look}).decode()


class ShownReport:
    """A text in Markdown."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_markdown_(self) -> str:
        return self.text
