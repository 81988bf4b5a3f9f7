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
from cgviz.drawing.diagram.scene import Box, Scene, Text, Wire, Words
from cgviz.drawing.diagram.svg import svg
from cgviz.drawing.theme import Theme
from cgviz.players.deck.camera import Camera, Room, seen, window
from cgviz.players.deck.caption import FOOT
from cgviz.players.deck.extras import CLEAR, PAGE, Extra, highlights, sums, veil, veiled
from cgviz.players.deck.formats import Look
from cgviz.players.deck.frames import Frame
from cgviz.players.deck.page import HEAD, HEIGHT, Page, furniture, map_of, page, width_of
from cgviz.runs.run import Run
from cgviz.runs.steps import Forward

CAMERA = '<g class="camera" transform="translate(0 0)">\n'


@dataclass(frozen=True)
class Sheet:
    """The diagram of a run where it stands on every page, and the `extras` of single frames, in order.

    pages  the page of each frame: the same one where all of the diagram is seen
    rooms  of the rows, for the map, where a camera looks at one at a time
    """

    drawing: Diagram
    shown: Sequence[Frame]
    look: Look
    pages: tuple[Page, ...]
    extras: tuple[Extra, ...]
    prefix: str
    rooms: tuple[Room, ...] = ()

    @property
    def page(self) -> Page:
        """The page of the first frame."""
        return self.pages[0]

    @property
    def moves(self) -> list[Point]:
        """How far the diagram moves in each frame against its place in the first one, y downwards."""
        return [(self.page.left - page.left, self.page.top - page.top) for page in self.pages]

    @property
    def follows(self) -> bool:
        """Whether a camera looks at a part of the diagram."""
        return bool(self.rooms)

    @property
    def theme(self) -> Theme:
        return self.drawing.layout.theme

    @property
    def behind(self) -> str:
        """The colour behind the slides."""
        return self.drawing.layout.behind

    @property
    def words(self) -> Words:
        """What the picture says to those who do not see it."""
        return self.drawing.words

    @property
    def scale(self) -> float:
        """How much the drawing is enlarged to make a slide, 540 points high."""
        return 1 / self.page.unit

    @property
    def size(self) -> tuple[int, int]:
        """The width and height of a slide, in points."""
        return round(self.page.width * self.scale), round(self.page.height * self.scale)

    def page_of(self, at: int, format: str, scale: float = 1.0) -> bytes:
        """Returns frame number `at` (from 0) drawn in a format of the engine."""
        extras = [extra for extra in self.extras if extra.start <= at < extra.end]
        layout = self.with_extras(*self.as_of(self.shown[at].step), extras)
        page = self.pages[at]
        if self.follows:
            layout = seen(layout, page)
        layout = with_boxes(layout, [(paper(page, layout.margin), page.middle), *self.furniture(at, page)])
        return engine.draw(dot(layout, self.prefix), format, engine=self.look.engine, scale=self.scale * scale)

    def furniture(self, at: int, page: Page) -> Iterator[tuple[Box, Point]]:
        """Yields what stands round the diagram in a frame: title, number, captions, the map."""
        frame = self.shown[at]
        yield from furniture(page, frame, self.shown[-1].number, self.theme, colour_of(frame, self.theme))
        if self.follows:
            yield from map_of(self.rooms, self.pages[at], page, frame.number, self.theme)

    def everything(self) -> bytes:
        """Returns the SVG of all frames over one another: every part has its id, every number its step."""
        layout = self.drawing.layout
        whole = self.with_extras(layout.scene, layout.plan, self.extras)
        round_it = [part for at in range(len(self.shown)) for part in self.furniture(at, self.page)]
        if not self.follows:
            whole = with_boxes(whole, [(paper(self.page, whole.margin), self.page.middle), *round_it])
            return svg(whole, self.words, self.prefix, self.scale)
        drawn = svg(replace(whole, view=self.page.room), self.words, self.prefix, self.scale).decode()
        empty = replace(layout, scene=Scene((), ()), plan=Plan(), view=self.page.room, behind=CLEAR)
        beside = svg(with_boxes(empty, round_it), self.words, self.prefix, self.scale).decode()
        return spliced(drawn, beside, self.prefix, self.page).encode()

    def span(self, key: str) -> tuple[int, int] | None:
        """Returns the frames in which a part is seen that is no part of the diagram, None for others."""
        return self.spans.get(key)

    @cached_property
    def spans(self) -> dict[str, tuple[int, int]]:
        found = {self.prefix + extra.part.key: (extra.start, extra.end) for extra in self.extras}
        for at in range(len(self.shown)):
            found |= {self.prefix + box.key: (at, at + 1) for box, _ in self.furniture(at, self.page)}
        return found

    def as_of(self, step: int) -> tuple[Scene, Plan]:
        """Returns the diagram in which what is known only after `step` is there but cannot be seen."""
        scene, plan = self.drawing.layout.scene, self.drawing.layout.plan

        def seen(text: Text) -> bool:
            return text.step is None or text.step <= step

        texts = {key: [(veil(text, seen), at) for text, at in beside] for key, beside in plan.texts.items()}
        return replace(scene, boxes=tuple(veiled(box, seen) for box in scene.boxes)), replace(plan, texts=texts)

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


def sheet(run: Run, shown: Sequence[Frame], look: Look) -> Sheet:
    """Returns the layout of a deck. Raises UsageError for a look that there is not, RenderError."""
    wide = width_of(look.aspect)
    drawing = whole_or_rows(run, look, wide)
    layout = drawing.layout
    theme, scene, plan = layout.theme, layout.scene, layout.plan
    prefix = f"cg{diagram.digest(run, look.style, look.direction or '')}-"
    extras = (*highlights(shown, scene, plan, theme), *sums(run, shown, scene, plan, look.digits))
    if drawing.laid is None:
        left, bottom, right, top = layout.room
        one = page(look.aspect, left, -top, right - left, top - bottom)
        return Sheet(drawing, shown, look, (one,) * len(shown), extras, prefix)
    camera = Camera(drawing.laid, layout.axes, wide, look.unit)
    pages = tuple(camera.pages(shown, f"n{run.graph.output}"))
    return Sheet(drawing, shown, look, pages, extras, prefix, tuple(camera.rooms))


def whole_or_rows(run: Run, look: Look, wide: float) -> Diagram:
    """Returns the diagram as a whole where its texts are large enough on a slide; else in rows for a camera."""
    width, height = window(wide)
    paper = Paper("slide", width, height, look.least, max(18.0, look.least), max(22.0, look.least))
    made = diagram.diagram(
        run, style=look.style, theme=look.theme, direction=look.direction, digits=look.digits,
        background=look.background, fit=paper, figure=look.figure, aside=False,
    )  # fmt: skip
    if look.camera == "whole" or (look.camera == "auto" and made.smallest >= look.least):
        return made
    return diagram.in_rows(made, (look.unit * width, look.unit * height), look.style)


def colour_of(frame: Frame, theme: Theme) -> str:
    """Returns the colour of the number that a frame computes."""
    if not frame.active or (len(frame.captions) == 1 and len(frame.active) > 1):
        return theme.ink
    return theme.value if isinstance(frame.active[0], Forward) else theme.gradient


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
