"""A deck as PowerPoint slides: shapes that can be edited, connectors glued to them, notes; nothing moves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cgviz.drawing import diagram
from cgviz.drawing.diagram import Diagram, words
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.scene import Text, TextPlace, Wire
from cgviz.errors import printable
from cgviz.players.deck.camera import Camera
from cgviz.players.deck.extras import PAGE, active
from cgviz.players.deck.formats import HEIGHT, DeckLook, Each
from cgviz.players.deck.frames import DeckFrame
from cgviz.players.deck.page import FOOT, SIDE, Page, Placed, colour_of, fitted, map_of, width_of

HEAD, TITLE, COUNT = 60.0, 22.0, 14.0
WIDER = 0.93  # of the room that captions take in our font, so that another one has room there
LARGEST = 1.6
ONLY_TITLE = 5  # the layout of python-pptx's template that has a title and nothing else
LONG_AGO = datetime(2000, 1, 1)


@dataclass(frozen=True)
class SlideSheet:
    """What all slides share: the layout, where it stands on the slide, and the slide's width in points."""

    layout: Layout
    width: float
    scale: float
    x: float
    y: float
    behind: str
    pages: tuple[Page, ...] = ()
    camera: Camera | None = None

    def map(self, frame: int, number: int) -> list[Placed]:
        """Returns the small map of the rows with the one that a frame shows, each box in points of the slide."""
        if not self.camera:
            return []
        page = self.pages[frame]
        found = map_of(self.camera.rooms, page, page, number, self.layout.theme)
        share = 1 / page.unit
        sized = [(replace(box, width=share * box.width, height=share * box.height), at) for box, at in found]
        return [(box, (share * (x - page.left), share * (y - page.top))) for box, (x, y) in sized]

    def at(self, frame: int) -> SlideSheet:
        """Returns the sheet as a camera shows it in a frame; the same one where all of the diagram is seen."""
        if not self.camera:
            return self
        page = self.pages[frame]
        left, top = page.left / page.unit, page.top / page.unit
        return replace(self, layout=self.camera.seen(self.layout, page), scale=1 / page.unit, x=-left, y=-top)


def deck(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each = iter) -> bytes:
    """Returns the presentation, a slide per frame. Raises UsageError for a look that there is not."""
    made = begun(look)
    add(made, drawing, shown, look, each)
    about = words.of_picture(drawing.layout.run, look.digits)
    return saved(made, about.title, about.description)


def begun(look: DeckLook) -> Any:
    """Returns a presentation without slides."""
    from pptx import Presentation
    from pptx.util import Pt

    made = Presentation()
    made.slide_width, made.slide_height = Pt(width_of(look.aspect)), Pt(HEIGHT)
    return made


def add(made: Any, drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each = iter) -> None:
    """Adds a slide per frame to a presentation."""
    from cgviz.players.deck.connectors import routes

    sheet = sheet_of(drawing, shown, look)
    ways = routes(sheet.layout)
    for at, frame in enumerate(each(shown)):
        slide = made.slides.add_slide(made.slide_layouts[ONLY_TITLE])
        draw(slide, sheet.at(at), ways, frame, shown[-1].number)
        draw_map(slide, sheet.map(at, frame.number))


def saved(made: Any, title: str, description: str) -> bytes:
    """Returns the file of a presentation."""
    said = made.core_properties
    said.title, said.comments, said.author = (printable(text)[:250] for text in (title, description, "cgviz"))
    said.last_modified_by, said.created, said.modified = "cgviz", LONG_AGO, LONG_AGO
    file = io.BytesIO()
    made.save(file)
    return undated(file)


def sheet_of(made: Diagram, shown: Sequence[DeckFrame], look: DeckLook) -> SlideSheet:
    width, layout = width_of(look.aspect), made.layout
    left, bottom, right, top = layout.room
    tall = HEIGHT - HEAD - FOOT
    scale = min((width - 2 * SIDE) / (right - left), tall / (top - bottom), LARGEST)
    x, y = width / 2 - scale * (left + right) / 2, HEAD + tall / 2 + scale * (bottom + top) / 2
    behind = layout.theme.background if look.background == "filled" else diagram.checked(look.background)
    if made.laid is None:
        return SlideSheet(layout, width, scale, x, y, behind)
    camera = Camera(made.laid, layout, width)
    return SlideSheet(layout, width, layout.fit, 0.0, 0.0, behind, tuple(camera.pages(shown)), camera)


def draw(slide: Any, sheet: SlideSheet, ways: Sequence[Any], frame: DeckFrame, count: int) -> None:
    """Draws a frame on a slide."""
    from cgviz.players.deck.connectors import draw_wire
    from cgviz.players.deck.shapes import Canvas, draw_box, draw_frame, draw_label, rgb

    layout, theme = sheet.layout, sheet.layout.theme
    if sheet.behind.startswith("#"):
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = rgb(sheet.behind)
    slide.shapes.turbo_add_enabled = True  # ids are counted, not looked up
    canvas = Canvas(slide.shapes, layout, frame, active(frame.active, layout.scene), sheet.scale, sheet.x, sheet.y)
    title(slide, Text(frame.title, theme.soft, TITLE, bold=True), sheet.width)
    for group in layout.frames:
        draw_frame(canvas, group)
    for box in layout.scene.boxes:
        if box.rank != "note" or any((text.step or 0) <= frame.step for text in box.texts):
            draw_box(canvas, box)
    for way in ways:
        here = way.wire.source in canvas.drawn and way.wire.target in canvas.drawn
        if here and (way.wire.step or 0) <= frame.step:
            draw_wire(canvas, way)
    under = sheet.behind if sheet.behind.startswith("#") else ""
    for wire in layout.wires:
        for place in layout.beside(wire):
            draw_label(canvas, wire.key, apart(layout, wire, place), wire.words, under)
    note = Text(f"{frame.number}/{count}", theme.muted, COUNT)
    lines(slide, [[note]], (sheet.width - SIDE - 80, SIDE - 8, 80, COUNT + 6), "number", right=True)
    captions(slide, frame, sheet)
    slide.notes_slide.notes_text_frame.text = printable(frame.narration)


def draw_map(slide: Any, boxes: Sequence[Placed]) -> None:
    """Draws the map in the head of a slide."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Pt

    from cgviz.players.deck.shapes import paint

    for box, (x, y) in boxes:
        size = box.width, box.height
        shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Pt(x - size[0] / 2), Pt(y - size[1] / 2), *map(Pt, size))
        shape.name = "map"
        paint(shape, box.fill, box.line, 0.6)


def apart(layout: Layout, wire: Wire, place: TextPlace) -> TextPlace:
    """Returns the place of a label; the one of a wire that comes from below stands beneath it, off the others."""
    lane = layout.path(wire.key)[-1][1]
    if not wire.beside or not layout.axes.flat or wire.target == PAGE or lane > layout.centre(wire.target)[1] - 1:
        return place
    return place._replace(y=2 * lane - place.y)


def title(slide: Any, text: Text, width: float) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    from cgviz.players.deck.shapes import bare, write

    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = map(Pt, (SIDE, 14, width - 2 * SIDE - 90, TITLE + 14))
    bare(shape.text_frame)
    shape.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    write(shape.text_frame.paragraphs[0], text, 1.0)


def captions(slide: Any, frame: DeckFrame, sheet: SlideSheet) -> None:
    """Writes the captions beneath the diagram, as large as there is room; what they come to stands out."""
    theme, wide = sheet.layout.theme, sheet.width - 2 * SIDE
    texts = fitted(frame.captions, WIDER * wide, 1.0, theme, colour_of(frame, theme))
    lines(slide, texts, (SIDE, HEIGHT - FOOT + 4, wide, FOOT - 16), "caption")


def lines(
    slide: Any,
    texts: Sequence[Sequence[Text]],
    where: tuple[float, float, float, float],
    name: str,
    right: bool = False,
) -> None:
    """Writes lines of texts into a text box, which is there on every slide."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    from cgviz.players.deck.shapes import bare, write

    shape = slide.shapes.add_textbox(*map(Pt, where))
    shape.name = name
    bare(shape.text_frame)
    for i, line in enumerate(texts):
        paragraph = shape.text_frame.paragraphs[0] if i == 0 else shape.text_frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.CENTER
        for text in line:
            if text.text:
                write(paragraph, text, 1.0)


def undated(file: io.BytesIO) -> bytes:
    """Returns a zip file in which nothing says when it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
