"""The project's font: what it holds, how wide it is, and how it gets into pictures."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

import cgviz
from cgviz.drawing import engine
from cgviz.drawing.diagram import picture
from cgviz.drawing.fonts import FACES, FAMILY, FOLDER, FONT
from cgviz.drawing.fonts.metrics import covers, face, text_width
from cgviz.drawing.fonts.subset import subset
from cgviz.errors import RenderError

SVG = "{http://www.w3.org/2000/svg}"
NEEDED = "·−×√∂∇σ½±÷≤≥≠→←π∞′″²³⁰¹⁴⁵⁶⁷⁸⁹⁺⁻ⁿʸˣᵀ₀₁₂₃₄₅₆₇₈₉₊₋ₙᵢ∑∏∫≈⊙⋅∥∘…–—“”‘’°µϕϵ"
GREEK = "".join(chr(code) for code in (*range(0x391, 0x3A2), *range(0x3A3, 0x3CA)))
STYLES = list(FACES)
HOSTILE = "<a href=\"x\">]]> & 'q'"
ESCAPED = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
DOT = f"""digraph {{ node [shape=box fontname="{FONT}"] a [id=one class=input
  label=<<B>den</B> = √x<BR/><I>−0.79</I> <B><I>∇f</I></B><BR/>{ESCAPED}>] b [label="variable 变量"] }}"""


@pytest.mark.parametrize("style", STYLES)
def test_a_face_has_letters_and_mathematics(style: tuple[bool, bool]) -> None:
    letters = face(*style)
    assert [sign for sign in map(chr, range(0x20, 0x7F)) if ord(sign) not in letters] == []
    assert [sign for sign in NEEDED + GREEK + "éüßøŁйЖℒ𝒩ℱ𝒶ℝ𝔼𝟙ℜ" if ord(sign) not in letters] == []


@pytest.mark.parametrize("style", STYLES)
def test_widths_are_those_of_the_font(style: tuple[bool, bool]) -> None:
    font = TTFont(FOLDER / FACES[style])
    units = font["head"].unitsPerEm
    names = font.getBestCmap()
    ours = face(*style)
    assert {code for code in range(0x20000) if code in ours} == names.keys()
    assert {code: ours[code] for code in names} == {code: font["hmtx"][name][0] / units for code, name in names.items()}


@pytest.mark.parametrize("style", STYLES)
def test_graphviz_measures_what_we_measure(style: tuple[bool, bool]) -> None:
    text = "dden = dinvden · (−1/den²) = σ(x₁)"
    tagged = f"<B>{text}</B>" if style[0] else text
    tagged = f"<I>{tagged}</I>" if style[1] else tagged
    cell = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR><TD>{}</TD></TR></TABLE>'
    dot = f'graph {{ a [shape=plain fontname="{FONT}" fontsize=60 label=<{cell.format(tagged)}>] }}'
    node = next(line for line in engine.layout(dot).splitlines() if line.startswith("node"))
    assert float(node.split()[4]) * 72 == pytest.approx(text_width(text, 60, *style), rel=0.02)


def test_its_files_are_where_other_programs_look_for_them() -> None:
    assert Path(cgviz.__file__).parent / "fonts" == FOLDER
    assert {file.name for file in FOLDER.glob("*.ttf")} == {*FACES.values()}


def test_width_grows_with_size_and_weight() -> None:
    assert text_width("", 14) == 0
    assert text_width("invden", 28) == pytest.approx(2 * text_width("invden", 14))
    assert text_width("invden", 14, bold=True) > text_width("invden", 14)
    assert text_width("变量", 14) == 28


def test_names_are_unmistakable() -> None:
    font = TTFont(FOLDER / FACES[False, False])
    outlines = {
        letter: font["glyf"][font.getBestCmap()[ord(letter)]].getCoordinates(font["glyf"])[0] for letter in "lI1|"
    }
    assert len({tuple(outline) for outline in outlines.values()}) == 4


def test_covers() -> None:
    assert covers("dden = dinvden · (−1/den²)\n")
    assert not covers("变量")


def test_the_font_says_whose_it_is_and_ships_its_licence() -> None:
    for name in FACES.values():
        font = TTFont(FOLDER / name)
        assert font["name"].getDebugName(1) == FAMILY
        assert "Inter Project Authors" in font["name"].getDebugName(0)
        assert font["OS/2"].fsType == 0
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "OFL.txt").read_text()


def test_drawing_writes_nothing_beside_the_font() -> None:
    before = {
        path.name: path.stat().st_mtime_ns for path in FOLDER.iterdir() if path.suffix != ".pyc" and path.is_file()
    }
    engine.draw(DOT, "png")
    assert {
        path.name: path.stat().st_mtime_ns for path in FOLDER.iterdir() if path.suffix != ".pyc" and path.is_file()
    } == before


def test_embedded_subset_has_exactly_what_is_shown() -> None:
    drawn = engine.draw(DOT, "svg")
    embedded = engine.embed_font(drawn)
    assert embedded == engine.embed_font(drawn)
    root = ET.fromstring(embedded)
    rules = re.findall(r"font-weight:(\w+);font-style:(\w+).*?base64,([^)]*)\)", root.findtext(f".//{SVG}style") or "")
    shown: dict[tuple[str, str], set[str]] = {}
    for text in root.iter(f"{SVG}text"):
        style = text.get("font-weight", "normal"), text.get("font-style", "normal")
        shown.setdefault(style, set()).update(text.text or "")
    assert {(weight, slant) for weight, slant, _ in rules} == shown.keys()
    for weight, slant, data in rules:
        letters = TTFont(BytesIO(base64.b64decode(data))).getBestCmap()
        assert {chr(code) for code in letters} == {letter for letter in shown[weight, slant] if covers(letter)}


@pytest.mark.parametrize("program", ["q = sum((x + 1)**2)\nL = θ_1*q", "L = where(x < 1, θ_1, 2)"])
def test_a_picture_embeds_the_letters_that_a_reader_of_its_xml_finds(program: str) -> None:
    run = cgviz.run(program, x=[1.0, 2.0] if "sum" in program else 0.5, θ_1=3.0)
    for style in ("card", "circuit"):
        bare = picture(run, "svg", style=style, embed_font=False)
        assert picture(run, "svg", style=style) == engine.embed_font(bare)
        bold = {
            letter
            for span in ET.fromstring(bare).iter(f"{SVG}tspan")
            if span.get("font-weight")
            for letter in span.text or ""
        }
        ranges = re.findall(rb"font-weight:bold;font-style:normal;unicode-range:([^;]*)", engine.embed_font(bare))
        assert bold <= {chr(int(code[2:], 16)) for each in ranges for code in each.decode().split(",")}
        assert bold or "sum" not in program or style == "circuit"


@pytest.mark.parametrize("face", FACES.values())
def test_a_subset_has_the_outlines_and_widths_of_the_whole_face(face: str) -> None:
    said = "sigy = −0.5121·(1 − θ₁)²ẑâᵀÅ∇变"
    whole, part = TTFont(FOLDER / face), TTFont(BytesIO(subset(FOLDER / face, set(map(ord, said)))), checkChecksums=2)
    theirs, ours = whole.getBestCmap(), part.getBestCmap()
    assert ours.keys() == {ord(letter) for letter in said} & theirs.keys()
    for code, glyph in ours.items():
        assert part["hmtx"][glyph] == whole["hmtx"][theirs[code]]
        drawn = [
            font["glyf"][name].getCoordinates(font["glyf"]) for font, name in ((whole, theirs[code]), (part, glyph))
        ]
        assert [list(each) for each in drawn[0]] == [list(each) for each in drawn[1]]


def test_outlined_text_is_paths_that_say_the_text() -> None:
    drawn = engine.draw(DOT, "svg")
    outlined = engine.outline_text(drawn)
    assert outlined == engine.outline_text(drawn)
    before, after = ET.fromstring(drawn), ET.fromstring(outlined)
    said = [path.get("aria-label") for path in after.iter(f"{SVG}path") if path.get("aria-label")]
    texts = [text.text for text in before.iter(f"{SVG}text")]
    assert HOSTILE in said
    assert said == [text for text in texts if text and covers(text)]
    assert [text.text for text in after.iter(f"{SVG}text")] == ["variable 变量"]
    assert [group.attrib for group in after.iter(f"{SVG}g")] == [group.attrib for group in before.iter(f"{SVG}g")]


@pytest.mark.parametrize(("anchor", "shift"), [("start", 0.0), ("middle", 0.5), ("end", 1.0)])
def test_outlines_stand_where_the_text_stood(anchor: str, shift: float) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg"><text class="value" fill="#dc2626"'
    svg = f'{head} x="50" y="20" text-anchor="{anchor}" font-family="{FONT}" font-size="10">HH</text></svg>'
    path = ET.fromstring(engine.outline_text(svg.encode())).find(f"{SVG}path")
    assert path is not None
    assert (path.get("class"), path.get("fill"), path.get("x")) == ("value", "#dc2626", None)
    start = float(re.findall(r"M([\d.]+)", path.get("d", ""))[0])
    assert start == pytest.approx(50 - shift * text_width("HH", 10), abs=1.5)


def test_a_foreign_font_stays_text_and_no_svg_is_an_error() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><text font-family="Times">x</text></svg>'
    assert engine.outline_text(svg) == svg == engine.embed_font(svg)
    for turn in (engine.outline_text, engine.embed_font):
        with pytest.raises(RenderError):
            turn(b"<svg><text></svg>")


@pytest.mark.parametrize("style", STYLES)
def test_a_few_letters_are_the_font_s_whatever_they_come_to(style: tuple[bool, bool]) -> None:
    whole = TTFont(FOLDER / FACES[style])
    for letters in ("ayzδ", "ayz", "𝒩ŷ", "aℒ𝟙"):  # some of which zlib makes no byte shorter
        few = TTFont(BytesIO(subset(FOLDER / FACES[style], [ord(letter) for letter in letters])))
        assert set(few.getBestCmap()) == {ord(letter) for letter in letters}
        for code, name in few.getBestCmap().items():
            drawn = [DecomposingRecordingPen(font.getGlyphSet()) for font in (few, whole)]
            few.getGlyphSet()[name].draw(drawn[0])
            whole.getGlyphSet()[whole.getBestCmap()[code]].draw(drawn[1])
            assert drawn[0].value == drawn[1].value
