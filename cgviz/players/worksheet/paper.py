"""Paper: pages of a PDF on which text, lines to write on, rules and figures are put, from top to bottom."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple

from fpdf import FPDF

from cgviz.drawing.fonts import FACES, FAMILY, FOLDER
from cgviz.drawing.fonts.metrics import face, text_width
from cgviz.players.worksheet.work import SheetFigure
from cgviz.text.runs import runs

SIZES = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
SIDE, TOP, BOTTOM = 50.0, 46.0, 46.0
INK, SOFT, MUTED, FAINT = (0, 0, 0), (60, 60, 60), (120, 120, 120), (200, 200, 200)
STYLES = {(False, False): "", (True, False): "B", (False, True): "I", (True, True): "BI"}
NOT_DRAWN = ("text", "title", "desc")
SVG = "{http://www.w3.org/2000/svg}"
UNKNOWN, ALIKE = "?", str.maketrans("⊤⋆∗", "T**")
SMALLEST = 0.75
ANCHORS = {"middle": 0.5, "end": 1.0}
Colour = tuple[int, int, int]

ET.register_namespace("", SVG[1:-1])


class PdfPaper:
    """Pages of one size; `y` is where the next thing goes. The same calls give the same bytes."""

    def __init__(self, size: str, title: str) -> None:
        self.width, self.height = SIZES[size]
        self.pdf = FPDF(unit="pt", format=SIZES[size])
        self.pdf.set_creation_date(ALWAYS)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_title(title)
        for style, file in FACES.items():
            self.pdf.add_font(FAMILY, STYLES[style], FOLDER / file)
        self.y = TOP
        self.foot = ""

    @property
    def left(self) -> float:
        return SIDE

    @property
    def right(self) -> float:
        return self.width - SIDE

    @property
    def inner(self) -> float:
        return self.width - 2 * SIDE

    @property
    def tallest(self) -> float:
        """How much an empty page holds."""
        return self.height - TOP - BOTTOM

    @property
    def room(self) -> float:
        """How much of the page is left."""
        return self.height - BOTTOM - self.y

    def page(self, foot: str) -> None:
        """Begins a page with a line at its foot."""
        self.pdf.add_page()
        self.foot, self.y = foot, TOP
        self.text(self.left, foot, 8, colour=MUTED, y=self.height - 26)
        number = str(self.pdf.page_no())
        self.text(self.right - text_width(number, 8), number, 8, colour=MUTED, y=self.height - 26)

    def need(self, height: float) -> bool:
        """Begins a new page where less than `height` is left; tells whether it did."""
        if self.room >= height:
            return False
        self.page(self.foot)
        return True

    def keep(self, height: float) -> None:
        """Begins a new page where something of that height would be torn apart, and one page can hold it.

        What is longer than that begins here, unless only its first lines would.
        """
        self.need(height if height <= self.tallest else self.tallest / 5)

    def text(
        self,
        x: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        slanted: bool = False,
        colour: Colour = INK,
        y: float | None = None,
    ) -> float:
        """Puts a text, which may have marks for faces and scripts, on the baseline and returns where it ends."""
        y = self.y if y is None else y
        self.pdf.set_text_color(*colour)
        for run in runs(text):
            says, high = drawable(run.text), size * run.size
            style = bold or run.bold, slanted or run.italic
            self.pdf.set_font(FAMILY, STYLES[style], high)
            self.pdf.text(x, y - run.shift * size, says)
            x += text_width(says, high, *style)
        return x

    def paragraph(self, text: str, size: float, *, bold: bool = False, colour: Colour = INK) -> None:
        """Puts words in as many lines as they need."""
        for line in wrapped(text, size, self.inner, bold):
            self.text(self.left, line, size, bold=bold, colour=colour)
            self.y += 1.35 * size

    def blank(self, x: float, width: float, y: float | None = None) -> float:
        """Puts a line to write on and returns where it ends."""
        y = (self.y if y is None else y) + 2.5
        self.rule(x, x + width, y, colour=SOFT, thick=0.6)
        return x + width

    def rule(self, x: float, until: float, y: float, colour: Colour = FAINT, thick: float = 0.5) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thick)
        self.pdf.line(x, y, until, y)

    def stroke(self, points: Sequence[tuple[float, float]], colour: Colour = SOFT, thick: float = 0.6) -> None:
        """Draws a line from point to point."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thick)
        self.pdf.polyline(list(points))

    def figure(self, figure: SheetFigure, height: float) -> None:
        """Puts a figure in the middle, at most `height` high: its shapes as they are, its texts as text."""
        scale = figure.scale(self.inner, height)
        x, y = self.left + (self.inner - scale * figure.width) / 2, self.y
        root = ET.fromstring(figure.svg)
        said = list(texts(root))
        for parent in root.iter():
            parent[:] = [child for child in parent if child.tag.removeprefix(SVG) not in NOT_DRAWN]
        shapes = BytesIO(ET.tostring(root, "utf-8", xml_declaration=True))
        self.pdf.image(shapes, x, y, scale * figure.width, scale * figure.height)
        for text in said:
            at = x + scale * text.x, y + scale * text.y
            self.text(
                at[0], text.says, scale * text.size, bold=text.bold, slanted=text.slanted, colour=text.colour, y=at[1]
            )
        self.y += scale * figure.height

    def bytes(self) -> bytes:
        return bytes(self.pdf.output())


def width_of(text: str, size: float, bold: bool = False, slanted: bool = False) -> float:
    """Returns the width of a text, which may have marks."""
    every = runs(text)
    return sum(text_width(drawable(r.text), size * r.size, bold or r.bold, slanted or r.italic) for r in every)


def wrapped(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Returns a text in lines of at most that width, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size, bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def fitted(text: str, size: float, width: float, bold: bool = False) -> tuple[str, float]:
    """Returns a text and the size in which it fits: somewhat smaller, and then with its end left out."""
    wide = width_of(text, size, bold)
    if wide <= width:
        return text, size
    if wide * SMALLEST <= width:
        return text, size * width / wide
    size *= SMALLEST
    while text and width_of(text + "…", size, bold) > width:
        text = text[:-1]
    return text + "…", size


class PlacedText(NamedTuple):
    """A text of a picture, where it begins, and its look."""

    says: str
    x: float
    y: float
    size: float
    bold: bool
    slanted: bool
    colour: Colour


def texts(root: ET.Element) -> Iterator[PlacedText]:
    """Yields the texts of a picture, run by run: what moves all of it is one transformation."""
    group = root.find(f"{SVG}g")
    moved = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", "" if group is None else group.get("transform", ""))
    right, down = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
    for element in root.iter(f"{SVG}text"):
        size, bold = float(element.get("font-size", "14")), element.get("font-weight") == "bold"
        colour, slanted = rgb(element.get("fill", "")), element.get("font-style") == "italic"
        pieces = [(element.text or "", size, 0.0, slanted)]
        y = 0.0
        for span in element:
            y += float(span.get("dy", "0"))
            leans = slanted or span.get("font-style") == "italic"
            pieces.append((span.text or "", float(span.get("font-size", size)), y, leans))
            pieces.append((span.tail or "", size, y, slanted))
        widths = [text_width(drawable(says), high, bold, leans) for says, high, _, leans in pieces]
        x = float(element.get("x", "0")) + right - sum(widths) * ANCHORS.get(element.get("text-anchor", ""), 0.0)
        for (says, high, shift, leans), width in zip(pieces, widths, strict=True):
            if says.strip():
                at = float(element.get("y", "0")) + down + shift
                yield PlacedText(drawable(says), x, at, high, bold, leans, colour)
            x += width


def rgb(colour: str) -> Colour:
    """Returns the parts of `#rrggbb`; black for any other colour."""
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        return INK
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def drawable(text: str) -> str:
    """Returns a text in letters that the font has; what it has not in one that looks alike."""
    return "".join(letter if ord(letter) in face() else UNKNOWN for letter in text.translate(ALIKE))
