"""The picture of a matrix as SVG, the part of the font that it uses inside."""

from __future__ import annotations

from html import escape

from cgviz.drawing.diagram.svg import PROLOGUE
from cgviz.drawing.engine.embed import embed_font
from cgviz.drawing.fonts import FONT
from cgviz.errors import printable
from cgviz.views.jacobian.sheet import Cell, Said, Sheet

ANCHORS = {0.0: "start", 0.5: "middle", 1.0: "end"}


def bytes_of(sheet: Sheet) -> bytes:
    """Returns the file; cells of one colour that are neighbours in a row are one rectangle."""
    size = (
        f'width="{sheet.width:.0f}pt" height="{sheet.height:.0f}pt" viewBox="0 0 {sheet.width:.2f} {sheet.height:.2f}"'
    )
    label = clean(f"{sheet.title}. {sheet.description}", quote=True)
    parts = [
        PROLOGUE,
        f'<svg role="img" aria-label="{label}" {size} xmlns="http://www.w3.org/2000/svg">\n',
        f"<title>{clean(sheet.title)}</title>\n<desc>{clean(sheet.description)}</desc>\n",
    ]
    if sheet.background != "transparent":
        parts.append(f'<rect width="100%" height="100%" fill="{sheet.background}"/>\n')
    parts.append('<g shape-rendering="crispEdges">\n')
    parts += [rectangle(cell) for cell in merged(sheet.cells)]
    parts.append("</g>\n")
    parts += [text(said) for said in sheet.texts]
    return embed_font("".join([*parts, "</svg>\n"]).encode())


def merged(cells: list[Cell]) -> list[Cell]:
    made: list[Cell] = []
    for cell in cells:
        last = made[-1] if made else None
        if (
            last is not None
            and (last.fill, last.y, last.height) == (cell.fill, cell.y, cell.height)
            and abs(last.x + last.width - cell.x) < 1e-6
        ):
            made[-1] = Cell(last.x, last.y, last.width + cell.width, last.height, last.fill)
        else:
            made.append(cell)
    return made


def rectangle(cell: Cell) -> str:
    size = f'width="{cell.width:.2f}" height="{cell.height:.2f}"'
    return f'<rect x="{cell.x:.2f}" y="{cell.y:.2f}" {size} fill="{cell.fill}"/>\n'


def text(said: Said) -> str:
    weight = ' font-weight="bold"' if said.bold else ""
    return (
        f'<text xml:space="preserve" x="{said.x:.2f}" y="{said.y:.2f}" text-anchor="{ANCHORS[said.align]}" '
        f'font-family="{FONT}" font-size="{said.size:g}"{weight} fill="{said.colour}">{clean(said.text)}</text>\n'
    )


def clean(text: str, quote: bool = False) -> str:
    return escape(printable(text), quote=quote)
