"""A sheet as SVG, the part of the font that it uses inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cgviz.drawing.canvas.sheet import Disc, Part, Path, Point, Said, Sheet, SheetCell, Window
from cgviz.drawing.diagram.svg import PROLOGUE
from cgviz.drawing.engine.embed import embed_font
from cgviz.drawing.fonts import FONT
from cgviz.errors import printable

ANCHORS = {0.0: "start", 0.5: "middle", 1.0: "end"}


def written(sheet: Sheet) -> bytes:
    return embed_font(svg(sheet))


def svg(sheet: Sheet) -> bytes:
    """Returns the file without its font."""
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
    if sheet.cells:
        parts += ['<g shape-rendering="crispEdges">\n', *map(rectangle, sheet.merged()), "</g>\n"]
    return "".join([*parts, *drawn(sheet.parts), "</svg>\n"]).encode()


def drawn(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Said):
            yield text(part)
        elif isinstance(part, Path):
            yield path(part)
        elif isinstance(part, Disc):
            look = f'fill="{part.fill}"' + (
                f' stroke="{part.stroke}" stroke-width="{part.thick:g}"' * bool(part.stroke)
            )
            yield f'<circle{kind(part.kind)} cx="{part.x:.2f}" cy="{part.y:.2f}" r="{part.radius:g}" {look}/>\n'
        elif isinstance(part, Window):
            box = f"{part.x:.2f} {part.y:.2f} {part.width:.2f} {part.height:.2f}"
            x, y, width, height = box.split()
            yield f'<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="{box}">\n'
            yield from drawn(part.parts)
            yield "</svg>\n"


def path(part: Path) -> str:
    """Returns a line, an outline, or several as one path, whose holes are empty."""
    look = f'fill="{part.fill or "none"}"'
    look += f' fill-opacity="{part.opacity:.3g}"' if part.fill and part.opacity != 1 else ""
    if part.stroke:
        look += f' stroke="{part.stroke}" stroke-width="{part.thick:g}" stroke-linejoin="round"'
        look += f' stroke-opacity="{part.opacity:.3g}"' if not part.fill and part.opacity != 1 else ""
    look += f' stroke-dasharray="{part.dash}"' if part.dash else ""
    if len(part.lines) == 1:
        shape = "polygon" if part.fill else "polyline"
        return f'<{shape}{kind(part.kind)} {look} points="{" ".join(pairs(part.lines[0]))}"/>\n'
    end = "Z" if part.fill else ""
    pieces = "".join(f"M{'L'.join(pairs(line))}{end}" for line in part.lines)
    return f'<path{kind(part.kind)} {look} fill-rule="evenodd" d="{pieces}"/>\n'


def pairs(points: Sequence[Point]) -> list[str]:
    return [f"{x:.2f},{y:.2f}" for x, y in points]


def rectangle(cell: SheetCell) -> str:
    size = f'width="{cell.width:.2f}" height="{cell.height:.2f}"'
    return f'<rect x="{cell.x:.2f}" y="{cell.y:.2f}" {size} fill="{cell.fill}"/>\n'


def text(said: Said) -> str:
    more = ' font-weight="bold"' if said.bold else ""
    more += f' transform="rotate(-90 {said.x:g} {said.y:g})"' if said.turned else ""
    more += (
        f' stroke="{said.halo}" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke"' if said.halo else ""
    )
    return (
        f'<text xml:space="preserve"{kind(said.kind)} x="{said.x:.2f}" y="{said.y:.2f}" '
        f'text-anchor="{ANCHORS[said.align]}" font-family="{FONT}" font-size="{said.size:g}"{more} '
        f'fill="{said.colour}">{clean(said.text)}</text>\n'
    )


def kind(name: str) -> str:
    return f' class="{name}"' if name else ""


def clean(text: str, quote: bool = False) -> str:
    return escape(printable(text), quote=quote)
