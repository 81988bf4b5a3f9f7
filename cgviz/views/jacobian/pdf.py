"""The picture of a matrix as a PDF of one page, as large as the picture."""

from __future__ import annotations

from datetime import UTC, datetime

from fpdf import FPDF

from cgviz.drawing.fonts import FACES, FAMILY, FOLDER
from cgviz.drawing.fonts.metrics import covers
from cgviz.errors import printable
from cgviz.views.jacobian.scale import parts
from cgviz.views.jacobian.sheet import Said, Sheet
from cgviz.views.jacobian.svg import merged

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
STYLES = {False: "", True: "B"}
UNKNOWN = "?"


def bytes_of(sheet: Sheet) -> bytes:
    """Returns the file; the same picture gives the same bytes."""
    pdf = FPDF(unit="pt", format=(sheet.width, sheet.height))
    pdf.set_creation_date(ALWAYS)
    pdf.set_auto_page_break(False)
    pdf.set_title(printable(sheet.title))
    for bold, style in STYLES.items():
        pdf.add_font(FAMILY, style, FOLDER / FACES[bold, False])
    pdf.add_page()
    if sheet.background != "transparent":
        rectangle(pdf, 0, 0, sheet.width, sheet.height, sheet.background)
    for cell in merged(sheet.cells):
        rectangle(pdf, cell.x, cell.y, cell.width, cell.height, cell.fill)
    for said in sheet.texts:
        text(pdf, said)
    return bytes(pdf.output())


def rectangle(pdf: FPDF, x: float, y: float, width: float, height: float, fill: str) -> None:
    pdf.set_fill_color(*parts(fill))
    pdf.rect(x, y, width, height, style="F")


def text(pdf: FPDF, said: Said) -> None:
    pdf.set_font(FAMILY, STYLES[said.bold], said.size)
    pdf.set_text_color(*parts(said.colour))
    pdf.text(said.left, said.y, "".join(c if covers(c) else UNKNOWN for c in printable(said.text)))
