"""The author's hand on a layout: roles, colours, order, moved boxes, notes with arrows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import hypot

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.figure import Figure, Note
from cgviz.drawing.diagram.groups import groups_of
from cgviz.drawing.diagram.lines import broken
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.rows import HEAD, Laid, box_of
from cgviz.drawing.diagram.scene import LINE_HEIGHT, SIZE, Box, Scene, Text, Wire, Words, centred, classes, widest
from cgviz.graph.lookup import find

Room = tuple[float, float, float, float]
LONGEST = 28  # letters of a note on a line
FAR, AIR = (26.0, 44.0, 66.0, 92.0), 5.0
AROUND = ((0, 1), (0, -1), (1, 0), (-1, 0), (0.7, 0.8), (-0.7, 0.8), (0.7, -0.8), (-0.7, -0.8))


def dressed(scene: Scene, pen: Pen, figure: Figure) -> Scene:
    """Returns a scene in the author's order and colours."""
    graph = pen.graph
    fills = {f"n{find(graph, name)}": colour for name, colour in figure.colours.items() if is_node(pen, figure, name)}
    looks = {f"n{find(graph, name)}": role for role, names in figure.roles.items() for name in names}
    for group in groups_of(graph, figure.groups):
        if group.title in figure.colours:
            fills = {f"n{index}": figure.colours[group.title] for index in group.members} | fills
    fills = {key: figure.colours[role] for key, role in looks.items() if role in figure.colours} | fills
    boxes = [tinted(box, pen, looks.get(box.key, ""), fills.get(box.key, "")) for box in scene.boxes]
    first = {f"n{find(graph, name)}": place for place, name in enumerate(figure.order)}
    starts = sorted((box for box in boxes if box.rank == "source"), key=lambda box: first.get(box.key, len(first)))
    return replace(scene, boxes=(*starts, *(box for box in boxes if box.rank != "source")))


def is_node(pen: Pen, figure: Figure, name: str) -> bool:
    titles = {group.title for group in groups_of(pen.graph, figure.groups)}
    return name not in titles and name not in figure.roles


def tinted(box: Box, pen: Pen, role: str, fill: str) -> Box:
    """Returns a box as its role has it: data grey, constants dashed; in a colour of its own."""
    if role == "data":
        box = replace(box, fill=pen.theme.background, classes=classes(box.classes, role), line=pen.theme.muted)
    elif role == "constant":
        box = replace(
            box, fill=pen.theme.stage_fill, classes=classes(box.classes, role), line=pen.theme.pale, dashed=True
        )
    elif role:
        box = replace(box, classes=classes(box.classes, role))
    return replace(box, fill=fill) if fill else box


def moved(laid: Laid, axes: Axes, pen: Pen, figure: Figure) -> Laid:
    """Returns a layout with the boxes that the author moved, their wires and texts with them."""
    left, _, _, top = box_of(laid, axes)
    plan = laid.plan
    for name, (x, y) in figure.pin.items():
        key = f"n{find(pen.graph, name)}"
        if key in plan.centre:
            u, v = axes.point(plan.centre[key])
            move(laid, axes, key, left + x - u, top - y - v)
    for name, (right, down) in figure.shift.items():
        key = f"n{find(pen.graph, name)}"
        if key in plan.centre:
            move(laid, axes, key, right, -down)
    return laid


def move(laid: Laid, axes: Axes, key: str, right: float, up: float) -> None:
    """Moves a box of a plan; of its wires the end at the box goes all the way, the other end stays."""
    by = (right, -up) if axes.flat else (-up, right)

    def shifted(point: Point, share: float) -> Point:
        return point[0] + share * by[0], point[1] + share * by[1]

    plan, trunk = laid.plan, laid.scene.trunk.get(key)
    for where in (plan.centre, plan.caption):
        if key in where:
            where[key] = shifted(where[key], 1.0)
    if trunk:
        plan.centre[trunk.target] = shifted(plan.centre[trunk.target], 1.0)
        plan.path[trunk.key] = [shifted(point, 1.0) for point in plan.path[trunk.key]]
        plan.texts[trunk.key] = [(text, shifted(at, 1.0)) for text, at in plan.texts[trunk.key]]
    for wire in laid.scene.wires:
        if key not in (wire.source, wire.target):
            continue
        last = len(plan.path[wire.key]) - 1
        ends = (1.0 if wire.source == key else 0.0, 1.0 if wire.target == key else 0.0)
        path = plan.path[wire.key]
        plan.path[wire.key] = [shifted(p, ends[0] + (ends[1] - ends[0]) * n / last) for n, p in enumerate(path)]
        plan.tip[wire.key] = shifted(plan.tip[wire.key], ends[1])
        near = ends[0] + (ends[1] - ends[0]) * 0.6
        plan.texts[wire.key] = [(text, shifted(at, near)) for text, at in plan.texts[wire.key]]


def noted(laid: Laid, axes: Axes, pen: Pen, figure: Figure) -> Laid:
    """Returns a layout with the author's notes, each where there is room near its node."""
    scene, rooms = laid.scene, list(taken(laid, axes))
    boxes, wires = list(scene.boxes), list(scene.wires)
    for number, note in enumerate(figure.notes):
        key = f"n{find(pen.graph, note.at)}"
        if key not in laid.plan.centre:
            continue
        box = written(note, number, pen)
        target = scene.box[key]
        place = spot(box, target, axes.point(laid.plan.centre[key]), rooms, box_of(laid, axes))
        rooms.append(around(place, box))
        wire = Wire(
            key=f"note{number}-wire",
            source=box.key,
            target=key,
            colour=pen.theme.local,
            classes="note",
            words=Words(note.text),
        )
        start, tip = ends(place, box, axes.point(laid.plan.centre[key]), target)
        length = max(hypot(tip[0] - start[0], tip[1] - start[1]), 0.01)
        stop = tip[0] - 7 * (tip[0] - start[0]) / length, tip[1] - 7 * (tip[1] - start[1]) / length
        points = [start, mixed(start, stop, 1 / 3), mixed(start, stop, 2 / 3), stop]
        laid.plan.centre[box.key] = axes.place(place)
        laid.plan.path[wire.key] = [axes.place(point) for point in points]
        laid.plan.tip[wire.key], laid.plan.texts[wire.key] = axes.place(tip), []
        boxes.append(box)
        wires.append(wire)
    return replace(laid, scene=replace(scene, boxes=tuple(boxes), wires=tuple(wires)))


def written(note: Note, number: int, pen: Pen) -> Box:
    lines = [(Text(line, pen.theme.local, SIZE, slanted=True, kind="note"),) for line in broken(note.text, LONGEST)]
    return Box(
        key=f"note{number}", width=widest(lines) + 8, height=LINE_HEIGHT * SIZE * len(lines) + 4, inside=centred(lines),
        fill="transparent", line="transparent", classes="note", words=Words(note.text), rank="note",
    )  # fmt: skip


def taken(laid: Laid, axes: Axes) -> Iterator[Room]:
    """Yields the rooms of boxes and texts, and small ones along the wires."""
    for box in laid.scene.boxes:
        yield around(axes.point(laid.plan.centre[box.key]), box)
        if box.caption:
            (x, y), (wide, high) = axes.point(laid.plan.caption[box.key]), axes.size(*axes.lines(box.caption))
            yield x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
    for texts in laid.plan.texts.values():
        for text, at in texts:
            x, y = axes.point(at)
            yield x - text.width / 2, y - text.height / 2, x + text.width / 2, y + text.height / 2
    for left, bottom, right, top in (frame.room for frame in laid.frames):
        yield from ((x, bottom, x, top) for x in (left, right))
        yield from ((left, y, right, y) for y in (bottom, top))
        yield left, top - HEAD, right, top
    for path in laid.plan.path.values():
        spots = [axes.point(point) for point in path]
        for a, b in pairwise(spots):
            for n in range(5):
                x, y = mixed(a, b, n / 4)
                yield x - 2, y - 2, x + 2, y + 2


def around(middle: Point, box: Box) -> Room:
    (x, y), wide, high = middle, box.width / 2, box.height / 2
    return x - wide, y - high, x + wide, y + high


def spot(note: Box, target: Box, middle: Point, rooms: Sequence[Room], whole: Room) -> Point:
    """Returns the nearest free place for a note; beneath the picture where there is none."""
    for far in FAR:
        for across, up in AROUND:
            x = middle[0] + across * (target.width / 2 + note.width / 2 + far)
            y = middle[1] + up * (target.height / 2 + note.height / 2 + far)
            left, bottom, right, top = around((x, y), note)
            if all(
                right + AIR < a or c < left - AIR or top + AIR < b or d < bottom - AIR for a, b, c, d in rooms
            ) and clear(middle, (x, y), note, target, rooms):
                return x, y
    lowest = min([whole[1], *(room[1] for room in rooms)])
    return middle[0], lowest - note.height / 2 - 12


def clear(middle: Point, place: Point, note: Box, target: Box, rooms: Sequence[Room]) -> bool:
    """Tells whether the arrow from a note to its node meets nothing."""
    start, tip = ends(place, note, middle, target)
    points = [mixed(start, tip, n / 12) for n in range(12)]
    own = around(middle, target)
    return not any(
        room != own and room[2] - room[0] > 4.1 and room[0] < x < room[2] and room[1] < y < room[3]
        for room in rooms
        for x, y in points
    )


def ends(place: Point, note: Box, middle: Point, target: Box) -> tuple[Point, Point]:
    """Returns where the arrow from a note begins, and where it meets its node."""
    return border(place, note, middle), border(middle, target, place)


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
