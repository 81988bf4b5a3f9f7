"""How much room the parts of a scene take across the flow, before they have a place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.scene import Box, Scene, Text, Wire

NEAR_FLAT, NEAR = 2.5, 5.0  # from a wire to its text, where it runs to the right and where it runs down
LANE = 5.0  # from a wire to what is beside it
CAPTION = 3.0  # from a box to its caption
MARGIN = 3.0  # around the lanes of a box


class Lane(NamedTuple):
    """How a wire reaches its target: the text on either side of it, and the room that it takes before and after."""

    wire: Wire
    before: Text | None
    after: Text | None
    room: Point


def lanes(wires: Sequence[Wire], axes: Axes) -> list[Lane]:
    """Returns the lanes of the wires into one box, in their order."""
    return [lane(wire, axes, first=i == 0 and len(wires) > 1) for i, wire in enumerate(wires)]


def lane(wire: Wire, axes: Axes, first: bool) -> Lane:
    """Returns the lane of a wire, made once; `first`: it is the first of several into its box."""
    first = first or axes.flat  # which is the same
    found = axes.lanes.get((id(wire), first))
    if found is None:
        before, after = wire.before, wire.after
        if wire.beside:
            before, after = (wire.beside, wire.across) if first else (wire.across, wire.beside)
        found = Lane(wire, before, after, (side_room(before, axes), side_room(after, axes)))
        axes.lanes[id(wire), first] = found  # which holds the wire, so that no other one has its id
    return found


def side_room(text: Text | None, axes: Axes) -> float:
    return max(LANE, axes.text(text)[1] + near(axes)) if text else LANE


def near(axes: Axes) -> float:
    return NEAR_FLAT if axes.flat else NEAR


def gaps(row: Sequence[Lane], axes: Axes) -> list[float]:
    """Returns how far apart neighbouring lanes are at least."""
    between = apart(axes)
    return [a.room[1] + b.room[0] + between for a, b in pairwise(row)]


def pitch(wires: Sequence[Wire], axes: Axes) -> float:
    """Returns how far apart neighbouring lanes into a box are in the mean."""
    if len(wires) < 2:
        return 0.0
    found = gaps(lanes(wires, axes), axes)
    return sum(found) / len(found)


def apart(axes: Axes) -> float:
    return 5.0 if axes.flat else 12.0


def footprint(box: Box, scene: Scene, axes: Axes) -> Point:
    """Returns how much room a box takes across, before and after its centre, with all that belongs to it.

    The order of the wires into it is not known yet, so the room is enough for any.
    """
    half = axes.half(box)[1]
    before = after = half
    wires = scene.into[box.key]
    if wires:
        outer = [outer_room(wire, axes) for wire in wires]
        span = widest_span(wires, outer, axes) / 2
        before = max(before, span + max([room for room, _ in outer]) + MARGIN)
        after = max(after, span + max([room for _, room in outer]) + MARGIN)
    trunk = scene.trunk.get(box.key)
    if trunk:
        before, after = max(before, side_room(trunk.before, axes)), max(after, side_room(trunk.after, axes))
    if box.caption:
        after = max(after, half + CAPTION + axes.lines(box.caption)[1])
    return before, after


def outer_room(wire: Wire, axes: Axes) -> Point:
    """Returns the room that a wire takes before it where it is the first one, and after it where it is the last."""
    if wire.beside and not axes.flat:
        most = max(side_room(wire.beside, axes), side_room(wire.across, axes))
        return most, most
    return lane(wire, axes, first=True).room


def widest_span(wires: Sequence[Wire], outer: Sequence[Point], axes: Axes) -> float:
    """Returns how far the first and the last lane are apart in the worst order of the wires."""
    if len(wires) == 1:
        return 0.0
    if len(wires) == 2:
        (a, b), (c, d) = outer
        least = min(a + d, c + b)
    else:
        firsts = sorted(range(len(wires)), key=lambda i: outer[i][0])[:2]
        lasts = sorted(range(len(wires)), key=lambda i: outer[i][1])[:2]
        least = min(outer[first][0] + outer[last][1] for first in firsts for last in lasts if first != last)
    return sum([sum(lane(wire, axes, first=False).room) for wire in wires]) + apart(axes) * (len(wires) - 1) - least
