"""PowerPoint decks, read back: shapes that can be edited, at the same places on every slide, and glued connectors."""

from __future__ import annotations

import io
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE, MSO_SHAPE_TYPE
from pypdf import PdfReader
from tex import HOSTILE, hostile
from tools import need

import cgviz
from cgviz.drawing.diagram.figure import Figure, Note
from cgviz.errors import UsageError
from cgviz.players.deck import DeckLook, deck, drawn, format_of, frames
from cgviz.reading import shipped
from cgviz.runs.run import Run
from cgviz.text.numbers import number

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
LOOKS = [
    DeckLook(camera="whole"),
    DeckLook(style="circuit", theme="dark", aspect="4:3", camera="whole"),
    DeckLook(direction="TB", camera="whole"),
    DeckLook("circuit", direction="TB", camera="whole"),
]
ON_BOX = {"LR": ({3}, {1}), "TB": ({2}, {0})}  # the sites where wires begin and end
ON_CIRCLE = {"LR": ({6}, {1, 2, 3}), "TB": ({4}, {0, 1, 7})}


def made(run: Run, look: DeckLook | None = None, granularity: str = "stage") -> bytes:
    look = look or LOOKS[0]
    written = deck(drawn(run, look), format_of("deck.pptx"), frames(run, granularity), look)
    assert isinstance(written, bytes)
    return written


@cache
def lecture_deck(look: DeckLook = LOOKS[0], granularity: str = "stage") -> bytes:
    return made(cgviz.run(LECTURE, x=3, y=-4), look, granularity)


@cache
def slides(written: bytes) -> list[Any]:
    return list(Presentation(io.BytesIO(written)).slides)


def is_connector(shape: Any) -> bool:
    return shape._element.tag.endswith("cxnSp")


def boxes(slide: Any) -> list[Any]:
    """Returns the cards or gates of a slide."""
    shapes = (shape for shape in slide.shapes if not is_connector(shape))
    return [shape for shape in shapes if shape.shape_type == MSO_SHAPE_TYPE.AUTO_SHAPE]


def alternative(shape: Any) -> str:
    return str(shape._element.xpath(".//p:cNvPr")[0].get("descr", "")).partition(". ")[0]


@pytest.fixture(scope="module")
def lecture() -> Run:
    return cgviz.run(LECTURE, x=3, y=-4)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.style} {look.direction}")
def test_shapes_stand_at_the_same_places_on_every_slide(look: DeckLook, lecture: Run) -> None:
    pages = slides(lecture_deck(look, "pass"))
    assert len(pages) == len(frames(lecture, "pass"))
    first, *others = map(places, pages)
    assert all(other == first for other in others)
    found = [each for page in pages for each in labels(page).items()]
    known = dict(found)
    assert all(known[key] == place for key, place in found)


def places(slide: Any) -> list[tuple[object, ...]]:
    """Returns what a slide always shows: boxes and connectors."""
    fixed = [*boxes(slide), *filter(is_connector, slide.shapes)]
    return sorted((alternative(s), s.name, s.left, s.top, s.width, s.height) for s in fixed)


def labels(slide: Any) -> dict[tuple[str, int, int], tuple[int, int]]:
    found = [s for s in slide.shapes if s.shape_type == MSO_SHAPE_TYPE.TEXT_BOX and alternative(s)]
    return {(alternative(s), s.left, s.top): (s.width, s.height) for s in found}


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.style} {look.direction}")
def test_every_edge_is_a_connector_glued_at_both_ends(look: DeckLook, lecture: Run) -> None:
    nodes = lecture.graph.nodes
    edges = sorted(
        f"{nodes[source].shown} → {nodes[target].shown}"
        for target in lecture.graph.stages
        for source in nodes[target].args
        if source in {*lecture.graph.stages, *lecture.graph.inputs}
    )
    slide = slides(lecture_deck(look, "pass"))[-1]
    by_id = {shape.shape_id: shape for shape in slide.shapes}
    connectors = list(filter(is_connector, slide.shapes))
    joined = [c for c in connectors if "→" in c.name]
    arriving = []  # the last connector of each edge's way; the others lead from its source to a ghost of the source
    for connector in connectors:
        ends = connector._element.nvCxnSpPr.cNvCxnSpPr
        for glued, side in ((ends.stCxn, 0), (ends.endCxn, 1)):
            shape = by_id[glued.id]
            sites = ON_CIRCLE if shape.auto_shape_type == MSO_SHAPE.OVAL else ON_BOX
            assert glued.idx in sites[look.direction or "LR"][side]
        if connector in joined:
            source, target = connector.name.split(" → ")
            begin, end = by_id[ends.stCxn.id], by_id[ends.endCxn.id]
            assert begin.name in (source, glyph(lecture, source))
            if end.name in (target, glyph(lecture, target)):
                arriving.append(connector.name)
            else:
                assert end.name == source
                assert end.auto_shape_type == MSO_SHAPE.ROUNDED_RECTANGLE
                assert end.shape_id != begin.shape_id
    assert sorted(arriving) == edges
    assert look.style == "circuit" or len(joined) == len(edges)


def glyph(run: Run, name: str) -> str:
    """Returns how the gate of a stage is named."""
    graph = run.graph
    index = next(i for i, node in enumerate(graph.nodes) if node.shown == name)
    return f"({graph.numbers[index]}) {name} = {graph.formula(index).pretty}" if index in graph.numbers else name


def test_connectors_end_on_the_boxes_that_they_join(lecture: Run) -> None:
    slide = slides(lecture_deck(granularity="pass"))[0]
    by_id = {shape.shape_id: shape for shape in slide.shapes}
    for connector in filter(is_connector, slide.shapes):
        ends = connector._element.nvCxnSpPr.cNvCxnSpPr
        source, target = by_id[ends.stCxn.id], by_id[ends.endCxn.id]
        assert abs(connector.begin_x - (source.left + source.width)) <= 2
        assert abs(connector.begin_y - (source.top + source.height // 2)) <= 2
        assert abs(connector.end_x - target.left) <= 2
        assert abs(connector.end_y - (target.top + target.height // 2)) <= 1002


def test_cards_are_rounded_rectangles_and_gates_circles(lecture: Run) -> None:
    kinds = {shape.auto_shape_type for shape in boxes(slides(lecture_deck(granularity="pass"))[0])}
    assert kinds == {MSO_SHAPE.ROUNDED_RECTANGLE}
    gates = boxes(slides(lecture_deck(LOOKS[1], "pass"))[0])
    assert sum(shape.auto_shape_type == MSO_SHAPE.OVAL for shape in gates) == 8


def test_numbers_appear_with_their_step_and_are_those_of_the_run(lecture: Run) -> None:
    shown = frames(lecture, "edge")
    pages = slides(lecture_deck(granularity="edge"))
    told = [{box.name: box.text_frame.text for box in reversed(boxes(page))} for page in pages]
    for index in lecture.graph.stages:
        texts = [each[lecture.graph.nodes[index].shown] for each in told]
        value, gradient = f"\n{number(lecture.values[index])}", f"\t{number(lecture.gradients[index])}"
        first = next(at for at, frame in enumerate(shown) if any(s.index == index for s in frame.active))
        assert [value in text for text in texts] == [at >= first for at in range(len(pages))]
        assert texts[-1].endswith(f"{value}{gradient}")
        assert "\t" not in texts[0]


def test_notes_titles_captions_and_alternative_texts(lecture: Run) -> None:
    shown = frames(lecture, "edge")
    for slide, frame in zip(slides(lecture_deck(granularity="edge")), shown, strict=True):
        assert slide.notes_slide.notes_text_frame.text == frame.narration
        assert slide.shapes.title.text_frame.text == frame.title
        caption = next(shape for shape in slide.shapes if shape.name == "caption")
        said = [normalize("NFKC", line) for line in frame.captions]  # scripts are lowered letters there
        assert " ".join(caption.text_frame.text.split("\n")) == " ".join(said)
        assert ("²" in "".join(frame.captions)) == ("baseline" in caption.text_frame._txBody.xml)
        for shape in slide.shapes:
            assert is_connector(shape) or shape.has_text_frame
            assert alternative(shape) or shape.name in ("caption", "number", slide.shapes.title.name)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.style} {look.direction}")
def test_alternative_texts_do_not_tell_what_is_not_known_yet(look: DeckLook, lecture: Run) -> None:
    first, *_, last = slides(lecture_deck(look, "pass"))
    told = [
        " ".join(shape._element.xpath(".//p:cNvPr")[0].get("descr", "") for shape in s.shapes) for s in (first, last)
    ]
    assert "2.06" not in told[0]
    assert "∂f/∂" not in told[0]
    assert "∂f/∂x = 2.06" in told[1]


def test_everything_is_on_the_slide() -> None:
    looks = (*LOOKS[:2], DeckLook(), DeckLook(style="circuit"))
    for at, sample in enumerate(shipped.samples()[::8]):
        for look in (looks[at % 4],):
            presentation = Presentation(io.BytesIO(made(cgviz.run(sample.text), look, "pass")))
            for shape in presentation.slides[-1].shapes:
                assert shape.left >= 0
                assert shape.top >= 0
                assert shape.left + shape.width <= presentation.slide_width
                assert shape.top + shape.height <= presentation.slide_height


def test_arrays_show_their_numbers_once_they_are_known() -> None:
    run = cgviz.run("sum((W @ x)**2)", W=[[1, 2], [3, 4]], x=[0.5, 0.25])
    presentation = Presentation(io.BytesIO(made(run)))
    said = [[s.text_frame.text for s in slide.shapes if s.has_text_frame] for slide in presentation.slides]
    first, last = said[0], said[-1]
    assert {"0.5", "0.25"} <= {*first}
    assert not {"6.25", "17", "24"} & {*first}
    assert {"0.5", "0.25", "6.25", "17", "24", "2.5", "1.25"} <= {*last}
    for shape in presentation.slides[-1].shapes:
        assert 0 <= shape.left <= shape.left + shape.width <= presentation.slide_width


SPELLED = {"𝒇": "f", "x_1_": "x1_"}  # bold: an f in a bold run; x_1_ has a lowered "1_"


def test_hostile_names() -> None:
    parts = [HOSTILE[i : i + 5] for i in range(0, len(HOSTILE), 5)]
    for i, part in enumerate(parts):
        slide = slides(made(hostile(*part, symbolic=i % 2 == 1), granularity="pass"))[-1]
        texts = [shape.text_frame.text for shape in boxes(slide)]
        for name in part:
            assert any(SPELLED.get(name, name).replace("\n", "\\n") in text for text in texts), name


def test_same_input_same_bytes_and_no_dates(lecture: Run) -> None:
    one, other = (made(cgviz.run(LECTURE, x=3, y=-4), granularity="pass") for _ in range(2))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert file.testzip() is None
    assert Presentation(io.BytesIO(one)).core_properties.created.year == 2000


def test_a_camera_has_its_map_on_every_slide() -> None:
    run = cgviz.run("v0 = x\n" + "\n".join(f"v{n} = sin(v{n - 1})" for n in range(1, 40)), x=1)
    slides = Presentation(io.BytesIO(made(run, DeckLook(camera="follow"), "pass"))).slides
    for slide in slides:
        boxes = [shape for shape in slide.shapes if shape.name == "map"]
        assert len(boxes) > 1
        assert all(shape.top + shape.height < 60 * 12700 for shape in boxes)


def test_an_aspect_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no aspect '9:1'"):
        made(cgviz.run("x*y"), DeckLook(aspect="9:1"))


def test_libreoffice_opens_it(lecture: Run, tmp_path: Path) -> None:
    need("soffice")
    (tmp_path / "deck.pptx").write_bytes(lecture_deck(granularity="pass"))
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "deck.pptx"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300, check=True)
    pages = PdfReader(tmp_path / "deck.pdf").pages
    assert len(pages) == 5
    assert "invden" in pages[0].extract_text()


def test_groups_notes_and_moved_boxes() -> None:
    """Frames stand behind, notes come with their arrows, a wire to a moved box joins sides that face each other."""
    run = cgviz.run("# group inner: z\nz = w*x + b\nL = z**2", w=2, x=3, b=1)
    figure = Figure(notes=(Note("x", "first of all"), Note("z -> L")), pin={"L": "below z"})
    first, *_, last = slides(made(run, DeckLook(figure=figure)))
    names = [shape.name for shape in last.shapes]
    assert names.index("inner") < names.index("z")
    assert any(shape.has_text_frame and shape.text_frame.text == "inner" for shape in last.shapes)
    told = [
        [shape.name[:2] for shape in slide.shapes if shape.name.startswith(("first", "dz"))] for slide in (first, last)
    ]
    assert told == [["fi", "fi"], ["fi", "dz", "fi", "dz"]]  # what the wire hands back is not told before it does
    wire = next(shape for shape in last.shapes if shape.name == "z → L")
    joins = wire._element.nvCxnSpPr.cNvCxnSpPr
    assert (joins.stCxn.idx, joins.endCxn.idx) == (2, 0)
