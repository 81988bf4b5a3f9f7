"""Lays a scene out in rows, one below the other: what a row needs of an earlier one stands in it again, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import chain, groupby

from cgviz.drawing.diagram.across import placed
from cgviz.drawing.diagram.along import ranks
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.levels import levels
from cgviz.drawing.diagram.order import order
from cgviz.drawing.diagram.plan import Plan, Router
from cgviz.drawing.diagram.room import footprint, pitch
from cgviz.drawing.diagram.scene import SIZE, Box, Scene, Wire
from cgviz.drawing.fonts.metrics import text_width
from cgviz.records import record

APART = 24.0  # between two rows
PAD, HEAD = 10.0, 26.0  # in the frame of a group, and above it, where its title stands
FAR_INPUT, FAR_VALUE = 3, 5  # ranks; what is used farther away stands there again

Ghost = Callable[[Box, str], Box]


@record
class Folding:
    """In which row each box stands, from 0; `near`: inputs stand near their use; `ghosts`: also within a row.

    titles  of the rows that belong to a group: rows side by side with one title are one frame
    apart   how far apart two rows are
    """

    row: Mapping[str, int]
    near: bool = True
    ghosts: bool = True
    titles: Mapping[int, str] = field(default_factory=dict)
    apart: float = APART

    @property
    def rows(self) -> int:
        return max(self.row.values(), default=0) + 1


@record
class GroupFrame:
    """A frame round some boxes, with its title: its left, bottom, right and top, y upwards."""

    title: str
    members: tuple[str, ...]
    room: tuple[float, float, float, float]


@record
class Laid:
    """A scene with its ghosts, and the plan of it; `parts` are the scenes of its rows."""

    scene: Scene
    plan: Plan
    crossings: int = 0
    frames: tuple[GroupFrame, ...] = ()
    parts: tuple[Scene, ...] = ()

    def room(self, number: int, axes: Axes) -> tuple[float, float, float, float]:
        """Returns the left, bottom, right and top of a row with its notes and what it has of a frame, y upwards."""
        part = self.parts[number]
        own = {box.key for box in part.boxes}
        left, bottom, right, top = room_of(part, self.plan, axes)
        for frame in self.frames:
            if part.boxes[0].key in frame.members:
                top += HEAD if frame.room[3] <= top + HEAD + 1 else 0.0
                left, right, bottom = left - PAD, right + PAD, max(bottom - PAD, frame.room[1])
        noted = {wire.source for wire in self.scene.wires if wire.classes == "note" and wire.target in own}
        for box in (box for box in self.scene.boxes if box.key in noted):
            (x, y), wide, high = axes.point(self.plan.centre[box.key]), box.width / 2, box.height / 2
            left, right = min(left, x - wide), max(right, x + wide)
            bottom, top = min(bottom, y - high), max(top, y + high)
        return left, bottom, right, top

    def rooms(self, axes: Axes) -> list[tuple[float, float, float, float]]:
        """Returns the rooms of the rows."""
        return [self.room(number, axes) for number in range(len(self.parts))]


def box_of(laid: Laid, axes: Axes) -> tuple[float, float, float, float]:
    """Returns the left, bottom, right and top of everything, y upwards."""
    plan = laid.plan
    spots = list(chain.from_iterable(plan.path.values()))
    for box in laid.scene.boxes:
        spots += corners(plan.centre[box.key], axes.size(box.width, box.height))
        if box.caption:
            spots += corners(plan.caption[box.key], axes.lines(box.caption))
    for text, at in chain.from_iterable(plan.texts.values()):
        spots += corners(at, axes.text(text))
    alongs, acrosses = zip(*spots, strict=True)
    first, last = axes.point((min(alongs), min(acrosses))), axes.point((max(alongs), max(acrosses)))
    rooms = [(*map(min, first, last), *map(max, first, last)), *(frame.room for frame in laid.frames)]
    lefts, bottoms, rights, tops = zip(*rooms, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def corners(middle: Point, size: Point) -> tuple[Point, Point]:
    """Returns two corners of what is so large round its middle."""
    (along, across), (a, b) = middle, size
    a, b = a / 2, b / 2
    return (along - a, across - b), (along + a, across + b)


def laid_out(scene: Scene, axes: Axes, folding: Folding, ghost: Ghost) -> Laid:
    """Returns the plan of a scene in rows; `ghost` makes the box that names another one."""
    whole, parts = Plan(), list[Scene]()
    top, crossings = 0.0, 0
    for number, part in enumerate(rows_of(scene, folding, ghost)):
        opens = number in folding.titles and folding.titles.get(number) != folding.titles.get(number - 1)
        closes = number - 1 in folding.titles and folding.titles.get(number) != folding.titles.get(number - 1)
        top += (HEAD if axes.flat and opens else PAD if opens else 0.0) + (PAD if closes else 0.0)
        part, rank = with_ghosts(part, folding, ghost)
        plan, crossed = planned(part, axes, rank)
        first, last = extent(part, plan, axes)
        whole.add(plan, top - first)
        top += last - first + folding.apart
        crossings += crossed
        parts.append(part)
    laid = Laid(joined(parts), whole, crossings, parts=tuple(parts))
    return replace(laid, frames=tuple(frames(parts, whole, axes, folding.titles))) if folding.titles else laid


def frames(parts: Sequence[Scene], plan: Plan, axes: Axes, titles: Mapping[int, str]) -> Iterator[GroupFrame]:
    """Yields a frame for the rows of each group."""
    for _, numbers in groupby(range(len(parts)), key=lambda n: titles.get(n, n)):
        rows = list(numbers)
        if rows[0] in titles:
            scene = joined([parts[n] for n in rows])
            left, bottom, right, top = room_of(scene, plan, axes)
            title = text_width(titles[rows[0]], SIZE, True) + 2 * PAD
            room = left - PAD, bottom - PAD, max(right + PAD, left - PAD + title), top + HEAD
            yield GroupFrame(titles[rows[0]], tuple(box.key for box in scene.boxes), room)


def room_of(scene: Scene, plan: Plan, axes: Axes) -> tuple[float, float, float, float]:
    """Returns the room that a part of a plan takes."""
    own = Plan()
    own.centre.update({box.key: plan.centre[box.key] for box in scene.boxes})
    own.caption.update({box.key: plan.caption[box.key] for box in scene.boxes if box.caption})
    for wire in (*scene.wires, *scene.trunks):
        own.path[wire.key], own.texts[wire.key] = plan.path[wire.key], plan.texts[wire.key]
    return box_of(Laid(scene, own), axes)


def rows_of(scene: Scene, folding: Folding, ghost: Ghost) -> list[Scene]:
    """Returns the scene of each row."""
    row, count = folding.row, folding.rows
    boxes: list[list[Box]] = [[] for _ in range(count)]
    wires: list[list[Wire]] = [[] for _ in range(count)]
    ghosts: list[dict[str, Box]] = [{} for _ in range(count)]
    for wire in scene.wires:
        at = row[wire.target]
        if row[wire.source] != at:
            box = scene.box[wire.source]
            made = ghosts[at].setdefault(box.key, ghost(box, f"r{at}"))
            wire = wire.beginning(made.key)
        wires[at].append(wire)
    for box in scene.boxes:
        boxes[row[box.key]].append(box)
    for box in scene.boxes if not scene.slides else ():
        uses = scene.out[box.key]
        if uses and all(row[wire.target] != row[box.key] for wire in uses):
            name, at = ghost(box, "goes-on"), row[box.key]
            boxes[at].append(name)
            bare = replace(uses[0], before=None, after=None, beside=None, across=None)
            wires[at].append(replace(bare, key=f"o{box.key[1:]}-goes-on", target=name.key, dashed=False))
    return [
        replace(scene, boxes=(*made.values(), *own), wires=tuple(lines), trunks=trunks_of(scene, own, lines))
        for made, own, lines in zip(ghosts, boxes, wires, strict=True)
    ]


def trunks_of(scene: Scene, boxes: Sequence[Box], wires: Sequence[Wire]) -> tuple[Wire, ...]:
    own = {box.key for box in boxes}
    return tuple(trunk for trunk in scene.trunks if trunk.source in own)


def with_ghosts(scene: Scene, folding: Folding, ghost: Ghost) -> tuple[Scene, dict[str, int]]:
    """Returns a row with ghosts in the place of wires that run far, and the rank of each box."""
    rank = levels(scene, folding.near)
    made: dict[tuple[str, int], Box] = {}
    wires = []
    for wire in scene.wires:
        source = scene.box[wire.source]
        span = rank[wire.target] - rank[wire.source]
        far = FAR_INPUT if source.rank in ("source", "ghost") else FAR_VALUE
        if folding.ghosts and folding.near and span > far and len(scene.out[source.key]) > 1:
            at = rank[wire.target] - 1
            box = made.setdefault((source.key, at), ghost(source, f"{scene.boxes[0].key}-{at}"))
            rank[box.key] = at
            wire = wire.beginning(box.key)
        wires.append(wire)
    return replace(scene, boxes=(*made.values(), *scene.boxes), wires=tuple(wires)), rank


def planned(scene: Scene, axes: Axes, rank: Mapping[str, int]) -> tuple[Plan, int]:
    """Returns the places of all parts of a scene whose boxes have their ranks, and how many wires cross."""
    feet = {box.key: footprint(box, scene, axes) for box in scene.boxes}
    ordered = order(scene, rank, feet, {box.key: pitch(scene.into[box.key], axes) for box in scene.boxes})
    places = placed(scene, axes, ordered, feet)
    return Router(places, ranks(places)).plan(), ordered.crossings


def extent(scene: Scene, plan: Plan, axes: Axes) -> Point:
    """Returns where a plan begins and ends across."""
    spots: list[float] = []
    for box in scene.boxes:
        middle, half = plan.centre[box.key][1], axes.half(box)[1]
        spots += [middle - half, middle + half]
        if box.caption:
            at, room = plan.caption[box.key][1], axes.lines(box.caption)[1] / 2
            spots += [at - room, at + room]
    for texts in plan.texts.values():
        for text, (_, at) in texts:
            room = axes.text(text)[1] / 2
            spots += [at - room, at + room]
    spots += [at for path in plan.path.values() for _, at in path]
    return (min(spots), max(spots)) if spots else (0.0, 0.0)


def joined(parts: Sequence[Scene]) -> Scene:
    """Returns the scenes of all rows as one."""
    return replace(
        parts[0],
        boxes=tuple(box for part in parts for box in part.boxes),
        wires=tuple(wire for part in parts for wire in part.wires),
        trunks=tuple(trunk for part in parts for trunk in part.trunks),
    )
