"""One drawing, whatever it is written as: DOT, PDF, PNG, TikZ, slides and PowerPoint have the boxes of the SVG."""

from __future__ import annotations

import io
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from outlines import spots
from PIL import Image
from pptx import Presentation
from tools import need

import cgviz
from cgviz.drawing.diagram import STYLES, Diagram
from cgviz.players.deck import DeckLook, deck, drawn, format_of, frames

SVG = "{http://www.w3.org/2000/svg}"
BOXES = {"input", "stage", "output", "ghost"}
DPI = 96
PIXEL = 72 / DPI  # in points
CLEAR = 60.0  # how far apart two colours are told from each other


class Box(NamedTuple):
    """A box as the SVG has it: its sides in points from the left and the top, and the colour of its outline."""

    key: str
    name: str
    left: float
    top: float
    right: float
    bottom: float
    stroke: str
    is_round: bool

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def boxes(svg: bytes) -> list[Box]:
    root = ET.fromstring(svg)
    shift = re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", next(root.iter(f"{SVG}g")).get("transform", ""))
    assert shift
    found = []
    for group in root.iter(f"{SVG}g"):
        if not BOXES & {*group.get("class", "").split()} or "node" not in group.get("class", "").split():
            continue
        path, ellipse = group.find(f"{SVG}path"), group.find(f"{SVG}ellipse")
        shape = path if path is not None else ellipse
        assert shape is not None
        if path is not None:
            points = spots(path.get("d", ""))
            xs, ys = [x for x, _ in points], [y for _, y in points]
        else:
            (x, y), (rx, ry) = ([float(shape.get(name, "")) for name in pair] for pair in (("cx", "cy"), ("rx", "ry")))
            xs, ys = [x - rx, x + rx], [y - ry, y + ry]
        dx, dy = map(float, shift.groups())
        key = group.get("id", "").partition("-")[2]
        sides = min(xs) + dx, min(ys) + dy, max(xs) + dx, max(ys) + dy
        found.append(Box(key, group.findtext(f"{SVG}title", ""), *sides, shape.get("stroke", ""), path is None))
    assert len(found) >= 10
    return found


@pytest.fixture(scope="module", params=STYLES)
def look(request: pytest.FixtureRequest) -> DeckLook:
    return DeckLook(style=request.param, camera="whole")


@pytest.fixture(scope="module")
def run() -> cgviz.Run:
    return cgviz.run("(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)", x=3, y=-4)


@pytest.fixture(scope="module")
def drawing(run: cgviz.Run, look: DeckLook) -> Diagram:
    return drawn(run, look)


@pytest.fixture(scope="module")
def shown(drawing: Diagram) -> list[Box]:
    return boxes(drawing.draw("svg"))


def apart(found: dict[str, tuple[float, float]], shown: list[Box]) -> float:
    """Returns how far, in pixels, places are from those of the boxes at most, once both begin at the same corner."""
    wanted = {box.key: box.centre for box in shown}
    assert found.keys() == wanted.keys()
    moves = np.array([np.subtract(found[key], wanted[key]) for key in wanted])
    return float(np.max(np.abs(moves - moves.mean(axis=0)))) / PIXEL


def test_dot_and_tikz(drawing: Diagram, shown: list[Box]) -> None:
    dot = drawing.draw("dot").decode()
    keys = {box.key for box in shown}
    places = re.findall(r'id="?cg\w+?-([\w-]+)"?[^\]]*?pos="([-\d.]+),([-\d.]+)"', dot)
    found = {key: (float(x), -float(y)) for key, x, y in places if key in keys}
    assert apart(found, shown) < 0.1
    tikz = re.findall(r"\\node\[cg.*\] \(([\w-]+)\) at \((-?[\d.]+),(-?[\d.]+)\)", drawing.draw("tikz").decode())
    nodes = {key: (float(x), -float(y)) for key, x, y in tikz if not key.startswith("legend")}
    assert apart(nodes, shown) < 0.1


def is_outlined(pixels: Any, box: Box) -> bool:
    """Tells whether the sides of a box are in a picture, a pixel from where the SVG has them at most.

    One of a gate's four may lie under the head of a wire; on a card it is looked at where no wire arrives.
    """
    (x, y), stroke = box.centre, [int(box.stroke[at : at + 2], 16) for at in (1, 3, 5)]
    aside = 0 if box.is_round else 1 / 8
    x, y = x + aside * (box.right - box.left), y + aside * (box.bottom - box.top)
    spots = [(box.left, y, 1, 0), (box.right, y, 1, 0), (x, box.top, 0, 1), (x, box.bottom, 0, 1)]
    met = 0
    for across, down, dx, dy in spots:
        column, row = round(across / PIXEL), round(down / PIXEL)
        near = [pixels[row + step * dy, column + step * dx, :3] for step in (-1, 0, 1)]
        met += min(float(np.abs(each - stroke).max()) for each in near) < CLEAR
    return met >= 4 - box.is_round


def rastered(pdf: bytes, folder: Path) -> Any:
    need("pdftoppm")
    (folder / "f.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(DPI), "-f", "1", "-l", "1", "-singlefile", "-png", "f.pdf", "f"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    return pixels_of((folder / "f.png").read_bytes())


def pixels_of(png: bytes) -> Any:
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image)).astype(float)


def missing(pixels: Any, svg: bytes) -> list[str]:
    """Returns the boxes of an SVG that a picture of the same proportions has not where they should be."""
    ratio = pixels.shape[1] * PIXEL / float(ET.fromstring(svg).get("viewBox", "").split()[2])
    sides = ("left", "top", "right", "bottom")
    scaled = [box._replace(**{side: getattr(box, side) * ratio for side in sides}) for box in boxes(svg)]
    return [box.key for box in scaled if not is_outlined(pixels, box)]


def test_png_and_pdf(drawing: Diagram, tmp_path: Path) -> None:
    svg = drawing.draw("svg")
    assert missing(pixels_of(drawing.draw("png")), svg) == []
    assert missing(rastered(drawing.draw("pdf"), tmp_path), svg) == []


def test_slides(run: cgviz.Run, drawing: Diagram, shown: list[Box], look: DeckLook, tmp_path: Path) -> None:
    film = frames(run, "pass")
    *_, (_, last) = sorted(dict(deck(drawing, format_of("f/", "svg"), film, look)).items())
    assert apart({box.key: box.centre for box in boxes(last)}, shown) < 0.1
    assert missing(rastered(deck(drawing, format_of("a.pdf"), film, look), tmp_path), last) == []


def test_powerpoint(run: cgviz.Run, drawing: Diagram, shown: list[Box], look: DeckLook) -> None:
    written = deck(drawing, format_of("a.pptx"), frames(run, "pass"), look)
    every = [shape for shape in Presentation(io.BytesIO(written)).slides[-1].shapes if shape.shape_type == 1]
    shapes = [shape for shape in every if shape.name]  # the boxes of a legend have none
    assert len(shapes) == len(shown)
    found = np.array([(s.left + s.width / 2, s.top + s.height / 2, s.width, s.height) for s in shapes]) / 9525
    wanted = np.array([(*box.centre, box.right - box.left, box.bottom - box.top) for box in shown])
    found /= np.ptp(found[:, 0]) / np.ptp(wanted[:, 0])
    found[:, :2] += wanted[:, :2].min(axis=0) - found[:, :2].min(axis=0)
    nearest = np.abs(wanted[:, None] - found[None]).max(axis=2).min(axis=1)
    assert nearest.max() < PIXEL
