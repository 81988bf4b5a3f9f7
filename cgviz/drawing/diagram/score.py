"""Counts what makes a layout unquiet: crossings, long and bent wires, rows and ghosts."""

from __future__ import annotations

from cgviz.drawing.diagram.axes import Axes
from cgviz.drawing.diagram.rows import Laid

CROSSING, GHOST, CUT, ROW, LENGTH = 6.0, 1.2, 10.0, 4.0, 0.02


def blemishes(laid: Laid, axes: Axes, rows: int) -> float:
    """Returns the price of a layout, in hundredths of the size of its smallest text."""
    ghosts = sum(box.rank == "ghost" for box in laid.scene.boxes)
    wires = max(len(laid.scene.wires), 1)
    length = sum(abs(path[-1][0] - path[0][0]) + abs(path[-1][1] - path[0][1]) for path in laid.plan.path.values())
    return of_rows(rows) + (GHOST * ghosts + LENGTH * length / 10) / wires * 10 + CROSSING * laid.crossings


def of_rows(rows: int) -> float:
    """Returns the price of rows: a picture in one piece is worth a tenth of the size of its texts."""
    return CUT + ROW * (rows - 1) if rows > 1 else 0.0
