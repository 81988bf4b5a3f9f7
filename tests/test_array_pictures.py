"""Arrays in diagrams: numbers in full or heat maps, in every format, inside their boxes, and small however large."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_diagram import assert_nothing_overlaps, assert_wires_keep_clear, rectangles, texts
from tex import compiled, need_tex

import cgviz
from cgviz.drawing import engine
from cgviz.drawing.colours import scale, shade
from cgviz.drawing.diagram import DIRECTIONS, STYLES, diagram, picture
from cgviz.drawing.diagram.cells import CellTable, Grid
from cgviz.drawing.diagram.entries import fits, is_small
from cgviz.drawing.diagram.heat import averaged, counts
from cgviz.drawing.diagram.scene import Scene
from cgviz.drawing.diagram.summary import in_words, shape_text
from cgviz.drawing.pictures import FORMATS
from cgviz.drawing.theme import THEMES
from cgviz.drawing.theme import theme as theme_of
from cgviz.errors import RenderError
from cgviz.players.deck.extras import veiled
from cgviz.runs.run import Run
from cgviz.text.numbers import number

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?\d+(?:\.\d+)?"
RANDOM = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape)


SQUARE = "f = sum(A**2)"
NETWORK = "h = max(X @ W1 + b1, 0); s = h @ W2 + b2; L = mean(logsumexp(s, axis=1) - s[:, 0])"
PROGRAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "2×2": ("q = W @ x; f = sum(q**2)", {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}),
    "3×4": ("f = sum(A*A + A)", {"A": normal(3, 4)}),
    "8×8": ("f = sum(sigmoid(A @ B))", {"A": normal(8, 8), "B": normal(8, 8)}),
    "100×100": ("f = mean((A @ B)**2)", {"A": normal(100, 100), "B": normal(100, 100)}),
    "10×1000": ("y = A @ x; f = sum(y*y)", {"A": normal(10, 1000), "x": normal(1000)}),
    "1000×10": (SQUARE, {"A": normal(1000, 10)}),
    "(1,1)": ("f = sum(A @ A)", {"A": [[3.0]]}),
    "(0,3)": (SQUARE, {"A": np.zeros((0, 3))}),
    "(2,3,4)": ("f = sum(A*A)", {"A": np.arange(24.0).reshape(2, 3, 4)}),
    "(2,2,2,3)": (SQUARE, {"A": normal(2, 2, 2, 3)}),
    "(5,30,40)": (SQUARE, {"A": normal(5, 30, 40)}),
    "network": (
        NETWORK,
        {"X": normal(4, 3), "W1": normal(3, 5), "b1": normal(5), "W2": normal(5, 3), "b2": normal(3)},
    ),
    "wide captions": ("mat = A*B; f = sum(mat*mat + inv(mat))", {"A": normal(6, 6), "B": normal(6, 6)}),
    "wide captions of maps": (
        "some_matrix = A*B; f = sum(some_matrix*some_matrix)",
        {"A": normal(20, 6), "B": normal(6)},
    ),
    "unused": ("a = A*2; f = sum(B)", {"A": normal(3, 3), "B": normal(12, 12)}),
    "not finite": ("f = sum(A)", {"A": [[np.nan, 1.0, np.inf], [1e300, -1e-300, 12345.678]]}),
    "large not finite": ("f = sum(A)", {"A": np.where(normal(20, 20) > 1, np.inf, normal(20, 20))}),
    "none finite": ("f = sum(A)", {"A": np.full((12, 12), np.nan)}),
    "huge": ("f = sum(A)", {"A": np.full((20, 20), 1.7e308) * np.sign(normal(20, 20))}),
}


def run_of(name: str) -> Run:
    program, arrays = PROGRAMS[name]
    return cgviz.run(program, {key: np.array(value, dtype=float) for key, value in arrays.items()})


def grids(scene: Scene) -> list[Grid]:
    texts = [grid for box in scene.boxes for grid, _ in box.insets]
    beside = [text for wire in (*scene.wires, *scene.trunks) for text in (wire.before, wire.after)]
    return [text for text in (*texts, *beside) if isinstance(text, Grid)]


def scene(run: Run, style: str = "card", theme: str = "light") -> Scene:
    return diagram(run, style=style, theme=theme).layout.scene


def groups(svg: bytes) -> list[ET.Element]:
    return [g for g in ET.fromstring(svg).iter(f"{SVG}g") if "grid" in g.get("class", "").split()]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_overlaps_and_everything_is_inside(name: str, style: str, direction: str) -> None:
    drawn = diagram(run_of(name), style=style, direction=direction)
    made, axes, plan = drawn.layout.scene, drawn.layout.axes, drawn.layout.plan
    rooms = rectangles(made, axes, plan)
    assert_nothing_overlaps(rooms)
    assert_wires_keep_clear(made, axes, plan, rooms)
    assert_inside(drawn.draw())
    for box in made.boxes:
        tops = []
        for grid, (x, y) in box.insets:
            assert -box.width / 2 + 7 < x - grid.width / 2
            assert x + grid.width / 2 < box.width / 2 - 7
            assert -box.height / 2 + 18 < y - grid.height / 2
            assert y + grid.height / 2 < box.height / 2
            tops += [(x - grid.width / 2, y - grid.height / 2), (x + grid.width / 2, y + grid.height / 2)]
        assert all(b[0] > a[0] or b[1] > a[1] for a, b in pairwise(tops))


def assert_inside(svg: bytes) -> None:
    """Nothing of the pictures of arrays leaves the whole."""
    root = ET.fromstring(svg)
    _, _, width, height = map(float, root.get("viewBox", "").split())
    shift = moved(next(root.iter(f"{SVG}g")))
    for group in groups(svg):
        for x, y in corners(group):
            assert 0 < x + shift[0] < width
            assert 0 < y + shift[1] < height


def moved(element: ET.Element) -> tuple[float, float]:
    found = re.search(rf"translate\(({NUMBER}) ({NUMBER})\)", element.get("transform", ""))
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def corners(group: ET.Element) -> Iterator[tuple[float, float]]:
    """Yields the corners of all cells, brackets and texts of a picture."""
    for path in group.iter(f"{SVG}path"):
        x, y = moved(path)
        for left, top, wide, high in re.findall(rf"M({NUMBER}),({NUMBER})h({NUMBER})v({NUMBER})", path.get("d", "")):
            yield x + float(left), y + float(top)
            yield x + float(left) + float(wide), y + float(top) + float(high)
        for left, top in re.findall(rf"[ML]({NUMBER}),({NUMBER})(?!h)", path.get("d", "")):
            yield x + float(left), y + float(top)
    for text in group.iter(f"{SVG}text"):
        wide, x, y = engine.text_width(text.text or "", float(text.get("font-size", ""))), *spot(text)
        begin = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
        yield begin, y - 9
        yield begin + wide, y + 3


def spot(text: ET.Element) -> tuple[float, float]:
    return float(text.get("x", "")), float(text.get("y", ""))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["2×2", "(1,1)", "(2,3,4)"])
def test_small_arrays_show_every_number(name: str, style: str) -> None:
    run = run_of(name)
    made = diagram(run, style=style)
    shown = [text.text for group in groups(made.draw()) for text in group.iter(f"{SVG}text")]
    for index, node in enumerate(run.graph.nodes):
        if node.shape:
            digits = 4 if node.shape[-1] <= 4 else 3
            for each in np.ravel(np.array([run.values[index], run.gradients[index]], dtype=float)):
                assert number(float(each), digits) in shown
                assert f">{number(float(each), digits)}<" in made.dot
            assert any(shape_text(node.shape) in (text.text or "") for text in ET.fromstring(made.draw()).iter())


def test_the_numbers_of_a_column_are_aligned_at_their_points() -> None:
    svg = picture(cgviz.run("f = sum(A*A)", A=np.array([[0.25, 10.0], [-123.5, 0.001]])))
    entries = [text for text in groups(svg)[0].iter(f"{SVG}text") if text.get("class") == "entry"]
    points = {}
    for text in entries:
        _, dot, rest = (text.text or "").partition(".")
        points[text.text] = spot(text)[0] - engine.text_width(dot + rest, float(text.get("font-size", "")))
    assert list(points) == ["0.25", "10", "−123.5", "0.001"]
    assert points["0.25"] == pytest.approx(points["−123.5"], abs=0.02)
    assert points["10"] == pytest.approx(points["0.001"], abs=0.02)
    rows = [spot(text)[1] for text in entries]
    assert rows[0] == rows[1] < rows[2] == rows[3]


def test_a_picture_is_as_narrow_as_its_own_numbers() -> None:
    run = cgviz.run("f = sum(A*B)", A=np.array([[1.0, 2.0], [3.0, 4.0]]), B=np.array([[1.0, 123.25], [2.0, 7.0]]))
    value, gradient = (
        [cell.width for cell, _, _ in grid.table.placed() if cell.text] for grid, _ in scene(run).box["n0"].insets
    )
    assert gradient[0] == gradient[2] < gradient[1] - 20
    assert gradient[1] == gradient[3]
    assert max(value) < gradient[1] - 20


@pytest.mark.parametrize(
    ("shape", "small"),
    [((8, 8), True), ((10,), True), ((11,), False), ((9, 8), False), ((2, 3, 4), True), ((64, 1), False)],
)  # fmt: skip
def test_what_is_written_in_full(shape: tuple[int, ...], small: bool) -> None:
    assert is_small(shape) == small


@pytest.mark.parametrize("name", ["100×100", "10×1000", "1000×10", "(5,30,40)"])
def test_heat_maps_are_bounded(name: str) -> None:
    found = [grid for grid in grids(scene(run_of(name))) if any(cell.fill for cell, _, _ in grid.table.placed())]
    assert found
    for grid in found:
        assert sum(bool(cell.fill) for cell, _, _ in grid.table.placed()) <= 24 * 32 + 60
        assert grid.width < 260
        assert grid.height < 170
        heat = grid.table.rows[0][0]
        assert isinstance(heat, CellTable)
        assert heat.height >= 12


@pytest.mark.parametrize("shape", [(100, 100), (10, 1000), (103, 97), (7, 7), (1, 5000), (5000, 3)])
def test_cells_are_the_means_of_blocks(shape: tuple[int, int]) -> None:
    flat = normal(*shape)
    rows, columns = counts(*shape)
    assert rows * columns <= 24 * 32
    found = averaged(flat, rows, columns)
    assert found.shape == (rows, columns)
    for i in range(rows):
        for j in range(columns):
            down = slice(i * shape[0] // rows, (i + 1) * shape[0] // rows)
            across = slice(j * shape[1] // columns, (j + 1) * shape[1] // columns)
            assert found[i, j] == pytest.approx(np.mean(flat[down, across]))


def test_heat_maps_say_their_numbers() -> None:
    array = normal(100, 100)
    said = " ".join(text.text for text in grids(scene(cgviz.run(SQUARE, A=array)))[0].texts)
    assert f"{number(float(array.min()), 3)} … {number(float(array.max()), 3)}" in said
    assert f"mean {number(float(array.mean()), 3)}" in said
    assert "a cell: mean of 5×5" in said
    blocks = array.reshape(20, 5, 20, 5).mean(axis=(1, 3))
    for end in (blocks.min(), blocks.max()):
        assert number(float(end), 3) in said


def test_numbers_that_are_not_finite() -> None:
    run = run_of("large not finite")
    odd = int((~np.isfinite(np.asarray(run.values[0]))).sum())
    grid = grids(scene(run))[0]
    assert any(f"{odd} not finite" in text.text for text in grid.texts)
    fills = [cell.fill for cell, _, _ in grid.table.placed() if cell.fill]
    assert fills.count(theme_of("light").flag) == odd
    assert any(text.text == "none finite" for text in grids(scene(run_of("none finite")))[0].texts)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["2×2", "10×1000", "(0,3)", "(2,3,4)"])
def test_every_format_draws_arrays_the_same_each_time(name: str, format: str, style: str) -> None:
    starts = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG", "dot": b"digraph", "tikz": b"%", "mermaid": b"flow"}
    drawn = picture(run_of(name), format, style=style)
    assert drawn.startswith(starts[format])
    if name == "2×2":
        assert drawn == picture(run_of(name), format, style=style)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["network", "100×100"])
def test_graphviz_draws_what_the_svg_shows(name: str, style: str) -> None:
    made = diagram(run_of(name), style=style)
    theirs = engine.draw(made.dot, "svg")
    ours = groups(made.draw())
    entries = sorted(text for group in ours for text in said(group))
    shown = said(ET.fromstring(theirs))
    assert all(entries.count(text) <= shown.count(text) for text in set(entries))
    fills = {path.get("fill") for group in ours for path in group.iter(f"{SVG}path")} - {"none"}
    assert fills <= {shape.get("fill") for shape in ET.fromstring(theirs).iter(f"{SVG}polygon")}


def said(group: ET.Element) -> list[str]:
    """Returns what the texts of a picture say; spaces keep numbers from the sides of their cells."""
    return sorted(text.text.strip() for text in group.iter(f"{SVG}text") if text.text and text.text.strip())


@pytest.mark.parametrize("style", STYLES)
def test_pictures_know_their_step_and_have_titles(style: str) -> None:
    run = run_of("network")
    found = {group.get("id", "").partition("-")[2]: group for group in groups(picture(run, style=style))}
    h = next(i for i, node in enumerate(run.graph.nodes) if node.name == "h")
    forward, backward = run.graph.numbers[h], max(n for n, step in enumerate(run.steps, 1) if step.index == h)
    wire = next(f"e{target}-{slot}" for target, slot in run.graph.edges_out[h])
    value = found[f"n{h}-value" if style == "card" else f"{wire}-value"]
    back = found[f"n{h}-gradient" if style == "card" else f"{wire}-contribution"]
    assert f"step-{forward}" in value.get("class", "").split()
    assert f"step-{backward}" in back.get("class", "").split()
    assert value.findtext(f"{SVG}title") == "value of h"
    assert value.findtext(f"{SVG}desc") == in_words(run.values[h], 4)


def test_a_picture_that_is_not_known_yet_is_not_seen() -> None:
    box = next(box for box in scene(run_of("2×2")).boxes if len(box.insets) == 2)
    seen = veiled(box, lambda text: text.kind != "gradient")
    assert [grid.kind for grid, _ in seen.insets] == ["value"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_words_never_spell_out_many_numbers(name: str) -> None:
    root = ET.fromstring(picture(run_of(name)))
    for tag in ("title", "desc"):
        for element in root.iter(f"{SVG}{tag}"):
            assert len(element.text or "") < 700
    assert len(root.get("aria-label", "")) < 1500


def test_large_arrays_make_small_pictures() -> None:
    run = cgviz.run("f = mean((A*B)**2)", A=normal(1000, 1000), B=normal(1000, 1000))
    for style in STYLES:
        assert len(picture(run, style=style)) < 300_000


@pytest.mark.parametrize("style", STYLES)
def test_without_values_there_are_rules_and_no_pictures(style: str) -> None:
    symbolic = cgviz.run(NETWORK)
    assert not grids(scene(symbolic, style))
    assert "dW2 = hT dhW2" in texts(picture(symbolic, style=style))


def test_edges_say_how_arrays_are_handed_back() -> None:
    shown = texts(picture(run_of("network")))
    assert {"dW1 = XT dXW1", "dh = dhW2 W2T", "× 1, summed over axis 0", "ds = place(dparts,", "at=[:, 0])"} <= shown
    assert "× 2·q" in texts(picture(run_of("2×2")))


def test_contributions_of_a_fan_out_are_shown() -> None:
    run = cgviz.run("f = sum(A*A)", A=np.array([[1.0, 2.0], [3.0, 5.0]]))
    kinds = [grid.kind for grid in grids(scene(run, "circuit"))]
    assert kinds.count("contribution") == 3
    total = next(grid for grid in grids(scene(run, "circuit")) if grid.kind == "gradient")
    assert [text.text for text in total.texts if text.kind == "entry"] == ["2", "4", "6", "10"]


def test_columns_have_room_for_their_widest_number() -> None:
    array = np.array([[1.0, -123.456], [1e-9, 0.5]])
    rooms = fits(array, 4)
    for row in array:
        for each, room in zip(row, rooms, strict=True):
            assert engine.text_width(number(float(each)), 13) < room.column


def test_mermaid_says_arrays_in_short() -> None:
    text = picture(run_of("100×100"), "mermaid").decode()
    assert "100×100 array, " in text
    assert "mean " in text


def test_tikz_compiles(tmp_path: Path) -> None:
    need_tex()
    document = "\\documentclass{article}\n\\usepackage{tikz,amsmath}\n\\begin{document}\n%s\n\\end{document}\n"
    names = ["2×2", "(2,3,4)", "10×1000", "(0,3)", "not finite"]
    pictures = [picture(run_of(name), "tikz", style=STYLES[i % 2]).decode() for i, name in enumerate(names)]
    compiled(document % "\n\n\\clearpage\n".join(rf"\resizebox{{\linewidth}}{{!}}{{{p}}}" for p in pictures), tmp_path)


def test_an_unknown_engine_is_refused_for_arrays_too() -> None:
    with pytest.raises(RenderError):
        picture(run_of("2×2"), "png", engine="none")


# colours

DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
NORMAL = np.eye(3)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, sight: np.ndarray = NORMAL) -> np.ndarray:
    """Returns CIE L*a*b* of a colour as somebody sees it (Machado, Oliveira & Fernandes 2009)."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(sight @ linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(a: str, b: str, sight: np.ndarray = NORMAL) -> float:
    return float(np.linalg.norm(lab(a, sight) - lab(b, sight)))


@pytest.mark.parametrize("sight", [NORMAL, DEUTERANOPIA, PROTANOPIA], ids=["normal", "deuteranopia", "protanopia"])
@pytest.mark.parametrize("kind", ["value", "gradient", "tangent"])
@pytest.mark.parametrize("theme", THEMES)
def test_the_ends_of_a_scale_differ_for_everybody(theme: str, kind: str, sight: np.ndarray) -> None:
    low, middle, high = THEMES[theme].scales[kind]
    assert apart(low, high, sight) > 40
    assert apart(low, middle, sight) > 25
    assert apart(high, middle, sight) > 40


@pytest.mark.parametrize("kind", ["value", "gradient", "tangent"])
def test_in_print_a_greater_number_is_darker(kind: str) -> None:
    made = scale(theme_of("print"), kind, -2.0, 3.0, faint=False)
    light = [lab(made.colour(x))[0] for x in np.linspace(-2, 3, 40)]
    assert light == sorted(light, reverse=True)
    assert light[0] - light[-1] > 60


@pytest.mark.parametrize("theme", [name for name in THEMES if name != "print"])
def test_values_and_gradients_have_hues_of_their_own(theme: str) -> None:
    scales = THEMES[theme].scales
    assert apart(scales["value"][2], scales["gradient"][2]) > 60
    assert apart(scales["value"][0], scales["gradient"][0]) > 25


@pytest.mark.parametrize(("low", "high"), [(-1.0, 4.0), (0.0, 5.0), (-5.0, -1.0), (2.0, 2.0), (-1e308, 1.5e308)])
def test_zero_is_the_middle_of_a_scale(low: float, high: float) -> None:
    made = scale(theme_of("light"), "value", low, high, faint=False)
    steps = [made.step(x) for x in np.linspace(low / 2, high / 2, 9) * 2]
    assert steps == sorted(steps)
    assert all(-15 <= step <= 15 for step in steps)
    assert made.step(low) <= 0 if low <= 0 else made.step(low) >= 0
    assert not low < 0 < high or made.colour(0.0) == theme_of("light").scales["value"][1] == shade(made.ends, 0)
