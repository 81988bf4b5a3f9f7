"""Decks: which frames there are, that nothing moves in any format, what is hidden, and how they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from unicodedata import normalize

import pytest
from browser import chromium, need_chromium
from PIL import Image
from pypdf import PdfReader

import cgviz
from cgviz.cli import main, progress
from cgviz.cli.commands import deck as deck_command
from cgviz.drawing.diagram.figure import Figure
from cgviz.drawing.diagram.known import known
from cgviz.errors import RenderError, UsageError
from cgviz.players.deck import ASPECTS, FILES, FOLDERS, GRANULARITIES, DeckLook, deck, drawn, folder, format_of, frames
from cgviz.reading.shipped import Sample, samples
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Seed

SVG = "{http://www.w3.org/2000/svg}"
LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
COMMAND = ["deck", LECTURE, "--x", "3", "--y", "-4"]
Item = TypeVar("Item")


@pytest.fixture(scope="module")
def lecture() -> Run:
    return cgviz.run(LECTURE, x=3, y=-4)


def made(run: Run, path: str, look: DeckLook = DeckLook(), format: str | None = None, **frames_of: Any) -> Any:  # noqa: B008
    slides = deck(drawn(run, look), format_of(path, format), frames(run, **frames_of), look)
    return slides if isinstance(slides, bytes) else dict(slides)


def trees(files: dict[str, bytes]) -> list[ET.Element]:
    return [ET.fromstring(files[name]) for name in sorted(files)]


def groups(svg: ET.Element) -> Iterator[ET.Element]:
    """Yields the parts of the diagram itself."""
    for group in svg.iter(f"{SVG}g"):
        if set(group.get("class", "").split()) & {"input", "stage", "wire", "trunk", "output"}:
            yield group


def parts(svg: ET.Element) -> dict[str, list[tuple[str, ...]]]:
    """Returns for every part of the diagram where its shapes and texts are."""
    where = ("d", "points", "x", "y", "cx", "cy", "font-size")
    words = (f"{SVG}title", f"{SVG}desc")
    return {
        group.get("id", ""): [
            (shape.tag, *(shape.get(name, "") for name in where)) for shape in group if shape.tag not in words
        ]
        for group in groups(svg)
    }


def texts(svg: ET.Element, hidden: bool = False) -> list[ET.Element]:
    """Returns the texts that can be seen, or those that cannot."""
    return [text for text in svg.iter(f"{SVG}text") if (text.get("visibility") == "hidden") is hidden]


def step_of(text: ET.Element) -> int | None:
    found = re.search(r"\bstep-(\d+)", text.get("class", ""))
    return int(found[1]) if found else None


# Which frames there are.


def test_frames_of_edges_are_the_steps_between_graph_and_result(lecture: Run) -> None:
    shown = frames(lecture)
    assert [frame.number for frame in shown] == list(range(1, len(lecture.steps) + 3)) == list(range(1, 24))
    assert [frame.step for frame in shown] == [0, *range(1, 22), 21]
    assert [frame.active for frame in shown[1:-1]] == [(step,) for step in lecture.steps]
    assert [frame.captions for frame in shown[1:-1]] == [(step.caption(),) for step in lecture.steps]


def test_frames_of_stages_and_passes(lecture: Run) -> None:
    stages, passes = frames(lecture, "stage"), frames(lecture, "pass")
    assert len(stages) == 1 + 8 + 1 + 8 + 1
    backward = [frame for frame in stages if frame.active and isinstance(frame.active[0], Backward)]
    numbers = [{step.number for step in frame.active} for frame in backward]
    assert numbers == [{number} for number in range(8, 0, -1)]
    assert [type(frame.active[0]) for frame in passes[1:-1]] == [Forward, Seed, Backward]
    for coarse in (stages, passes):
        assert tuple(step for frame in coarse for step in frame.active) == lecture.steps


def test_a_range_of_frames_keeps_its_numbers(lecture: Run) -> None:
    assert [frame.number for frame in frames(lecture, first=10, last=12)] == [10, 11, 12]
    assert [frame.number for frame in frames(lecture, first=22, last=99)] == [22, 23]
    with pytest.raises(UsageError, match="frames 1 to 23"):
        frames(lecture, first=24)
    with pytest.raises(UsageError, match="from 5 to 3"):
        frames(lecture, first=5, last=3)
    with pytest.raises(UsageError, match="granularity 'word'"):
        frames(lecture, "word")


def test_the_seed_the_sums_and_the_gates_are_said(lecture: Run) -> None:
    said = " ".join(frame.narration for frame in frames(lecture, "stage"))
    assert "gradient with respect to itself is 1" in said
    assert "It adds to dx" in said
    assert said.count("The gate swaps its inputs") == 1


# Nothing moves, and what is not known is not seen.


@pytest.mark.parametrize("style", ["card", "circuit"])
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_every_part_is_at_the_same_place_in_every_frame(lecture: Run, style: str, direction: str) -> None:
    first, *others = [parts(svg) for svg in trees(made(lecture, "f/", DeckLook(style=style, direction=direction)))]
    assert len(first) > 15
    assert all(other == first for other in others)


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("style", ["card", "circuit"])
def test_what_is_not_yet_known_is_there_but_hidden(lecture: Run, style: str, granularity: str) -> None:
    shown = frames(lecture, granularity)
    for frame, svg in zip(
        shown, trees(made(lecture, "f/", DeckLook(style=style), granularity=granularity)), strict=True
    ):
        numbers = [text for text in svg.iter(f"{SVG}text") if step_of(text) is not None]
        assert len(numbers) > 20
        for text in numbers:
            assert (text.get("visibility") == "hidden") == ((step_of(text) or 0) > frame.step)


def test_a_legend_stands_where_the_whole_picture_is_seen() -> None:
    run = cgviz.run("x*y + sin(x)", x=3, y=-4)
    pages = {}
    for camera in ("whole", "follow"):
        look = DeckLook(camera=camera, figure=Figure(legend="always"))
        written = made(run, "a.pdf", look, granularity="pass")
        pages[camera] = [page.extract_text() for page in PdfReader(BytesIO(written)).pages]
    assert all("local derivative" in page for page in pages["whole"])
    assert not any("local derivative" in page for page in pages["follow"])


def test_hidden_numbers_are_no_text_of_a_pdf_page(lecture: Run) -> None:
    pages = PdfReader(BytesIO(made(lecture, "a.pdf"))).pages
    assert "1.546" not in pages[7].extract_text()
    assert "1.546" in pages[8].extract_text()
    assert "3.018" not in pages[1].extract_text()
    assert "xpysqr" in pages[0].extract_text()


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_the_last_frame_is_the_picture(lecture: Run, style: str) -> None:
    last = trees(made(lecture, "f/", DeckLook(style=style)))[-1]
    whole = ET.fromstring(drawn(lecture, DeckLook(style=style)).draw("svg"))
    assert not texts(last, hidden=True)
    here, there = (
        [text for group in sorted(groups(svg), key=lambda g: g.get("id", "")) for text in texts(group)]
        for svg in (last, whole)
    )
    assert [(text.text, text.get("class")) for text in here] == [(text.text, text.get("class")) for text in there]
    pairs = [(float(one.get("y", 0)), float(other.get("y", 0))) for one, other in zip(here, there, strict=True)]
    moved = [one - other for one, other in pairs]
    assert max(moved) - min(moved) < 2  # points: two programs put their baselines in the middle of a line


def places(pdf: bytes) -> list[dict[str, tuple[float, float]]]:
    """Returns for every page where the names in bold stand, as another program reads them."""
    found = []
    for page in PdfReader(BytesIO(pdf)).pages:
        words: dict[str, tuple[float, float]] = {}

        def visit(
            text: str, cm: Any, tm: Any, font: Any, size: float, words: dict[str, tuple[float, float]] = words
        ) -> None:
            at = (cm[0] * tm[4] + cm[4], cm[3] * tm[5] + cm[5])
            if text.strip() in NAMES and at[1] > 130:
                words.setdefault(text.strip(), (round(at[0], 2), round(at[1], 2)))

        page.extract_text(visitor_text=visit)
        found.append(words)
    return found


NAMES = ("sigy", "num", "sigx", "xpy", "xpysqr", "den", "invden")


def test_every_node_is_at_the_same_place_on_every_page(lecture: Run) -> None:
    first, *others = places(made(lecture, "a.pdf"))
    assert first.keys() == set(NAMES)
    assert all(other == first for other in others)


@pytest.mark.parametrize(("aspect", "size"), [("16:9", (960, 540)), ("4:3", (720, 540))])
def test_pages_have_the_shape_of_the_aspect(lecture: Run, aspect: str, size: tuple[int, int]) -> None:
    for page in PdfReader(BytesIO(made(lecture, "a.pdf", DeckLook(aspect=aspect), granularity="pass"))).pages:
        assert (page.mediabox.width, page.mediabox.height) == size


def test_a_gradient_shows_its_running_sum(lecture: Run) -> None:
    sums = []
    for svg in trees(made(lecture, "f/")):
        groups = [group for group in svg.iter(f"{SVG}g") if "sum" in group.get("class", "").split()]
        sums.append([text.text for group in groups if group.get("id", "").endswith("sum0") for text in texts(group)])
    assert sums[:16] == [[]] * 16
    assert sums[16:] == [["1.583"], ["1.583"], ["1.547"], [], [], [], []]


def test_the_active_parts_stand_out(lecture: Run) -> None:
    shown = frames(lecture)
    for frame, svg in zip(shown, trees(made(lecture, "f/")), strict=True):
        active = {
            group.get("id", "").partition(f"-f{frame.number}-")[2]
            for group in svg.iter(f"{SVG}g")
            if "active" in group.get("class", "").split()
        }
        expected = {f"n{step.index}" for step in frame.active}
        for step in frame.active:
            if isinstance(step, Backward):
                expected.add(f"e{step.edge.target}-{step.edge.slot}")
            elif isinstance(step, Forward):
                expected |= {f"e{step.index}-{slot}" for slot in range(len(lecture.graph.nodes[step.index].args))}
        ghosts = {key for key in active if key.startswith("g")}  # a node in another place, by its name
        assert ghosts <= {f"g{index}-{key.partition('-')[2]}" for key in ghosts for index in [frame.active[0].index]}
        assert active - ghosts == expected


@pytest.mark.parametrize("sample", samples()[::2], ids=lambda sample: str(sample.name))
def test_samples_make_decks(sample: Sample) -> None:
    run, style = cgviz.run(sample.text), ("card", "circuit")[len(sample.name) % 2]
    pages = trees(made(run, "f/", DeckLook(style=style), granularity="stage"))
    steps = [step for step in known(run).value.values() if step]
    assert len(pages) >= len(steps) + 2
    assert all(parts(page) == parts(pages[0]) for page in pages)


@pytest.mark.parametrize("program", ["x*y", "x", "node + graph*lambda", "max(x, 2)**2", "x/0"])
def test_programs_in_symbols_and_odd_names(program: str) -> None:
    run = cgviz.run(program)
    assert made(run, "a.pdf", granularity="pass").startswith(b"%PDF")
    assert b"<section" in made(run, "a.html", granularity="pass")


# The formats.


def outside(text: str) -> list[str]:
    """Returns what a page would load: addresses in attributes and styles, namespaces aside."""
    found = re.findall(r"""(?:src|href|srcset|data)\s*=\s*["']?((?:https?:)?//[^"'> ]+)""", text)
    return found + re.findall(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)", text)


def test_a_reveal_deck_is_one_file_that_loads_nothing(lecture: Run) -> None:
    html = made(lecture, "a.html").decode()
    assert outside(html) == []
    assert "<link" not in html.partition("<script>")[0]
    assert "Permission is hereby granted" in html
    assert html.count("<section") == 1
    assert html.count('<aside class="notes">') == 23


def test_reveal_fragments_appear_in_order(lecture: Run, tmp_path: Path) -> None:
    need_chromium()
    (tmp_path / "deck.html").write_bytes(made(lecture, "deck.html"))
    shown = frames(lecture)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        said, asked = list[str](), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "deck.html").as_uri())
        page.wait_for_function("Reveal.isReady()")
        drawn = page.evaluate(DRAWN)
        for frame in shown:
            seen = page.evaluate(SEEN)
            said_there, meant = (normalize("NFKC", "".join(parts)) for parts in (seen["captions"], frame.captions))
            assert said_there.replace(" ", "") == meant.replace(" ", "")  # scripts are lowered letters there
            assert max([0, *seen["steps"]]) == max(step for step in drawn if step <= frame.step)
            page.keyboard.press("ArrowRight")
        for frame in reversed(shown[:-1]):
            page.keyboard.press("ArrowLeft")
            newest = max(step for step in drawn if step <= frame.step)
            assert max([0, *page.evaluate(SEEN)["steps"]]) == newest
        assert len(drawn) > len(shown) / 2
        for key, place in (("End", len(shown) - 2), ("Home", -1)):
            page.keyboard.press(key)
            assert page.evaluate("Reveal.getIndices().f") == place
        page.keyboard.press("o")
        listed = page.locator(".frames button")
        assert listed.count() == len(shown)
        listed.nth(3).click()
        assert page.evaluate("Reveal.getIndices().f") == 2
        assert (said, [url for url in asked if not url.startswith("file:")]) == ([], [])


# The steps of which a text tells: a gradient that passes a wire unchanged, on its way to a sum, has none of its own.
DRAWN = """(() => {
  const classes = [...document.querySelectorAll("svg text")].flatMap(text => [...text.classList]);
  return [0, ...new Set(classes.filter(name => name.startsWith("step-")).map(name => +name.slice(5)).filter(Boolean))];
})()"""
SEEN = """(() => {
  const visible = text => getComputedStyle(text).visibility === "visible";
  const seen = [...document.querySelectorAll("svg text")].filter(visible);
  const steps = seen.flatMap(text => [...text.classList]).filter(name => name.startsWith("step-"));
  return {
    captions: seen.filter(text => /caption\\d+$/.test(text.parentNode.id)).map(text => text.textContent),
    steps: steps.map(name => +name.slice(5)),
  };
})()"""


def test_the_section_is_that_of_the_deck(lecture: Run) -> None:
    section = made(lecture, "a.html", format="section").decode()
    assert section.startswith("<section")
    assert section.endswith("</section>\n")
    assert section in made(lecture, "a.html").decode()
    notes = re.findall('<aside class="notes">(.*?)</aside>', section)
    assert [unescape(text) for text in notes] == [frame.narration for frame in frames(lecture)]


def test_fragments_have_an_order_without_gaps(lecture: Run) -> None:
    svg = made(lecture, "a.html", format="section").decode()
    found = {int(index) for index in re.findall(r'data-fragment-index="(\d+)"', svg)}
    assert found == set(range(22))


def test_the_svg_that_plays_by_itself(lecture: Run) -> None:
    svg = made(lecture, "a.svg", DeckLook(seconds=1)).decode()
    root = ET.fromstring(svg)
    assert "<script" not in svg
    assert "prefers-reduced-motion: no-preference" in svg
    assert "animation" not in svg.partition("@media")[0]
    assert outside(svg) == []
    at_rest = [text for text in texts(root) if step_of(text) is not None]
    steps = {step_of(text) for text in at_rest}
    assert {0, 1, 21} <= steps <= set(range(22))
    names = set(re.findall(r"@keyframes (\S+)", svg))
    assert len(names) == svg.count("@keyframes")
    assert set(re.findall(r'class="(cg\S+-\d+-\d+) ', svg)) == names
    assert "26s step-end infinite" in svg  # a second for each caption, three for the last frame


ARRAYS = "X = [[1, 2], [3, 4]]; w = [0.5, -1]; z = X @ w; L = sum(z**2)"


@pytest.mark.parametrize("camera", ["whole", "follow"])
def test_arrays_appear_when_they_are_known(camera: str) -> None:
    """A picture of an array is hidden in every frame before its step, in what is played as in single frames."""
    run, look = cgviz.run(ARRAYS), DeckLook(camera=camera)
    shown = frames(run, "stage")
    first, *_, last = trees(made(run, "f/", look, granularity="stage"))
    for svg, hides in ((first, True), (last, False)):
        grids = [group for group in svg.iter(f"{SVG}g") if group.get("class", "").startswith("grid")]
        assert len(grids) == 8  # the values and the gradients of all but L; values of inputs are known
        hidden = [grid for grid in grids if grid.get("visibility") == "hidden"]
        assert len(hidden) == (6 if hides else 0)
    played = made(run, "d.html", look, granularity="stage").decode()
    marked = re.findall(r'<g data-fragment-index="(\d+)" id="[^"]*" class="fragment grid [^"]*step-(\d+)"', played)
    at = {
        step: next(n for n, frame in enumerate(shown) if frame.step >= step)
        for _, text in marked
        for step in [int(text)]
    }
    assert len(marked) == 6
    assert all(int(index) == at[int(step)] - 1 for index, step in marked)


def test_the_gradients_of_arrays_are_told_by_their_shapes() -> None:
    *_, last = frames(cgviz.run(ARRAYS))
    assert last.captions == ("L = 8.5", "gradients: dX 2×2, dw (2,)")


@pytest.mark.parametrize("ending", ["gif", "png"])
def test_pictures_that_move(lecture: Run, ending: str) -> None:
    made_of = Image.open(BytesIO(made(lecture, f"a.{ending}", DeckLook(seconds=0.5), granularity="pass")))
    assert (made_of.format, made_of.n_frames, made_of.info["loop"]) == (ending.upper(), 5, 0)
    times = []
    for at in range(5):
        made_of.seek(at)
        times.append(made_of.info["duration"])
        assert made_of.convert("RGB").getpixel((3, 3)) == (255, 255, 255)
    assert times == [1000, 500, 500, 500, 1500]
    assert made_of.size == (1280, 720)


@pytest.mark.parametrize("format", [*FILES, *FOLDERS], ids=lambda format: f"{format.name}{'/' * format.folder}")
def test_same_run_same_bytes(format: Any) -> None:
    run = cgviz.run("q = x + y; f = q*x", x=2, y=3)
    shown = frames(run, "pass", first=3, last=4)
    first, second = (deck(drawn(run, DeckLook()), format, shown, DeckLook()) for _ in range(2))
    if isinstance(first, bytes):
        assert first == second
    else:
        assert dict(first) == dict(second)


def test_looks(lecture: Run) -> None:
    dark = made(lecture, "a.html", DeckLook(theme="dark", style="circuit"), format="section").decode()
    assert "#a7f5c3" in dark
    with pytest.raises(UsageError, match="no aspect '9:2'"):
        made(lecture, "a.pdf", DeckLook(aspect="9:2"))
    with pytest.raises(UsageError, match="no style"):
        made(lecture, "a.pdf", DeckLook(style="tree"))


def test_formats_by_ending() -> None:
    assert format_of("a.PDF").name == "pdf"
    assert format_of("a.html", "section").name == "section"
    assert format_of("frames/").folder
    assert format_of("frames", "png").folder
    with pytest.raises(UsageError, match=r"'\.xyz'"):
        format_of("a.xyz")
    with pytest.raises(UsageError, match="no deck in format 'png'"):
        format_of("a.pdf", "png")


# The command.


def test_the_help_page_loads_nothing_heavy() -> None:
    heavy = ("sympy", "rich", "graphviz", "pygraphviz", "pypdf", "PIL", "cgviz.views")
    code = (
        "import sys\nfrom cgviz.cli import main\nmain(['deck', '--help'])\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == "[]\n"


def test_choices_are_those_of_the_views() -> None:
    assert deck_command.GRANULARITIES == GRANULARITIES
    assert deck_command.ASPECTS == ASPECTS
    said = next(param.help for param in deck_command.command.params if param.name == "format")
    assert all(format.name in said for format in (*FILES, *FOLDERS))


def test_the_command_writes_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.pdf"
    assert main([*COMMAND, "-o", str(target), "--granularity", "stage", "--from", "2", "--to", "4"]) == 0
    assert len(PdfReader(target).pages) == 3
    assert capfd.readouterr().err == f"wrote {target}, 3 frames\n"


def test_the_command_writes_a_folder_and_leaves_what_is_no_frame(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "frames"
    assert main([*COMMAND, "-o", f"{target}/"]) == 0
    assert sorted(os.listdir(target)) == [f"frame-{number:02}.svg" for number in range(1, 24)]
    (target / "notes.svg").write_text("mine")
    (target / "frame-01.png").write_text("mine")
    assert main([*COMMAND, "-o", str(target), "--granularity", "pass"]) == 0
    kept = ["frame-01.png", *(f"frame-{number:02}.svg" for number in range(1, 6)), "notes.svg"]
    assert sorted(os.listdir(target)) == kept
    assert "replaced 23 of an earlier deck" in capfd.readouterr().err
    assert os.listdir(tmp_path) == ["frames"]


def test_a_failed_run_is_drawn_all_the_same(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["deck", "x/0", "--x", "1", "-o", str(tmp_path / "a.html")]) == 1
    assert "division by zero" in capfd.readouterr().err
    assert (tmp_path / "a.html").exists()


def test_a_text_format_goes_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["deck", "x*y", "-o", "-", "--format", "section"]) == 0
    assert capfd.readouterr().out.startswith("<section")


@pytest.mark.parametrize("target", ["a.pdf", "a.gif", "a.html", "frames/"])
def test_an_interrupted_deck_leaves_nothing(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(items: Sequence[Item]) -> Iterator[Item]:
        yield from items[:2]
        raise KeyboardInterrupt

    monkeypatch.setattr(progress, "tracked", lambda what: interrupted)
    assert main([*COMMAND, "-o", f"{tmp_path}/{target}"]) == 130
    assert os.listdir(tmp_path) == []


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "frames"
    with pytest.raises(TypeError):
        folder.write(str(target), {"frame-01.svg": b"", "frame-02.svg": None})  # type: ignore[dict-item]
    assert os.listdir(tmp_path) == []
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RenderError, match="it is a file"):
        folder.check(str(tmp_path / "file"))
    with pytest.raises(RenderError, match="there is no folder"):
        folder.check(str(tmp_path / "none" / "frames"))


def test_long_work_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(list[str]):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            self.append(text)

        def flush(self) -> None: ...

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert list(progress.tracked("drawing")(range(3))) == [0, 1, 2]
    assert terminal == []
    assert list(progress.tracked("drawing")(range(60))) == list(range(60))
    assert "drawing" in "".join(terminal)
    assert "60/60" in "".join(terminal)


@pytest.mark.parametrize("granularity", ["edge", "stage", "pass"])
def test_how_many_frames_is_known_before_any_is_told(granularity: str) -> None:
    from cgviz.players.deck.frames import placed

    run = cgviz.run("f = sin(x*y) + x", x=1, y=2)
    assert placed(run, granularity) == (1, len(frames(run, granularity)))
    assert placed(run, granularity, 2, 99) == (2, len(frames(run, granularity)))
