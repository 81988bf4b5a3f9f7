"""Forward mode: tangents against PyTorch, the complex step and the gradient; the table, JSON and pictures of them."""

from __future__ import annotations

import cmath
import csv
import io
import json
import math
import re
from importlib.resources import files
from pathlib import Path as File
from typing import Any

import jsonschema
import pytest
from examples import SCALAR
from hypothesis import assume, given, settings
from reports import table
from strategies import CORNERED, NAMES, SMOOTH, Tree, inputs, trees

import cgviz
from cgviz.cli import main
from cgviz.documents.formats import FORMATS
from cgviz.drawing.diagram import picture
from cgviz.drawing.theme import THEMES
from cgviz.errors import UsageError
from cgviz.runs.modes import MODES, mode_of

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
STAGES = ("sigy", "num", "sigx", "xpy", "xpysqr", "den", "invden", "f")


def lecture(x: Any, y: Any, exp: Any) -> dict[str, Any]:
    """Returns every stage of the lecture's function, for numbers of any library."""
    sigy, sigx, xpy = 1 / (1 + exp(-y)), 1 / (1 + exp(-x)), x + y
    num, xpysqr = x + sigy, xpy * xpy
    den = sigx + xpysqr
    return dict(zip(STAGES, (sigy, num, sigx, xpy, xpysqr, den, 1 / den, num / den), strict=True))


@pytest.mark.parametrize("wrt", ["x", "y"])
def test_the_lecture_by_the_complex_step(wrt: str) -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    tangents = run.tangents(wrt)
    stepped = lecture(3 + 1e-40j * (wrt == "x"), -4 + 1e-40j * (wrt == "y"), cmath.exp)
    for stage in STAGES:
        assert tangents[run.index(stage)] == pytest.approx(stepped[stage].imag / 1e-40, rel=1e-13, abs=1e-300), stage
    assert [tangents[run.index(name)] for name in ("x", "y")] == [float(wrt == "x"), float(wrt == "y")]


def test_the_lecture_by_pytorch() -> None:
    torch = pytest.importorskip("torch")
    run = cgviz.run(LECTURE, x=3, y=-4)
    point = (torch.tensor(3.0, dtype=torch.float64), torch.tensor(-4.0, dtype=torch.float64))
    for wrt, seeds in (("x", (1.0, 0.0)), ("y", (0.0, 1.0))):
        directions = tuple(torch.tensor(seed, dtype=torch.float64) for seed in seeds)
        _, found = torch.autograd.functional.jvp(
            lambda x, y: tuple(lecture(x, y, torch.exp).values()), point, directions
        )
        for stage, tangent in zip(STAGES, found, strict=True):
            assert run.tangents(wrt)[run.index(stage)] == pytest.approx(float(tangent), rel=1e-13, abs=1e-300)


@settings(max_examples=60)
@given(trees(SMOOTH | CORNERED, leaves=12), inputs())
def test_forward_agrees_with_reverse(tree: Tree, values: dict[str, float]) -> None:
    run = cgviz.run(tree.text, {name: values[name] for name in NAMES if name in tree.names})
    assume(run.trouble is None)
    for index in run.graph.inputs:
        tangent = run.tangents(run.graph.nodes[index].name)[run.graph.output]
        scale = sum(abs(edge.value or 0.0) for edge in run.contributions[index])
        assert tangent == pytest.approx(run.gradients[index], rel=1e-9, abs=1e-10 * max(scale, 1.0))


@settings(max_examples=30)
@given(trees(SMOOTH, leaves=8), inputs())
def test_every_stage_against_central_differences(tree: Tree, values: dict[str, float]) -> None:
    given_values = {name: values[name] for name in NAMES if name in tree.names}
    run = cgviz.run(tree.text, given_values)
    assume(run.trouble is None and run.graph.inputs)
    wrt = run.graph.nodes[run.graph.inputs[0]].name
    h = 1e-5
    up, down = (cgviz.run(run.bare, given_values | {wrt: given_values[wrt] + step}).values for step in (h, -h))
    for index, tangent in enumerate(run.tangents(wrt)):
        a, b, middle = up[index] or 0.0, down[index] or 0.0, run.values[index] or 0.0
        curved = abs(a - 2 * middle + b) / h
        slope = (a - b) / (2 * h)
        assert tangent == pytest.approx(slope, rel=1e-4, abs=1e-6 * (1 + abs(middle)) + curved)


def test_a_stage_may_be_what_is_changed() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    for stage in STAGES:
        index = run.index(stage)
        assert run.tangents(stage)[run.graph.output] == pytest.approx(run.gradients[index], rel=1e-13)
        assert all(run.tangents(stage)[before] == 0 for before in range(index))


def test_a_branch_not_taken_hands_nothing_on() -> None:
    run = cgviz.run("where(x > 0, x*y, log(x)/0)", x=2, y=3)
    assert run.tangents("x")[run.graph.output] == 3.0
    assert cgviz.run("a = 1/z; 0*a + x", x=1, z=0).tangents("x")[-1] == 1.0


def test_deep_and_wide_programs() -> None:
    deep = "\n".join(["x1 = sin(x)", *(f"x{i + 1} = sin(x{i})" for i in range(1, 5000))])
    run = cgviz.run(deep, x=1)
    assert run.tangents()[run.graph.output] == pytest.approx(run.gradients[0], rel=1e-10)
    wide = cgviz.run("+".join(f"{i}*x" for i in range(1, 2000)), x=1)
    assert wide.tangents("x")[wide.graph.output] == 1999 * 2000 / 2


def test_without_values_there_are_none() -> None:
    assert set(cgviz.run(LECTURE).tangents("x")) == {None}


def test_a_name_that_there_is_not() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    with pytest.raises(UsageError, match="no node 'z' in this program; there are 'x', 'y', 'sigy'"):
        run.tangents("z")
    with pytest.raises(UsageError, match="nothing to differentiate with respect to"):
        cgviz.run("2 + 3").tangents()
    with pytest.raises(UsageError, match="no mode 'sideways'; there are reverse, forward, both"):
        mode_of(run, "sideways")


# the table


def test_the_table_of_the_lecture() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    told = table(run, mode=mode_of(run, "forward", "x"))
    assert "= forward (local × tangent)" in told
    assert "gradient" not in told
    assert "upstream" not in told
    line = next(line for line in told.splitlines() if line.startswith("7"))
    assert line.split() == ["7", "invden", "1/den", "0.5121", "0.5127", "(−1/den²)·∂den/∂x", "reciprocal"]
    assert "∂f/∂x = 2.060 by one forward pass, begun with ẋ = 1, ẏ = 0" in told
    assert "Forward mode needs one pass per input (2 here), reverse mode one pass per output (1 here)." in told


def test_both_tells_what_either_tells() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    reverse, both = table(run), table(run, mode=mode_of(run, "both", "y"))
    heading = next(line for line in both.splitlines() if line.startswith("#"))
    assert re.split(r" {2,}", heading) == [
        "#", "stage", "= formula", "value", "tangent", "= forward (local × tangent)", "gradient",
        "= backward (upstream × local)", "gate",
    ]  # fmt: skip
    assert reverse.splitlines()[-2] in both
    assert "∂f/∂y = 1.592" in both


def test_the_mode_of_old_is_unchanged() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    for format in FORMATS:
        assert table(run, format) == table(run, format, mode=mode_of(run, "reverse"))
        assert "angent" not in table(run, format)
    assert picture(run) == picture(run, mode=mode_of(run))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", ["20", "40", "60", "80", "120"])
def test_the_table_keeps_to_its_width(
    width: str, mode: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert main(["table", "@staged", "--mode", mode]) == 0
    out = capsys.readouterr().out
    assert all(len(line) <= int(width) for line in out.splitlines())
    assert ("∂den/∂x" in out) == (mode != "reverse")
    assert ("dinvden·(−1/den²)" in out) == (mode != "forward")


@pytest.mark.parametrize("mode", ["forward", "both"])
@pytest.mark.parametrize("values", [{"x": 3, "y": -4}, {}])
def test_json_carries_tangents(values: dict[str, float], mode: str) -> None:
    run = cgviz.run(LECTURE, values)
    made = json.loads(table(run, "json", mode=mode_of(run, mode, "y")))
    jsonschema.validate(
        made, json.loads((files("cgviz") / "documents" / "schema" / "run-v1.schema.json").read_text("utf-8"))
    )
    assert (made["mode"], made["wrt"]) == (mode, "y")
    found = {node["name"]: node["tangent"] for node in (*made["inputs"], *made["stages"])}
    expected = {run.graph.nodes[i].name: run.tangents("y")[i] for i in (*run.graph.inputs, *run.graph.stages)}
    assert found == expected
    assert made["output"]["tangent"] == made["gradient"]["y"] == found["f"] or found["f"] == pytest.approx(
        made["gradient"]["y"]
    )


def test_csv_and_markdown_and_latex() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    rows = list(csv.DictReader(io.StringIO(table(run, "csv", mode=mode_of(run, "both", "x")))))
    assert float(rows[-1]["tangent"]) == run.tangents("x")[run.graph.output]
    assert rows[-2]["carried"] == "(-1/den**2)*∂den/∂x"
    markdown = table(run, "markdown", mode=mode_of(run, "forward", "x"))
    assert "| tangent | = forward (local × tangent) | gate |" in markdown
    assert r"\dot{x}" in table(run, "latex", mode=mode_of(run, "forward", "x"))


def test_in_ascii(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from cgviz.documents.writing import ascii_spelling

    run = cgviz.run(LECTURE, x=3, y=-4)
    assert run.table(mode="both", wrt="x").plain(ascii_spelling(), 100).isascii()


@pytest.mark.parametrize("sample", [sample.name for sample in SCALAR])
def test_every_sample_goes_forward(sample: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forward", f"@{sample}"]) == (1 if sample == "division-by-zero" else 0)
    assert "tangent" in capsys.readouterr().out


# pictures


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("style", ["card", "circuit"])
def test_a_picture_has_tangents_with_their_word(style: str, theme: str) -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    svg = picture(run, style=style, theme=theme, mode=mode_of(run, "both", "x")).decode()
    found = re.findall(r'class="tangent[^>]*fill="([^"]+)">([^<]+)<', svg)
    assert {colour for colour, _ in found} == {THEMES[theme].tangent}
    assert THEMES[theme].tangent not in (THEMES[theme].gradient, THEMES[theme].value)
    assert sorted(text for _, text in found) == sorted(
        cgviz.text.numbers.number(run.tangents("x")[i]) for i in (*run.graph.inputs, *run.graph.stages)
    )
    assert len(re.findall(">tangent ", svg)) == len(found)
    assert 'class="gradient' in svg
    assert "the tangent ∂f/∂x is 2.06" in svg


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_forward_alone_has_no_gradients(style: str) -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    svg = picture(run, style=style, mode=mode_of(run, "forward", "x")).decode()
    assert not re.search('class="(gradient|contribution)', svg)
    assert "∂f/∂den" not in svg
    assert "∂den/∂x gets 1 · ∂sigx/∂x" in svg
    dot = picture(run, "dot", style=style, mode=mode_of(run, "forward", "x")).decode()
    assert dot.count(f'COLOR="{THEMES["light"].tangent}"') == 10


@pytest.mark.parametrize(
    ("ending", "mode"),
    [*zip(("svg", "pdf", "png", "dot", "tikz", "mmd"), ("forward", "both") * 3, strict=True), ("svg", "both")],
)
def test_render_draws_every_mode(ending: str, mode: str, tmp_path: File, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"f.{ending}"
    assert main(["render", "@staged", "-o", str(path), "--mode", mode, "--wrt", "y"]) == 0
    assert path.stat().st_size > 500
    assert "∂den/∂y" in capsys.readouterr().out


def test_forward_draws_too(tmp_path: File, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = tmp_path / "a.svg", tmp_path / "b.svg"
    assert main(["forward", "@staged", "--wrt", "y", "-o", str(path)]) == 0
    drawn = capsys.readouterr()
    assert main(["render", "@staged", "--mode", "forward", "--wrt", "y", "-o", str(other)]) == 0
    assert path.read_bytes() == other.read_bytes()
    assert main(["forward", "@staged", "--wrt", "y"]) == 0
    assert capsys.readouterr().out.endswith(drawn.out)


@pytest.mark.parametrize("command", ["table", "render", "forward", "paths"])
def test_what_cannot_be_asked_for(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: File, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    more = ["--mode", "forward"] if command in ("table", "render") else []
    assert main([command, "@staged", "--wrt", "q", *more]) == 2
    assert capsys.readouterr().err.startswith("cgviz: no node 'q' in this program; there are 'x', 'y', 'sigy'")
    assert not list(tmp_path.iterdir())
    if more:
        assert main([command, "@staged", "--wrt", "x"]) == 2
        assert "--wrt goes with --mode forward" in capsys.readouterr().err


def test_numbers_that_are_not_finite_are_shown_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forward", "log(x)*y", "--x", "0", "--y", "1"]) == 1
    said = capsys.readouterr()
    assert "inf" in said.out
    assert "log" in said.err
    assert math.isinf(cgviz.run("log(x)*y", x=0, y=1).tangents("x")[-1] or 0.0)
