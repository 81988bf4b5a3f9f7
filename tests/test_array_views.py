"""Every command over programs with arrays: numbers equal the run's, or one clear line says what works instead."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reports import derivation
from screen import driven
from tex import compiled, need_tex
from textual.pilot import Pilot

import cgviz
from cgviz.cli import main
from cgviz.documents.aligned import width
from cgviz.documents.formats import FORMATS
from cgviz.documents.mathml import MathmlHand
from cgviz.documents.tex import TexHand
from cgviz.documents.writing import Hand, Slope
from cgviz.errors import UsageError
from cgviz.ops.rearranging import transpose
from cgviz.players.play import entry
from cgviz.players.play.app import Player
from cgviz.players.play.replay import Playback, Quiz
from cgviz.runs.modes import mode_of
from cgviz.runs.passes import forward
from cgviz.runs.starting import start
from cgviz.text.formula import PRETTY, Formula
from cgviz.text.numbers import number
from cgviz.views.explain import explain, facts_of, picture
from cgviz.views.explain.figure import figure

W, X = [[0.1, 0.5], [-0.3, 0.8]], [0.2, 0.4]
SQUARES = ("q = W @ x; f = sum(q**2)", {"W": W, "x": X})
NETWORK = (
    "h = tanh(W1 @ x + b1); y = W2 @ h; f = sum((y - t)**2)",
    {"W1": [[0.1, 0.5], [-0.3, 0.8], [0.2, 0.2]], "x": X, "b1": [0, 0, 0.1], "W2": [[1, 2, 3]], "t": [1]},
)
BATCH = (
    "f = mean(log_softmax(X @ W + b, axis=1)[:, 0])",
    {"X": [[1, 2], [3, 4], [0, 1]], "W": [[0.1, 0.5, 1], [-0.3, 0.8, 0]], "b": [0, 0.1, 0.2]},
)
MIXED = (
    "M = reshape(w, (2, 2)); s = concat(a, b); h = [1, t]; p = M @ s; "
    "f = mean(p*h)/det(M) + norm(inv(M)) + s[i] + trace(M.T) + max(p)",
    {"w": [1, 2, 3, 5], "a": [2], "b": [3], "t": 4, "i": 1},
)
PROGRAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "squares": SQUARES,
    "network": NETWORK,
    "batch": BATCH,
    "mixed": MIXED,
    "picks": ("f = x[0]*x[1]", {"x": [3, 4]}),
    "ties": ("sum(where(x > 0, x, 0))", {"x": [0, 1, -1]}),
    "symbolic": (SQUARES[0], {}),
    "defaults": ("W = [[1, 2], [3, 4]]; x = [1, 2]; f = sum(W @ x)", {}),
    "scalar and arrays": ("f = sum(tanh(x*t + b)**2)", {"x": [1, 0.2], "t": 0.3, "b": [0, 1]}),
    "infinite": ("f = sum(1/x)", {"x": [0, 1]}),
    "empty": ("f = sum(x)", {"x": []}),
    "three axes": ("f = sum(x**2)", {"x": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]}),
}
BY_NAME = pytest.mark.parametrize("name", list(PROGRAMS))


def run_of(name: str) -> cgviz.Run:
    text, inputs = PROGRAMS[name]
    return cgviz.run(text, **inputs)


def arguments(name: str) -> list[str]:
    """Returns a program and its inputs as they are typed."""
    text, inputs = PROGRAMS[name]
    return [text, *(word for key, value in inputs.items() for word in (f"--{key}", json.dumps(value)))]


# every command


COMMANDS = [
    ["derive"],
    *(["derive", "--format", format] for format in FORMATS[1:]),
    ["explain", "NODE"],
    *(["explain", "NODE", "--format", format] for format in ("json", "markdown")),
    ["explain", "NODE", "-o", "node.svg"],
    ["paths"],
    ["paths", "--expand", "all"],
    ["forward"],
    ["table", "--mode", "both"],
    *(["deck", "-o", f"deck.{ending}", "--granularity", "stage"] for ending in ("html", "pptx", "tex")),
    ["play", "--plain"],
    ["worksheet", "-o", "sheet.md"],
    ["page", "-o", "page.html"],
    ["descend"],
]


def tried() -> list[tuple[list[str], str]]:
    """Returns every command with every second program, what makes many pages with every fourth."""
    names = list(PROGRAMS)
    return [
        (command, name)
        for at, command in enumerate(COMMANDS)
        for name in (names[at % 4 :: 4] if command[0] in ("deck", "page", "worksheet") else names[at % 2 :: 2])
    ]


@pytest.mark.parametrize(
    ("command", "name"), tried(), ids=lambda each: each if isinstance(each, str) else " ".join(each)
)
def test_every_command_ends_well(
    command: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    head, *rest = command
    node = [each for each in rest if each == "NODE"]
    program, *inputs = arguments(name)
    words = [head, program, *(["1"] if node else []), *[each for each in rest if each != "NODE"], *inputs]
    status = main(words)
    said = capsys.readouterr().err
    assert "internal error" not in said
    if status:
        own = [line for line in said.splitlines() if line.startswith("cgviz: ")]
        assert len(own) == 1
        assert status == 2 or "is not finite" in said or "division by zero" in said or "no step" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["paths"], "open them into scalar gates with --expand all, or use cgviz jacobian"),
        (["paths", "--expand", "all"], "W is an array, and a path begins at one number; its elements are W_00, W_01"),
        (["forward"], "W has shape (2, 2); use cgviz jacobian --wrt W"),
        (["forward", "--expand", "all"], "choose a number (--wrt W₀₀, --wrt W₀₁"),
        (["render", "--path", "1"], "open them into scalar gates with --expand all"),
    ],
)
def test_what_makes_no_sense_is_told(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([words[0], *arguments("squares"), *words[1:]]) == 2
    assert said in capsys.readouterr().err


def test_a_page_without_elements_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert main(["page", *arguments("empty"), "-o", str(path)]) == 0
    assert "an array without elements has nothing to be recomputed, so the inputs stay" in path.read_text()


def test_forward_without_values_is_written_in_symbols(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forward", SQUARES[0], "--wrt", "x"]) == 0
    assert "W ẋ" in capsys.readouterr().out


# forward mode and paths


def test_tangents_along_a_number_are_central_differences() -> None:
    run = run_of("scalar and arrays")
    found = run.tangents(mode_of(run, "forward", "t").source)
    step = 1e-6
    up, down = (forward(run.bare, {**(run.inputs or {}), "t": 0.3 + way}) for way in (step, -step))
    for index, tangent in enumerate(found):
        assert np.shape(tangent) == run.bare.nodes[index].shape
        np.testing.assert_allclose(tangent, (np.asarray(up[index]) - down[index]) / (2 * step), atol=1e-8)


def test_a_tangent_is_with_respect_to_a_number() -> None:
    with pytest.raises(UsageError, match="cgviz jacobian --wrt W"):
        run_of("squares").tangents("W")


def test_paths_through_an_expanded_array_sum_to_its_gradient(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["paths", *arguments("squares"), "--expand", "all", "--wrt", "x_0", "--format", "json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    products = [path["product"] for path in told["listed"]]
    assert sum(products) == pytest.approx(run_of("squares").gradient["x"][0])


# the derivation


def lines(run: cgviz.Run) -> list[str]:
    return [" ".join(line.split()) for line in derivation(run).splitlines()]


def test_a_gradient_is_symbol_formula_numbers_result() -> None:
    said = " ".join(lines(run_of("squares")))
    assert "(1) ∂f/∂q ↦ ∂f/∂q xᵀ to W, matrix product rule" in said
    assert "∂f/∂W = ∂f/∂q xᵀ = [0.44, 0.52] [0.2, 0.4]ᵀ = [[0.088, 0.176], [0.104, 0.208]] shape (2, 2)" in said
    assert "∂f/∂x = Wᵀ ∂f/∂q = [[0.1, 0.5], [−0.3, 0.8]]ᵀ [0.44, 0.52] = [−0.112, 0.636] shape (2,)" in said
    assert "(1) q = W x = [[0.1, 0.5], [−0.3, 0.8]] [0.2, 0.4] = [0.22, 0.26] shape (2,)" in said


@BY_NAME
def test_every_gradient_of_the_run_stands_in_its_derivation(name: str) -> None:
    run = run_of(name)
    said = " ".join(lines(run))
    for index in run.graph.inputs:
        shown = run.graph.nodes[index].shown
        assert f"∂f/∂{shown}" in said
        if not run.symbolic:
            assert number(run.gradients[index], 4) in said


def test_broadcasting_is_said() -> None:
    said = " ".join(lines(run_of("batch")))
    assert "b broadcast as a row" in said
    assert "element by element, broadcast forward, summed backward" in said
    assert "∂f/∂b = sum(∂f/∂XWpb·1, axis=0)" in said
    assert "(∂f/∂f)/3" in said  # not ∂f/∂f/3


def test_a_sum_over_branches_has_its_matrix_products() -> None:
    run = cgviz.run("q = W @ x; f = sum(q**2) + sum(W**2)", W=W, x=X)
    assert "∂f/∂W = ∂f/∂Wsqr · ∂Wsqr/∂W + ∂f/∂q xᵀ" in " ".join(lines(run))


def test_an_array_as_output_goes_on_into_something() -> None:
    run = upstreamed("L = W @ x", [1.0, 2.0])
    said = " ".join(lines(run))
    assert "L goes on into loss, whose gradient with respect to L is given." in said
    assert "∂loss/∂L = [1, 2] the upstream gradient that was given" in said
    assert "∂loss/∂W = ∂loss/∂L xᵀ = [1, 2] [0.2, 0.4]ᵀ = [[0.2, 0.4], [0.4, 0.8]]" in said


def upstreamed(text: str, upstream: Any) -> cgviz.Run:
    values = {"W": np.array(W), "x": np.array(X)}
    return start(cgviz.read(text), values, upstream=np.array(upstream))


def test_a_number_with_an_upstream_gradient_is_scaled() -> None:
    said = " ".join(lines(start(cgviz.read("q = w*x"), {"w": 2.0, "x": 3.0}, upstream=5.0)))
    assert "∂L/∂w = ∂L/∂q · ∂q/∂w = ∂L/∂q · x = 5 · 3 = 15" in said


def test_there_is_no_closed_form() -> None:
    assert any("sympy has no closed form here: it differentiates numbers" in line for line in lines(run_of("squares")))


def test_a_large_array_is_told_by_its_shape() -> None:
    run = cgviz.run("f = sum((X @ w)**2)", X=np.ones((20, 30)), w=np.ones(30))
    for format, shape in (("terminal", "(20×30)"), ("latex", r"\end{bmatrix}_{20 \times 30}")):
        assert shape in derivation(run, format)


@BY_NAME
def test_the_derivation_is_well_formed_mathml(name: str) -> None:
    page = derivation(run_of(name), "html").partition("\n")[2]
    root = ET.fromstring(re.sub(r"<meta ([^>]*)>", r"<meta \1/>", page))
    assert all(len(element) == 2 for kind in ("msup", "msub", "mfrac") for element in root.iter(kind))
    if name == "squares":
        assert "".join(next(root.iter("mtable")).itertext()) == "0.10.5−0.30.8"


def test_every_derivation_compiles_and_stays_on_the_page(tmp_path: Path) -> None:
    need_tex("amsmath.sty")
    bodies = []
    for name in PROGRAMS:
        document = derivation(run_of(name), "latex", standalone=True)
        head, _, body = document.partition(r"\begin{document}")
        bodies.append(body.partition(r"\end{document}")[0])
    whole = f"{head}\\begin{{document}}{' '.join(bodies)}\\end{{document}}\n"
    pdf = compiled(whole, tmp_path, needs="amsmath.sty")
    assert re.findall(r"Overfull \\hbox \((\d+)", pdf.with_suffix(".log").read_text(errors="replace")) == []


@BY_NAME
def test_markdown_holds_nothing_that_a_renderer_stumbles_on(name: str) -> None:
    written = derivation(run_of(name), "markdown")
    for block in re.findall(r"^\$\$\n(.*?)\n\$\$$", written, re.DOTALL | re.MULTILINE):
        assert not re.search(r"\\operatorname|\\tag|\n\s*\n", block)
        assert block.count("{") == block.count("}")


def test_a_matrix_is_as_wide_as_its_widest_row() -> None:
    narrow, wide = (rf"\begin{{bmatrix}} 1 & {x} \\ 2 & 3 \end{{bmatrix}}" for x in ("4", "4.444444"))
    assert width(narrow) < width(wide) < 2 * width(narrow) + 8
    assert width(rf"\begin{{bmatrix}} {' '.join(['1234'] * 2)} \end{{bmatrix}} x") > 8
    assert width(r"\begin{bmatrix} 1 \\ 2 \\ 3 \\ 4 \end{bmatrix}") < 5


@pytest.mark.parametrize(
    ("hand", "expected"),
    [
        (Hand(4), "(∂f/∂q)ᵀ"),
        (TexHand(4), r"\left(\frac{\partial f}{\partial q}\right)^{\top}"),
        (MathmlHand(4), '<mo form="postfix">)</mo></mrow></mrow><mo>⊤</mo></msup>'),
    ],
)
def test_a_slope_is_bracketed_where_it_is_transposed(hand: Hand, expected: str) -> None:
    turned = transpose(Formula(Slope(hand.slope("f", "q")), shape=None))
    assert hand.formula(turned).endswith(expected)


# the explanation


def test_a_matrix_product_is_explained() -> None:
    said = " ".join(explain(run_of("squares"), "q").split())
    assert "shapes W 2×2, x (2,) → q (2,)" in said
    assert "W gets dq xᵀ, of shape 2×2 x gets Wᵀ dq, of shape (2,)" in said
    assert "dW = dq xᵀ = [0.44, 0.52] [0.2, 0.4]ᵀ = [[0.088, 0.176], [0.104, 0.208]]" in said
    assert "move x along −dx by a small step h and f falls by ‖dx‖²·h = 0.417·h" in said


def test_grids_keep_their_columns() -> None:
    said = explain(run_of("squares"), "W")
    assert "values    W = ⎡ 0.1  0.5⎤\n              ⎣−0.3  0.8⎦\n" in said


def test_an_elementwise_gate_is_explained_element_by_element() -> None:
    said = " ".join(explain(run_of("network"), "h").split())
    assert "∂h/∂W1xpb1 = 1 − h² = 1 − [0.2165, 0.2543, 0.2165]² = [0.9531, 0.9353, 0.9531]" in said
    told = " ".join(explain(run_of("batch"), "2").split())
    assert "∂XWpb/∂b = 1; broadcast forward from (3,) to 3×3, summed backward" in told


def test_the_contributions_to_an_array_add_up() -> None:
    run = cgviz.run("q = W @ x; f = sum(q**2) + x[0]", W=W, x=X)
    said = " ".join(explain(run, "x").split())
    assert "∂f/∂x = [1, 0] + [−0.112, 0.636] = [0.888, 0.636]" in said
    told = json.loads(explain(run, "x", "json"))
    np.testing.assert_allclose(told["gradient"], run.gradient["x"])
    np.testing.assert_allclose(sum(np.array(each["value"]) for each in told["contributions"]), run.gradient["x"])


def test_an_upstream_gradient_is_explained() -> None:
    assert "dq = [1, 2], the upstream gradient that was given" in explain(upstreamed("q = W @ x", [1.0, 2.0]), "q")


@BY_NAME
def test_every_node_is_explained_and_drawn(name: str) -> None:
    run = run_of(name)
    for index in (*run.graph.inputs, *run.graph.stages):
        node = run.graph.nodes[index].name
        assert run.graph.nodes[index].spelling.text in explain(run, node)
        root = ET.fromstring(picture(run, node))
        assert root.tag.endswith("svg")


@pytest.mark.parametrize(("program", "node"), [("batch", "3"), ("batch", "X"), ("network", "1"), ("mixed", "w")])
def test_texts_stay_in_their_boxes(program: str, node: str) -> None:
    """The picture of a gate with a wide glyph, a long rule, many elements: nothing is wider than what it stands in."""
    layout = figure(facts_of(run_of(program), node)).layout
    boxes = {box.key: box for box in layout.scene.boxes}
    for box in boxes.values():
        for place in box.inside:
            left = place.x - place.align * place.width
            assert sum(text.width for text in place.line) <= place.width + 1
            assert -box.width / 2 - 1 <= left <= left + place.width <= box.width / 2 + 1
    if "gate" in boxes:
        middle, wide = layout.plan.centre["gate"][0], boxes["gate"].width / 2
        for key in ("glyph", *(key for key in boxes if key.startswith("l"))):
            at, half = layout.plan.centre[key][0], boxes[key].width / 2
            assert middle - wide <= at - half
            assert at + half <= middle + wide


# the player


def test_the_player_steps_through_arrays() -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press(*["right"] * len(app.replay.steps))
        assert app.replay.done == len(app.replay.steps)
        await pilot.press("plus")
        assert "W1 is an array" in app.note

    driven(script, run_of("network"), (110, 40))


def test_arrays_are_typed_into_the_player() -> None:
    graph = run_of("squares").graph
    found = entry.inputs("x = [1, 2/4], W = [[1, 2], [3, 4]]", graph)
    assert found["x"].tolist() == [1, 0.5]
    assert found["W"].tolist() == [[1, 2], [3, 4]]
    with pytest.raises(UsageError, match="it names 'a'"):
        entry.inputs("x = [a, 2]", graph)
    replay = Playback(run_of("squares")).with_inputs({"x": found["x"]})
    np.testing.assert_allclose(replay.run.value, np.sum((np.array(W) @ [1, 0.5]) ** 2))


def test_the_quiz_asks_for_numbers() -> None:
    run = run_of("scalar and arrays")
    asked = [step for step in range(len(run.steps) + 1) if Quiz(on=True).asks(Playback(run, step))]
    assert [run.graph.nodes[run.steps[step - 1].index].shown for step in asked] == ["t"]


def test_notations_write_rows_and_picks() -> None:
    run = cgviz.run("h = [1, t]; f = h[i]", t=2, i=1)
    assert run.graph.formula(run.graph.stages[0]).write(PRETTY).text == "[1, t]"
    assert run.graph.formula(run.graph.output).latex == "{h}_{[i]}"
    alpha = cgviz.run("f = h[alpha]", h=[1, 2], alpha=1)
    assert alpha.graph.formula(alpha.graph.output).latex == r"{h}_{[\alpha]}"
