"""Worksheets: the key is the run, blanks hide what they hide, variants are tidy, and every format is sound."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cgviz
from cgviz.cli import main
from cgviz.cli.commands import worksheet as command
from cgviz.errors import EvaluationError, UsageError
from cgviz.players import worksheet as view
from cgviz.players.worksheet import PAPERS, worksheet
from cgviz.players.worksheet.blanks import ALL, GRADIENTS, KINDS, LINE, VALUES, blanks
from cgviz.players.worksheet.figure import Look
from cgviz.players.worksheet.paper import drawable, fitted, width_of
from cgviz.players.worksheet.sheet import sheet
from cgviz.players.worksheet.variants import tidy, variants
from cgviz.players.worksheet.work import Work
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
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    path = tmp_path / "read.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, encoding="utf-8", check=True)
    return done.stdout


# what is left blank


@pytest.mark.parametrize("wanted", KINDS)
def test_kinds_of_blanks(wanted: str) -> None:
    graph = cgviz.run(LECTURE, x=3, y=-4).graph
    found = blanks(graph, wanted)
    assert found.values == (set() if wanted == GRADIENTS else set(graph.stages))
    assert found.gradients == (set() if wanted == VALUES else {*graph.inputs, *graph.stages} - {graph.output})
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
    key = Work([run], blanks(run.graph, ALL)).keys[0]
    for index, row in zip((*run.graph.inputs, *run.graph.stages), key.rows, strict=True):
        assert row.name == run.graph.nodes[index].shown
        assert row.value == number(run.values[index])
        assert row.gradient == number(run.gradients[index])
    backward = [step.caption() for step in run.steps if isinstance(step, Backward)]
    assert [line.text for line in key.lines][1:] == backward
    assert not any(line.blank for line in key.lines)


def test_the_lectures_key() -> None:
    key = work_of().keys[0]
    assert {row.name: row.gradient for row in key.rows}["x"] == "2.06"
    assert key.answers == ["2.06", "1.592"]
    assert key.rounded


def test_a_line_is_blank_where_it_would_tell() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    lines = {line.text: line.blank for line in sheet(run, blanks(run.graph, "den")).lines}
    assert lines["dden = dinvden · (−1/den²)"]
    assert lines["dsigx = dden · 1"]
    assert lines["dnum = df · invden = 1 · 0.5121 = 0.5121"] is False
    lines = {line.text: line.blank for line in sheet(run, blanks(run.graph, "xpy")).lines}
    assert lines["dxpy = dxpysqr · (2·xpy)"]


# nothing leaks


@pytest.mark.parametrize("wanted", [*KINDS, "sigy,num,sigx,xpy,xpysqr,den,invden,f,x,y"])
@pytest.mark.parametrize("style", ["card", "circuit"])
def test_no_blank_tells_its_answer(wanted: str, style: str, tmp_path: Path) -> None:
    work = work_of(wanted=wanted, look=Look(style=style), with_key=False)
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
    whole = text_of(worksheet(work, "w.pdf")["w.pdf"], tmp_path)
    assert "answer key" in whole.split("\f")[-2]


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
    first, again, other = (variants(graph, 5, seed, {}) for seed in (7, 7, 8))
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
    pdf = worksheet(work_of("(x+y)*z", count=3, seed=7), "a.pdf", paper)["a.pdf"]
    pages = text_of(pdf, tmp_path).rstrip("\f").split("\f")
    assert len(pages) == 4
    for variant, page in enumerate(pages[:3], 1):
        assert f"variant {variant} of 3" in page
        assert "Name" in page
        assert "Date" in page
    assert "answer key" in pages[3]
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
    assert LINE in text
    assert text.index("## Variant 2") < text.index("answer key")
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
    assert "answer key" not in text_of(Path("w.pdf").read_bytes(), tmp_path)
    assert main(["worksheet", "x*y"]) == 0
    assert Path("worksheet.pdf").read_bytes().startswith(b"%PDF-")


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
