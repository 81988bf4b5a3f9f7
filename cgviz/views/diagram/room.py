"""How much room the parts of a scene take across the flow, before they have a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cgviz.views.diagram.axes import Axes, Point
from cgviz.views.diagram.scene import Box, Scene, Text, Wire

NEAR_FLAT, NEAR = 2.5, 5.0  # from a wire to its text, where it runs to the right and where it runs down
LANE = 5.0  # from a wire to what is beside it
CAPTION = 3.0  # from a box to its caption
MARGIN = 3.0  # around the lanes of a box


@dataclass(frozen=True)
class Lane:
    """How a wire reaches its target: the text on either side of it, and the room that it takes before and after."""

    wire: Wire
    before: Text | None
    after: Text | None
    room: Point


def lanes(wires: Sequence[Wire], axes: Axes) -> list[Lane]:
    """Returns the lanes of the wires into one box, in their order."""
    return [lane(wire, axes, first=i == 0 and len(wires) > 1) for i, wire in enumerate(wires)]


def lane(wire: Wire, axes: Axes, first: bool) -> Lane:
    before, after = wire.before, wire.after
    if wire.beside:
        before, after = (wire.beside, None) if axes.flat or first else (None, wire.beside)
    return Lane(wire, before, after, (side_room(before, axes), side_room(after, axes)))


def side_room(text: Text | None, axes: Axes) -> float:
    return max(LANE, axes.text(text)[1] + near(axes)) if text else LANE


def near(axes: Axes) -> float:
    return NEAR_FLAT if axes.flat else NEAR


def gaps(row: Sequence[Lane], axes: Axes) -> list[float]:
    """Returns how far apart neighbouring lanes are at least."""
    apart = 5.0 if axes.flat else 12.0
    return [a.room[1] + b.room[0] + apart for a, b in pairwise(row)]


def footprint(box: Box, scene: Scene, axes: Axes) -> Point:
    """Returns how much room a box takes across, before and after its centre, with all that belongs to it."""
    half = axes.half(box)[1]
    row = lanes(scene.into[box.key], axes)
    span = sum(gaps(row, axes)) / 2
    before = after = half
    if row:
        before = max(before, span + row[0].room[0] + MARGIN, *(lane.room[0] for lane in row))
        after = max(after, span + row[-1].room[1] + MARGIN, *(lane.room[1] for lane in row))
    trunk = scene.trunk.get(box.key)
    if trunk:
        before, after = max(before, side_room(trunk.before, axes)), max(after, side_room(trunk.after, axes))
    if box.caption:
        after = max(after, half + CAPTION + axes.lines(box.caption)[1])
    return before, after
