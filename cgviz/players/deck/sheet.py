"""The one layout of a deck: the final diagram and everything that is drawn over it, for one frame or for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cgviz.drawing import diagram, engine
from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.dot import MARGIN, dot
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.scene import Box, Scene, Text, Wire, Words
from cgviz.drawing.diagram.svg import svg
from cgviz.drawing.theme import Theme
from cgviz.players.deck.extras import CLEAR, PAGE, Extra, highlights, sums, veil, veiled
from cgviz.players.deck.formats import Look
from cgviz.players.deck.frames import Frame
from cgviz.players.deck.page import Page, furniture, page
from cgviz.runs.run import Run
from cgviz.runs.steps import Forward


@dataclass(frozen=True)
class Sheet:
    """The diagram of a run where it stands on every page, and the `extras` of single frames, in order."""

    drawing: Diagram
    shown: Sequence[Frame]
    look: Look
    page: Page
    extras: tuple[Extra, ...]
    prefix: str

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
        return engine.draw(dot(layout, self.prefix), format, engine=self.look.engine, scale=self.scale * scale)

    def everything(self) -> bytes:
        """Returns the SVG of all frames over one another: every part has its id, every number its step."""
        layout = self.drawing.layout
        whole = self.with_extras(layout.scene, layout.plan, self.extras)
        return svg(whole, self.words, self.prefix, self.scale)

    def as_of(self, step: int) -> tuple[Scene, Plan]:
        """Returns the diagram in which what is known only after `step` is there but cannot be seen."""
        scene, plan = self.drawing.layout.scene, self.drawing.layout.plan

        def seen(text: Text) -> bool:
            return text.step is None or text.step <= step

        texts = {key: [(veil(text, seen), at) for text, at in beside] for key, beside in plan.texts.items()}
        return replace(scene, boxes=tuple(veiled(box, seen) for box in scene.boxes)), replace(plan, texts=texts)

    def with_extras(self, scene: Scene, plan: Plan, extras: Iterable[Extra]) -> Layout:
        """Returns the layout of a diagram with `extras` on its page."""
        axes = self.drawing.layout.axes
        boxes, wires = [*scene.boxes, paper(self.page)], list(scene.wires)
        centre = {**plan.centre, PAGE: turned(axes, self.page.middle)}
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


def sheet(run: Run, shown: Sequence[Frame], look: Look) -> Sheet:
    """Returns the layout of a deck. Raises UsageError for a look that there is not, RenderError."""
    drawing = diagram.diagram(
        run, style=look.style, theme=look.theme, direction=look.direction, digits=look.digits,
        background=look.background,
    )  # fmt: skip
    layout = drawing.layout
    theme, axes, scene, plan = layout.theme, layout.axes, layout.scene, layout.plan
    left, bottom, right, top = layout.room
    paper = page(look.aspect, left, -top, right - left, top - bottom)
    extras = [*highlights(shown, scene, plan, theme), *sums(run, shown, scene, plan, look.digits)]
    for at, frame in enumerate(shown):
        for box, point in furniture(paper, frame, shown[-1].number, theme, colour_of(frame, theme)):
            extras.append(Extra(box, at, at + 1, place=turned(axes, point)))
    prefix = f"cg{diagram.digest(run, look.style, look.direction or '')}-"
    return Sheet(drawing, shown, look, paper, tuple(extras), prefix)


def colour_of(frame: Frame, theme: Theme) -> str:
    """Returns the colour of the number that a frame computes."""
    if not frame.active or (len(frame.captions) == 1 and len(frame.active) > 1):
        return theme.ink
    return theme.value if isinstance(frame.active[0], Forward) else theme.gradient


def paper(page: Page) -> Box:
    """Returns the page as a box that is not seen: it holds the place of everything else."""
    return Box(
        key=PAGE, width=page.width - 2 * MARGIN, height=page.height - 2 * MARGIN, inside=(),
        fill=CLEAR, line=CLEAR, classes="page", words=Words(""),
    )  # fmt: skip


def turned(axes: Axes, point: Point) -> Point:
    """Returns a point given by x and y (which grows downwards) as along and across."""
    x, y = point
    return (x, y) if axes.flat else (y, x)
