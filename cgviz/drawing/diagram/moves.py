"""Boxes that the author pinned or shifted: their wires are drawn anew, their frames follow them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil, hypot

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.figure import BESIDE, Figure
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.rows import HEAD, PAD, GroupFrame, Laid, box_of
from cgviz.drawing.diagram.scene import END, Box, Text, Wire
from cgviz.graph.lookup import find

ARROW, OFF, NEAR = 7.0, 5.0, 6.0
APART = 40.0  # from a node to what is pinned beside it
WAYS = {"right": (1, 0), "left": (-1, 0), "above": (0, 1), "below": (0, -1)}
Room = tuple[float, float, float, float]


def moved(laid: Laid, axes: Axes, pen: Pen, figure: Figure) -> Laid:
    """Returns a layout with the boxes that the author moved, their wires and texts with them."""
    left, _, _, top = box_of(laid, axes)
    touched: set[str] = set()
    for name, where in figure.pin.items():
        key = key_of(laid, pen, name)
        if key is None:
            continue
        x, y = (left + where[0], top - where[1]) if not isinstance(where, str) else beside(laid, axes, pen, key, where)
        u, v = axes.point(laid.plan.centre[key])
        touched |= move(laid, axes, key, (x - u, y - v))
    for name, (right, down) in figure.shift.items():
        key = key_of(laid, pen, name)
        touched |= move(laid, axes, key, (right, -down)) if key else set()
    for wire in laid.scene.wires:
        if {wire.source, wire.target} & touched:
            redraw(laid, axes, wire)
    return replace(laid, frames=tuple(framed(laid, axes, frame, touched) for frame in laid.frames))


def key_of(laid: Laid, pen: Pen, name: str) -> str | None:
    """Returns the key of a node's box, or of the box that is a whole group; None where it is not drawn."""
    for box in laid.scene.boxes:
        if box.words.title == name and "collapsed" in box.classes.split():
            return box.key
    key = f"n{find(pen.graph, name)}"
    key = laid.scene.home.get(key, key)
    return key if key in laid.plan.centre else None


def beside(laid: Laid, axes: Axes, pen: Pen, key: str, where: str) -> Point:
    """Returns the nearest free place of a box such as "right of z_1"; that of the box as it is where that is not drawn.

    Raises UsageError for a node that there is not.
    """
    said = BESIDE.fullmatch(where)
    assert said
    other, own = key_of(laid, pen, said["node"]), laid.scene.box[key]
    x, y = axes.point(laid.plan.centre[other or key])
    if other is None:
        return x, y
    right, up = WAYS[said["side"]]
    there = laid.scene.box[other]
    x += right * ((own.width + there.width) / 2 + APART)
    y += up * ((own.height + there.height) / 2 + APART)
    rooms = [around(axes.point(laid.plan.centre[b.key]), (b.width, b.height)) for b in laid.scene.boxes if b.key != key]
    while any(meet(around((x, y), (own.width, own.height)), room) for room in rooms):
        x, y = x + NEAR * right, y + NEAR * up
    return x, y


def meet(one: Room, other: Room) -> bool:
    """Tells whether two boxes come near to each other."""
    a, b, c, d = one
    return a - NEAR < other[2] and c + NEAR > other[0] and b - NEAR < other[3] and d + NEAR > other[1]


def move(laid: Laid, axes: Axes, key: str, by: Point) -> set[str]:
    """Moves a box of a plan, with the ends of wires at it, its trunk and the name of the output; returns their keys."""
    plan, (right, up) = laid.plan, by
    along = (right, -up) if axes.flat else (-up, right)

    def shifted(point: Point) -> Point:
        return point[0] + along[0], point[1] + along[1]

    trunk, own = laid.scene.trunk.get(key), {key}
    own |= {END} if any(wire.target == END and wire.source == key for wire in laid.scene.wires) else set()
    for each in own:
        plan.centre[each] = shifted(plan.centre[each])
        if each in plan.caption:
            plan.caption[each] = shifted(plan.caption[each])
    if trunk:
        plan.centre[trunk.target] = shifted(plan.centre[trunk.target])
        plan.path[trunk.key] = [shifted(point) for point in plan.path[trunk.key]]
        plan.texts[trunk.key] = [(text, shifted(at)) for text, at in plan.texts[trunk.key]]
    for wire in laid.scene.wires:
        if wire.source in own:
            plan.path[wire.key] = [shifted(plan.path[wire.key][0]), *plan.path[wire.key][1:]]
        if wire.target in own:
            plan.tip[wire.key] = shifted(plan.tip[wire.key])
    return own


def redraw(laid: Laid, axes: Axes, wire: Wire) -> None:
    """Draws a wire anew between its ends: a curve along the flow, a straight line where it runs against it."""
    plan = laid.plan
    start, tip = plan.path[wire.key][0], plan.tip[wire.key]
    stop = tip[0] - ARROW, tip[1]
    if stop[0] > start[0] + ARROW:
        half = (start[0] + stop[0]) / 2
        path = [start, (half, start[1]), (half, stop[1]), stop]
    else:
        boxes = laid.scene.box[wire.source], laid.scene.box[wire.target]
        middles = [axes.point(plan.centre[box.key]) for box in boxes]
        begin, end = border(middles[0], boxes[0], middles[1]), border(middles[1], boxes[1], middles[0])
        path = [axes.place(point) for point in straight(begin, end)]
        plan.tip[wire.key] = axes.place(end)
    plan.path[wire.key] = path
    x, y = halfway(path)
    steep = abs(path[-1][1] - path[0][1]) > 0.5 * abs(path[-1][0] - path[0][0])
    told = []
    for number, (text, _) in enumerate(plan.texts[wire.key]):
        wide, high = axes.text(replace(text, room=0.0))
        side = -1 if number == 0 else 1
        away = (side * (wide / 2 + OFF), 0.0) if steep else (0.0, side * (high / 2 + OFF))
        told.append((text, (x + away[0], y + away[1])))
    plan.texts[wire.key] = told


def straight(start: Point, tip: Point) -> list[Point]:
    """Returns the path of a straight arrow up to its head."""
    length = max(distance(start, tip), 0.01)
    stop = tip[0] - ARROW * (tip[0] - start[0]) / length, tip[1] - ARROW * (tip[1] - start[1]) / length
    return [start, mixed(start, stop, 1 / 3), mixed(start, stop, 2 / 3), stop]


def framed(laid: Laid, axes: Axes, frame: GroupFrame, touched: set[str]) -> GroupFrame:
    """Returns the frame of a group round its members where one of them was moved."""
    if not touched.intersection(frame.members):
        return frame
    lefts, bottoms, rights, tops = zip(*rooms_of(laid, axes, frame.members), strict=True)
    room = min(lefts) - PAD, min(bottoms) - PAD, max(rights) + PAD, max(tops) + HEAD
    return replace(frame, room=room)


def rooms_of(laid: Laid, axes: Axes, keys: Sequence[str]) -> Iterator[tuple[float, float, float, float]]:
    """Yields the rooms of boxes, and of the texts at the wires between them, y upwards."""
    for key in keys:
        box = laid.scene.box[key]
        yield around(axes.point(laid.plan.centre[key]), (box.width, box.height))
        if box.caption:
            yield around(axes.point(laid.plan.caption[key]), axes.size(*axes.lines(box.caption)))
    for wire in laid.scene.wires:
        if wire.source in keys and wire.target in keys:
            yield from (text_room(axes, text, at) for text, at in laid.plan.texts[wire.key])


def text_room(axes: Axes, text: Text, at: Point) -> tuple[float, float, float, float]:
    return around(axes.point(at), (text.width, text.height))


def around(middle: Point, size: Point) -> tuple[float, float, float, float]:
    """Returns the left, bottom, right and top of what has that size and that middle."""
    (x, y), wide, high = middle, size[0] / 2, size[1] / 2
    return x - wide, y - high, x + wide, y + high


def border(middle: Point, box: Box, towards: Point) -> Point:
    """Returns where the line from the middle of a box towards a point leaves the box."""
    x, y = towards[0] - middle[0], towards[1] - middle[1]
    if box.circle:
        share = box.width / 2 / max(hypot(x, y), 0.01)
    else:
        share = min(box.width / 2 / max(abs(x), 0.01), box.height / 2 / max(abs(y), 0.01))
    return middle[0] + min(share, 1.0) * x, middle[1] + min(share, 1.0) * y


def mixed(a: Point, b: Point, share: float) -> Point:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def halfway(path: Sequence[Point]) -> Point:
    """Returns the point in the middle of a path of Bézier curves, by length."""
    spots = along(path)
    left = sum(distance(a, b) for a, b in pairwise(spots)) / 2
    for a, b in pairwise(spots):
        step = distance(a, b)
        if step >= left:
            return mixed(a, b, left / max(step, 0.01))
        left -= step
    return spots[-1]


def along(path: Sequence[Point]) -> list[Point]:
    """Returns points on a path of Bézier curves, about as far apart as a letter is wide."""
    spots = [path[0]]
    for first in range(0, len(path) - 1, 3):
        a, b, c, d = path[first : first + 4]
        count = max(2, ceil((distance(a, b) + distance(b, c) + distance(c, d)) / NEAR))
        for n in range(1, count + 1):
            t, s = n / count, 1 - n / count
            weights = s**3, 3 * s * s * t, 3 * s * t * t, t**3
            x, y = (sum(w * p[i] for w, p in zip(weights, (a, b, c, d), strict=True)) for i in (0, 1))
            spots.append((x, y))
    return spots


def distance(a: Point, b: Point) -> float:
    return hypot(b[0] - a[0], b[1] - a[1])
