"""The diagram as PDF or PNG: Graphviz draws what has its place already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.drawing import engine
from cgviz.errors import RenderError

if TYPE_CHECKING:
    from cgviz.drawing.diagram import Diagram, How

LARGEST = {"png": ("pixels", 96 / 72, 16_384, 1e8), "pdf": ("points", 1.0, 14_400, 2.1e8)}
"""What readers of a format open: the unit, how many make a point, the longest side, the largest area."""


def write(made: Diagram, how: How) -> bytes:
    """Returns the file. Raises RenderError where it is larger than what readers of its format open."""
    unit, per_point, side, area = LARGEST[how.format]
    left, bottom, right, top = made.layout.room
    width, height = (round(how.scale * per_point * length) for length in (right - left, top - bottom))
    if max(width, height) > side or width * height > area:
        told = f"this {how.format.upper()} would be {width:,} x {height:,} {unit}, more than readers open"
        raise RenderError(f"{told}; write .svg, --fit it, give a smaller --scale, or draw a part (--around)")
    return engine.draw(made.dot, how.format, engine=how.engine, scale=how.scale, title=made.words.title)
