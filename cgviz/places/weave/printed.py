"""A lecture as a PDF or as PowerPoint slides: pages of text between those of its programs."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cgviz.drawing.diagram.scene import Text
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as theme_of
from cgviz.errors import printable
from cgviz.places.weave.passages import LEADING, passage
from cgviz.players.deck import Each, Look
from cgviz.players.deck.page import width_of

if TYPE_CHECKING:
    from cgviz.places.weave.slides import Shown

HEIGHT, SIDE, TOP, TITLE = 540.0, 56.0, 132.0, 38.0  # points
TITLE_AT = 60.0


def pdf(found: Iterable[str | Shown], title: str, look: Look, each: Each) -> bytes:
    """Returns the lecture as one PDF."""
    from pypdf import PdfReader, PdfWriter

    from cgviz.players.deck.pages import book as deck

    writer = PdfWriter()
    for part in found:
        made = page(part, look) if isinstance(part, str) else deck(part.drawing, part.frames, part.look, each)
        writer.append(PdfReader(BytesIO(made)))
    writer.metadata = {"/Title": printable(title), "/Producer": "cgviz"}
    writer.compress_identical_objects()
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def page(markdown: str, look: Look) -> bytes:
    """Returns a slide of text as a page."""
    from fpdf import FPDF

    from cgviz.drawing.fonts import FACES, FAMILY, FOLDER
    from cgviz.drawing.fonts.metrics import covers
    from cgviz.players.worksheet.paper import ALWAYS

    said, width = passage(markdown), width_of(look.aspect)
    made = FPDF(unit=look.enlarged, format=(width, HEIGHT))
    made.set_creation_date(ALWAYS)
    made.set_auto_page_break(False)
    for bold, style in ((False, ""), (True, "B")):
        made.add_font(FAMILY, style, FOLDER / FACES[bold, False])
    made.add_page()
    colours = theme_of(look.theme)
    behind = ground(look, colours)
    if behind:
        made.set_fill_color(*bytes.fromhex(behind[1:7]))
        made.rect(0, 0, width, HEIGHT, style="F")

    def write(text: str, x: float, y: float, size: float, style: str, colour: str) -> None:
        made.set_font(FAMILY, style, size * look.enlarged)
        made.set_text_color(*bytes.fromhex(colour[1:7]))
        made.text(x, y, "".join(letter if covers(letter) else "?" for letter in printable(text)))

    write(said.title, SIDE, TITLE_AT + TITLE, TITLE, "B", colours.ink)
    size, lines = said.broken(width - 2 * SIDE, HEIGHT - TOP - SIDE)
    for place, (indent, text) in enumerate(lines):
        write(text, SIDE + indent, TOP + (place + 1) * LEADING * size, size, "", colours.ink)
    return bytes(made.output())


def ground(look: Look, colours: Theme) -> str:
    """Returns the colour behind the slides, "" for none."""
    behind = colours.background if look.background == "filled" else look.background
    return behind if behind.startswith("#") else ""


def pptx(found: Iterable[str | Shown], title: str, look: Look, each: Each) -> bytes:
    """Returns the lecture as PowerPoint slides whose texts can be edited."""
    from cgviz.players.deck.pptx import add, begun, saved

    made = begun(look)
    for part in found:
        if isinstance(part, str):
            add_text(made, part, look)
        else:
            add(made, part.drawing, part.frames, part.look, each)
    return saved(made, title, "")


def add_text(made: Any, markdown: str, look: Look) -> None:
    from pptx.util import Pt

    from cgviz.players.deck.pptx import ONLY_TITLE
    from cgviz.players.deck.shapes import bare, rgb, write

    said, width, colours = passage(markdown), width_of(look.aspect), theme_of(look.theme)
    slide = made.slides.add_slide(made.slide_layouts[ONLY_TITLE])
    behind = ground(look, colours)
    if behind:
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = rgb(behind)
    room = width - 2 * SIDE, HEIGHT - TOP - SIDE
    size, _ = said.broken(*room)
    title, body = slide.shapes.title, slide.shapes.add_textbox(*map(Pt, (SIDE, TOP, *room)))
    title.left, title.top, title.width, title.height = map(Pt, (SIDE, TITLE_AT - 8, room[0], TITLE * 1.6))
    for frame, lines, large, bold in (
        (title.text_frame, [said.title], TITLE, True),
        (body.text_frame, [" " * 6 * max(line.level - 1, 0) + line.marked for line in said.lines], size, False),
    ):
        bare(frame)
        frame.word_wrap = True
        for place, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment, paragraph.line_spacing = 1, LEADING - 0.2
            write(paragraph, Text(line, colours.ink, large, bold=bold), 1.0)
    body.text_frame.vertical_anchor = 1
