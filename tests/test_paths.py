"""Paths: the lecture's sum, every path of random programs as a witness, counts beyond 64 bits, highlights."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise
from pathlib import Path as File

import jsonschema
import pytest
from examples import SCALAR
from hypothesis import assume, given, settings
from strategies import CORNERED, NAMES, SMOOTH, Tree, inputs, trees

import cgviz
from cgviz.analysis.paths import Edge, Web, counts, influence, light_of, listed
from cgviz.cli import main
from cgviz.documents.formats import FORMATS
from cgviz.drawing.diagram import picture
from cgviz.drawing.theme import THEMES
from cgviz.errors import UsageError
from cgviz.graph.nodes import CONSTANT
from cgviz.runs.run import Run
from cgviz.text.numbers import count
from cgviz.views.paths import report

SVG = "{http://www.w3.org/2000/svg}"
LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"


def ladder(rungs: int) -> str:
    return "\n".join(["x1 = x + x", *(f"x{i + 1} = x{i} + x{i}" for i in range(1, rungs))])


def names(run: Run, edges: tuple[Edge, ...]) -> list[str]:
    return [run.graph.nodes[target].name for target, _ in edges]


def walked(run: Run, source: int, most: int = 3000) -> list[tuple[Edge, ...]]:
    """Returns every path by walking all of them: what the module under test never does."""
    found: list[tuple[Edge, ...]] = []
    todo: list[tuple[int, tuple[Edge, ...]]] = [(source, ())]
    while todo:
        index, so_far = todo.pop()
        assume(len(found) < most)
        if index == run.graph.output:
            found.append(so_far)
            continue
        for target, node in enumerate(run.graph.nodes):
            for slot, arg in enumerate(node.args):
                if arg == index and run.graph.reached[target] and run.locals[target][slot] is not None:
                    todo.append((target, (*so_far, (target, slot))))
    return [path for path in found if all(run.taken[target] for target, _ in path)]


def exact(run: Run, edges: tuple[Edge, ...]) -> Fraction:
    return math.prod((Fraction(run.locals[target][slot] or 0.0) for target, slot in edges), start=Fraction(1))


def test_the_three_paths_of_the_lecture_sum_to_its_gradient() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    found = listed(Web(run), run.index("x"), 10)
    assert [names(run, path.edges) for path in found] == [
        ["xpy", "xpysqr", "den", "invden", "f"],
        ["num", "f"],
        ["sigx", "den", "invden", "f"],
    ]
    sigx, den, num = 1 / (1 + math.exp(-3)), 1 / (1 + math.exp(-3)) + 1, 3 + 1 / (1 + math.exp(4))
    by_hand = [1 * 2 * (3 - 4) * 1 * (-1 / den**2) * num, 1 / den, sigx * (1 - sigx) * (-1 / den**2) * num]
    assert [path.product for path in found] == pytest.approx(by_hand, rel=1e-14)
    assert sum(by_hand) == pytest.approx(2.0595697955721652, rel=1e-14)
    told = report(run, "x").text
    assert "1 · (2·xpy) · 1 · (−1/den²) · num" in told
    assert "sum 1.583 + 0.5121 − 0.03576 = 2.060 = ∂f/∂x" in told


def test_the_work_of_the_lecture() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    found = counts(Web(run), run.index("x"))
    assert (found.paths, found.all_paths) == (3, 5)
    assert (found.visits.naive, found.visits.forward, found.visits.reverse) == (5 + 2 + 4, 9, 12)
    assert (found.all_visits.naive, found.all_visits.forward, found.all_visits.reverse) == (11 + 5 + 3, 9 + 8, 12)


@settings(max_examples=60)
@given(trees(SMOOTH | CORNERED, leaves=10), inputs())
def test_every_path_is_the_witness(tree: Tree, values: dict[str, float]) -> None:
    run = cgviz.run(tree.text, {name: values[name] for name in NAMES if name in tree.names}, detail="gate")
    assume(run.trouble is None and run.graph.inputs)
    web, lengths = Web(run), 0
    for source in run.graph.inputs:
        every = walked(run, source)
        lengths += sum(map(len, every))
        found = counts(web, source)
        assert (found.paths, found.visits.naive) == (len(every), sum(map(len, every)))
        assert found.visits.forward == len({edge for path in every for edge in path})
        got = listed(web, source, len(every) + 5)
        assert sorted(path.edges for path in got) == sorted(every)
        sizes = [abs(exact(run, path.edges)) for path in got]
        for before, after in pairwise(sizes):
            assert after <= before * (1 + Fraction(1, 10**8))
        assert listed(web, source, 3) == got[:3]
        total = float(sum((exact(run, path) for path in every), start=Fraction(0)))
        scale = max([abs(float(size)) for size in sizes], default=0.0) * len(every)
        assert run.gradients[source] == pytest.approx(total, rel=1e-9, abs=1e-12 * scale)
    assert found.all_visits.naive == lengths


@pytest.mark.parametrize("rungs", [1, 10, 100, 2000])
def test_a_ladder_is_counted_exactly(rungs: int) -> None:
    run = cgviz.run(ladder(rungs), x=1)
    found = counts(Web(run), run.index("x"))
    assert found.paths == 2**rungs
    assert found.visits.naive == rungs * 2**rungs
    assert (found.visits.forward, found.visits.reverse) == (2 * rungs, 2 * rungs)
    few = listed(Web(run), run.index("x"), 4)
    assert len({path.edges for path in few}) == len(few) == min(4, 2**rungs)
    assert {len(path.edges) for path in few} == {rungs}


def test_the_best_of_a_ladder_with_unequal_rungs() -> None:
    """Two ways up each rung, of 3 and of 2: the best path takes 3 throughout, the next ones one or two of 2."""
    rungs = 60
    program = "\n".join(["x1 = 3*x - 2*x", *(f"x{i + 1} = 3*x{i} - 2*x{i}" for i in range(1, rungs))])
    run = cgviz.run(program, x=1)
    found = [path.product or 0.0 for path in listed(Web(run), run.index("x"), 1 + rungs + 1)]
    assert counts(Web(run), run.index("x")).paths == 2**rungs
    assert found[0] == pytest.approx(3.0**rungs)
    assert found[1:-1] == pytest.approx([-(3.0 ** (rungs - 1)) * 2] * rungs)
    assert found[-1] == pytest.approx(3.0 ** (rungs - 2) * 4)


def test_a_thousand_of_a_deep_program_are_found() -> None:
    steps = "\n".join(f"x{i + 1} = 0.3*x{i} + sin(x{i})*1.1 + x{i}/7" for i in range(120))
    run = cgviz.run(f"x0 = x*1\n{steps}", x=1)
    web = Web(run)
    found = listed(web, run.index("x"), 1000)
    assert len({path.edges for path in found}) == 1000
    sizes = [abs(path.product or 0.0) for path in found]
    assert all(after <= before * (1 + 1e-8) for before, after in pairwise(sizes))
    assert [path.edges for path in listed(web, run.index("x"), 100)] == [path.edges for path in found[:100]]


def test_products_beyond_floats_are_still_told_apart() -> None:
    steps = "\n".join(f"a{i + 1} = a{i}*1e-5; b{i + 1} = b{i}*1e-6" for i in range(100))
    run = cgviz.run(f"a0 = x*1; b0 = x*1\n{steps}\na100 + b100", x=1)
    found = listed(Web(run), run.index("x"), 2)
    assert [names(run, path.edges)[-2] for path in found] == ["a100", "b100"]
    assert [path.product for path in found] == [0.0, 0.0]


def test_what_is_no_size_has_its_place() -> None:
    run = cgviz.run("1/x + x*y + sqrt(x)*y + 5*x + sqrt(x)", x=0, y=0)
    found = [path.product or 0.0 for path in listed(Web(run), run.index("x"), 9)]
    assert math.isnan(found[0])
    assert {found[1], found[2]} == {-math.inf, math.inf}
    assert found[3:] == [5.0, 0.0]
    assert [path.product or 0.0 for path in listed(Web(run), run.index("x"), 4)][1:] == found[1:4]


def test_a_condition_and_a_branch_not_taken_are_no_paths() -> None:
    taken = cgviz.run("where(x > 0, x**2, log(x))", x=2)
    assert counts(Web(taken), taken.index("x")).paths == 1
    symbolic = cgviz.run("where(x > 0, x**2, log(x))")
    assert counts(Web(symbolic), symbolic.index("x")).paths == 2


def test_without_values_paths_come_in_the_order_of_the_backward_pass() -> None:
    run = cgviz.run(LECTURE)
    told = report(run, "x").text
    assert re.findall(r"^\(\d\) (.*)$", told, re.MULTILINE) == [
        "x → xpy → xpysqr → den → invden → f",
        "x → sigx → den → invden → f",
        "x → num → f",
    ]
    assert " = 1 · " not in told


@pytest.mark.parametrize(
    ("program", "values", "wrt", "says"),
    [
        ("q = x*3; f = y*2", {"x": 1, "y": 2}, "x", "No path leads from x to f, so ∂f/∂x = 0."),
        ("c = x + 1; c = c*c; c*c + x", {"x": 2}, "c′", "2 paths lead from c′ to f"),
        ("c = x + 1; c = c*c; c*c + x", {"x": 2}, "c_2", "2 paths lead from c′ to f"),
        ("x*x + y", {"x": 3, "y": 1}, None, "from x to f"),
        ("lambda*dx*node", {"lambda": 2, "dx": 3, "node": 4}, "node", "node → f"),
        ("q = x*y; q*z", {"x": 1, "y": 2, "z": 3}, "f", "1 path leads from f to f"),
        (
            ladder(100),
            {"x": 1},
            "x",
            "1267650600228229401496703205374 paths are not listed: together they sum to 1.268e30",
        ),
        (ladder(1500), {"x": 0}, "x", "(452 digits) paths lead from x to x1500"),
        ("1e16*x + x*1 - 1e8*(1e8*x)", {"x": 1}, "x", "the backward pass, which rounds every sum it makes, gives"),
    ],
)
def test_the_page_says(program: str, values: dict[str, float], wrt: str | None, says: str) -> None:
    assert says in " ".join(report(cgviz.run(program, values), wrt, 2 if "x5 " in program else 10).text.split())


def test_edges_side_by_side_are_told_apart() -> None:
    told = report(cgviz.run("q = x + 1; q*q", x=2)).text
    assert "x → q →₁ f" in told
    assert "x → q →₂ f" in told


def test_a_name_that_there_is_not() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    with pytest.raises(UsageError, match="no node 'dem' in this program; did you mean 'den'"):
        report(run, "dem")
    with pytest.raises(UsageError, match="there is no path 4: x reaches f by 3 paths"):
        light_of(run, 4, "x")


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (10**39, "1" + "0" * 39), (2**5000, "1.412e1505 (1506 digits)")]
)
def test_a_count_is_written(number: int, text: str) -> None:
    assert count(number) == text


def test_json_says_all_of_it() -> None:
    schema = json.loads((files("cgviz") / "documents" / "schema" / "paths-v1.schema.json").read_text(encoding="utf-8"))
    for program, values in [(LECTURE, {"x": 3, "y": -4}), (LECTURE, {}), (ladder(100), {"x": 1}), ("1/x", {"x": 0})]:
        made = json.loads(report(cgviz.run(program, values)).json)
        jsonschema.validate(made, schema)
        assert made["cgviz"] == 1
    lecture = json.loads(report(cgviz.run(LECTURE, x=3, y=-4)).json)
    assert lecture["listed_sum"] == pytest.approx(lecture["gradient"], rel=1e-14)
    products = [math.prod(edge["local"]["value"] for edge in path["edges"]) for path in lecture["listed"]]
    assert products == pytest.approx([path["product"] for path in lecture["listed"]])
    assert json.loads(report(cgviz.run(ladder(100), x=1)).json)["paths"] == str(2**100)


@pytest.mark.parametrize("width", ["20", "40", "80", "120"])
def test_the_page_keeps_to_its_width(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for program in ("@staged", ladder(300)):
        assert main(["paths", program, "--set", "x=3", *(["--set", "y=-4"] if program == "@staged" else [])]) == 0
        assert all(len(line) <= int(width) for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("sample", [sample.name for sample in SCALAR])
def test_every_sample_has_its_paths(sample: str, capsys: pytest.CaptureFixture[str]) -> None:
    for format in FORMATS:
        status = main(["paths", f"@{sample}", "--format", format])
        assert status == (1 if sample == "division-by-zero" else 0), format
        assert "path" in capsys.readouterr().out, format


# pictures


def groups(svg: bytes) -> Iterator[ET.Element]:
    yield from (g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("class", "").split()[0] in ("node", "edge"))


def marked(svg: bytes, mark: str) -> set[str]:
    return {g.get("id", "").partition("-")[2] for g in groups(svg) if mark in g.get("class", "").split()}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("style", ["card", "circuit"])
def test_a_path_stands_out_by_colour_and_by_thickness(style: str, theme: str) -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    light = light_of(run, 2, "x")
    svg = picture(run, style=style, theme=theme, light=light)
    for target, slot in light.edges:
        found = next(g for g in groups(svg) if g.get("id", "").endswith(f"-e{target}-{slot}"))
        path = next(found.iter(f"{SVG}path"))
        assert (path.get("stroke"), path.get("stroke-width")) == (THEMES[theme].gradient, "3")
    lit, faded = marked(svg, "lit"), marked(svg, "faded")
    assert {f"n{index}" for index in light.nodes} <= lit
    assert {f"n{run.index(name)}" for name in ("y", "sigy", "den")} <= faded
    for group in groups(svg):
        if "faded" in group.get("class", "").split():
            assert {text.get("fill") for text in group.iter(f"{SVG}text")} <= {THEMES[theme].pale}


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_svg_and_dot_highlight_the_same(style: str) -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    light = influence(run, "y")
    dot = picture(run, "dot", style=style, light=light).decode()
    bold = {line for line in dot.splitlines() if "->" in line and "penwidth=3" in line}
    svg = picture(run, style=style, light=light)
    assert len(bold) == sum(key[0] in "et" and key != "end" for key in marked(svg, "lit"))
    assert all(THEMES["light"].gradient in line for line in bold)
    assert marked(svg, "lit") == {
        f"{key}" for key in re.findall(r'class="[^"]*\blit\b[^"]*"[^\n]* id="?cg\w+-([\w-]+)', dot)
    }


def test_influence_is_what_lies_between() -> None:
    run = cgviz.run("a = x*y; dead = x + 1; b = sin(y); where(x > 1, a, b)", x=2, y=3)
    light = influence(run, "x")
    assert {run.graph.nodes[i].name for i in light.nodes} == {"x", "a", "f", "xgt1"}
    assert not any(run.graph.nodes[target].op is CONSTANT for target, _ in light.edges)


def test_a_picture_without_highlights_is_as_before() -> None:
    run = cgviz.run(LECTURE, x=3, y=-4)
    assert b"faded" not in picture(run)
    assert picture(run) != picture(run, light=light_of(run, 1))


@pytest.mark.parametrize("ending", ["svg", "pdf", "png", "dot", "tikz", "mmd"])
def test_render_highlights(ending: str, tmp_path: File, capsys: pytest.CaptureFixture[str]) -> None:
    plain, lit = tmp_path / f"plain.{ending}", tmp_path / f"lit.{ending}"
    assert main(["render", "@staged", "-o", str(plain)]) == 0
    assert main(["render", "@staged", "-o", str(lit), "--path", "3", "--wrt", "x"]) == 0
    assert plain.read_bytes() != lit.read_bytes()
    assert capsys.readouterr().err.count("wrote") == 2
    if ending == "svg":
        assert "path 3 from x to f: x → sigx → den → invden → f, product −0.03576" in lit.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--path", "4", "--wrt", "x"], "there is no path 4: x reaches f by 3 paths"),
        (["--path", "1", "--influence", "x"], "--path and --influence highlight different things"),
        (["--wrt", "x"], "--wrt goes with --mode forward, --mode both or --path N"),
        (["--influence", "z"], "no node 'z' in this program"),
        (["--path", "0"], "0 is not in the range"),
    ],
)
def test_a_highlight_that_cannot_be(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: File,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["render", "@staged", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
