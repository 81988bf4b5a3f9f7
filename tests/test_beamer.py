"""Beamer decks: a slide per frame, nothing that moves, captions and notes; they compile as they stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader
from tex import HOSTILE, all_hostile, compiled, hostile
from tools import need

import cgviz
from cgviz.errors import UsageError
from cgviz.players.deck import DeckLook, deck, drawn, format_of, frames
from cgviz.runs.run import Run

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"


def document(run: Run, granularity: str = "edge", look: DeckLook | None = None, **part: int) -> str:
    look = look or DeckLook()
    made = deck(drawn(run, look), format_of("deck.tex"), frames(run, granularity, **part), look)
    assert isinstance(made, bytes)
    return made.decode()


@pytest.fixture(scope="module")
def lecture() -> Run:
    return cgviz.run(LECTURE, x=3, y=-4)


def test_every_step_has_its_slide_with_title_caption_and_note(lecture: Run) -> None:
    written = document(lecture)
    count = len(lecture.steps) + 2
    for command in (r"\frametitle", r"\note"):
        assert re.findall(rf"\{command}<(\d+)>", written) == [str(at) for at in range(1, count + 1)]
    assert len(re.findall(r"\\only<\d+>\{\\cglines", written)) == count
    assert r"\mathrm{d}x \mathrel{+}= \mathrm{d}\mathrm{num} \cdot 1" in written
    assert "∂" not in written


def test_every_number_is_hidden_until_its_step_and_keeps_its_place(lecture: Run) -> None:
    written = document(lecture)
    first = min(at for at, step in enumerate(lecture.steps, 1) if type(step).__name__ == "Backward")
    assert re.search(rf"\\visible<{first + 1}->{{\\node.*invden", written)
    assert written.count(r"\useasboundingbox") == 1
    grows = [int(at) for at in re.findall(r"\\only<(\d+)>\{\\node.*1\.547", written)]
    assert grows == list(range(grows[0], grows[-1] + 1))


def test_a_part_of_the_steps_shows_what_was_known_before(lecture: Run) -> None:
    written = document(lecture, first=22, last=23)
    assert r"\visible<2->" not in written
    assert len(re.findall(r"\\note<", written)) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_braces_balance_whatever_names_there_are(name: str) -> None:
    written = re.sub(r"\\[\\{}]", "", document(hostile(name)))
    assert written.count("{") == written.count("}")


def test_a_pdf_is_included_page_by_page(lecture: Run) -> None:
    written = document(lecture, look=DeckLook(include="my_deck.pdf"))
    assert [int(page) for page in re.findall(r"\\includegraphics<\d+>\[page=(\d+)", written)] == list(range(1, 24))
    assert "tikzpicture" not in written
    with pytest.raises(UsageError, match="plain name"):
        document(lecture, look=DeckLook(include="50%.pdf"))


def test_an_aspect_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no aspect '9:1'"):
        document(cgviz.run("x*y"), look=DeckLook(aspect="9:1"))


def test_same_input_same_bytes() -> None:
    assert len({document(cgviz.run(LECTURE, x=3, y=-4)) for _ in range(2)}) == 1


@pytest.mark.parametrize(
    "look", [DeckLook(), DeckLook(style="circuit", theme="dark", aspect="4:3")], ids=["card", "circuit"]
)
def test_it_compiles_to_a_page_per_slide(look: DeckLook, lecture: Run, tmp_path: Path) -> None:
    pages = PdfReader(compiled(document(lecture, "stage", look), tmp_path, needs="beamer.cls")).pages
    assert len(pages) == len(frames(lecture, "stage"))
    across, down = map(int, look.aspect.split(":"))
    assert all(
        float(page.mediabox.width / page.mediabox.height) == pytest.approx(across / down, 0.01) for page in pages
    )


def test_nothing_moves(lecture: Run, tmp_path: Path) -> None:
    need("pdftotext")
    made = compiled(document(lecture, "pass"), tmp_path, needs="beamer.cls")
    said = subprocess.run(["pdftotext", "-bbox", made, "-"], capture_output=True, check=True).stdout.decode()
    pages = [
        re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)".*>(\(\d\))</word>', page) for page in said.split("<page ")[1:]
    ]
    assert len(pages) == 5
    assert sorted(name for _, _, name in pages[0]) == [f"({number})" for number in range(1, 9)]
    assert all(sorted(page) == sorted(pages[0]) for page in pages)


@pytest.mark.parametrize("program", ["pdflatex", "lualatex"])
def test_hostile_names_compile(program: str, tmp_path: Path) -> None:
    for run in all_hostile()[:3]:
        compiled(document(run, "pass"), tmp_path, program, needs="beamer.cls")
