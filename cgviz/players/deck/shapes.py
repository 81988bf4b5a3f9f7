"""The parts of a diagram as shapes of PowerPoint that can be edited: boxes with their texts, and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Pt

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.card import SIDE
from cgviz.drawing.diagram.cells import Cell, Grid
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.lines import one_line
from cgviz.drawing.diagram.rows import GroupFrame
from cgviz.drawing.diagram.scene import MIDDLE, RIGHT, Box, Line, Text, TextPlace, Words
from cgviz.drawing.theme import Theme
from cgviz.players.deck.extras import CLEAR
from cgviz.players.deck.frames import DeckFrame as Shown
from cgviz.players.deck.frames import so_far
from cgviz.runs.steps import Forward, Step
from cgviz.text.numbers import number

FONT = "Arial"
THICK, CORNER = 3.0, 5.0
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PRESENTATION = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
TABS, TAB = f"{DRAWING}tabLst", f"{DRAWING}tab"


@dataclass
class Canvas:
    """A slide on which a layout is drawn, enlarged by `scale`, its origin at (x, y) in points.

    active  the parts at which something happens, with the step that does
    drawn   the shapes of the boxes so far
    """

    shapes: Any
    layout: Layout
    frame: Shown
    active: Mapping[str, Step]
    scale: float
    x: float
    y: float
    drawn: dict[str, Any] = field(default_factory=dict)

    @property
    def theme(self) -> Theme:
        return self.layout.theme

    @cached_property
    def sums(self) -> dict[int, float]:
        return so_far(self.layout.run, self.frame.step)

    @cached_property
    def pending(self) -> set[int]:
        """The nodes of which something is computed only on later slides."""
        return {step.index for step in self.layout.run.steps[self.frame.step :]}

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Returns a point of the layout on the slide, in points; there y grows downwards."""
        return self.x + self.scale * point[0], self.y - self.scale * point[1]

    def emphasis(self, key: str) -> str:
        """Returns the colour in which a part is active, "" where it is not."""
        step = self.active.get(key)
        return "" if step is None else self.theme.value if isinstance(step, Forward) else self.theme.gradient

    def known(self, key: str, line: Line) -> list[Text]:
        """Returns the texts of a line that are known on this slide; a gradient that still grows as it is so far."""
        found = []
        for text in line:
            total = self.sums.get(self.layout.node(key)) if text.kind == "gradient" else None
            if text.step is None or text.step <= self.frame.step:
                found.append(text)
            elif total is not None:
                found.append(replace(text, text=number(total, self.layout.digits)))
        return [text for text in found if text.text]

    def plain(self, shape: Any) -> None:
        """Takes the shadow from a shape that the template's style gives it."""
        for effect in shape._element.iter(f"{DRAWING}effectRef"):
            effect.set("idx", "0")

    def send_back(self, shape: Any) -> None:
        """Puts a shape behind all boxes, above the title."""
        first = self.drawn[self.layout.scene.boxes[0].key]._element
        first.addprevious(shape._element)

    def describe(self, shape: Any, name: str, words: Words, whole: bool) -> None:
        """Gives a shape its name and its alternative text: the description only where all of it is known."""
        shape.name = one_line(name)[:80]
        said = f"{words.title}. {words.description}" if whole and words.description else words.title
        next(shape._element.iter(f"{PRESENTATION}cNvPr")).set("descr", one_line(said))


def draw_frame(canvas: Canvas, frame: GroupFrame) -> None:
    """Draws the frame of a group behind all that is drawn later, and its title."""
    left, bottom, right, top = frame.room
    (x, y), (u, v) = canvas.place((left, top)), canvas.place((right, bottom))
    shape = canvas.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *map(Pt, (x, y, u - x, v - y)))
    shape.adjustments[0] = CORNER / min(right - left, top - bottom)
    canvas.plain(shape)
    paint(shape, CLEAR, canvas.theme.pale, max(canvas.scale, 0.5), dashed=True)
    canvas.describe(shape, frame.title or "group", Words(frame.title), whole=False)
    title = canvas.layout.title(frame)
    draw_label(canvas, "", title._replace(x=title.x + title.width / 2), Words(frame.title))


def draw_box(canvas: Canvas, box: Box) -> None:
    """Draws a box with its texts in it, and its caption beneath."""
    layout = canvas.layout
    if box.rank == "aside" and box.inside:  # a legend and footnotes: each of their texts stands alone
        for place in layout.inside(box):
            draw_label(canvas, box.key, place._replace(x=place.x + (MIDDLE - place.align) * place.width), box.words)
        return
    (x, y), scale = canvas.place(layout.centre(box.key)), canvas.scale
    wide, high = scale * box.width, scale * box.height
    kind = MSO_SHAPE.OVAL if box.circle else MSO_SHAPE.ROUNDED_RECTANGLE
    shape = canvas.shapes.add_shape(kind, Pt(x - wide / 2), Pt(y - high / 2), Pt(wide), Pt(high))
    if not box.circle:
        shape.adjustments[0] = CORNER / min(box.width, box.height)
    canvas.plain(shape)
    emphasis = canvas.emphasis(box.key)
    thick = (THICK if emphasis else box.thick) * max(scale, 0.5)
    paint(shape, box.fill, emphasis or box.line, thick, box.dashed)
    whole = layout.node(box.key) not in canvas.pending  # a gate or a ghost shows no number that would tell
    whole = whole and all(text.step is None or text.step <= canvas.frame.step for text in box.texts)
    name = next((text.text for text in box.texts if text.kind == "name"), box.words.title)
    canvas.describe(shape, name, box.words, whole)
    write_inside(canvas, box, shape)
    canvas.drawn[box.key] = shape
    for place in layout.captions(box):
        draw_label(canvas, box.key, place, Words(box.words.title))
    for place in layout.insets(box):
        draw_grids(canvas, place)


def write_inside(canvas: Canvas, box: Box, shape: Any) -> None:
    """Writes the lines of a box: in the middle, or from its left with what ends at its right at a tab."""
    rows: dict[float, list[TextPlace]] = {}
    for place in box.inside:
        rows.setdefault(place.y, []).append(place)
    frame, scale = shape.text_frame, canvas.scale
    bare(frame)
    middle = all(place.align == MIDDLE for place in box.inside)
    levels = list(rows)
    pitch = min((a - b for a, b in pairwise(levels)), default=0.0)
    frame.margin_left = frame.margin_right = Pt(0 if middle else scale * SIDE)
    if box.insets and levels:  # pictures of arrays stand beneath
        high = rows[levels[0]][0].line[0].height
        frame.vertical_anchor = MSO_ANCHOR.TOP
        frame.margin_top = Pt(max(scale * (box.height / 2 - levels[0] - high / 2), 0))
    inner = Pt(scale * (box.width - 2 * SIDE))
    for i, (level, places) in enumerate(rows.items()):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.CENTER if middle else PP_ALIGN.LEFT
        if pitch:
            paragraph.line_spacing = Pt(scale * (levels[i - 1] - level if i else pitch))
        if any(place.align == RIGHT for place in places):
            tabs = paragraph._p.get_or_add_pPr().makeelement(TABS, {})
            tabs.append(tabs.makeelement(TAB, {"pos": str(int(inner)), "algn": "r"}))
            paragraph._p.get_or_add_pPr().append(tabs)
        for place in places:
            for n, known in enumerate(canvas.known(box.key, place.line)):
                tab = "\t" if place.align == RIGHT and n == 0 else ""
                write(paragraph, replace(known, text=tab + known.text), scale)


def draw_label(canvas: Canvas, key: str, place: TextPlace, words: Words, behind: str = "") -> None:
    """Draws a line of texts that stands alone, if anything of it is known; `behind` is the colour under it."""
    if place.line and place.line[0].is_picture:
        return draw_grids(canvas, place)
    texts = canvas.known(key, place.line)
    if not texts:
        return
    x, y = canvas.place((place.x, place.y))
    wide, high = canvas.scale * (place.width + 4), canvas.scale * place.line[0].height
    shape = canvas.shapes.add_textbox(Pt(x - wide / 2), Pt(y - high / 2), Pt(wide), Pt(high))
    bare(shape.text_frame)
    if behind:
        paint(shape, behind)
    shape.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
    for text in texts:
        write(shape.text_frame.paragraphs[0], text, canvas.scale)
    canvas.describe(shape, texts[0].text, words, whole=False)


def draw_grids(canvas: Canvas, place: TextPlace) -> None:
    """Draws the pictures of arrays in a place that are known on this slide, a text box for each cell."""
    for grid in place.line:
        if not isinstance(grid, Grid) or not grid.is_seen or (grid.step or 0) > canvas.frame.step:
            continue
        left, top = place.x - grid.width / 2, place.y + grid.height / 2
        for cell, right, down in grid.table.placed():
            corner = canvas.place((left + right, top - down))
            if cell.fill or cell.text:
                draw_cell(canvas, cell, corner, grid.words.title)
            if cell.sides:
                draw_bracket(canvas, cell, corner)


def draw_cell(canvas: Canvas, cell: Cell, corner: Point, title: str) -> None:
    scale = canvas.scale
    shape = canvas.shapes.add_textbox(*map(Pt, (*corner, scale * cell.width, scale * cell.height)))
    bare(shape.text_frame)
    if cell.fill:
        paint(shape, cell.fill)
    if cell.text:
        paragraph = shape.text_frame.paragraphs[0]
        paragraph.alignment = {0.0: PP_ALIGN.LEFT, RIGHT: PP_ALIGN.RIGHT}.get(cell.align, PP_ALIGN.CENTER)
        shape.text_frame.margin_right = Pt(scale * cell.tail if cell.align == RIGHT else 0)
        write(paragraph, cell.text, scale)
    canvas.describe(shape, cell.text.text if cell.text else title, Words(title), whole=False)


def draw_bracket(canvas: Canvas, cell: Cell, corner: Point) -> None:
    """Draws the bracket that a cell is, its lines at three sides, as one shape."""
    (x, y), wide, high = corner, canvas.scale * cell.width, canvas.scale * cell.height
    back, tips = (x, x + wide) if "L" in cell.sides else (x + wide, x)
    path = canvas.shapes.build_freeform(tips, y, scale=Pt(1))
    path.add_line_segments([(back, y), (back, y + high), (tips, y + high)], close=False)
    shape = path.convert_to_shape()
    canvas.plain(shape)
    paint(shape, CLEAR, cell.colour, 0.9 * canvas.scale)
    canvas.describe(shape, "bracket", Words(""), whole=False)


def paint(shape: Any, fill: str, line: str = "", thick: float = 1.0, dashed: bool = False) -> Any:
    """Gives a shape its fill, and its outline of so many points where it has one; returns the element of that."""
    look = shape._element.spPr
    for old in [*look.iterchildren(f"{DRAWING}noFill", f"{DRAWING}solidFill", f"{DRAWING}ln")]:
        look.remove(old)
    if fill == CLEAR:
        child(look, "noFill")
    elif fill:
        child(child(look, "solidFill"), "srgbClr", {"val": fill[1:7].upper()})
    drawn = child(look, "ln", {"w": str(round(Pt(1) * thick))})
    if line in ("", CLEAR):
        child(drawn, "noFill")
    else:
        child(child(drawn, "solidFill"), "srgbClr", {"val": line[1:7].upper()})
    if dashed:
        child(drawn, "prstDash", {"val": "dash"})
    return drawn


def bare(frame: Any) -> None:
    """Lets a text stand in the middle of its shape, unbroken."""
    frame.word_wrap = False
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def write(paragraph: Any, text: Text, scale: float) -> None:
    """Adds a text to a paragraph, in its look."""
    tab = "\t" * text.text.startswith("\t")
    size = str(max(100, 25 * round(4 * scale * text.size)))  # hundredths of a point
    for piece in replace(text, text=text.text.lstrip("\t")).runs:
        look = {"sz": size, "b": "01"[text.bold or piece.bold], "i": "01"[text.slanted or piece.slanted]}
        if piece.level:
            look["baseline"] = "30000" if piece.level > 0 else "-25000"
        run = child(paragraph._p, "r")
        drawn = child(run, "rPr", look)
        child(child(drawn, "solidFill"), "srgbClr", {"val": text.colour[1:7].upper()})
        child(drawn, "latin", {"typeface": FONT})
        child(run, "t").text, tab = tab + one_line(piece.text), ""


def child(parent: Any, name: str, look: Mapping[str, str] | None = None) -> Any:
    """Adds an element to another one; a deck has many, and the library takes its time for each."""
    made = parent.makeelement(f"{DRAWING}{name}", look)
    parent.append(made)
    return made


def rgb(colour: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(colour[1:7]))  # type: ignore[no-untyped-call]
