"""Documents: every report has every format, each well formed, and nothing of it vanishes at a narrow width."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tex import compiled, need_tex

import cgviz
from cgviz.cli import group, main
from cgviz.cli.program import ProgramCommand
from cgviz.documents.document import GAP, Document, Drawn, Entry, Head, Prose, Table, Title
from cgviz.documents.formats import FORMATS
from cgviz.documents.grid import TableColumn
from cgviz.documents.html import inline
from cgviz.documents.latex import tex
from cgviz.documents.markdown import markdown
from cgviz.documents.report import Report
from cgviz.documents.terminal import page, text
from cgviz.runs.run import Run
from cgviz.text.notations import MARKED

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
ARRAYS = "q = W @ x; f = sum(q**2)"
REPORTS: dict[str, Callable[[], Report]] = {
    "table": lambda: cgviz.run(LECTURE, x=3, y=-4).table(),
    "arrays": lambda: cgviz.run(ARRAYS, W=[[0.1, 0.5], [-0.3, 0.8]], x=[0.2, 0.4]).table(),
    "derive": lambda: cgviz.run(LECTURE, x=3, y=-4).derive(),
    "explain": lambda: cgviz.run(LECTURE, x=3, y=-4).explain("den"),
    "explain arrays": lambda: cgviz.run(ARRAYS, W=[[0.1, 0.5], [-0.3, 0.8]], x=[0.2, 0.4]).explain("q"),
    "paths": lambda: cgviz.run(LECTURE, x=3, y=-4).paths("x"),
    "check": lambda: cgviz.run(LECTURE, x=3, y=-4).check(),
    "diagnose": lambda: cgviz.run("log(1 + exp(x)) + max(x, y)", x=800, y=800).diagnose(),
    "jacobian": lambda: cgviz.run(ARRAYS, W=[[0.1, 0.5], [-0.3, 0.8]], x=[0.2, 0.4]).jacobian("q", "x"),
    "hessian": lambda: cgviz.run("x**2*y", x=2, y=3).hessian(),
    "forward": lambda: cgviz.run(LECTURE, x=3, y=-4).forward("y"),
    "descend": lambda: cgviz.run("(x-1)**2 + y**2", x=2, y=1).descend(steps=3),
    "symbolic": lambda: cgviz.run(LECTURE).table(),
}


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_every_format(name: str, tmp_path: Path) -> None:
    report = REPORTS[name]()
    written = {format: report.write(format) for format in FORMATS}
    assert all(written.values())
    json.loads(written["json"])
    assert written["terminal"] == written["text"] == report.text == str(report)
    assert written["latex"].count("{") == written["latex"].count("}")
    ET.fromstring(f"<div>{re.sub('<br>', '<br/>', written['html']).replace('&ensp;', ' ')}</div>")
    assert not re.search("[\ue000-\uf8ff]", "".join(written.values()))
    saved = {ending: report.save(tmp_path / f"r{ending}") for ending in (".txt", ".md", ".tex", ".html", ".json")}
    assert saved[".md"].read_text(encoding="utf-8") == report.markdown == report._repr_markdown_()
    assert saved[".html"].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


WIDE = "L = -log(softmax(W @ x + b)[1])"
VALUES = {"W": [[1.23456, 2], [3, 4], [5, 6]], "x": [0.12345, 0.2], "b": [0, 0, 0]}


def test_latex_of_every_report_compiles_and_fits(tmp_path: Path) -> None:
    """All in one document: no line is wider than the page, no table higher, and every sign is there."""
    need_tex("booktabs.sty")
    wide = cgviz.run(WIDE, VALUES)
    long = cgviz.run("\n".join(f"a{n} = sin({f'a{n - 1}' if n else 'x'})" for n in range(90)), x=1)
    fragments = [make().latex for make in REPORTS.values()]
    reports = wide.table(), wide.hessian(), wide.jacobian(), wide.check(), long.table()
    fragments += [report.latex for report in reports]
    *head, end = wide.derive().write("latex", standalone=True).rpartition("\\end{document}")[:2]
    compiled("\n".join([*head, *fragments, end]), tmp_path, needs="booktabs.sty")
    log = (tmp_path / "document.log").read_text(encoding="latin-1")
    assert not re.findall("Overfull.*|Missing character.*", log)
    assert "[U+" not in "".join(fragments)


COMMANDS = [
    ["table", LECTURE, "--x", "3", "--y", "-4"], ["derive", "x*y", "--x", "3", "--y", "-4"],
    ["explain", "x*y", "x", "--x", "3", "--y", "-4"], ["paths", "x*y", "--x", "3", "--y", "-4"],
    ["check", "x*y", "--x", "3", "--y", "-4"], ["diagnose", "x*y", "--x", "3", "--y", "-4"],
    ["jacobian", "x*y", "--x", "3", "--y", "-4"], ["hessian", "x*y", "--x", "3", "--y", "-4"],
    ["forward", "x*y", "--x", "3", "--y", "-4"], ["descend", "x**2", "--x", "3", "--steps", "2"],
    ["diff", "x*y", "y*x", "--x", "3", "--y", "-4"],
    ["ops"], ["ops", "sigmoid"], ["samples"], ["samples", "staged"], ["doctor"],
]  # fmt: skip


def test_no_report_is_left_out() -> None:
    reports = {name for name in group.COMMANDS if any(each.name == "format" for each in group.command(name).params)}
    assert reports - {"grade", "deck"} == {words[0] for words in COMMANDS}  # a grade's are asked in its own tests


def test_every_command_of_a_program_is_a_method_of_its_run() -> None:
    of_a_program = {name for name in group.COMMANDS if isinstance(group.command(name), ProgramCommand)}
    assert {name for name in of_a_program if not hasattr(Run, name)} == {"diff"}  # which takes two


@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(command[:2])[:16] for command in COMMANDS])
def test_every_command_has_every_format(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for format in FORMATS:
        assert main([*command, "--format", format]) in (0, 1)
        out = capsys.readouterr().out
        assert out
        if format == "json":
            json.loads(out)


DOCUMENT = Document(
    [
        Head(["q = x·y", "f(x, y) = q + 1"], "at x = 2, y = 3"), GAP, Title([("What", "name")]),
        Prose([("a sentence that is rather long, with ", ""), ("x_1", "name"), (" in it and *no* markup <b>", "")]),
        Prose([("found", "")], "• "), Entry("word", [[("one", "")], [("two", "value")]]),
        Table([TableColumn("#", right=True), TableColumn("name", least=6), TableColumn("how", least=8)],
              [[("1", ""), ("x|y", "name"), ("quite a few words of explanation", "")]], "and 3 more"),
        Drawn(lambda width, paint: [[("⎡1⎤", "")]]),
    ],
    "A document",
)  # fmt: skip


@pytest.mark.parametrize("width", [20, 30, 40, 80, None])
def test_nothing_vanishes_at_any_width(width: int | None) -> None:
    made = text(page(DOCUMENT, width))
    squeezed = re.sub(r"[\s─]", "", made)
    for said in ("f(x,y)=q+1", "asentencethatisratherlong", "x_1", "quiteafewwordsofexplanation", "and3more", "two"):
        assert said in squeezed
    assert width is None or max(map(len, made.splitlines())) <= max(width, 36)


def test_markdown_escapes_what_is_markup() -> None:
    made = markdown(DOCUMENT)
    assert r"`x_1` in it and \*no\* markup \<b\>" in made
    assert r"| 1 | `x\|y` | quite a few words of explanation |" in made
    assert "- found\n- *word*: one\n  - two\n" in made


def test_marked_text_in_latex_and_html() -> None:
    text = MARKED.name("yhat_1") + "² & " + MARKED.name("W_ij")
    assert tex(text) == r"$\hat{y}{}_{1}{}^{2}$ \& $W_{ij}$"
    assert inline(text) == "<i>ŷ</i><sub>1</sub>² &amp; <i>W</i><sub><i>i</i><i>j</i></sub>"


def test_a_node_of_a_run() -> None:
    run = cgviz.run("q = x*y; f = q + x", x=2, y=3)
    node = run["q"]
    assert (node.name, node.number, node.value, node.gradient, node.formula) == ("q", 1, 6.0, 1.0, "x*y")
    assert node.local == {"x": 3.0, "y": 2.0}
    assert run["x"].gradient == 4.0
    assert cgviz.run("x*x", x=3)["f"].local == {"x": (3.0, 3.0)}
    assert "(1) q = x·y" in node.explain().text
    with pytest.raises(cgviz.UsageError, match="no node 'r'"):
        run["r"]


def test_functions_are_the_methods_of_a_run() -> None:
    values = {"x": 2, "y": 3}
    for name in ("table", "derive", "paths", "check", "diagnose", "jacobian", "hessian", "forward"):
        function, method = getattr(cgviz, name), getattr(cgviz.run("x*y", values), name)
        assert function("x*y", values).text == method().text
        assert function.__doc__
        assert name in dir(cgviz)
    assert cgviz.code("x*y", values) == cgviz.run("x*y", values).code()
    assert cgviz.explain("x*y", values, "x").markdown.startswith("`f(x, y) = x·y`")
