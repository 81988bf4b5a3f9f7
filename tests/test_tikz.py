"""The diagram as TikZ: at the places of the SVG, in numbers of the run, and LaTeX sets it whatever names there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tex import HOSTILE, all_hostile, compiled, hostile, need_tex

import cgviz
from cgviz.drawing.diagram import DIRECTIONS, STYLES, diagram, picture
from cgviz.drawing.theme import THEMES
from cgviz.reading import shipped

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
DOCUMENT = r"""\documentclass{article}
\usepackage{tikz,amsmath}
\begin{document}
%s
\end{document}
"""


def tikz(run: cgviz.Run, **look: object) -> str:
    return picture(run, "tikz", **look).decode()  # type: ignore[arg-type]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_box_is_a_node_at_its_place_in_the_plan(style: str, direction: str) -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    made = diagram(run, style=style, direction=direction)
    found = re.findall(r"\\node\[cg.*\] \(([\w-]+)\) at \((-?[\d.]+),(-?[\d.]+)\)", made.draw("tikz").decode())
    places = {key: (float(x), float(y)) for key, x, y in found}
    assert places.keys() == made.layout.scene.box.keys()
    for key, place in places.items():
        assert place == pytest.approx(made.layout.centre(key), abs=0.01)
        assert f"{place[0]:.2f}".rstrip("0").rstrip(".") in made.dot


def test_names_formulas_and_numbers_are_mathematics() -> None:
    drawn = tikz(cgviz.run(LECTURE, x=3, y=-4))
    for piece in (r"\mathrm{xpy}^{2}", r"\frac{1}{\mathrm{den}}", "$-0.7916$", "$2.06$"):
        assert piece in drawn
    assert drawn.count(r"\draw[cg wire") == 12
    assert r"\usetikzlibrary" not in drawn


def test_symbolic() -> None:
    drawn = tikz(cgviz.run(LECTURE))
    assert r"\partial f / \partial \mathrm{den}" in drawn
    assert "value" not in drawn.partition("\\useasboundingbox")[2]


@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_those_of_the_theme(theme: str) -> None:
    drawn = tikz(cgviz.run("x*y", x=4, y=-3), theme=theme, background="filled")
    assert rf"\definecolor{{cgvalue}}{{HTML}}{{{THEMES[theme].value[1:].upper()}}}" in drawn
    assert rf"{{{THEMES[theme].background[1:].upper()}}}" in drawn


def test_a_scale_scales_texts_too() -> None:
    assert "scale=0.5, transform shape" in tikz(cgviz.run("x*y", x=4, y=-3), scale=0.5)


def test_same_input_same_bytes() -> None:
    assert len({tikz(cgviz.run(LECTURE, x=3, y=-4)) for _ in range(3)}) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_braces_balance_whatever_names_there_are(name: str) -> None:
    for symbolic in (False, True):
        drawn = re.sub(r"\\[\\{}]", "", tikz(hostile(name, symbolic=symbolic)))
        assert drawn.count("{") == drawn.count("}")


def test_every_sample_compiles(tmp_path: Path) -> None:
    need_tex()
    runs = [cgviz.run(sample.text) for sample in shipped.samples()]
    pictures = [tikz(run, style=STYLES[i % 2]) for i, run in enumerate(runs)]
    compiled(DOCUMENT % "\n\n\\clearpage\n".join(rf"\resizebox{{\linewidth}}{{!}}{{{p}}}" for p in pictures), tmp_path)


@pytest.mark.parametrize("program", ["pdflatex", "lualatex"])
def test_hostile_names_compile(program: str, tmp_path: Path) -> None:
    need_tex(program=program)
    pictures = [tikz(run, style=STYLES[i // 2 % 2]) for i, run in enumerate(all_hostile())]
    compiled(DOCUMENT % "\n\n\\clearpage\n".join(pictures), tmp_path, program)
