"""The picture of a matrix as PNG, at twice its size in points."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from cgviz.drawing.fonts import FACES, FOLDER
from cgviz.errors import printable
from cgviz.views.jacobian.sheet import Said, Sheet

SCALE = 2
ANCHORS = {0.0: "ls", 0.5: "ms", 1.0: "rs"}


def bytes_of(sheet: Sheet) -> bytes:
    """Returns the file."""
    size = round(sheet.width * SCALE), round(sheet.height * SCALE)
    behind = (0, 0, 0, 0) if sheet.background == "transparent" else sheet.background
    image = Image.new("RGBA", size, behind)
    pen = ImageDraw.Draw(image)
    for cell in sheet.cells:
        left, top = round(cell.x * SCALE), round(cell.y * SCALE)
        right, bottom = round((cell.x + cell.width) * SCALE), round((cell.y + cell.height) * SCALE)
        pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=cell.fill)
    for said in sheet.texts:
        pen.text((said.x * SCALE, said.y * SCALE), printable(said.text), said.colour, font(said), ANCHORS[said.align])
    made = BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def font(said: Said) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FOLDER / FACES[said.bold, False], said.size * SCALE)
