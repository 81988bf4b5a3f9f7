"""Where the camera of a deck looks: at the whole diagram, or at the row of the active stage, so that texts stay large.

Nothing moves but the camera: every part has one place in the layout for all frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.rows import Laid
from cgviz.drawing.diagram.scene import Box, Scene, Wire
from cgviz.players.deck.caption import FOOT
from cgviz.players.deck.extras import PAGE
from cgviz.players.deck.frames import Frame
from cgviz.players.deck.page import HEAD, HEIGHT, SIDE, Page
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

    unit  the points of the diagram that are one of the slide
    """

    laid: Laid
    axes: Axes
    wide: float
    unit: float

    @property
    def rooms(self) -> list[Room]:
        return [self.laid.room(number, self.axes) for number in range(len(self.laid.parts))]

    def pages(self, shown: Sequence[Frame], output: str) -> Iterator[Page]:
        """Yields the page of each frame; what happens in a pass as a whole is seen at its end."""
        row = {box.key: n for n, part in enumerate(self.laid.parts) for box in part.boxes}
        rooms, size = self.rooms, [self.unit * length for length in window(self.wide)]
        key = next(iter(row))
        for at, frame in enumerate(shown):
            wanted = focus(frame) or (output if at else key)
            key = wanted if wanted in row else key
            left, bottom, right, top = rooms[row[key]]
            x, y = self.axes.point(self.laid.plan.centre[key])
            yield page_at((held(x, left, right, size[0]), -held(y, bottom, top, size[1])), self.wide, self.unit)


def focus(frame: Frame) -> str:
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


def seen(layout: Layout, page: Page) -> Layout:
    """Returns what a page shows of a layout: boxes and texts that are wholly in its window, wires cut at its sides."""
    unit = page.unit
    left, right = page.left + unit * SIDE / 2, page.left + page.width - unit * SIDE / 2
    top, bottom = -(page.top + unit * (HEAD - 6)), -(page.top + unit * (HEIGHT - FOOT + 4))
    room = left, bottom, right, top
    scene, plan, axes = layout.scene, layout.plan, layout.axes
    boxes = {box.key: box for box in scene.boxes if inside(axes, plan, box, room)}
    made = Plan(centre=dict(plan.centre), caption=dict(plan.caption))
    near = {*boxes, PAGE}
    wires = [w for w in scene.wires if near & {w.source, w.target} and cut(w, axes, plan, made, room)]
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
    return replace(layout, scene=Scene(tuple(boxes.values()), tuple(wires), tuple(trunks), scene.slides), plan=made)


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
