"""A sheet as a PDF of one page, as large as the picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import TextMode

from cgviz.drawing.canvas.sheet import Disc, Part, Path, Said, Sheet, Window
from cgviz.drawing.colours import channels
from cgviz.drawing.fonts import FACES, FAMILY, FOLDER
from cgviz.drawing.fonts.metrics import covers
from cgviz.errors import printable

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
STYLES = {False: "", True: "B"}
UNKNOWN = "?"
HALO = 3.5


def written(sheet: Sheet) -> bytes:
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
    for cell in sheet.merged():
        rectangle(pdf, cell.x, cell.y, cell.width, cell.height, cell.fill)
    draw(pdf, sheet.parts)
    return bytes(pdf.output())


def draw(pdf: FPDF, parts: Sequence[Part]) -> None:
    for part in parts:
        if isinstance(part, Said):
            text(pdf, part)
        elif isinstance(part, Path):
            path(pdf, part)
        elif isinstance(part, Disc):
            with styled(pdf, part.fill, part.stroke, part.thick):
                style = "DF" if part.stroke else "F"
                pdf.circle(part.x, part.y, part.radius, style=style)
        elif isinstance(part, Window):
            with pdf.rect_clip(part.x, part.y, part.width, part.height):
                draw(pdf, part.parts)


def styled(pdf: FPDF, fill: str, stroke: str, thick: float, **more: Any) -> Any:
    looks = {"fill_color": channels(fill) if fill else None, "draw_color": channels(stroke) if stroke else None}
    return pdf.local_context(line_width=thick, **{name: look for name, look in looks.items() if look}, **more)


def path(pdf: FPDF, part: Path) -> None:
    with pdf.new_path() as made:
        for line in part.lines:
            (x, y), *rest = line
            made.move_to(x, y)
            for point in rest:
                made.line_to(*point)
            if part.fill:
                made.close()
        style = made.style
        style.auto_close, style.intersection_rule, style.stroke_join_style = False, "evenodd", "round"
        style.fill_color, style.stroke_color = part.fill or None, part.stroke or None
        style.fill_opacity, style.stroke_width = part.opacity, part.thick
        style.stroke_opacity = 1.0 if part.fill else part.opacity
        style.stroke_dash_pattern = [float(each) for each in part.dash.split()]


def rectangle(pdf: FPDF, x: float, y: float, width: float, height: float, fill: str) -> None:
    pdf.set_fill_color(*channels(fill))
    pdf.rect(x, y, width, height, style="F")


def text(pdf: FPDF, said: Said) -> None:
    pdf.set_font(FAMILY, STYLES[said.bold], said.size)
    pdf.set_text_color(*channels(said.colour))
    words = "".join(c if covers(c) else UNKNOWN for c in printable(said.text))
    with pdf.rotation(90 if said.turned else 0, said.x, said.y):
        if said.halo:
            with styled(pdf, "", said.halo, HALO, text_mode=TextMode.STROKE):
                pdf.text(said.left, said.y, words)
        pdf.text(said.left, said.y, words)
