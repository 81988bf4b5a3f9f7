"""Where Graphviz puts things: the positions alone, for a drawing that is made by someone else."""

from __future__ import annotations

from cgviz.drawing.engine.draw import chosen


def layout(dot: str, *, engine: str = "auto") -> str:
    """Returns the positions of nodes and edges as Graphviz's `plain` text, in inches, y upwards.

    One line per part: `node NAME X Y WIDTH HEIGHT ...`, `edge TAIL HEAD N X1 Y1 ... XN YN ...`, first `graph`, last
    `stop`. https://graphviz.org/docs/outputs/plain/. Raises RenderError.
    """
    return chosen(engine)(dot, ("plain",), {}, False)[0].decode()
