"""A lecture in Markdown as one deck: headings and text are slides, every program is one, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from io import BytesIO
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.figure import Figure
from cgviz.drawing.diagram.scene import Text
from cgviz.drawing.engine import text_width
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as theme_of
from cgviz.errors import CgvizError, UsageError, printable
from cgviz.kernel.answers import names_in
from cgviz.kernel.program import value_of
from cgviz.places.weave.weaving import Fence, fences
from cgviz.players.deck import DeckFrame, DeckLook, Each, drawn, frames, trouble
from cgviz.players.deck.page import width_of
from cgviz.players.deck.reveal import book, section
from cgviz.reading.api import read
from cgviz.runs.run import Run
from cgviz.runs.starting import start

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
LARGEST, SMALLEST, LEADING, INDENT = 26.0, 10.0, 1.45, 1.2  # points; lines and indents in sizes of the text
HEIGHT, SIDE, TOP, TITLE = 540.0, 56.0, 132.0, 38.0  # points
TITLE_AT = 60.0
Note = Callable[[str], object]
SLIDE = '<section class="text">\n{}</section>\n'


class PrintedLine(NamedTuple):
    """A paragraph (level 0), an item of a list of that level, or a line of code, which is never broken."""

    text: str
    level: int = 0
    code: bool = False

    @property
    def marked(self) -> str:
        return f"• {self.text}" if self.level else self.text


@dataclass(frozen=True)
class Passage:
    """What a slide of text says."""

    title: str
    lines: tuple[PrintedLine, ...]

    def broken(self, width: float, height: float) -> tuple[float, list[tuple[float, str]]]:
        """Returns the largest size at which the lines fit a room, and each with how far it is indented."""
        size = LARGEST
        while True:
            found = [(INDENT * size * line.level, piece) for line in self.lines for piece in folded(line, width, size)]
            if LEADING * size * len(found) <= height or size <= SMALLEST:
                return size, found
            size *= 0.94


def folded(line: PrintedLine, width: float, size: float) -> Iterator[str]:
    room, now = width - INDENT * size * line.level, ""
    if line.code:
        yield line.text
        return
    for word in line.marked.split():
        longer = f"{now} {word}".strip()
        if now and text_width(longer, size) > room:
            yield now
            longer = word
        now = longer
    yield now


def passage(markdown: str) -> Passage:
    """Returns what a slide says in plain text: its first heading is its title."""
    title, lines, level, within = "", list[PrintedLine](), 0, ""
    for token in MARKDOWN.parse(markdown):
        level += {"bullet_list_open": 1, "ordered_list_open": 1, "bullet_list_close": -1, "ordered_list_close": -1}.get(
            token.type, 0
        )
        if token.type.endswith("_open"):
            within = token.type
        if token.type in ("fence", "code_block"):
            lines += [PrintedLine(text, code=True) for text in token.content.splitlines()]
        elif token.type == "inline" and within == "heading_open" and not title:
            title = plain(token)
        elif token.type == "inline" and within == "td_open" and lines and lines[-1].code:
            lines[-1] = PrintedLine(f"{lines[-1].text}    {plain(token)}", code=True)
        elif token.type == "inline":
            lines.append(PrintedLine(plain(token), level, code=within in ("th_open", "td_open")))
    return Passage(title, tuple(lines))


def plain(token: Token) -> str:
    """Returns the text of a paragraph without its marks."""
    said = {"softbreak": " ", "hardbreak": " "}
    return "".join(said.get(one.type, one.content) for one in token.children or () if one.type != "html_inline")


def pdf(found: Iterable[str | Shown], title: str, look: DeckLook, each: Each) -> bytes:
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


def page(markdown: str, look: DeckLook) -> bytes:
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


def ground(look: DeckLook, colours: Theme) -> str:
    """Returns the colour behind the slides, "" for none."""
    behind = colours.background if look.background == "filled" else look.background
    return behind if behind.startswith("#") else ""


def pptx(found: Iterable[str | Shown], title: str, look: DeckLook, each: Each) -> bytes:
    """Returns the lecture as PowerPoint slides whose texts can be edited."""
    from cgviz.players.deck.pptx import add, begun, saved

    made = begun(look)
    for part in found:
        if isinstance(part, str):
            add_text(made, part, look)
        else:
            add(made, part.drawing, part.frames, part.look, each)
    return saved(made, title, "")


def add_text(made: Any, markdown: str, look: DeckLook) -> None:
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


@dataclass(frozen=True)
class Shown:
    """A program of a lecture, laid out, with the frames that show it."""

    drawing: Diagram
    frames: tuple[DeckFrame, ...]
    look: DeckLook


def lecture(
    text: str, format: str, look: DeckLook, granularity: str = "edge", each: Each = iter, note: Note = str
) -> bytes:
    """Returns the deck as one file: "html" (reveal.js, which loads nothing), "pdf" or "pptx".

    note  takes a line for the author, of a program whose texts are too small

    A heading of the first or second level begins a slide, and so does a rule (---). Raises UsageError, naming the
    line, where a program cannot be shown.
    """
    written = {"html": html, "pdf": pdf, "pptx": pptx}[format]
    return written(parts(text, look, granularity, note), title_of(text), look, each)


def html(found: Iterable[str | Shown], title: str, look: DeckLook, each: Each) -> bytes:
    """Returns the deck as one HTML file."""
    made = (
        SLIDE.format(MARKDOWN.render(part))
        if isinstance(part, str)
        else section(part.drawing, part.frames, part.look, each).decode()
        for part in found
    )
    return book(escape(title), "".join(made), look)


def parts(text: str, look: DeckLook, granularity: str, note: Note) -> Iterator[str | Shown]:
    """Yields the lecture's slides of text, in Markdown, and its programs."""
    done = 0
    for fence in fences(text):
        yield from slides(text[done : fence.start])
        done = fence.end
        try:
            run = run_of(fence)
            chosen = replace(look, **fence_look(fence))
            drawing = drawn(run, chosen)
            if said := trouble(drawing, chosen):
                note(f"line {fence.line}: {said}")
            yield Shown(drawing, frames(run, granularity, None, None, digits=chosen.digits), chosen)
        except CgvizError as error:
            raise UsageError(f"line {fence.line}: {error}") from error
    yield from slides(text[done:])


def fence_look(fence: Fence) -> dict[str, Any]:
    """Returns the look that a fence asks for, as far as a deck has it. Raises UsageError."""
    found = {name: value for name, value in fence.words.look.items() if name in ("style", "direction", "digits")}
    said = fence.words.options
    if "collapse" in said:
        found["collapse"] = names_in(said["collapse"])
    if "around" in said:
        depth = said.get("depth", "")
        found |= {"around": said["around"], "depth": int(depth) if depth.isdigit() else None}
    if said.keys() & {"order", "hide", "edges"}:
        figure = Figure(order=names_in(said.get("order", "")))
        found["figure"] = figure.but(hide=names_in(said.get("hide", "")), edges=said.get("edges", ""))
    return found


def run_of(fence: Fence) -> Run:
    """Returns the run of a fence's program. Raises CgvizError."""
    words = fence.words
    how: dict[str, Any] = {name: words.options[name] for name in ("detail", "ties") if name in words.options}
    graph = read(fence.program, given=tuple(words.inputs), **how)
    return start(graph, {name: value_of(name, given) for name, given in words.inputs.items()})


def slides(text: str) -> Iterator[str]:
    """Yields the part of a text for each slide: from heading to heading, and from rule to rule."""
    part: list[str] = []
    for line in [*text.splitlines(), "---"]:
        if line.startswith(("# ", "## ")) or line.strip() == "---":
            if "".join(part).strip():
                yield "\n".join(part)
            part.clear()
        if line.strip() != "---":
            part.append(line)


def title_of(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.startswith("# ")), "# Backpropagation")
    return heading[2:].strip()
