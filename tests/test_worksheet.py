"""Worksheets: the key is the run, blanks hide what they hide, variants are tidy, and every format is sound."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader
from tools import works

import cgviz
from cgviz.cli import main
from cgviz.cli.commands import worksheet as command
from cgviz.documents.writing import unicode_spelling
from cgviz.drawing.diagram.scene import SIZE
from cgviz.drawing.pictures import STYLES
from cgviz.errors import EvaluationError, UsageError
from cgviz.players import worksheet as view
from cgviz.players.worksheet import PAPERS, worksheet
from cgviz.players.worksheet.blanks import ALL, FORMULAS, GRADIENTS, KINDS, LINE, LOCALS, VALUES, blanks
from cgviz.players.worksheet.paper import drawable, fitted, width_of
from cgviz.players.worksheet.precision import digits_for
from cgviz.players.worksheet.sheet import BackwardLine, WorkSheet, sheet
from cgviz.players.worksheet.variants import cases, gates, ranges, tidy, variants
from cgviz.players.worksheet.work import FigureLook, Work, figure, place
from cgviz.reading.shipped import sample
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward
from cgviz.text.numbers import number

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
POLYNOMIALS = [
    "(x+y)*z",
    "x*y",
    "q = x + y; f = q*z",
    "a*a*b - b*c + 2*a",
    "(w*x + b - t)**2",
    "x*x",
    "0.5*(a - b)*(a + b)",
]


def work_of(program: str = LECTURE, wanted: str = GRADIENTS, count: int = 1, **settings: object) -> Work:
    """Returns the work of a program at the lecture's inputs, or at drawn ones."""
    graph = cgviz.read(program)
    runs = [cgviz.run(program, x=3, y=-4)] if count == 1 else variants(graph, count, 7, {})
    return Work(runs, blanks(runs[0].graph, wanted), **settings)  # type: ignore[arg-type]


def keys_of(work: Work) -> list[WorkSheet]:
    return work.sheets(unicode_spelling, solved=True)


def written(line: BackwardLine) -> str:
    return "".join(LINE if piece is None else piece for piece in line.pieces)


def hidden_numbers(run: Run, wanted: str) -> set[str]:
    """Returns the numbers that a sheet must not tell, as they would be printed; those it gives anyway are left out."""
    left_out = blanks(run.graph, wanted)
    nodes = (*run.graph.inputs, *run.graph.stages)
    hidden = {number(run.values[i]) for i in left_out.values} | {number(run.gradients[i]) for i in left_out.gradients}
    hidden |= {step.caption().rpartition("= ")[2] for step in run.steps if isinstance(step, Backward)}
    given = {number(run.values[i]) for i in nodes if i not in left_out.values}
    return {text for text in hidden - given if len(text) > 3}


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """Returns the text of a PDF as another program reads it."""
    if not works("pdftotext"):
        return "\f".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    path = tmp_path / "read.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, encoding="utf-8", check=True)
    return done.stdout


# what is left blank


@pytest.mark.parametrize("wanted", [*KINDS, "locals, values"])
def test_kinds_of_blanks(wanted: str) -> None:
    graph = cgviz.run(LECTURE, x=3, y=-4).graph
    found, stages = blanks(graph, wanted), set(graph.stages)
    assert found.values == (stages if "values" in wanted or wanted == ALL else set())
    assert found.gradients == ({*graph.inputs, *stages} - {graph.output} if wanted in (GRADIENTS, ALL) else set())
    assert found.locals == (stages if "locals" in wanted else set())
    assert found.formulas == (stages if wanted == FORMULAS else set())
    assert found.backward == (wanted not in (VALUES, FORMULAS))
    assert found.task


def test_chosen_stages_are_left_blank() -> None:
    graph = cgviz.run(LECTURE, x=3, y=-4).graph
    found = blanks(graph, "sigy, den,x,f")
    names = {node.name: index for index, node in enumerate(graph.nodes)}
    assert found.values == {names["sigy"], names["den"], names["f"]}
    assert found.gradients == {names["sigy"], names["den"], names["x"]}


@pytest.mark.parametrize(
    ("wanted", "message"), [("sgiy", "did you mean 'sigy'"), ("?", "blanks are"), (",", "nothing")]
)
def test_blanks_that_there_are_not(wanted: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        blanks(cgviz.run(LECTURE, x=3, y=-4).graph, wanted)


# the key is the run


@pytest.mark.parametrize("name", ["staged", "fan-out-product", "mazur", "tie-max", "branch", "fan-out"])
def test_the_key_is_the_run(name: str) -> None:
    run = cgviz.run(sample(name).text)
    key = keys_of(Work([run], blanks(run.graph, ALL)))[0]
    for index, row in zip((*run.graph.inputs, *run.graph.stages), key.rows, strict=True):
        assert row.name == run.graph.nodes[index].shown
        assert row.value == ((number(run.values[index], key.digits),),)
        assert row.gradient == ((number(run.gradients[index], key.digits),),)
    backward = [step.caption(key.digits) for step in run.steps if isinstance(step, Backward)]
    assert [written(line) for line in key.lines][1:] == backward
    assert not any(None in line.pieces for line in key.lines)


def test_the_lectures_key() -> None:
    key = keys_of(work_of())[0]
    assert {row.name: row.gradient for row in key.rows}["x"] == (("2.06",),)
    assert key.answers == ["2.06", "1.592"]
    assert key.rounded


def test_a_line_is_blank_where_it_would_tell() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    lines = [written(line) for line in sheet(run, blanks(run.graph, "den"), unicode_spelling()).lines]
    assert f"dden = dinvden · (−1/den²) = {LINE}" in lines
    assert f"dsigx = dden · 1 = {LINE}" in lines
    assert "dnum = df · invden = 1 · 0.5121 = 0.5121" in lines
    lines = [written(line) for line in sheet(run, blanks(run.graph, "xpy"), unicode_spelling()).lines]
    assert f"dxpy = dxpysqr · (2·xpy) = {LINE}" in lines
    lines = [written(line) for line in sheet(run, blanks(run.graph, LOCALS), unicode_spelling()).lines]
    assert f"dden = dinvden · {LINE} = −0.7916" in lines


def test_blank_formulas_are_told_nowhere(tmp_path: Path) -> None:
    run = cgviz.run("q = x + y; f = tanh(q)*z", x=-2, y=5, z=-4)
    work = Work([run], blanks(run.graph, "formulas,gradients"), FigureLook(style="circuit"))
    made = sheet(run, work.blanks, unicode_spelling())
    assert made.statements == ["f(x, y, z) = tanh(x + y)·z"]
    assert all(row.formula is None for row in made.rows if row.number)
    assert not any("1 −" in written(line) for line in made.lines)
    figure = re.sub("<[^>]*>", "\n", work.figure(1, 500, 500).svg.decode())
    assert not {"×", "+", "tanh"} & set(figure.split())


# nothing leaks


@pytest.mark.parametrize(
    ("wanted", "style"),
    [(GRADIENTS, "card"), (VALUES, "circuit"), (ALL, "card"), ("sigy,num,sigx,xpy,xpysqr,den,invden,f,x,y", "circuit")],
)
def test_no_blank_tells_its_answer(wanted: str, style: str, tmp_path: Path) -> None:
    work = work_of(wanted=wanted, look=FigureLook(style=style))
    files = worksheet(work, "a.pdf") | worksheet(work, "a.md") | worksheet(work, "a.ipynb")
    texts = [text_of(files["a.pdf"], tmp_path), files["a.md"].decode(), files["a-1.svg"].decode(), notebook_text(files)]
    hidden = hidden_numbers(work.runs[0], wanted)
    assert len(hidden) >= 5
    for text in texts:
        plain = re.sub(r'd="[^"]*"|points="[^"]*"|base64,[\w+/=]*|(?:x|y|width|height|viewBox)="[^"]*"', "", text)
        leaked = {each for each in hidden if re.search(rf"(?<![\d.]){re.escape(each)}(?!\d)", plain)}
        assert not leaked
    for text in texts[:2]:
        assert "3" in text
        assert "sigx" in text


def notebook_text(files: dict[str, bytes]) -> str:
    """Returns the sources of a notebook's cells, and the pictures in them."""
    source = "\n".join("".join(cell["source"]) for cell in json.loads(files["a.ipynb"])["cells"])
    return source + "".join(base64.b64decode(data).decode() for data in re.findall(r"base64,([\w+/=]+)", source))


def test_the_key_tells_everything(tmp_path: Path) -> None:
    work = work_of(wanted=ALL)
    run = work.runs[0]
    key = text_of(view.answer_key(work, "k.pdf")["k.pdf"], tmp_path)
    for index in (*run.graph.inputs, *run.graph.stages):
        assert number(run.values[index]) in key
        assert number(run.gradients[index]) in key
    assert "answer key" not in text_of(worksheet(work, "w.pdf")["w.pdf"], tmp_path)


# variants


@pytest.mark.parametrize("program", POLYNOMIALS)
def test_variants_of_polynomials_are_all_tidy(program: str) -> None:
    graph = cgviz.read(program)
    runs = variants(graph, 30, 7, {})
    assert all(tidy(run) for run in runs)
    assert len({tuple((run.inputs or {}).values()) for run in runs}) == 30
    for run in runs:
        for value in (*run.values, *run.gradients):
            assert float(number(value).replace("−", "-")) == value


def test_variants_follow_the_seed() -> None:
    graph = cgviz.read(LECTURE)
    first, again, other = (variants(graph, 3, seed, {}) for seed in (7, 7, 8))
    assert [run.inputs for run in first] == [run.inputs for run in again]
    assert [run.inputs for run in first] != [run.inputs for run in other]
    assert all(value == int(value) for run in first for value in (run.inputs or {}).values())


def test_what_is_given_stays() -> None:
    runs = variants(cgviz.read("(x+y)*z"), 4, 7, {"x": 2.5})
    assert {(run.inputs or {})["x"] for run in runs} == {2.5}


def test_variants_stand_on_no_corner_and_are_finite() -> None:
    for name in ("tie-max", "kink-relu", "division-by-zero", "branch"):
        for run in variants(cgviz.read(sample(name).text), 6, 1, {}):
            assert run.trouble is None
            assert not any({"tie", "kink", "nonfinite"} & set(flags) for flags in run.flags)


@pytest.mark.parametrize(
    ("program", "count"), [("relu(w*x + b)*c", 4), ("max(x, y, z)*x", 6), ("abs(x - y) + min(x, 2)", 6)]
)
def test_a_class_meets_every_case_of_every_gate(program: str, count: int) -> None:
    graph = cgviz.read(program)
    runs = variants(graph, count, 3, {})
    found = {case for run in runs for case in cases(run, gates(graph))}
    pieces = {"relu": {1, -1}, "abs": {1, -1}}
    for index in gates(graph):
        node = graph.nodes[index]
        met = {piece for stage, piece in found if stage == index}
        assert len(met) == len(pieces.get(node.op.name, node.args))
    dead = [run for run in runs if not any(run.gradient.values())]
    assert len(dead) <= max(1, count // 4)


def test_no_sigmoid_is_asked_for_at_nothing() -> None:
    for run in variants(cgviz.read("sigmoid(x*y) + z"), 8, 2, {}):
        assert (run.inputs or {})["x"] * (run.inputs or {})["y"] != 0


def test_inputs_stay_in_their_ranges() -> None:
    graph = cgviz.read("y*log(p) + (1 - y)*log(1 - p) + x")
    within = ranges(graph, ["y=0|1", "x=-0.03..0.05"], {})
    runs = variants(graph, 8, 1, {}, ranges=within)
    assert {(run.inputs or {})["y"] for run in runs} == {0.0, 1.0}
    assert all(-0.03 <= (run.inputs or {})["x"] <= 0.05 for run in runs)
    assert all(0 < (run.inputs or {})["p"] < 1 for run in runs)


@pytest.mark.parametrize("written", ["y", "q=0|1", "y=", "y=3..1", "y=a|b", "y=0..inf", "p=1|2"])
def test_ranges_that_are_none(written: str) -> None:
    with pytest.raises(UsageError):
        ranges(cgviz.read("y*p"), [written], {"p": 1.0})


def test_arrays_are_drawn_and_left_blank(tmp_path: Path) -> None:
    graph = cgviz.read("x: (2,)\nW: (2, 2)\nL = sum(relu(W @ x))")
    runs = variants(graph, 4, 1, {})
    assert {np.shape(run.inputs["W"]) for run in runs if run.inputs} == {(2, 2)}
    assert all(np.all(run.values[run.graph.output] == run.value) for run in runs)
    work = Work(runs, blanks(runs[0].graph, ALL))
    row = work.sheets(unicode_spelling)[0].rows[1]
    assert row.value != row.gradient == ((None, None), (None, None))
    solved = keys_of(work)[0].rows[1]
    assert solved.gradient == tuple(tuple(number(e) for e in line) for line in runs[0].gradient["W"].tolist())
    assert "answer" not in text_of(worksheet(work, "a.pdf")["a.pdf"], tmp_path)
    given = variants(cgviz.read("W = [[1, 2], [3, 4]]\nx = [1, 2]\nL = sum(W @ x)"), 2, 1, {})
    assert {np.shape(run.inputs["W"]) for run in given if run.inputs} == {(2, 2)}
    blank = re.compile(">_+</text>")
    for style in STYLES:  # a blank for every element of a value and of a gradient, and one for the sum itself
        drawn = figure(
            runs[0], blanks(runs[0].graph, ALL), FigureLook(style=style), None, place(500, 300), 4
        ).svg.decode()
        assert len(blank.findall(drawn)) == 2 + 4 + 2 * (2 + 2) + 1
    wide = cgviz.run("sum(a*a)", a=np.arange(20.0))
    with pytest.raises(UsageError, match="nobody fills in"):
        Work([wide], blanks(wide.graph, GRADIENTS))


def test_no_remark_at_a_gate_tells_what_is_blank() -> None:
    run = cgviz.run("relu(x)*y + abs(z)", x=-2, y=3, z=0)
    for wanted, told in ((GRADIENTS, False), (VALUES, False), (FORMULAS, True)):
        svg = figure(run, blanks(run.graph, wanted), FigureLook(), None, place(500, 300), 4).svg.decode()
        assert (">dead<" in svg) == (">kink<" in svg) == told


def test_a_figure_that_is_too_small_for_its_texts_is_told() -> None:
    work = work_of(look=FigureLook(fit="6x3cm", min_text="8pt"))
    assert work.figure(1, 500, 300).scale(1000, 1000) * SIZE < 8
    assert re.match(r"the smallest text of a figure is [\d.]+ pt, less than 8 pt: try --fit", work.trouble)
    roomy = work_of(look=FigureLook(min_text="8pt"))
    assert roomy.figure(1, 500, 300).smallest >= 8
    assert roomy.trouble == ""


def test_numbers_that_cancel_have_more_digits() -> None:
    assert digits_for(cgviz.run("x*y + z", x=1.25, y=3, z=2), 4) == 4
    run = cgviz.run("(exp(x) - exp(y))*z", x=2, y=1.9999, z=3)
    digits = digits_for(run, 4)
    assert digits > 5
    rounded = [float(f"{value:.{digits}g}") for value in (math.exp(2), math.exp(1.9999))]
    assert (rounded[0] - rounded[1]) * 3 == pytest.approx(run.value, rel=5e-3)


def test_nothing_to_draw() -> None:
    with pytest.raises(UsageError, match="none that is free"):
        variants(cgviz.read("2 + 3"), 2, 1, {})
    with pytest.raises(EvaluationError, match="no inputs were found"):
        variants(cgviz.read("1/(x - x)"), 2, 1, {})


# the formats


def test_same_sheets_same_bytes() -> None:
    for path in ("a.pdf", "a.md", "a.ipynb"):
        first, second = (worksheet(work_of("(x+y)*z", count=2), path) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("paper", PAPERS)
def test_the_pdf_has_its_pages(paper: str, tmp_path: Path) -> None:
    pdf = worksheet(work_of("relu(x+y)*max(z, x)", count=3, seed=7), "a.pdf", paper)["a.pdf"]
    pages = text_of(pdf, tmp_path).rstrip("\f").split("\f")
    assert len(pages) == 3
    for variant, page in enumerate(pages[:3], 1):
        assert f"variant {variant} of 3" in page
        assert "Name" in page
        assert "Date" in page
    size = {"a4": b"595.28 841.89", "letter": b"612.00 792.00"}[paper]
    assert size in pdf
    assert b"/FontFile2" in pdf


def test_the_figure_is_drawn_not_pasted() -> None:
    pdf = worksheet(work_of(), "a.pdf")["a.pdf"]
    assert b"/Subtype /Image" not in pdf
    assert b"/FontFile2" in pdf


def test_a_large_program_goes_over_pages(tmp_path: Path) -> None:
    program = "\n".join(["s0 = x*y", *(f"s{i} = s{i - 1} + x" for i in range(1, 60))])
    run = cgviz.run(program, x=1, y=2)
    pages = text_of(worksheet(Work([run], blanks(run.graph, ALL)), "a.pdf")["a.pdf"], tmp_path).split("\f")
    assert len(pages) > 4
    assert all(any(f"s{i}" in page for page in pages) for i in range(60))


def test_the_markdown_shows_its_figures() -> None:
    files = worksheet(work_of("(x+y)*z", count=2), "some where/a b.md")
    assert list(files) == ["some where/a b.md", "some where/a b-1.svg", "some where/a b-2.svg"]
    text = files["some where/a b.md"].decode()
    assert "![Computational graph](a%20b-1.svg)" in text
    assert "underline" in text
    assert "## Variant 2" in text
    assert "answer key" not in text
    assert b"@font-face" in files["some where/a b-1.svg"]


def test_the_notebook_is_one() -> None:
    notebook = json.loads(worksheet(work_of("(x+y)*lambda", ALL, count=3), "a.ipynb")["a.ipynb"])
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each) for each in ids)
    for cell in notebook["cells"]:
        extra = {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | extra
        if cell["cell_type"] == "code":
            compile("".join(cell["source"]), "cell", "exec")
            assert cell["outputs"] == []


def test_values_alone_have_no_gradients() -> None:
    work = work_of(wanted=VALUES)
    text = worksheet(work, "a.md")["a.md"].decode()
    assert "gradient" not in text
    assert "∂" not in text
    assert "∂" not in work.figure(1, 500, 500).svg.decode()


def test_text_of_the_user_is_never_markup(tmp_path: Path) -> None:
    title = "*bold* [red] <b> `x` |"
    work = work_of(title=title)
    assert r"\*bold\* \[red\] \<b\>" in worksheet(work, "a.md")["a.md"].decode()
    assert title in text_of(worksheet(work, "a.pdf")["a.pdf"], tmp_path)


def test_letters_that_the_font_lacks(tmp_path: Path) -> None:
    assert drawable("x中") == "x?"
    run = cgviz.run("中*x", {"中": 2, "x": 3})
    assert worksheet(Work([run], blanks(run.graph, ALL)), "a.pdf")["a.pdf"].startswith(b"%PDF")


def test_a_text_is_made_to_fit() -> None:
    assert fitted("short", 10, 100) == ("short", 10)
    text, size = fitted("somewhat longer", 10, 0.9 * width_of("somewhat longer", 10))
    assert text == "somewhat longer"
    assert size < 10
    text, size = fitted("much too long " * 9, 10, 100)
    assert text.endswith("…")
    assert width_of(text, size) <= 100


# the command


def test_the_command_writes_sheets_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["worksheet", "(x+y)*z", "--variants", "2", "--seed", "7", "-o", "w.pdf", "--key", "k.md"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k.md", "w.pdf"]
    assert capsys.readouterr().err.splitlines() == ["wrote w.pdf", "wrote k.md"]
    assert "underline" not in Path("k.md").read_text()
    assert "answer key" not in text_of(Path("w.pdf").read_bytes(), tmp_path)
    assert main(["worksheet", "x*y"]) == 0
    assert Path("worksheet.pdf").read_bytes().startswith(b"%PDF-")
    assert Path("worksheet-key.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["x*y", "--x", "2", "--y", "3", "-o", "a.doc"], 2, "a worksheet ends in .pdf, .md or .ipynb"),
        (["x*y", "--x", "2", "--y", "3", "-o", "a"], 2, "has no ending"),
        (["x*y", "--x", "2", "--y", "3", "--blank", "q"], 2, "there is no stage 'q'"),
        (["x*y", "--x", "2"], 2, "no value for 'y'"),
        (["1/x", "--x", "0"], 1, "division by zero"),
        (["x*y", "--variants", "0"], 2, "--variants"),
        (["x*y", "-o", "a.md", "--key", "a.md"], 2, "would go to the same file"),
        (["x*y", "-o", "nowhere/a.pdf"], 1, "there is no folder"),
        (["x*y", "--x", "2", "--y", "3", "--variants", "2"], 2, "none that is free"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str],
    status: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["worksheet", *arguments]) == status
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_choices_are_those_of_the_view() -> None:
    assert command.PAPERS == PAPERS
