"""The one layout of a deck: the final diagram and everything that is drawn over it, for one frame or for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cgviz.drawing import diagram, engine
from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.dot import dot
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.paper import Paper
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.scene import SIZE, Box, Scene, Text, Wire, Words
from cgviz.drawing.diagram.svg import svg
from cgviz.drawing.theme import Theme
from cgviz.players.deck.camera import Camera, window
from cgviz.players.deck.extras import CLEAR, PAGE, Extra, frame_of, highlights, sums, veil, veiled
from cgviz.players.deck.formats import HEIGHT, DeckLook
from cgviz.players.deck.frames import DeckFrame
from cgviz.players.deck.page import FOOT, HEAD, Page, colour_of, furniture, map_of, page, width_of
from cgviz.runs.run import Run

MANY = 120  # nodes, of which the texts are never large enough on one slide
ROUNDED = 0.4  # points, so that no text falls short where formats round sizes
CAMERA = '<g class="camera" transform="translate(0 0)">\n'


@dataclass(frozen=True)
class DeckSheet:
    """The diagram of a run where it stands on every page, and the `extras` of single frames, in order.

    pages  the page of each frame: the same one where all of the diagram is seen
    camera  what looks at one row at a time, if that is not all of the diagram
    """

    drawing: Diagram
    shown: Sequence[DeckFrame]
    look: DeckLook
    pages: tuple[Page, ...]
    extras: tuple[Extra, ...]
    prefix: str
    camera: Camera | None = None

    @property
    def page(self) -> Page:
        """The page of the first frame."""
        return self.pages[0]

    @property
    def moves(self) -> list[Point]:
        """How far the diagram moves in each frame against its place in the first one, y downwards."""
        return [(self.page.left - page.left, self.page.top - page.top) for page in self.pages]

    @property
    def theme(self) -> Theme:
        return self.drawing.layout.theme

    @property
    def words(self) -> Words:
        """What the picture says to those who do not see it."""
        return self.drawing.words

    @property
    def scale(self) -> float:
        """How much the drawing is enlarged to make a page of the deck."""
        return self.look.enlarged / self.page.unit

    @property
    def size(self) -> tuple[int, int]:
        """The width and height of a page, in points."""
        return round(self.page.width * self.scale), round(self.page.height * self.scale)

    def page_of(self, at: int, format: str, scale: float = 1.0) -> bytes:
        """Returns frame number `at` (from 0) drawn in a format of the engine."""
        extras = [extra for extra in self.extras if extra.start <= at < extra.end]
        layout = self.with_extras(*self.as_of(self.shown[at].step), extras)
        page = self.pages[at]
        if self.camera:
            layout = self.camera.seen(layout, page)
        layout = with_boxes(layout, [(paper(page, layout.margin), page.middle), *self.furniture(at, page)])
        return engine.draw(dot(layout, self.prefix), format, engine=self.look.engine, scale=self.scale * scale)

    def furniture(self, at: int, page: Page) -> Iterator[tuple[Box, Point]]:
        """Yields what stands round the diagram in a frame: title, number, captions, the map."""
        frame = self.shown[at]
        yield from furniture(page, frame, self.shown[-1].number, self.theme, colour_of(frame, self.theme))
        if self.camera:
            yield from map_of(self.camera.rooms, self.pages[at], page, frame.number, self.theme)

    def everything(self) -> bytes:
        """Returns the SVG of all frames over one another: every part has its id, every number its step."""
        layout = self.drawing.layout
        whole = self.with_extras(layout.scene, layout.plan, self.extras)
        round_it = [part for at in range(len(self.shown)) for part in self.furniture(at, self.page)]
        if not self.camera:
            whole = with_boxes(whole, [(paper(self.page, whole.margin), self.page.middle), *round_it])
            return svg(whole, self.words, self.prefix, self.scale)
        drawn = svg(replace(whole, view=self.page.room), self.words, self.prefix, self.scale).decode()
        empty = replace(layout, scene=Scene((), ()), plan=Plan(), view=self.page.room, behind=CLEAR)
        beside = svg(with_boxes(empty, round_it), self.words, self.prefix, self.scale).decode()
        return spliced(drawn, beside, self.prefix, self.page).encode()

    @cached_property
    def spans(self) -> dict[str, tuple[int, int]]:
        found = {self.prefix + extra.part.key: (extra.start, extra.end) for extra in self.extras}
        for wire in self.drawing.layout.wires:
            if wire.step is not None:
                found[self.prefix + wire.key] = frame_of(wire.step, self.shown), len(self.shown)
        for at in range(len(self.shown)):
            found |= {self.prefix + box.key: (at, at + 1) for box, _ in self.furniture(at, self.page)}
        return found

    def as_of(self, step: int) -> tuple[Scene, Plan]:
        """Returns the diagram in which what is known only after `step` is there but cannot be seen."""
        scene, plan = self.drawing.layout.scene, self.drawing.layout.plan

        def seen(text: Text) -> bool:
            return text.step is None or text.step <= step

        texts = {key: [(veil(text, seen), at) for text, at in beside] for key, beside in plan.texts.items()}
        boxes = tuple(veiled(box, seen) for box in scene.boxes)
        wires = tuple(wire for wire in scene.wires if (wire.step or 0) <= step)
        return replace(scene, boxes=boxes, wires=wires), replace(plan, texts=texts)

    def with_extras(self, scene: Scene, plan: Plan, extras: Iterable[Extra]) -> Layout:
        """Returns the layout of a diagram with `extras` on its page."""
        boxes, wires, centre = list(scene.boxes), list(scene.wires), dict(plan.centre)
        path, tip, texts = dict(plan.path), dict(plan.tip), dict(plan.texts)
        for extra in extras:
            key = extra.part.key
            if isinstance(extra.part, Wire):
                wires.append(extra.part)
                path[key], texts[key] = list(extra.path), []
                if extra.tip:
                    tip[key] = extra.tip
            elif extra.place:
                boxes.append(extra.part)
                centre[key] = extra.place
        whole = replace(scene, boxes=tuple(boxes), wires=tuple(wires))
        placed = replace(plan, centre=centre, path=path, tip=tip, texts=texts)
        return replace(self.drawing.layout, scene=whole, plan=placed)


def with_boxes(layout: Layout, boxes: Iterable[tuple[Box, Point]]) -> Layout:
    """Returns a layout with more boxes, each with its centre, y downwards."""
    placed = list(boxes)
    scene = replace(layout.scene, boxes=(*layout.scene.boxes, *(box for box, _ in placed)))
    centre = {**layout.plan.centre, **{box.key: turned(layout.axes, point) for box, point in placed}}
    return replace(layout, scene=scene, plan=replace(layout.plan, centre=centre))


def spliced(drawn: str, beside: str, prefix: str, page: Page) -> str:
    """Returns an SVG whose diagram a camera moves behind a window, and what stands beside it and does not move."""
    x, y = page.left, page.top + page.unit * (HEAD - 6)
    size = f'width="{page.width:.2f}" height="{page.unit * (HEIGHT - HEAD - FOOT + 10):.2f}"'
    clip = f'<clipPath id="{prefix}window"><rect x="{x:.2f}" y="{y:.2f}" {size}/></clipPath>\n'
    head, graph, parts = drawn.partition(f'<g id="{prefix}graph"')
    opening, _, parts = parts.partition("\n")
    behind, polygon, rest = parts.partition("/>\n") if parts.startswith("<polygon") else ("", "", parts)
    rest = rest.removesuffix("</g>\n</svg>\n")
    _, _, around = beside.partition(f'<g id="{prefix}graph"')
    around = around.partition("\n")[2]
    window = f'{clip}<g clip-path="url(#{prefix}window)">\n{CAMERA}'
    return f"{head}{graph}{opening}\n{behind}{polygon}{window}{rest}</g>\n</g>\n{around}"


def sheet(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook) -> DeckSheet:
    """Returns the layout of a deck. Raises UsageError for a look that there is not, RenderError."""
    wide = width_of(look.aspect)
    layout, run = drawing.layout, drawing.layout.run
    theme, scene, plan = layout.theme, layout.scene, layout.plan
    prefix = drawing.prefix
    extras = (*highlights(shown, scene, plan, theme), *sums(run, shown, scene, plan, look.digits))
    if drawing.laid is None:
        left, bottom, right, top = layout.room
        one = page(look.aspect, left, -top, right - left, top - bottom)
        return DeckSheet(drawing, shown, look, (one,) * len(shown), extras, prefix)
    camera = Camera(drawing.laid, layout, wide)
    return DeckSheet(drawing, shown, look, tuple(camera.pages(shown)), extras, prefix, camera)


def whole_or_rows(run: Run, look: DeckLook, wide: float) -> Diagram:
    """Returns the diagram as a whole where its texts are large enough on a slide; else in rows for a camera.

    It is scaled to points of a slide.
    """
    width, height = window(wide)
    paper = Paper("slide", width, height, look.least, max(18.0, look.least), max(22.0, look.least))
    parts = look.camera == "follow" or (look.camera == "auto" and len(run.graph) > MANY)
    if not parts:
        made = diagram.diagram(run, fit=paper, background=look.background, **look.drawn)
        if look.camera == "whole" or made.smallest >= look.least:
            return made
    # a legend and footnotes belong to the whole picture: where only a part of it is seen there are none
    made = diagram.diagram(run, fit=paper, background=look.background, quick=parts, aside=False, **look.drawn)
    scale = (look.least + ROUNDED) / SIZE
    rows = diagram.in_rows(made, (width / scale, height / scale), scale)
    assert rows.laid
    over = max(max(box.width / width, box.height / height) for box in rows.layout.scene.boxes) * scale
    if over > 1:
        return diagram.in_rows(made, (width * over / scale, height * over / scale), scale / over)
    largest = min(min(width / (c - a), height / (d - b)) for a, b, c, d in rows.laid.rooms(rows.layout.axes))
    return replace(rows, layout=replace(rows.layout, fit=max(scale, min(largest, paper.good / SIZE))))


def trouble(made: Diagram, look: DeckLook) -> str:
    """Says that texts are smaller than they should be on the pages of a deck, and what helps; "" where they are not."""
    page, follow = look.page, "" if made.laid else "--camera follow, "
    if not page.misses(made.smallest * look.enlarged):
        return ""
    circuit = "--style circuit, " if look.style == "card" else ""
    return (
        f"the smallest text is {page.size(made.smallest * look.enlarged)} on the {page.called}, less than "
        f"{page.size(page.least)}: try {follow}{circuit}--collapse GROUP or --around NODE"
    )


def paper(page: Page, margin: float) -> Box:
    """Returns the page, less a margin, as a box that is not seen: it holds the place of everything else."""
    return Box(
        key=PAGE, width=page.width - 2 * margin, height=page.height - 2 * margin, inside=(),
        fill=CLEAR, line=CLEAR, classes="page", words=Words(""),
    )  # fmt: skip


def turned(axes: Axes, point: Point) -> Point:
    """Returns a point given by x and y (which grows downwards) as along and across."""
    x, y = point
    return (x, y) if axes.flat else (y, x)
