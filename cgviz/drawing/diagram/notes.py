"""The author's notes: each stands where there is room near what it is about, with an arrow to that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import cos, pi, sin

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.figure import Figure, Note
from cgviz.drawing.diagram.lines import broken
from cgviz.drawing.diagram.moves import along, around, border, distance, halfway, key_of, straight, text_room
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.rows import HEAD, PAD, Laid, box_of
from cgviz.drawing.diagram.scene import LINE_HEIGHT, SIZE, Box, Text, Wire, Words, centred, widest
from cgviz.drawing.fonts.metrics import text_width
from cgviz.errors import UsageError, quoted
from cgviz.graph.lookup import find

Room = tuple[float, float, float, float]
LONGEST = 28  # letters of a note on a line
FAR, AIR, TURNS = (14.0, 26.0, 44.0, 66.0, 92.0, 130.0, 180.0, 240.0), 4.0, 24
THIN = 4.0  # of the rooms along a wire


def noted(laid: Laid, axes: Axes, pen: Pen, figure: Figure) -> Laid:
    """Returns a layout with the author's notes, each where there is room near its node."""
    if not figure.notes:
        return laid
    scene, rooms = laid.scene, list(taken(laid, axes))
    boxes, wires = list(scene.boxes), list(scene.wires)
    for number, note in enumerate(figure.notes):
        found = aim(note, laid, axes, pen)
        if found is None:
            continue
        target, middle, says, step = found
        box = written(says, number, pen, step)
        place = spot(box, target, middle, rooms, box_of(laid, axes))
        rooms.append(around(place, (box.width, box.height)))
        wire = Wire(
            key=f"note{number}-wire",
            source=box.key,
            target=target.key,
            colour=pen.theme.local,
            classes="note",
            words=Words(says),
            step=step,
        )
        start, tip = ends(place, box, middle, target)
        points = straight(start, tip)
        rooms += [around(point, (THIN, THIN)) for point in along(points)]
        laid.plan.centre[box.key] = axes.place(place)
        laid.plan.path[wire.key] = [axes.place(point) for point in points]
        laid.plan.tip[wire.key], laid.plan.texts[wire.key] = axes.place(tip), []
        boxes.append(box)
        wires.append(wire)
    return replace(laid, scene=replace(scene, boxes=tuple(boxes), wires=tuple(wires)))


def aim(note: Note, laid: Laid, axes: Axes, pen: Pen) -> tuple[Box, Point, str, int | None] | None:
    """Returns what a note points at, the middle of that, what it says, and the step from which it does.

    None where that is not drawn.

    A wire is pointed at halfway; without a text the note there tells the backward step along it.
    Raises UsageError where there is no such node, or no wire between two.
    """
    if note.wire is None:
        key = key_of(laid, pen, note.at)
        if key is None:
            return None
        return laid.scene.box[key], axes.point(laid.plan.centre[key]), note.text, None
    source, target = (find(pen.graph, name) for name in note.wire)
    slots = [slot for slot, arg in enumerate(pen.graph.nodes[target].args) if arg == source]
    if not slots:
        a, b = (pen.graph.nodes[index].shown for index in (source, target))
        raise UsageError(f"the note at {quoted(note.at)}: no wire runs from {a} to {b}")
    wire = next((wire for wire in laid.scene.wires if wire.key == f"e{target}-{slots[0]}"), None)
    if wire is None:
        return None
    step = pen.known.backward.get((target, slots[0]))
    says = note.text or (step.caption(pen.digits) if step else "no gradient flows back here")
    known = None if note.text else pen.known.edge.get((target, slots[0]))
    dot = replace(laid.scene.box[wire.target], width=3.0, height=3.0)
    return dot, axes.point(halfway(laid.plan.path[wire.key])), says, known


def written(says: str, number: int, pen: Pen, step: int | None) -> Box:
    texts = [Text(line, pen.theme.local, SIZE, slanted=True, kind="note", step=step) for line in broken(says, LONGEST)]
    lines = [(text,) for text in texts]
    return Box(
        key=f"note{number}", width=widest(lines) + 8, height=LINE_HEIGHT * SIZE * len(lines) + 4, inside=centred(lines),
        fill="transparent", line="transparent", classes="note", words=Words(says), rank="note",
    )  # fmt: skip


def taken(laid: Laid, axes: Axes) -> Iterator[Room]:
    """Yields the rooms of boxes and texts, and small ones along the wires."""
    for box in laid.scene.boxes:
        yield around(axes.point(laid.plan.centre[box.key]), (box.width, box.height))
        if box.caption:
            yield around(axes.point(laid.plan.caption[box.key]), axes.size(*axes.lines(box.caption)))
    for texts in laid.plan.texts.values():
        yield from (text_room(axes, text, at) for text, at in texts)
    for frame in laid.frames:
        left, bottom, right, top = frame.room
        yield from ((x, bottom, x, top) for x in (left, right))
        yield from ((left, y, right, y) for y in (bottom, top))
        yield left, top - HEAD, left + text_width(frame.title, SIZE, True) + 2 * PAD, top
    for path in laid.plan.path.values():
        yield from (around(axes.point(point), (THIN, THIN)) for point in along(path))


def spot(note: Box, target: Box, middle: Point, rooms: Sequence[Room], whole: Room) -> Point:
    """Returns the nearest free place for a note; where there is none, one beside the picture."""
    size = note.width, note.height
    for place in (*places(note, target, middle), *outside(note, middle, whole)):
        left, bottom, right, top = around(place, size)
        free = all(right + AIR < a or c < left - AIR or top + AIR < b or d < bottom - AIR for a, b, c, d in rooms)
        if free and clear(middle, place, note, target, rooms):
            return place
    lowest = min([whole[1], *(room[1] for room in rooms)])
    return middle[0], lowest - note.height / 2 - 12


def places(note: Box, target: Box, middle: Point) -> Iterator[Point]:
    """Yields places round a box, the nearest first."""
    wide, high = (target.width + note.width) / 2, (target.height + note.height) / 2
    for far in FAR:
        for n in range(TURNS):
            angle = 2 * pi * n / TURNS
            across, up = sin(angle), cos(angle)
            yield middle[0] + across * (wide + far), middle[1] + up * (high + far)


def outside(note: Box, middle: Point, whole: Room) -> Iterator[Point]:
    """Yields places round the picture, the nearest first."""
    left, bottom, right, top = whole
    wide, high = note.width / 2 + 12, note.height / 2 + 12
    found = [(left + (right - left) * n / TURNS, y) for n in range(TURNS + 1) for y in (top + high, bottom - high)]
    found += [(x, bottom + (top - bottom) * n / TURNS) for n in range(TURNS + 1) for x in (left - wide, right + wide)]
    yield from sorted(found, key=lambda place: distance(place, middle))


def clear(middle: Point, place: Point, note: Box, target: Box, rooms: Sequence[Room]) -> bool:
    """Tells whether the arrow from a note to its node meets nothing but wires and the frames of groups."""
    start, tip = ends(place, note, middle, target)
    points = [point for point in along(straight(start, tip)) if distance(point, tip) > THIN]
    own = around(middle, (target.width, target.height))
    return not any(
        room[0] - 1 < x < room[2] + 1 and room[1] < y < room[3]
        for room in rooms
        if room != own and min(room[2] - room[0], room[3] - room[1]) > THIN + 0.1
        for x, y in points
    )


def ends(place: Point, note: Box, middle: Point, target: Box) -> tuple[Point, Point]:
    """Returns where the arrow from a note begins, and where it meets its node."""
    return border(place, note, middle), border(middle, target, place)
