"""Gives every rank its place along the flow, and divides the gaps between ranks into zones.

    box │ trunk: totals │ turn: wires change sides │ lead: wires run straight, texts beside them │ box

Wires bend and cross in the zone of turns; where texts stand every wire runs straight in a lane of its own, so no
text meets a wire, a box or another text. Behind the texts, lanes that are wider than a box come together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from cgviz.drawing.diagram.across import Across, Fan
from cgviz.drawing.diagram.axes import Axes
from cgviz.drawing.diagram.room import CAPTION
from cgviz.drawing.diagram.scene import Box, Text

ARROW = 7.0  # the length of an arrow's head
PAD = 5.0  # before and after a text
SAME = 0.5  # what is nearer than this is in line
FLAT_SIDE = 8.0  # the corners of a box, where no wire ends
LEAST = 8.0  # between two ranks, where no wire turns
NEAR = 2.0  # from the end of a lane to a caption
ON_CIRCLE = 0.75  # how far from its middle, in radii, wires end on a circle


class Rank(NamedTuple):
    """One rank along the flow: its centre, half its size, and the zones: trunk after it; turn, lead before."""

    centre: float
    half: float
    trunk: float
    turn: float
    lead: float

    @property
    def turn_ends(self) -> float:
        return self.centre - self.half - self.lead

    @property
    def trunk_ends(self) -> float:
        return self.centre + self.half + self.trunk


def ranks(places: Across) -> list[Rank]:
    """Returns every rank of the scene, each as far from the one before as its texts and turns need at most."""
    found: list[Rank] = []
    for column, far in zip(places.columns, furthest(places), strict=True):
        boxes = [places.scene.box[key] for key, i in column if i < 0]
        half = max(half_length(box, places.axes) for box in boxes)
        lead = max(lead_room(places, box, half) for box in boxes)
        trunk = max(trunk_room(places, box, half) for box in boxes)
        begin = found[-1].trunk_ends + turn_room(far) + lead if found else 0.0
        found.append(Rank(begin + half, half, trunk, turn_room(far), lead))
    return found


def half_length(box: Box, axes: Axes) -> float:
    """Returns half of what a box takes along the flow, its caption included."""
    half = axes.half(box)[0]
    return max(half, axes.lines(box.caption)[0] / 2) if box.caption else half


def fan(places: Across, box: Box) -> Fan:
    """Returns how the wires into a box end, found once."""
    found = places.fans.get(box.key)
    if found is None:
        entered = ports(places, box)
        room = fan_room(places, box, entered)
        found = places.fans[box.key] = Fan(entered, room, inset(places, box, room))
    return found


def ports(places: Across, box: Box) -> dict[str, float]:
    """Returns how far from the middle of its side each wire enters a box."""
    half = places.axes.half(box)[1]
    reach = half * ON_CIRCLE if box.circle else max(half - FLAT_SIDE, 1.0)
    offsets = {lane.wire.key: places.lane[lane.wire.key] - places.box[box.key] for lane in places.lanes[box.key]}
    most = max(map(abs, offsets.values()), default=0.0)
    return offsets if most <= reach else {wire: offset * reach / most for wire, offset in offsets.items()}


def fan_room(places: Across, box: Box, offsets: Mapping[str, float]) -> float:
    most = max((abs(places.lane[w] - places.box[box.key] - offset) for w, offset in offsets.items()), default=0.0)
    return min(14 + 0.7 * most, 50.0) if most > SAME else 0.0


def longest(texts: Sequence[Text | None], axes: Axes) -> float:
    return max(axes.text(text)[0] for text in texts)


def lead_room(places: Across, box: Box, half: float) -> float:
    """Returns what the texts on the wires into a box need along the flow, before a rank of which half is `half`."""
    lanes = places.lanes[box.key]
    if not lanes:
        return 0.0
    texts = [text for lane in lanes for text in (lane.before, lane.after)]
    needed = longest(texts, places.axes) + 2 * PAD if any(texts) else 0.0
    return max(0.0, fan(places, box).inset + needed - half)


def inset(places: Across, box: Box, fanned: float) -> float:
    """Returns how far before the middle of a box its lanes end: before the caption, where one is as low as that."""
    along, across = places.axes.half(box)
    ends = along + (fanned or ARROW)
    if not box.caption:
        return ends
    low = max(places.lane[lane.wire.key] + lane.room[1] for lane in places.lanes[box.key]) - places.box[box.key]
    return max(ends, half_length(box, places.axes) + NEAR) if low > across + CAPTION else ends


def past_caption(box: Box, texts: Sequence[Text | None], axes: Axes) -> float:
    """Returns how far from the side of a box the texts keep, since one of them is a picture as low as its caption."""
    low = any(text.is_picture and axes.text(text)[1] > axes.half(box)[1] - PAD for text in texts if text)
    return max(0.0, half_length(box, axes) - axes.half(box)[0]) if low and axes.flat else 0.0


def trunk_room(places: Across, box: Box, half: float) -> float:
    trunk = places.scene.trunk.get(box.key)
    if not trunk:
        return 0.0
    texts = longest([trunk.before, trunk.after], places.axes) + past_caption(box, [trunk.after], places.axes)
    return max(0.0, texts + 2 * PAD - (half - places.axes.half(box)[0]))


def furthest(places: Across) -> list[float]:
    """Returns how far a wire before each rank changes sides at most."""
    most = [0.0] * places.order.ranks
    for wire in places.scene.wires:
        first = places.order.rank[wire.source] + 1
        for rank, (a, b) in enumerate(pairwise(places.stops(wire.key)), first):
            most[rank] = max(most[rank], abs(b - a))
    return most


def turn_room(far: float) -> float:
    """Returns the room in which a wire changes sides: more, the further it goes."""
    return min(14 + 0.18 * far, 90.0) if far > SAME else LEAST
