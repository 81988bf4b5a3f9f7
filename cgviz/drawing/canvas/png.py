"""A sheet as PNG, at twice its size in points; lines are drawn larger and made smaller, which smooths them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from math import ceil, floor

from PIL import Image, ImageChops, ImageDraw, ImageFont

from cgviz.drawing.canvas.sheet import Disc, Part, Path, Point, Said, Sheet, Window
from cgviz.drawing.colours import channels
from cgviz.drawing.fonts import FACES, FOLDER
from cgviz.errors import printable

SCALE, FINER = 2, 3
ANCHORS = {0.0: "ls", 0.5: "ms", 1.0: "rs"}
HALO = 3.5


def written(sheet: Sheet) -> bytes:
    """Returns the file."""
    size = round(sheet.width * SCALE), round(sheet.height * SCALE)
    behind = (0, 0, 0, 0) if sheet.background == "transparent" else sheet.background
    image = Image.new("RGBA", size, behind)
    pen = ImageDraw.Draw(image)
    for cell in sheet.cells:
        left, top = round(cell.x * SCALE), round(cell.y * SCALE)
        right, bottom = round((cell.x + cell.width) * SCALE), round((cell.y + cell.height) * SCALE)
        pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=cell.fill)
    draw(image, sheet.parts)
    made = BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def draw(image: Image.Image, parts: Sequence[Part]) -> None:
    for part in parts:
        if isinstance(part, Said):
            text(image, part)
        elif isinstance(part, Path):
            path(image, part)
        elif isinstance(part, Disc):
            disc(image, part)
        elif isinstance(part, Window):
            box = [round(each * SCALE) for each in (part.x, part.y, part.x + part.width, part.y + part.height)]
            inside = image.crop((0, 0, *image.size))
            draw(inside, part.parts)
            image.paste(inside.crop((box[0], box[1], box[2], box[3])), (box[0], box[1]))


class Stencil:
    """Where a part is, drawn finer than the picture, as far round its points as it reaches."""

    def __init__(self, image: Image.Image, points: Sequence[Point], reach: float = 0.0) -> None:
        self.image = image
        xs, ys = [x * SCALE for x, _ in points], [y * SCALE for _, y in points]
        pad = reach * SCALE + 2
        self.left, self.top = max(0, floor(min(xs) - pad)), max(0, floor(min(ys) - pad))
        right, bottom = min(image.width, ceil(max(xs) + pad)), min(image.height, ceil(max(ys) + pad))
        self.size = max(1, right - self.left), max(1, bottom - self.top)
        self.mask = self.blank()

    def blank(self) -> Image.Image:
        return Image.new("L", (self.size[0] * FINER, self.size[1] * FINER), 0)

    def fine(self, points: Sequence[Point]) -> list[Point]:
        return [((x * SCALE - self.left) * FINER, (y * SCALE - self.top) * FINER) for x, y in points]

    def ring(self, line: Sequence[Point]) -> None:
        """Fills an outline, what is in it already becomes a hole."""
        made = self.blank()
        ImageDraw.Draw(made).polygon(self.fine(line), fill=255)
        self.mask = ImageChops.difference(self.mask, made)

    def paint(self, colour: str, opacity: float = 1.0) -> None:
        layer = Image.new("RGBA", self.size, (*channels(colour), 0))
        layer.putalpha(self.mask.resize(self.size, Image.Resampling.BOX).point(lambda alpha: round(alpha * opacity)))
        self.image.alpha_composite(layer, (self.left, self.top))


def path(image: Image.Image, part: Path) -> None:
    points = [point for line in part.lines for point in line]
    if part.fill:
        stencil = Stencil(image, points)
        for line in part.lines:
            stencil.ring(line)
        stencil.paint(part.fill, part.opacity)
    if part.stroke:
        stencil, wide = Stencil(image, points, part.thick), max(1, round(part.thick * SCALE * FINER))
        pen = ImageDraw.Draw(stencil.mask)
        for line in part.lines:
            for piece in dashed(line, part.dash):
                pen.line(stencil.fine(piece), fill=255, width=wide, joint="curve")
        stencil.paint(part.stroke, 1.0 if part.fill else part.opacity)


def dashed(line: Sequence[Point], dash: str) -> list[Sequence[Point]]:
    """Returns the strokes of a straight line; without a dash it is one."""
    if not dash:
        return [line]
    stroke, gap = map(float, dash.split())
    made: list[Sequence[Point]] = []
    for (x, y), (a, b) in pairwise(line):
        length = ((a - x) ** 2 + (b - y) ** 2) ** 0.5 or 1.0
        for n in range(int(length / (stroke + gap)) + 1):
            ends = [min(1.0, at / length) for at in (n * (stroke + gap), n * (stroke + gap) + stroke)]
            made.append([(x + (a - x) * share, y + (b - y) * share) for share in ends])
    return made


def disc(image: Image.Image, part: Disc) -> None:
    edge = part.thick / 2 if part.stroke else 0.0
    for colour, radius in ((part.stroke, part.radius + edge), (part.fill, part.radius - edge)):
        if colour:
            box = [(part.x - radius, part.y - radius), (part.x + radius, part.y + radius)]
            stencil = Stencil(image, box)
            ImageDraw.Draw(stencil.mask).ellipse(stencil.fine(box), fill=255)
            stencil.paint(colour)


def text(image: Image.Image, said: Said) -> None:
    font = ImageFont.truetype(FOLDER / FACES[said.bold, False], said.size * SCALE)
    words, place = printable(said.text), (said.x * SCALE, said.y * SCALE)
    halo = round(HALO * SCALE / 2) if said.halo else 0
    if not said.turned:
        pen = ImageDraw.Draw(image)
        pen.text(place, words, said.colour, font, ANCHORS[said.align], stroke_width=halo, stroke_fill=said.halo or None)
        return
    reach = ceil(font.getlength(words) + font.size)
    layer = Image.new("RGBA", (2 * reach, 2 * reach), (*channels(said.colour), 0))
    ImageDraw.Draw(layer).text((reach, reach), words, said.colour, font, ANCHORS[said.align])
    left, top = round(place[0]) - reach, round(place[1]) - reach
    image.alpha_composite(layer.rotate(90), (max(left, 0), max(top, 0)), (max(-left, 0), max(-top, 0)))
