"""The diagram of a run: the computational graph with every value, every gradient and every local derivative."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from os import PathLike, fspath
from os.path import splitext
from typing import TYPE_CHECKING, Any, NamedTuple

from cgviz.collecting import uncollected
from cgviz.drawing.pictures import BINARY, DIRECTIONS, ENDINGS, FORMATS, GHOSTS, INPUTS, SCALES, STYLES
from cgviz.drawing.theme import Theme
from cgviz.errors import UsageError, quoted
from cgviz.records import record
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text import numbers
from cgviz.text.numbers import DIGITS
from cgviz.values.arrays import Value, is_array

if TYPE_CHECKING:
    from cgviz.analysis.paths import Light
    from cgviz.drawing.diagram.figure import Figure
    from cgviz.drawing.diagram.layout import Layout
    from cgviz.drawing.diagram.paper import Paper
    from cgviz.drawing.diagram.pen import Blanks
    from cgviz.drawing.diagram.roomy import Roomy
    from cgviz.drawing.diagram.rows import Laid
    from cgviz.drawing.diagram.scene import Scene, Words
    from cgviz.drawing.diagram.search import Found

__all__ = ["DIRECTIONS", "FORMATS", "STYLES", "Diagram", "diagram", "format_of", "picture"]


class How(NamedTuple):
    """How a picture is written: its format, its scale; text as outlines or with its font inside; what draws it."""

    format: str
    scale: float
    outline_text: bool
    embed_font: bool
    engine: str


@record
class Diagram:
    """A drawing that is laid out; `words` are the alternative text, the ids of its parts begin with `prefix`.

    quiet  the parts of an SVG have no words of their own
    paper  the page that it is made for; left_out: what it does not show, in a line
    laid   its rows, where each is for a window of its own
    windowed  lays it out anew in rows that each fit a window of a width and a height
    """

    words: Words
    layout: Layout
    prefix: str
    quiet: bool = False
    paper: Paper | None = None
    left_out: str = ""
    laid: Laid | None = None
    windowed: Callable[[tuple[float, float]], Found] | None = None

    @cached_property
    def dot(self) -> str:
        """The DOT text, with every position in it."""
        from cgviz.drawing.diagram.dot import dot

        return dot(self.layout, self.prefix)

    @property
    def smallest(self) -> float:
        """The size of the smallest text where the picture is fitted to its page, in points."""
        from cgviz.drawing.diagram.scene import SIZE

        return self.layout.fit * SIZE

    @property
    def trouble(self) -> str:
        """Says that texts are smaller than they should be on the page, and what helps; "" where they are not."""
        if self.paper is None or not self.paper.misses(self.smallest):
            return ""
        other = " --style circuit or" if self.layout.scene.slides else ""
        return (
            f"the smallest text is {self.paper.size(self.smallest)} on the {self.paper.called}, less than "
            f"{self.paper.size(self.paper.least)}: try{other} --collapse GROUP or --around NODE"
        )

    def draw(
        self,
        format: str = "svg",
        *,
        scale: float = 1.0,
        outline_text: bool = False,
        embed_font: bool = False,
        engine: str = "auto",
    ) -> bytes:
        """Returns the picture in one of FORMATS. Raises UsageError, RenderError."""
        if format not in FORMATS:
            raise UsageError(f"no picture format {quoted(format)}; there are {', '.join(FORMATS)}")
        if not SCALES[0] <= scale <= SCALES[1]:
            raise UsageError(f"no scale {scale:g}; it is from {SCALES[0]:g} to {SCALES[1]:g}")
        writer = import_module(f"cgviz.drawing.diagram.{'graphviz' if format in BINARY else format}")
        how = How(format, scale * self.layout.fit, outline_text, embed_font, engine)
        content: bytes = writer.write(self, how)
        return content


def diagram(
    run: Run,
    *,
    style: str = "card",
    theme: str | Theme = "light",
    direction: str | None = None,
    digits: int = DIGITS,
    background: str = "transparent",
    title: str | None = None,
    blanks: Blanks | None = None,
    mode: Mode = REVERSE,
    light: Light | None = None,
    fit: str | Paper | None = None,
    min_text: str | None = None,
    inputs: str = "near",
    ghosts: str = "auto",
    wires: str = "curved",
    fold: bool = True,
    quick: bool = False,
    collapse: Sequence[str] = (),
    around: str | None = None,
    depth: int | None = None,
    everything: bool = True,
    figure: Figure | str | PathLike[str] | None = None,
    aside: bool = True,
) -> Diagram:
    """Returns the diagram of `run`, laid out; symbolic where the run has no values.

    style       "card" or "circuit"
    direction   "LR" (from left to right), "TB" (from top to bottom); None: whichever fits the page better
    background  "transparent", "filled" (the theme's) or a colour, `#rrggbb` or a name
    title       the title of the picture, instead of one made of the program
    blanks      what stands instead of a number, by ("value" or "gradient", index)
    mode        whether it shows gradients, tangents, or both
    light       the nodes and edges that are highlighted; the others fade
    fit         the page that it is scaled to: "slide", "column", "page", "screen", "12cm", "12x8cm"; None: of a
                slide's proportions, at its natural size
    min_text    the smallest text on that page, such as "8pt"
    inputs      "near": inputs stand near their use; "left": all in the first rank
    ghosts      "auto": what is used far away stands there again, by its name; "never"
    wires       "curved", "straight" or "orthogonal"
    fold        whether it may be cut into rows
    quick       the first layout is taken that promises to be good
    collapse    titles of groups that are drawn as one node each, or "all"; other groups have a frame; "repeats": what
                repeats is one node with a count
    around      the node around which the graph is drawn, `depth` edges far
    everything  whether a graph of more than 60 nodes is drawn whole
    figure      what an author decides, or the file that says it, see `cgviz.drawing.diagram.figure`
    aside       whether a legend and footnotes may stand beside it

    Raises UsageError for an option, a group or a node that there is not.
    """
    from cgviz.drawing.diagram import words
    from cgviz.drawing.diagram.figure import declared
    from cgviz.drawing.diagram.figure_file import blamed, figure_of
    from cgviz.drawing.diagram.footnotes import Footnotes
    from cgviz.drawing.diagram.layout import FITTED, MARGIN, Layout
    from cgviz.drawing.diagram.legend import explained
    from cgviz.drawing.diagram.moves import moved
    from cgviz.drawing.diagram.notes import noted
    from cgviz.drawing.diagram.paper import NATURAL
    from cgviz.drawing.diagram.paper import paper as paper_of
    from cgviz.drawing.diagram.pen import Pen
    from cgviz.drawing.diagram.scene import SIZE, Words
    from cgviz.drawing.diagram.search import Wishes, in_view, search, size_of
    from cgviz.drawing.diagram.touches import dressed
    from cgviz.drawing.diagram.view import view
    from cgviz.drawing.diagram.wires import drawn_as
    from cgviz.drawing.theme import theme as theme_of
    from cgviz.graph.naming import spellings_from

    digits = numbers.checked(digits)
    for what, word, there in (("style", style, STYLES), ("inputs", inputs, INPUTS), ("ghosts", ghosts, GHOSTS)):
        if word not in there:
            raise UsageError(f"no {what} {quoted(word)}; there are {', '.join(there)}")
    if min_text and not fit:
        raise UsageError("the smallest text is one on a page: give its fit as well, slide, column or 12cm")
    colours = theme_of(theme)
    author = declared(figure_of(figure), run)
    window = author.window
    style, direction = window.get("style", style), window.get("direction", direction)
    if author.spellings:
        spelled = {**run.wording.spellings, **spellings_from(author.spellings)}
        run = replace(run, wording=replace(run.wording, spellings=spelled))
    aside = aside and not run.wordless
    pen = Pen(
        run, colours, digits, blanks or {}, mode, light, author, wide=with_room(run) if window else None,
        footnotes=Footnotes() if aside and "footnotes" not in author.hide else None,
    )  # fmt: skip
    about = words.of_picture(run, digits, mode)
    about = Words(title or about.title, words.highlighted(about.description, light))
    prefix = f"cg{digest(run, style, direction or '', mode, light)}-"
    behind = colours.background if background == "filled" else checked(background)
    merged = (*author.collapse, *collapse)
    with blamed(author.path):
        seen = view(pen, groups=author.groups, collapse=merged, around_node=around, depth=depth, everything=everything)
    pen = replace(pen, only=seen.only)
    seen = replace(seen, pen=pen)

    def shape(scene: Scene) -> Scene:
        return seen.shape(dressed(scene, pen, author))

    wishes = Wishes(
        direction,
        near=inputs == "near",
        ghosts=ghosts == "auto",
        fold=fold,
        quick=window.get("quick", quick),
        groups=seen.framed,
        shape=shape,
    )
    paper = (paper_of(fit, min_text) if isinstance(fit, str) else fit) if fit else NATURAL

    def finished(found: Found) -> Found:
        laid = moved(drawn_as(found.laid, found.axes, wires), found.axes, pen, author)
        return replace(found, laid=noted(laid, found.axes, pen, author))

    def windowed(room: tuple[float, float]) -> Found:
        if author.pin or author.shift:  # places are those of the whole picture, at which the camera looks
            return replace(found, laid=replace(found.laid, parts=(found.laid.scene,)))
        return finished(in_view(pen, style, room, wishes))

    with blamed(author.path):
        found = finished(search(pen, style, paper_of(window["room"]) if "room" in window else paper, wishes))
    margin = FITTED if fit else MARGIN
    if aside:
        found = replace(found, laid=explained(found.laid, found.axes, pen, paper if fit else None, margin))
    scene, plan, frames = found.laid.scene, found.laid.plan, found.laid.frames
    scale = 1.0
    if fit:
        width, height = size_of(found.laid, found.axes)
        scale = paper.scale(width + 2 * margin, height + 2 * margin, SIZE)
    layout = Layout(run, scene, plan, found.axes, colours, digits, behind, mode, light, scale, margin, frames)
    return Diagram(about, layout, prefix, paper=paper if fit else None, left_out=seen.notice, windowed=windowed)


def with_room(run: Run) -> Roomy:
    """Returns what has room for any number."""
    from cgviz.drawing.diagram.roomy import roomy

    return roomy(run)


def in_rows(made: Diagram, window: tuple[float, float], fit: float) -> Diagram:
    """Returns a diagram in rows that each fit a window of that size, where they can; scaled by `fit`."""
    assert made.windowed
    found = made.windowed(window)
    scene, plan, frames = found.laid.scene, found.laid.plan, found.laid.frames
    rows = replace(made.layout, scene=scene, plan=plan, axes=found.axes, fit=fit, frames=frames)
    return replace(made, layout=rows, laid=found.laid)


def picture(
    run: Run,
    format: str = "svg",
    *,
    scale: float = 1.0,
    outline_text: bool = False,
    embed_font: bool = True,
    engine: str = "auto",
    **look: Any,
) -> bytes:
    """Returns the diagram of `run` drawn in `format`, one of FORMATS; `look` are the options of `diagram`."""
    with uncollected():
        return diagram(run, **look).draw(
            format, scale=scale, outline_text=outline_text, embed_font=embed_font, engine=engine
        )


def format_of(path: str | PathLike[str]) -> str:
    """Returns the format that a file's name ends in. Raises UsageError for an ending that is none."""
    ending = splitext(fspath(path))[1].lower()
    if ending not in ENDINGS:
        raise UsageError(f"{quoted(fspath(path))}: a picture ends in {', '.join(ENDINGS)}")
    return ENDINGS[ending]


def checked(colour: str) -> str:
    """Returns a background that Graphviz understands; raises UsageError for any other text."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?|[a-z]+[0-9]{0,3}", colour):
        raise UsageError(f"no background {quoted(colour)}; there are transparent, filled, #rrggbb and names of colours")
    return colour


def digest(run: Run, style: str, direction: str, mode: Mode = REVERSE, light: Light | None = None) -> str:
    """Returns what tells the picture's ids from those of another program, or of the same one drawn otherwise."""
    nodes = [(node.op.name, node.args, node.name, told_apart(node.value)) for node in run.graph.nodes]
    inputs = sorted((name, told_apart(value)) for name, value in (run.inputs or {}).items())
    told = repr((nodes, run.graph.output, inputs, style, direction))
    if mode.forward or light:
        told += repr((mode, light and (sorted(light.nodes), sorted(light.edges))))
    return sha256(told.encode(errors="backslashreplace")).hexdigest()[:8]


def told_apart(value: Value) -> Value:
    """Returns a number as it is, and of an array its shape and a digest of its bytes."""
    return (value.shape, sha256(value.tobytes()).hexdigest()) if is_array(value) else value
