"""The diagram as a Mermaid flowchart: whole, in numbers of the run, and the user's text is only text."""

from __future__ import annotations

import re

import pytest
from tex import HOSTILE, hostile

import cgviz
from cgviz.drawing.diagram import picture
from cgviz.drawing.theme import THEMES
from cgviz.reading import shipped
from cgviz.text.numbers import number

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
NODE = re.compile(
    r'  n\d+\("((?:<b>|</b>|<br/>|<font color=\'#[0-9a-f]{6}\'>|</font>|#\d+;|[^"<>#&`])*)"\):::(?:input|stage|output)'
)
EDGE = re.compile(r'  n(\d+) (-->|-\.->)\|"((?:#\d+;|[^"<>#&`|])*)"\| n(\d+)')
SPELLED = {"𝒇": "𝐟"}  # names that are spellings; every other hostile name is a word, shown as it is
LOOK = re.compile(r"  (?:classDef (?:input|stage|output)|linkStyle default) [\w:#,]+")


def flowchart(run: cgviz.Run, **look: object) -> list[str]:
    return picture(run, "mermaid", **look).decode().splitlines()  # type: ignore[arg-type]


def test_the_lecture() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    head, *lines = flowchart(run, direction="LR")
    assert head == "flowchart LR"
    nodes = [line for line in lines if NODE.fullmatch(line)]
    edges = [found.groups() for line in lines if (found := EDGE.fullmatch(line))]
    assert (len(nodes), len(edges)) == (10, 12)
    assert ("5", "-->", "× 2·xpy", "6") in edges
    for index in (*run.graph.inputs, *run.graph.stages):
        line = next(line for line in nodes if line.startswith(f"  n{index}("))
        assert f">{number(run.values[index])}<" in line
        assert f">{number(run.gradients[index])}<" in line


def test_an_edge_without_gradient_is_dotted() -> None:
    lines = flowchart(cgviz.run("f = where(x > 0, x, y)", x=1, y=2))
    assert any("-.->" in line for line in lines)


@pytest.mark.parametrize("sample", shipped.samples(), ids=lambda sample: sample.name)
def test_every_line_is_of_a_known_form(sample: shipped.Sample) -> None:
    theme = list(THEMES)[len(sample.name) % len(THEMES)]
    _, *lines = flowchart(cgviz.run(sample.text), theme=theme, direction="TB")
    for line in lines:
        assert NODE.fullmatch(line) or EDGE.fullmatch(line) or LOOK.fullmatch(line), line


@pytest.mark.parametrize("name", [*HOSTILE, "`md`", "style:#fff;", "]:::x", "<script>", "#quot;", "|", "%%{init}%%"])
def test_hostile_names_are_only_text(name: str) -> None:
    for symbolic in (False, True):
        _, *lines = flowchart(hostile(name, symbolic=symbolic))
        for line in lines:
            assert NODE.fullmatch(line) or EDGE.fullmatch(line) or LOOK.fullmatch(line), line
        shown = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), lines[0])
        assert f"<b>{SPELLED.get(name, name)}</b>".replace("\n", "\\n") in shown


def test_same_input_same_bytes() -> None:
    assert len({tuple(flowchart(cgviz.run(LECTURE, x=3, y=-4))) for _ in range(3)}) == 1
