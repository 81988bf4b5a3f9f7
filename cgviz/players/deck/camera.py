"""Where the camera of a deck looks: at the whole diagram, or at the row of the active stage, so that texts stay large.

Nothing moves but the camera: every part has one place in the layout for all frames.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.rows import GroupFrame, Laid
from cgviz.drawing.diagram.scene import Box, Wire
from cgviz.players.deck.extras import PAGE
from cgviz.players.deck.formats import HEIGHT
from cgviz.players.deck.frames import DeckFrame as Shown
from cgviz.players.deck.page import FOOT, HEAD, SIDE, Page
from cgviz.runs.steps import Backward

Room = tuple[float, float, float, float]


def window(wide: float) -> Point:
    """Returns the part of a slide, `wide` points wide, in which the diagram is seen: its width and height."""
    return wide - 2 * SIDE, HEIGHT - HEAD - FOOT


def page_at(middle: Point, wide: float, unit: float) -> Page:
    """Returns the page on which a point of the diagram (y downwards) is in the middle of the window."""
    x, y = middle
    return Page(unit, x - unit * wide / 2, y - unit * (HEAD + (HEIGHT - HEAD - FOOT) / 2), unit * wide, unit * HEIGHT)


@dataclass(frozen=True)
class Camera:
    """Looks at the row of what happens, or at the place in it where that is, if the row is larger than the window.

    wide  the width of a slide
    """

    laid: Laid
    layout: Layout
    wide: float

    @property
    def axes(self) -> Axes:
        return self.layout.axes

    @property
    def unit(self) -> float:
        """The points of the diagram that are one of the slide."""
        return 1 / self.layout.fit

    @cached_property
    def rooms(self) -> list[Room]:
        """The rooms of the rows."""
        return self.laid.rooms(self.axes)

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of each box."""
        return {box.key: n for n, part in enumerate(self.laid.parts) for box in part.boxes}

    def pages(self, shown: Sequence[Shown]) -> Iterator[Page]:
        """Yields the page of each frame; what happens in a pass as a whole is seen at its end."""
        rooms, size = self.rooms, [self.unit * length for length in window(self.wide)]
        home, output = self.layout.scene.home, f"n{self.layout.run.graph.output}"
        key = next(iter(self.row))
        for at, frame in enumerate(shown):
            wanted = focus(frame) or (output if at else key)
            wanted = home.get(wanted, wanted)
            key = wanted if wanted in self.row else key
            left, bottom, right, top = rooms[self.row[key]]
            x, y = self.axes.point(self.laid.plan.centre[key])
            yield page_at((held(x, left, right, size[0]), -held(y, bottom, top, size[1])), self.wide, self.unit)

    def seen(self, layout: Layout, page: Page) -> Layout:
        """Returns what a page shows of a layout: whole rows, of them what is in its window."""
        room = sight(page)
        middle = (room[1] + room[3]) / 2
        cut = {n for n, (_, low, _, high) in enumerate(self.rooms) if low < room[1] or high > room[3]}
        away = {n for n in cut if not self.rooms[n][1] <= middle <= self.rooms[n][3]}
        hidden = {key for key, n in self.row.items() if n in away}
        hidden |= {wire.source for wire in layout.scene.wires if wire.classes == "note" and wire.target in hidden}
        return seen(layout, room, hidden)


def focus(frame: Shown) -> str:
    """Returns the box at which a frame looks; "" where nothing happens."""
    if not frame.active:
        return ""
    step = frame.active[-1]
    return f"n{step.edge.target if isinstance(step, Backward) else step.index}"


def held(at: float, low: float, high: float, size: float) -> float:
    """Returns where the middle of a window stands to see `at`, without looking past the ends of a row."""
    if high - low <= size:
        return (low + high) / 2
    return min(max(at, low + size / 2), high - size / 2)


def sight(page: Page) -> Room:
    """Returns what a page shows of a diagram, y upwards."""
    unit = page.unit
    left, right = page.left + unit * SIDE / 2, page.left + page.width - unit * SIDE / 2
    return left, -(page.top + unit * (HEIGHT - FOOT + 4)), right, -(page.top + unit * (HEAD - 6))


def seen(layout: Layout, room: Room, hidden: Collection[str]) -> Layout:
    """Returns what is in a room of a layout: boxes and texts that are wholly in it, wires and frames cut at its sides.

    hidden  the boxes that are not seen, nor their wires
    """
    scene, plan, axes = layout.scene, layout.plan, layout.axes
    boxes = {box.key: box for box in scene.boxes if box.key not in hidden and inside(axes, plan, box, room)}
    made = Plan(centre=dict(plan.centre), caption=dict(plan.caption))
    near = {*boxes, PAGE}
    wires = [
        wire
        for wire in scene.wires
        if near & {wire.source, wire.target}
        and not {wire.source, wire.target} & set(hidden)
        and cut(wire, axes, plan, made, room)
    ]
    trunks = [trunk for trunk in scene.trunks if trunk.source in boxes and cut(trunk, axes, plan, made, room)]
    known = {*boxes, *(trunk.target for trunk in trunks)}
    wires = [
        replace(
            wire,
            source=wire.source if wire.source in boxes else PAGE,
            target=wire.target if wire.target in known else PAGE,
        )
        for wire in wires
    ]
    shown = replace(scene, boxes=tuple(boxes.values()), wires=tuple(wires), trunks=tuple(trunks))
    frames = tuple(framed(frame, room) for frame in layout.frames if boxes.keys() & set(frame.members))
    return replace(layout, scene=shown, plan=made, frames=frames)


def framed(frame: GroupFrame, room: Room) -> GroupFrame:
    """Returns what is seen of a frame in a room, its title where that is."""
    left, bottom, right, top = frame.room
    within = max(left, room[0]), max(bottom, room[1]), min(right, room[2]), min(top, room[3])
    return replace(frame, room=within, title=frame.title if top <= room[3] and left >= room[0] else "")


def inside(axes: Axes, plan: Plan, box: Box, room: Room) -> bool:
    x, y = axes.point(plan.centre[box.key])
    return within((x - box.width / 2, y - box.height / 2), room) and within(
        (x + box.width / 2, y + box.height / 2), room
    )


def within(point: Point, room: Room) -> bool:
    return room[0] <= point[0] <= room[2] and room[1] <= point[1] <= room[3]


def cut(wire: Wire, axes: Axes, plan: Plan, made: Plan, room: Room) -> bool:
    """Adds the part of a wire that is in a room to a plan; tells whether there is any."""
    path = plan.path[wire.key]
    pieces = [path[n : n + 4] for n in range(0, len(path) - 1, 3)]
    kept = [piece for piece in pieces if all(within(axes.point(point), room) for point in piece)]
    if not kept:
        return False
    first = pieces.index(kept[0])
    run = []
    for piece in pieces[first:]:
        if piece not in kept:
            break
        run.append(piece)
    made.path[wire.key] = [run[0][0], *(point for piece in run for point in piece[1:])]
    if wire.key in plan.tip and run[-1] is pieces[-1]:
        made.tip[wire.key] = plan.tip[wire.key]
    made.texts[wire.key] = [
        (text, at)
        for text, at in plan.texts[wire.key]
        for x, y in [axes.point(at)]
        if within((x - text.width / 2, y - text.height / 2), room)
        and within((x + text.width / 2, y + text.height / 2), room)
    ]
    return True
