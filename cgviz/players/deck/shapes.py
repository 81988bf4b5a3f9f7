"""The parts of a diagram as shapes of PowerPoint that can be edited: boxes with their texts, and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Pt

from cgviz.drawing.diagram.card import HEAD, NOTE, ROW, SIDE
from cgviz.drawing.diagram.html import one_line
from cgviz.drawing.diagram.layout import Layout, Place
from cgviz.drawing.diagram.scene import Box, Line, Text, Words
from cgviz.drawing.theme import Theme
from cgviz.players.deck.frames import Frame
from cgviz.players.deck.growth import so_far
from cgviz.runs.steps import Forward, Step
from cgviz.text.numbers import number

FONT = "Arial"
THICK, CORNER = 3.0, 5.0
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
TABS, TAB = f"{DRAWING}tabLst", f"{DRAWING}tab"


@dataclass
class Canvas:
    """A slide on which a layout is drawn, enlarged by `scale`, its origin at (x, y) in points.

    active  the parts at which something happens, with the step that does
    drawn   the shapes of the boxes so far
    """

    shapes: Any
    layout: Layout
    frame: Frame
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
        for effect in shape._element.xpath(".//a:effectRef"):
            effect.set("idx", "0")

    def send_back(self, shape: Any) -> None:
        """Puts a shape behind all boxes, above the title."""
        first = self.drawn[self.layout.scene.boxes[0].key]._element
        first.addprevious(shape._element)

    def describe(self, shape: Any, name: str, words: Words, whole: bool) -> None:
        """Gives a shape its name and its alternative text: the description only where all of it is known."""
        shape.name = one_line(name)[:80]
        said = f"{words.title}. {words.description}" if whole and words.description else words.title
        shape._element.xpath(".//p:cNvPr")[0].set("descr", one_line(said))


def draw_box(canvas: Canvas, box: Box) -> None:
    """Draws a box with its texts in it, and its caption beneath."""
    layout = canvas.layout
    (x, y), scale = canvas.place(layout.centre(box.key)), canvas.scale
    wide, high = scale * box.width, scale * box.height
    kind = MSO_SHAPE.OVAL if box.circle else MSO_SHAPE.ROUNDED_RECTANGLE
    shape = canvas.shapes.add_shape(kind, Pt(x - wide / 2), Pt(y - high / 2), Pt(wide), Pt(high))
    if not box.circle:
        shape.adjustments[0] = CORNER / min(box.width, box.height)
    canvas.plain(shape)
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(box.fill)
    emphasis = canvas.emphasis(box.key)
    shape.line.color.rgb = rgb(emphasis or box.line)
    shape.line.width = Emu(round(Pt(1) * (THICK if emphasis else box.thick) * max(scale, 0.5)))
    whole = all(text.step is None or text.step <= canvas.frame.step for text in box.texts)
    name = next((text.text for text in box.texts if text.kind == "name"), box.words.title)
    canvas.describe(shape, name, box.words, whole)
    write_card(canvas, box, shape) if layout.cards else write_middle(canvas, box, shape)
    canvas.drawn[box.key] = shape
    for place in layout.captions(box):
        draw_label(canvas, box.key, place, Words(box.words.title))


def write_card(canvas: Canvas, box: Box, shape: Any) -> None:
    """Writes the rows of a card: captions at the left, numbers at a tab at the right."""
    frame, scale = shape.text_frame, canvas.scale
    frame.word_wrap = False
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_top = frame.margin_bottom = 0
    frame.margin_left = frame.margin_right = Pt(scale * SIDE)
    inner = Pt(scale * (box.width - 2 * SIDE))
    for i, line in enumerate(box.lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        is_row = i > 0 and len(line) > 1
        paragraph.line_spacing = Pt(scale * (HEAD if i == 0 else ROW if is_row else NOTE))
        if is_row:
            tabs = paragraph._p.get_or_add_pPr().makeelement(TABS, {})
            tabs.append(tabs.makeelement(TAB, {"pos": str(int(inner)), "algn": "r"}))
            paragraph._p.get_or_add_pPr().append(tabs)
        for j, text in enumerate(line):
            for known in canvas.known(box.key, (text,)):
                write(paragraph, replace(known, text="\t" + known.text) if is_row and j else known, scale)


def write_middle(canvas: Canvas, box: Box, shape: Any) -> None:
    frame = shape.text_frame
    bare(frame)
    for line in box.lines:
        frame.paragraphs[0].alignment = PP_ALIGN.CENTER
        for text in canvas.known(box.key, line):
            write(frame.paragraphs[0], text, canvas.scale)


def draw_label(canvas: Canvas, key: str, place: Place, words: Words, behind: str = "") -> None:
    """Draws a line of texts that stands alone, if anything of it is known; `behind` is the colour under it."""
    texts = canvas.known(key, place.line)
    if not texts:
        return
    x, y = canvas.place((place.x, place.y))
    wide, high = canvas.scale * (place.width + 4), canvas.scale * place.line[0].height
    shape = canvas.shapes.add_textbox(Pt(x - wide / 2), Pt(y - high / 2), Pt(wide), Pt(high))
    bare(shape.text_frame)
    if behind:
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb(behind)
    shape.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
    for text in texts:
        write(shape.text_frame.paragraphs[0], text, canvas.scale)
    canvas.describe(shape, texts[0].text, words, whole=False)


def bare(frame: Any) -> None:
    """Lets a text stand in the middle of its shape, unbroken."""
    frame.word_wrap = False
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def write(paragraph: Any, text: Text, scale: float) -> None:
    """Adds a text to a paragraph, in its look."""
    run = paragraph.add_run()
    run.text = "\t" * text.text.startswith("\t") + one_line(text.text.lstrip("\t"))
    run.font.name = FONT
    run.font.size = Pt(max(1, round(4 * scale * text.size) / 4))
    run.font.bold, run.font.italic = text.bold, text.slanted
    run.font.color.rgb = rgb(text.colour)


def rgb(colour: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(colour[1:7]))  # type: ignore[no-untyped-call]
