"""`cgviz explain`: every node of every sample in words and as a picture; the lecture's numbers; what is refused."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from examples import SCALAR

import cgviz
from cgviz.cli import main
from cgviz.drawing.engine import text_width
from cgviz.drawing.pictures import CHARTS
from cgviz.drawing.theme import THEMES
from cgviz.errors import UsageError
from cgviz.graph.nodes import CONSTANT
from cgviz.reading.shipped import sample
from cgviz.runs.run import Run
from cgviz.text.numbers import number
from cgviz.views.explain import explain, picture

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
SVG = "{http://www.w3.org/2000/svg}"
RUNS = [(each.name, detail) for each in SCALAR for detail in ("stage", "gate")]


def shipped(name: str, detail: str) -> Run:
    return cgviz.run(sample(name).text, detail=detail)


def lecture() -> Run:
    return cgviz.run(LECTURE, x=3, y=-4)


def nodes(run: Run) -> list[int]:
    return [*run.graph.inputs, *run.graph.stages]


def section(explained: str, word: str) -> list[str]:
    """Returns the lines of a section, the word taken off."""
    lines = explained.splitlines()
    start = next(i for i, line in enumerate(lines) if line[:10].rstrip() == word)
    found = [lines[start][10:]]
    for line in lines[start + 1 :]:
        if line[:10].strip() or not line.strip():
            break
        found = [*found[:-1], f"{found[-1]} {line.strip()}"] if line.startswith(" " * 12) else [*found, line[10:]]
    return found


@pytest.mark.parametrize(("name", "detail"), RUNS)
def test_the_numbers_are_those_of_the_run(name: str, detail: str) -> None:
    run = shipped(name, detail)
    if run.symbolic:
        pytest.skip("a sample without values")
    for index in nodes(run):
        node = run.graph.nodes[index]
        said = explain(run, node.name)
        if not node.is_stage:
            assert section(said, "total")[0].endswith(f" {number(run.gradients[index])}")
            continue
        assert section(said, "forward")[0].endswith(f" = {number(run.values[index])}")
        slots = [slot for slot, arg in enumerate(node.args) if run.graph.nodes[arg].op is not CONSTANT]
        for slot, line in zip(slots, section(said, "local") if slots else [], strict=True):
            local = run.locals[index][slot]
            assert line.endswith(f" = {number(local)}") or (local is None and ": " in line)
        if not run.taken[index]:
            assert "backward " not in said
            continue
        for slot, line in zip(slots, section(said, "backward") if slots else [], strict=True):
            value = run.contribution(index, slot).value
            assert "nothing flows back" in line if value is None else f" = {number(value)}" in line


@pytest.mark.parametrize(("name", "detail"), RUNS)
def test_json_holds_the_run_in_full_precision(name: str, detail: str) -> None:
    run = shipped(name, detail)
    for index in nodes(run):
        told = json.loads(explain(run, run.graph.nodes[index].name, "json"))
        if run.symbolic:
            assert told["value"] is None
            assert told["what_if"] == []
        else:
            assert float(told["value"]) == run.values[index] or run.values[index] != run.values[index]
            assert float(told["gradient"]) == run.gradients[index] or run.gradients[index] != run.gradients[index]


@pytest.mark.parametrize(("name", "detail"), [run for i, run in enumerate(RUNS) if (i // 2 + i) % 2])  # one detail each
def test_pictures_are_whole_and_nothing_leaves_them(name: str, detail: str) -> None:
    run = shipped(name, detail)
    for index in nodes(run):
        check_picture(picture(run, run.graph.nodes[index].name))


def check_picture(svg: bytes) -> None:
    """Asserts that ids are unique, there are words, and every text and outline lies within the picture."""
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    graph = root.find(f"{SVG}g")
    assert graph is not None
    width, height = map(float, root.get("viewBox", "").split()[2:])
    dx, dy = map(float, re.findall(r"-?[\d.]+", graph.get("transform", "")))
    for element in graph.iter(f"{SVG}text"):
        said, size = element.text or "", float(element.get("font-size", "0"))
        wide = text_width(said, size, element.get("font-weight") == "bold")
        before = {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")]
        left, base = float(element.get("x", "")) + dx - before * wide, float(element.get("y", "")) + dy
        assert left >= 0, said
        assert left + wide <= width, said
        assert size * 0.8 <= base <= height, said
    for path in graph.iter(f"{SVG}path"):
        for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path.get("d", "")):
            assert 0 <= float(x) + dx <= width
            assert 0 <= float(y) + dy <= height


def texts_overlap(svg: bytes) -> list[tuple[str, str]]:
    """Returns pairs of texts that cover each other."""
    rooms = []
    for element in ET.fromstring(svg).iter(f"{SVG}text"):
        said, size = element.text or "", float(element.get("font-size", "0"))
        wide = text_width(said, size, element.get("font-weight") == "bold")
        left = float(element.get("x", "")) - {"start": 0.0, "middle": 0.5}[element.get("text-anchor", "start")] * wide
        base = float(element.get("y", ""))
        rooms.append((said, left, left + wide, base - 0.7 * size, base + 0.15 * size))
    return [
        (a[0], b[0])
        for i, a in enumerate(rooms)
        for b in rooms[:i]
        if a[1] < b[2] - 0.5 and b[1] < a[2] - 0.5 and a[3] < b[4] and b[3] < a[4]
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9, 30])
@pytest.mark.parametrize("sign", ["+", "*"])
def test_operands_of_any_number(count: int, sign: str) -> None:
    names = [f"an_input_with_a_long_name_{i}" for i in range(count)]
    given: dict[str, Any] = {name: 1.5 + i for i, name in enumerate(names)}
    run = cgviz.run(sign.join(names), **given)
    drawn = picture(run, "f")
    check_picture(drawn)
    assert texts_overlap(drawn) == []
    said = drawn.decode()
    assert said.count(">= 1 · ") == min(count, 8 if count <= 8 else 7)
    assert ("more" in said) == (count > 8)
    if count == 30 and sign == "+":
        hidden = sum(1.5 + i for i in range(5, 28))
        assert f">{number(hidden)}</text>" in said
        assert f">{number(run.value)}</text>" in said


@pytest.mark.parametrize("count", [1, 2, 30])
def test_fan_out_of_any_size_keeps_its_total(count: int) -> None:
    others: dict[str, Any] = {f"y{i}": i + 0.25 for i in range(count)}
    run = cgviz.run("+".join(f"x*{name}" for name in others), x=2, **others)
    drawn = picture(run, "x")
    check_picture(drawn)
    assert texts_overlap(drawn) == []
    assert f"∂f/∂x = {number(sum(others.values()))}" in drawn.decode()
    if count == 30:
        hidden = sum(list(others.values())[2:25])
        assert f">{number(hidden)}</text>" in drawn.decode()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("format", CHARTS.values())
def test_every_theme_in_every_format(theme: str, format: str) -> None:
    node = ("x", "invden")[len(theme + format) % 2]
    begins = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}
    drawn = picture(lecture(), node, format, theme=theme, background="filled")
    assert drawn.startswith(begins[format])
    assert drawn == picture(lecture(), node, format, theme=theme, background="filled")


def test_the_lecture_s_local_step() -> None:
    """CS231n's staged function: dden = (−1/den²)·dinvden, with x = 3, y = −4."""
    said = explain(lecture(), "invden")
    assert section(said, "local") == ["∂invden/∂den = −1/den² = −1/1.953² = −0.2623"]
    assert section(said, "upstream") == ["dinvden = df · num = 1 · 3.018 = 3.018"]
    assert section(said, "backward") == ["dden = dinvden · (−1/den²) = 3.018 · (−0.2623) = −0.7916"]
    assert section(said, "what if") == ["raise den by a tiny h and invden falls by 0.2623·h, so f falls by 0.7916·h."]


def test_the_lecture_s_sensitivity() -> None:
    """f = x·y at x = 4, y = −3: raise x by a tiny amount and f decreases by three times that."""
    assert section(explain(cgviz.run("x*y", x=4, y=-3), "f"), "what if")[0] == "raise x by a tiny h and f falls by 3·h."


def test_the_input_says_why_it_adds() -> None:
    said = explain(lecture(), "x")
    assert [line.split(" = ")[0][:5] for line in section(said, "backward")] == ["dx", "dx +=", "dx +="]
    assert section(said, "total") == ["∂f/∂x = 1.583 − 0.03576 + 0.5121 = 2.06"]
    assert "dx +=" in section(said, "why +=")[0]


@pytest.mark.parametrize("meant", ["invden", "7", "(7)", " (7) "])
def test_a_node_is_named_or_numbered(meant: str) -> None:
    assert explain(lecture(), meant) == explain(lecture(), "invden")


def test_a_label_names_a_node() -> None:
    run = cgviz.run("c = x*2; c = c + 1", x=1)
    assert explain(run, "c′") == explain(run, "c_2")


@pytest.mark.parametrize(
    ("meant", "hint"),
    [("invdn", "did you mean 'invden'"), ("dden", "did you mean 'den'?"), ("9", "(1) to (8)"), ("", "there are 'x'")],
)
def test_a_wrong_node_is_one_clear_line(meant: str, hint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(hint)) as caught:
        explain(lecture(), meant)
    assert "\n" not in str(caught.value)


def test_a_tie_and_a_kink_name_their_convention() -> None:
    tie = explain(cgviz.run("max(x, y)", x=2, y=2), "f")
    assert section(tie, "note") == ["tie: split evenly"]
    assert section(tie, "backward")[0] == "dx = df · ∂f/∂x = 1 · 0.5 = 0.5", "a true equation"
    assert "0.5 is a convention" in section(tie, "what if")[0]
    assert "relu'(0) = 0" in section(explain(cgviz.run("relu(x)", x=0), "f"), "note")[0]


def test_a_fused_gate_opens() -> None:
    said = section(explain(cgviz.run("2*log(sigmoid(u))", u=1), "logsigu"), "gate")
    assert "opens into simpler gates: log σ(u) = log(σ(u)) = log(1/(1 + exp(−u))) (--detail gate)" in said


def test_a_sensitivity_is_the_slope_that_differences_find() -> None:
    h = 1e-5
    fixed = "num = 3 + sigmoid(y); xpy = 3 + y; f = num/(s + xpy**2)"
    up, down = (cgviz.run(fixed, y=-4, s=1 / (1 + math.exp(-3 - step))).value for step in (h, -h))
    assert up is not None
    assert down is not None
    slope = (up - down) / (2 * h)
    assert f"so f falls by {number(-slope)}·h by way of this gate" in section(explain(lecture(), "sigx"), "what if")[0]


def test_the_symbolic_state_has_formulas_and_no_numbers() -> None:
    run = cgviz.run(LECTURE)
    said = explain(run, "invden")
    assert section(said, "backward") == ["dden = dinvden · (−1/den²)"]
    assert "what if" not in said
    for node in ("invden", "x", "f"):
        check_picture(picture(run, node))
    assert "= ∂f/∂invden · (−1/den²)" in picture(run, "invden").decode()


def test_what_does_not_reach_the_output_hands_nothing_back() -> None:
    run = cgviz.run("q = x*2; f = y + 1", x=2, y=3)
    assert section(explain(run, "q"), "note") == ["does not reach f"]
    assert "no gradient arrives" in picture(run, "q").decode()
    check_picture(picture(run, "x"))


def test_numbers_that_are_not_finite_are_explained() -> None:
    said = explain(cgviz.run("x/(x+y)", x=2, y=-2), "2")
    assert section(said, "note") == ["not finite: division by zero, den = 0"]


def test_hostile_names_appear_whole() -> None:
    given: dict[str, Any] = {"lambda": 2, "dx": 1, "σ_y": 3}
    run = cgviz.run("node = lambda*dx; f = node + σ_y", **given)
    for name, shown in (("lambda", "λ"), ("dx", "dx"), ("σ_y", "σ_y"), ("node", "node")):
        assert shown in explain(run, name, "markdown")
        assert f">{shown}</text>" in re.sub(r"</?tspan[^>]*>", "", picture(run, name).decode()) or shown == "σ_y"


def test_thousands_of_terms_are_shortened() -> None:
    run = cgviz.run("+".join(f"x{i}" for i in range(1_500)))
    assert len(explain(run, "f")) < 5000
    assert len(picture(run, "f")) < 50_000


def test_the_command_prints_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.svg"
    assert main(["explain", "@staged", "5", "-o", str(file), "--theme", "dark"]) == 0
    found = capsys.readouterr()
    assert "(5) xpysqr = xpy²" in found.out
    assert found.err.startswith("wrote ")
    check_picture(file.read_bytes())
    assert main(["explain", "@staged", "nobody"]) == 2
    assert main(["explain", "@staged", "5", "-o", str(tmp_path / "x.gif")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_narrow_terminals_and_ascii(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert main(["explain", "@staged", "x"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 50
