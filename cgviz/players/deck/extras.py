"""What is seen in some frames only: the stage and the edge that are active, and gradients that are still growing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.scene import Box, Line, Scene, Text, Wire, Words, centred
from cgviz.drawing.theme import Theme
from cgviz.players.deck.frames import DeckFrame
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Step
from cgviz.text.numbers import number

CLEAR = "transparent"
THICK, ARROW = 3.0, 7.0


@dataclass(frozen=True)
class Extra:
    """A box or wire that is drawn over the diagram in the frames `start` to `end` (not included), counted from 0.

    place  the centre of a box; the path of a wire and, where it has one, the tip of its arrow
    """

    part: Box | Wire
    start: int
    end: int
    place: Point | None = None
    path: tuple[Point, ...] = ()
    tip: Point | None = None


def highlights(shown: Sequence[DeckFrame], scene: Scene, plan: Plan, theme: Theme) -> Iterator[Extra]:
    """Yields the outline of every active box and the path of every active wire, in the colour of their pass."""
    for at, frame in enumerate(shown):
        for key, step in active(frame.active, scene).items():
            colour = theme.value if isinstance(step, Forward) else theme.gradient
            name = f"f{frame.number}-{key}"
            if key in scene.box:
                yield Extra(outlined(scene.box[key], name, colour), at, at + 1, place=plan.centre[key])
            elif key in plan.path:
                yield flowing(name, plan, key, colour, at, backward=not isinstance(step, Forward))


def active(steps: Sequence[Step], scene: Scene) -> dict[str, Step]:
    """Returns the keys of the boxes and wires at which `steps` happen."""
    found: dict[str, Step] = {}
    for step in steps:
        key = f"n{step.index}"
        key = scene.home.get(key, key)
        found[key] = step
        if isinstance(step, Backward):
            wire = scene.wire.get(f"e{step.edge.target}-{step.edge.slot}")
            if wire:  # its source may be a ghost: the node by its name
                found |= {wire.key: step, wire.source: step}
            if key in scene.trunk:
                found[scene.trunk[key].key] = step
        elif isinstance(step, Forward):
            found |= {wire.key: step for wire in scene.into.get(key, ()) if wire.classes != "note"}
        else:
            found |= {box.key: step for box in scene.boxes if "output" in box.classes.split()}
    return found


def outlined(box: Box, name: str, colour: str) -> Box:
    return replace(
        box, key=name, inside=(), rules=(), caption=(), insets=(), fill=CLEAR, line=colour, thick=THICK, dashed=False,
        classes="active", words=Words(""),
    )  # fmt: skip


def flowing(name: str, plan: Plan, key: str, colour: str, at: int, backward: bool) -> Extra:
    """Returns a wire once more, thick; in the backward pass its arrow points back to where the gradient goes."""
    wire = Wire(key=name, source=PAGE, target=PAGE, colour=colour, classes="active", words=Words(""), thick=THICK)
    path, tip = list(plan.path[key]), plan.tip.get(key)
    if backward and tip:
        tip, path[0] = path[0], (path[0][0] + ARROW, path[0][1])
        path.reverse()
    return Extra(wire, at, at + 1, path=tuple(path), tip=tip)


PAGE = "page"


def sums(run: Run, shown: Sequence[DeckFrame], scene: Scene, plan: Plan, digits: int) -> Iterator[Extra]:
    """Yields the running sum of every gradient that grows over several frames, where the gradient will stand."""
    totals: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for step, happens in enumerate(run.steps, 1):
        if isinstance(happens, Backward) and happens.total is not None:
            totals[happens.index].append((frame_of(step, shown), happens.total))
    for index, grown in totals.items():
        for (start, total), (end, _) in pairwise(grown):
            if start < end:
                yield from so_far(f"f{start}-sum{index}", index, number(total, digits), scene, plan, start, end)


def frame_of(step: int, shown: Sequence[DeckFrame]) -> int:
    """Returns the place of the first of the frames `shown` in which what is known from `step` can be seen."""
    return next((at for at, frame in enumerate(shown) if frame.step >= step), len(shown))


def so_far(name: str, index: int, says: str, scene: Scene, plan: Plan, start: int, end: int) -> Iterator[Extra]:
    """Yields `says` in the place of the gradients of node `index`."""
    box, trunk = scene.box.get(f"n{index}"), scene.trunk.get(f"n{index}")
    if box is not None and any(text.kind == "gradient" for text in box.texts):
        shown = veiled(box, lambda text: text.kind == "gradient", says)
        empty = replace(outlined(box, name, CLEAR), inside=shown.inside, classes="sum")
        yield Extra(empty, start, end, place=plan.centre[box.key])
    for text, point in plan.texts[trunk.key] if trunk else ():
        if text.kind == "gradient":
            yield Extra(beside(f"{name}-t", replace(text, text=says, slanted=True, step=None)), start, end, place=point)


def beside(name: str, text: Text) -> Box:
    """Returns a text that stands alone."""
    return Box(
        key=name, width=text.width + 2, height=text.height, inside=centred([(text,)]),
        fill=CLEAR, line=CLEAR, classes="sum", words=Words(""),
    )  # fmt: skip


def veiled(box: Box, seen: Callable[[Text], bool], instead: str | None = None) -> Box:
    """Returns a box in which the texts that are not `seen` take their room but cannot be seen.

    instead  what the texts that are seen say
    """

    def shown(line: Line) -> Line:
        return tuple(
            replace(text, text=instead, step=None) if instead and seen(text) else veil(text, seen) for text in line
        )

    inside = tuple(place._replace(line=shown(place.line)) for place in box.inside)
    caption = tuple(tuple(veil(text, seen) for text in line) for line in box.caption)
    insets = tuple((grid, place) for grid, place in box.insets if seen(grid))
    return replace(box, inside=inside, caption=caption, insets=insets)


def veil(text: Text, seen: Callable[[Text], bool]) -> Text:
    return text if seen(text) else replace(text, colour=CLEAR)
