"""The one layout of a deck: the final diagram and everything that is drawn over it, for one frame or for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cgviz import engine
from cgviz.passes import Run
from cgviz.steps import Forward
from cgviz.theme import Theme
from cgviz.theme import theme as theme_of
from cgviz.views import diagram
from cgviz.views.deck.extras import CLEAR, PAGE, Extra, highlights, sums, veil, veiled
from cgviz.views.deck.formats import Look
from cgviz.views.deck.frames import Frame
from cgviz.views.deck.page import Page, furniture, page
from cgviz.views.diagram import words
from cgviz.views.diagram.axes import Axes
from cgviz.views.diagram.dot import MARGIN, written
from cgviz.views.diagram.finish import Part, finished
from cgviz.views.diagram.plan import Plan, planned
from cgviz.views.diagram.scene import Box, Scene, Text, Wire, Words


@dataclass(frozen=True)
class Sheet:
    """The diagram of a run where it stands on every page, and the `extras` of single frames, in order."""

    run: Run
    shown: Sequence[Frame]
    look: Look
    theme: Theme
    axes: Axes
    scene: Scene
    plan: Plan
    page: Page
    extras: tuple[Extra, ...]
    prefix: str

    @property
    def scale(self) -> float:
        """How much the drawing is enlarged to make a slide, 540 points high."""
        return 1 / self.page.unit

    @property
    def size(self) -> tuple[int, int]:
        """The width and height of a slide, in points."""
        return round(self.page.width * self.scale), round(self.page.height * self.scale)

    @property
    def words(self) -> Words:
        """What the picture says to those who do not see it."""
        return words.of_picture(self.run, self.look.digits)

    @property
    def behind(self) -> str:
        return self.theme.background if self.look.background == "filled" else diagram.checked(self.look.background)

    def page_of(self, at: int, format: str, scale: float = 1.0) -> bytes:
        """Returns frame number `at` (from 0) drawn in a format of the engine."""
        step = self.shown[at].step
        dot = self.dot(*self.as_of(step), [extra for extra in self.extras if extra.start <= at < extra.end])
        return engine.draw(dot, format, engine=self.look.engine, scale=self.scale * scale)

    def everything(self) -> bytes:
        """Returns the SVG of all frames over one another: every part has its id, every number its step."""
        svg = engine.draw(
            self.dot(self.scene, self.plan, self.extras), "svg", engine=self.look.engine, scale=self.scale
        )
        return finished(svg, self.words, self.parts())

    def parts(self) -> dict[str, Part]:
        """Returns the words and texts of every part by its id."""
        found = {self.prefix + box.key: Part(box.words, box.texts) for box in self.scene.boxes}
        for wire in (*self.scene.trunks, *self.scene.wires):
            found[self.prefix + wire.key] = Part(wire.words, [text for text, _ in self.plan.texts[wire.key]])
        return found

    def as_of(self, step: int) -> tuple[Scene, Plan]:
        """Returns the diagram in which what is known after `step` is there but cannot be seen."""

        def seen(text: Text) -> bool:
            return text.step is None or text.step <= step

        texts = {key: [(veil(text, seen), at) for text, at in beside] for key, beside in self.plan.texts.items()}
        boxes = tuple(veiled(box, seen) for box in self.scene.boxes)
        return replace(self.scene, boxes=boxes), replace(self.plan, texts=texts)

    def dot(self, scene: Scene, plan: Plan, extras: Iterable[Extra]) -> str:
        """Returns the DOT of a diagram with `extras` on its page."""
        boxes = [*scene.boxes, paper(self.page)]
        wires = list(scene.wires)
        centre = {**plan.centre, PAGE: self.at(self.page.middle)}
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
        return written(whole, placed, self.axes, self.theme, self.behind, self.prefix)

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        return turned(self.axes, point)


def sheet(run: Run, shown: Sequence[Frame], look: Look) -> Sheet:
    """Returns the layout of a deck. Raises UsageError for a look that there is not, RenderError."""
    theme, axes = theme_of(look.theme), Axes(look.direction)
    scene = diagram.scene_of(run, look.style, theme, look.digits)
    plan = planned(scene, axes, look.engine)
    prefix = f"cg{diagram.digest(run, look.style, look.direction)}-"
    paper = page(look.aspect, *extent(scene, plan, axes))
    extras = [*highlights(shown, scene, plan, theme), *sums(run, shown, scene, plan, look.digits)]
    for at, frame in enumerate(shown):
        colour = colour_of(frame, theme)
        for box, point in furniture(paper, frame, shown[-1].number, theme, colour):
            extras.append(Extra(box, at, at + 1, place=turned(axes, point)))
    return Sheet(run, shown, look, theme, axes, scene, plan, paper, tuple(extras), prefix)


def colour_of(frame: Frame, theme: Theme) -> str:
    """Returns the colour of the number that a frame computes."""
    if not frame.active or (len(frame.captions) == 1 and len(frame.active) > 1):
        return theme.ink
    return theme.value if isinstance(frame.active[0], Forward) else theme.gradient


def extent(scene: Scene, plan: Plan, axes: Axes) -> tuple[float, float, float, float]:
    """Returns left, top, width and height of a diagram; `y` grows downwards."""
    rooms = [(plan.centre[box.key], axes.half(box)) for box in scene.boxes]
    for box in scene.boxes:
        if box.caption:
            along, across = axes.lines(box.caption)
            rooms.append((plan.caption[box.key], (along / 2, across / 2)))
    for text, at in (beside for texts in plan.texts.values() for beside in texts):
        along, across = axes.text(text)
        rooms.append((at, (along / 2, across / 2)))
    rooms += [(point, (0.0, 0.0)) for path in plan.path.values() for point in path]
    low, high = (
        turned(
            axes,
            (edge(at[0] + sign * half[0] for at, half in rooms), edge(at[1] + sign * half[1] for at, half in rooms)),
        )
        for edge, sign in ((min, -1), (max, 1))
    )
    return low[0], low[1], high[0] - low[0], high[1] - low[1]


def paper(page: Page) -> Box:
    """Returns the page as a box that is not seen: it holds the place of everything else."""
    return Box(
        key=PAGE, width=page.width - 2 * MARGIN, height=page.height - 2 * MARGIN, label="", lines=(),
        fill=CLEAR, line=CLEAR, classes="page", words=Words(""),
    )  # fmt: skip


def turned(axes: Axes, point: tuple[float, float]) -> tuple[float, float]:
    """Returns a point given by x and y (which grows downwards) as along and across."""
    x, y = point
    return (x, y) if axes.flat else (y, x)
