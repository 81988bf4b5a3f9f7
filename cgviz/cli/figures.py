"""What an author decides about a figure, out of the options of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cgviz.cli import streams
from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from cgviz.drawing.diagram.figure import Figure


def figured(look: dict[str, Any]) -> Figure:
    """Takes an author's decisions out of the options, the file's first; writes them down where that is asked for."""
    from cgviz.drawing.diagram.figure import Figure, Note
    from cgviz.drawing.diagram.figure_file import read

    file, save = look.pop("figure_file"), look.pop("save_figure")
    order, hide, edges, notes, callouts = (look.pop(name) for name in ("order", "hide", "edges", "notes", "callouts"))
    legend = look.pop("legend", None)
    for at in callouts:
        if Note(at).wire is None:
            raise UsageError(f"--callout {quoted(at)}: a wire, from node to node, such as --callout 'z->h'")
    pairs = [note.partition("=") for note in notes]
    for at, equals, text in pairs:
        if not (at.strip() and equals and text.strip()):
            raise UsageError(f"--note {quoted(at + equals + text)}: a node, = and a text, such as --note h=saturates")
    figure = (read(file) if file else Figure()).but(
        order=[name.strip() for name in order.split(",")] if order else (),
        hide=tuple(hide),
        edges=edges,
        legend=legend,
        notes=(*(Note(at.strip(), text.strip()) for at, _, text in pairs), *map(Note, callouts)),
        collapse=look["collapse"],
    )
    look["collapse"] = ()
    if save:
        streams.deliver(save, figure.toml.encode())
    return figure
