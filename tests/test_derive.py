"""The derivation: the lecture's lines, sympy's closed forms beside the run, and every format on every sample."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import sympy
from browser import chromium, need_chromium
from hypothesis import given, settings
from reports import derivation
from rich.console import Console
from strategies import SMOOTH, Tree, inputs, trees, with_library
from tex import HOSTILE, all_hostile, compiled, hostile, need_tex

import cgviz
from cgviz.analysis.closed import closed_forms, effort, evaluated
from cgviz.cli import main
from cgviz.documents.aligned import broken, flattened, width
from cgviz.documents.formats import FORMATS
from cgviz.documents.mathml import Mathml
from cgviz.documents.writing import ascii_spelling, unicode_spelling
from cgviz.drawing.theme import THEMES
from cgviz.errors import UsageError
from cgviz.ops.arithmetic import power, signed_sum
from cgviz.ops.op import Op, ops
from cgviz.ops.piecewise import extremum
from cgviz.ops.products import product
from cgviz.reading.shipped import sample, samples
from cgviz.runs.run import Run
from cgviz.text.formula import Formula

NAMES = [each.name for each in samples()]


def run_of(name: str, **settings: Any) -> Run:
    return cgviz.run(sample(name).text, **settings)


def lines(run: Run, **settings: Any) -> list[str]:
    """Returns the lines of the derivation for the terminal, runs of blanks as one."""
    return [" ".join(line.split()) for line in derivation(run, **settings).splitlines()]


@pytest.fixture(scope="module")
def staged() -> Run:
    return run_of("staged")


# the lecture's lines


def test_the_stages_of_the_lecture(staged: Run) -> None:
    said = lines(staged)
    for line in (
        "(1) sigy = σ(y) = σ(−4) = 0.01799",
        "(2) num = x + sigy = 3 + 0.01799 = 3.018",
        "(3) sigx = σ(x) = σ(3) = 0.9526",
        "(4) xpy = x + y = 3 + (−4) = −1",
        "(5) xpysqr = xpy² = (−1)² = 1",
        "(6) den = sigx + xpysqr = 0.9526 + 1 = 1.953",
        "(7) invden = 1/den = 1/1.953 = 0.5121",
        "(8) f = num·invden = 3.018·0.5121 = 1.546",
    ):
        assert line in said


def test_the_backward_pass_of_the_lecture(staged: Run) -> None:
    """∂f/∂num = invden, ∂f/∂invden = num, ∂f/∂den = (−1/den²)·num, as written on the board."""
    said = lines(staged)
    order = [
        "(8) ∂f/∂num = invden = 0.5121",
        "(8) ∂f/∂invden = num = 3.018",
        "(7) ∂f/∂den = ∂f/∂invden · ∂invden/∂den = num · (−1/den²) = 3.018 · (−0.2623) = −0.7916",
        "(6) ∂f/∂sigx = ∂f/∂den · ∂den/∂sigx = ∂f/∂den · 1 = −0.7916 · 1 = −0.7916",
        "(6) ∂f/∂xpysqr = ∂f/∂den · ∂den/∂xpysqr = ∂f/∂den · 1 = −0.7916 · 1 = −0.7916",
        "(5) ∂f/∂xpy = ∂f/∂xpysqr · ∂xpysqr/∂xpy = ∂f/∂xpysqr · 2·xpy = −0.7916 · (−2) = 1.583",
        "(2) ∂f/∂x = ∂f/∂xpy · ∂xpy/∂x + ∂f/∂sigx · ∂sigx/∂x + ∂f/∂num · ∂num/∂x",
        "= ∂f/∂xpy · 1 + ∂f/∂sigx · (1 − sigx)·sigx + ∂f/∂num · 1",
    ]
    places = [said.index(line) for line in order]
    assert places == sorted(places)
    assert any("1.583 · 1 + (−0.7916) · 0.04518 + 0.5121 · 1 = 2.06" in line for line in said)
    assert "∇f = [∂f/∂x, ∂f/∂y] = [2.06, 1.592]" in said


def test_every_local_derivative_with_its_rule(staged: Run) -> None:
    said = lines(staged)
    assert "(7) ∂invden/∂den = −1/den² = −1/1.953² = −0.2623 reciprocal rule" in said
    assert "(3) ∂sigx/∂x = (1 − sigx)·sigx = (1 − 0.9526)·0.9526 = 0.04518 derivative of the sigmoid" in said
    assert "(5) ∂xpysqr/∂xpy = 2·xpy = 2·(−1) = −2 power rule" in said
    assert "(8) ∂f/∂num = invden = 0.5121 product rule" in said
    assert "(6) ∂den/∂sigx = 1 sum rule" in said


def test_the_chain_rule_of_the_lecture() -> None:
    said = lines(run_of("chain-rule"))
    for line in (
        "q = x + y",
        "f(x, y, z) = q·z",
        "(1) q = x + y = −2 + 5 = 3",
        "(2) f = q·z = 3·(−4) = −12",
        "(1) ∂q/∂x = 1 sum rule",
        "(2) ∂f/∂q = z = −4 product rule",
        "(1) ∂f/∂x = ∂f/∂q · ∂q/∂x = z · 1 = z = −4",
        "∇f = [∂f/∂x, ∂f/∂y, ∂f/∂z] = [−4, −4, 3]",
    ):
        assert line in said
    assert "(1) ∂f/∂y = ∂f/∂xpy · ∂xpy/∂y = z · 1 = z = −4" in lines(run_of("composed"))


def test_the_product_of_the_lecture() -> None:
    said = lines(run_of("product"))
    assert "(1) ∂f/∂x = y = −3 product rule" in said
    assert "(1) ∂f/∂y = x = 4" in said
    assert "∇f = [∂f/∂x, ∂f/∂y] = [−3, 4]" in said


def test_fan_out_is_a_sum() -> None:
    assert "(1) ∂f/∂x = x + x = 3 + 3 = 6 2 branches" in lines(run_of("square-twice"))
    assert "(1) ∂b/∂a = 1 + 1 = 2 2 branches" in lines(run_of("fan-out"))
    said = lines(run_of("fan-out-product"))
    assert any("∂f/∂e · 1 + ∂f/∂d · b" in line for line in said)


def test_in_symbols_there_are_no_numbers() -> None:
    said = lines(cgviz.run("q = x + y; f = q*z"))
    assert "(1) ∂f/∂x = ∂f/∂q · ∂q/∂x = z · 1 = z" in said
    assert "(2) f = q·z" in said
    assert not any("staged 0" in line for line in said)


def test_latex_writes_the_lecture_with_fractions(staged: Run) -> None:
    written = derivation(staged, "latex", standalone=True)
    assert (
        r"\frac{\partial f}{\partial \mathrm{den}} &= \frac{\partial f}{\partial \mathrm{invden}} \cdot "
        r"\frac{\partial \mathrm{invden}}{\partial \mathrm{den}} = \mathrm{num} \cdot "
        r"\left(-\frac{1}{\mathrm{den}^{2}}\right)"
    ) in written
    assert r"\tag{7}" in written


# one input


def test_wrt_keeps_what_matters(staged: Run) -> None:
    said = "\n".join(lines(staged, wrt="y"))
    assert "(3) sigx = σ(x)" in said  # its value is needed
    assert "∂f/∂sigx" not in said  # its gradient is not
    assert "∂f/∂sigy" in said
    assert "∂num/∂x" not in said
    assert "= 1.592" in said
    with pytest.raises(UsageError, match="'w' is not an input of the program; its inputs are 'x', 'y'"):
        derivation(staged, wrt="w")


# corners, in words, in place


def test_a_tie_is_told_and_no_formula_claims_it() -> None:
    said = lines(run_of("tie-max"))
    assert any(line.startswith("(1) ∂f/∂x = 0.5") and "tie: split evenly" in line for line in said)
    assert not any("[2 = 2]" in line for line in said)


def test_a_kink_is_told() -> None:
    assert any("[0 > 0] = 0" in line and "kink: relu'(0) = 0" in line for line in lines(run_of("kink-relu")))


def test_nothing_flows_on_a_branch_that_is_not_taken() -> None:
    said = lines(run_of("branch"))
    assert "(4) ∂f/∂logx = 0 nothing flows back: it is on the branch that is not taken" in said
    assert "(4) ∂f/∂xgt0 = 0 nothing flows back: this operand only decides" in said
    assert any("log of a negative number" in line for line in said)


def test_what_is_not_finite_is_told_where_it_comes_from() -> None:
    said = lines(run_of("division-by-zero"))
    assert "(2) invden = 1/den = 1/0 = inf infinite: division by zero, den = 0" in said
    assert any("the closed form has no finite value here" in line for line in said)


def test_what_does_not_reach_the_output() -> None:
    said = lines(cgviz.run("t = x*y; f = x**2", x=1, y=2))
    assert "(1) t = x·y = 1·2 = 2 does not reach f" in said
    assert "∂f/∂y = 0 y does not reach f" in said


def test_a_number_whose_taught_formula_loses_its_digits_is_no_false_equation() -> None:
    assert any(line.startswith("(1) ∂f/∂x = (1 − f)·f = 4.248e−18") for line in lines(cgviz.run("sigmoid(x)", x=40)))


# the rule's name is a fact about an op


def families() -> list[Op]:
    made = [signed_sum(1, -1, 1), product(3), power(3), power(-0.5), extremum("max", "first"), extremum("min", "both")]
    return [*ops(), *made]


def test_every_op_names_the_rule_of_its_derivative() -> None:
    assert [op.name for op in families() if not op.by or not op.by.isascii()] == []


# closed forms


def closed_value(run: Run, index: int, formula: Formula) -> Any:
    nodes = run.graph.nodes
    return evaluated(formula, {nodes[i].shown: run.values[i] or 0.0 for i in run.graph.inputs})


def test_the_closed_form_of_the_lecture(staged: Run) -> None:
    """∂f/∂x as it stands on the slide, compared by sympy itself."""
    x, y = sympy.symbols("x y")
    sx, sy = 1 / (sympy.exp(-x) + 1), 1 / (sympy.exp(-y) + 1)
    top = (x + sy) * (sympy.exp(-x) / (sympy.exp(-x) + 1) ** 2 + 2 * (x + y))
    slide = 1 / (sx + (x + y) ** 2) - top / (sx + (x + y) ** 2) ** 2
    found = closed_forms(staged.graph, staged.graph.inputs)
    value = closed_value(staged, 0, found.slopes[staged.graph.inputs[0]])
    assert abs(value - slide.subs({x: 3, y: -4}).evalf(40)) < 1e-35
    assert staged.gradient["x"] == pytest.approx(float(value), rel=1e-14)


@settings(max_examples=25)
@given(trees(SMOOTH), inputs())
def test_closed_forms_agree_with_the_run(tree: Tree, point: dict[str, float]) -> None:
    run = cgviz.run(tree.text, {name: point[name] for name in tree.names})
    found = closed_forms(run.graph, run.graph.inputs)
    size = max(1.0, *(abs(edge.value or 0.0) for edges in run.contributions for edge in edges))
    for index, formula in found.slopes.items():
        value = closed_value(run, index, formula)
        assert value is not None
        assert run.gradients[index] == pytest.approx(float(value), rel=1e-9, abs=1e-11 * size)


@settings(max_examples=15)
@given(trees(SMOOTH, leaves=6), inputs())
def test_the_closed_form_is_that_of_the_same_expression_in_sympy(tree: Tree, point: dict[str, float]) -> None:
    """The witness builds its own sympy expression and evaluates its derivative by sympy."""
    symbols = {name: sympy.Symbol(name, real=True) for name in tree.names}
    whole = with_library(tree, symbols, sympy)
    run = cgviz.run(tree.text, {name: point[name] for name in tree.names})
    for index, formula in closed_forms(run.graph, run.graph.inputs).slopes.items():
        name = run.graph.nodes[index].name
        at = {symbols[other]: sympy.Rational(str(point[other])) for other in tree.names}
        witness = sympy.diff(whole, symbols[name]).subs(at).evalf(30)
        size = max(1.0, *(abs(value or 0.0) for value in run.values))
        assert float(closed_value(run, index, formula)) == pytest.approx(float(witness), rel=1e-10, abs=1e-12 * size)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("max(x, y)", "sympy has no closed form here: stage (1), max: it takes a decision"),
        ("where(x > 0, x, y)", "sympy has no closed form here: stage (1), greater: it takes a decision"),
        ("x == y", "sympy has no closed form here: stage (1), equal: it takes a decision"),
        ("sign(x)", "sympy has no closed form here: sympy answers with DiracDelta"),
        ("(2*x)**1000000", "The closed form is left out: stage (2), power: it holds a very large power"),
        ("((((2*x)^64)^64)^64)^64", "left out: stage (3), power: it holds a very large power"),
        ("x + factorial(1e6)", "left out: stage (1), factorial: it is taken of a large number"),
        ("sin(" * 60 + "x" + ")" * 60, "left out: stage (51), sin: written out it is nested more than 50"),
    ],
)
def test_why_there_is_no_closed_form(program: str, reason: str) -> None:
    graph = cgviz.run(program).graph
    assert reason in closed_forms(graph, graph.inputs).reason


def test_a_closed_form_that_would_swell_is_left_out_at_once() -> None:
    program = "\n".join(["a0 = x*y", *(f"a{i + 1} = sin(a{i})*exp(a{i})" for i in range(200))])
    graph = cgviz.run(program).graph
    assert "more than 300 operations" in closed_forms(graph, graph.inputs).reason


def test_a_very_large_power_of_a_number_is_never_written_out() -> None:
    graph = cgviz.run("0.5**1e9*x").graph
    assert closed_forms(graph, graph.inputs).slopes[graph.inputs[0]].text == "0"


@pytest.mark.parametrize(
    ("program", "forward", "backward"),
    [
        ("x*y", 1, 0),  # both slopes are there already
        ("x*y*z", 2, 3),
        ("(x + y)*z", 2, 0),  # 1 · z is no product
        ("x*x", 1, 1),  # one sum
        ("sigmoid(x)", 4, 2),  # −, exp, +, 1/; 1 − f, · f
        ("sin(x**2)", 2, 3),  # cos; 2·x, · upstream
    ],
)
def test_operations_are_counted(program: str, forward: int, backward: int) -> None:
    run = cgviz.run(program)
    found = effort(run, [True] * len(run.graph))
    assert (found.forward, found.backward) == (forward, backward)


def test_operations_are_told_beside_sympys(staged: Run) -> None:
    said = lines(staged)
    assert any(re.match(r"Operations, staged: \d+ forward \+ \d+ backward = \d+", line) for line in said)
    x, y = sympy.symbols("x y")
    sx, sy = 1 / (1 + sympy.exp(-x)), 1 / (1 + sympy.exp(-y))
    f = (x + sy) / (sx + (x + y) ** 2)
    counts = [each.count_ops() for each in (f, f.diff(x), f.diff(y))]
    assert f"Closed forms: {counts[0]} for the function + {counts[1]} + {counts[2]}" in "\n".join(said)


# every sample in every format


@pytest.mark.parametrize("detail", ["stage", "gate"])
@pytest.mark.parametrize("name", NAMES)
def test_every_sample_in_every_format(name: str, detail: str) -> None:
    run = run_of(name, detail=detail)
    symbolic = Run(run.bare, None)
    turn = NAMES.index(name) + 3 * (detail == "gate")  # at one detail half of the formats, at the other the rest
    drawn = [(run, turn), (run, turn + 1), (run, turn + 2), (symbolic, turn + 3)]
    for each, at in drawn[:: 3 if name == "mazur" else 1]:
        written = derivation(each, format := FORMATS[at % len(FORMATS)])
        assert len(re.findall(r"Forward: the stages, in order", written)) == 1
        for index in run.graph.stages:
            number = run.graph.numbers[index]
            assert any(each in written for each in (f"({number})", rf"\tag{{{number}}}", f'"stage": {number}')), format


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_well_formed_and_needs_no_network(name: str) -> None:
    written = derivation(run_of(name), "html")
    root = ET.fromstring(well_formed(written))
    for fraction in root.iter("mfrac"):
        assert len(fraction) == 2
    for kind in ("msup", "msub", "mroot"):
        assert all(len(element) == 2 for element in root.iter(kind))
    assert not re.search(r"https?://|<script|src=|@import", written)


def well_formed(page: str) -> str:
    """Returns a page as XML: its void elements are closed."""
    return re.sub(r"<meta ([^>]*)>", r"<meta \1/>", page.partition("\n")[2])


def test_every_op_is_well_formed_in_mathml() -> None:
    for op in families():
        check_mathml(op)


def check_mathml(op: Op) -> None:
    count = max(op.arity[0], 2 if op.arity[1] is None else op.arity[1])
    shape = () if op.vjp is None else None
    up, out, *leaves = (Formula(name, shape=shape) for name in ("up", "out", "x_1", "beta", "c′")[: count + 2])
    rule = op.partials(out, *leaves) if op.vjp is None else op.vjp(up, out, *leaves)
    every = [Formula(op=op, args=tuple(leaves)), *rule]
    for formula in every:
        if isinstance(formula, Formula):
            written = formula.write(Mathml()).text
            root = ET.fromstring(f"<math>{written}</math>")
            assert "β" in "".join(root.itertext()) or count < 2 or formula is not every[0], op.name
            brace = "{" if root.find(".//mtable") is not None else ""
            assert not re.search(r"[\\{}]|[\ue000-\ue00f]", "".join(root.itertext()).replace(brace, "", 1)), op.name


def test_names_are_never_markup() -> None:
    for run in (hostile(*HOSTILE[i : i + 5]) for i in range(0, len(HOSTILE), 5)):
        root = ET.fromstring(well_formed(derivation(run, "html")))
        assert root.find("body") is not None
        blocks = re.findall(r"^\$\$\n(.*?)\n\$\$$", derivation(run, "markdown"), re.DOTALL | re.MULTILINE)
        assert len(blocks) >= 4
        for block in blocks:
            assert block.count("{") == block.count("}")
            assert not re.search(r"[<>#$%~^`](?!\{)", block.replace("&&", ""))


def test_markdown_holds_nothing_that_a_renderer_stumbles_on(staged: Run) -> None:
    for run in (staged, run_of("branch"), run_of("tie-max"), cgviz.run("erf(x) + besselj(2, y)", x=1, y=2)):
        written = derivation(run, "markdown")
        blocks = re.findall(r"^\$\$\n(.*?)\n\$\$$", written, re.DOTALL | re.MULTILINE)
        assert written.count("$$") == 2 * len(blocks)
        for block in blocks:
            assert not re.search(r"[<>*`~]|\\operatorname|\\tag|\n\s*\n", block)
            assert block.count("{") == block.count("}")
            assert block.count(r"\left") == block.count(r"\right")


# the terminal


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 300])
@pytest.mark.parametrize("name", ["staged", "mazur", "branch", "division-by-zero"])
def test_no_line_is_wider_than_the_terminal(name: str, columns: int) -> None:
    for row in run_of(name).derive().plain(unicode_spelling(), columns).splitlines():
        assert len(row) <= max(columns, 44)


def test_a_terminal_without_mathematics_gets_ascii(staged: Run) -> None:
    said = staged.derive().plain(ascii_spelling(), 100)
    assert said.isascii()
    assert "df/dden = df/dinvden * dinvden/dden" in " ".join(said.split())


def test_values_are_green_and_gradients_red(staged: Run) -> None:
    said = io.StringIO()
    staged.derive().print(Console(file=said, force_terminal=True, color_system="standard", width=120, no_color=False))
    assert "\x1b[32m1.546\x1b[0m" in said.getvalue()
    assert "\x1b[31m−0.7916\x1b[0m" in said.getvalue()
    plain = io.StringIO()
    staged.derive().print(Console(file=plain, force_terminal=True, width=120, no_color=True))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain.getvalue())


# long and deep programs


def test_a_deep_program_is_derived() -> None:
    for count, format, last in ((200, "terminal", "(401)"), (100, "latex", r"\tag{201}"), (100, "html", "(201)")):
        program = "\n".join(["a0 = sin(x)", *(f"a{i + 1} = sin(a{i})*x" for i in range(count))])
        written = derivation(cgviz.run(program, x=0.3), format)
        assert last in written
        assert "it is nested more than 50 levels deep" in " ".join(written.split())
        assert f"{count - 10} more statements" in written


def test_a_wide_sum_is_not_written_out() -> None:
    program = "+".join(f"x{i}" for i in range(1000))
    written = derivation(cgviz.run(program, {f"x{i}": 1.0 for i in range(1000)}))
    assert "add of 1000 operands" in written
    assert "Left out: there are 1000 inputs" in written


def test_without_inputs_there_is_nothing_to_derive() -> None:
    said = lines(cgviz.run("c = 3*4; d = c^2"))
    assert "1. The function and its gradient: it has no inputs" in said
    assert "(2) d = c² = 12² = 144" in said
    assert not any("∂" in line for line in said)


# LaTeX, for real


def test_the_pieces_of_a_broken_formula_balance() -> None:
    formula = cgviz.run("(a + b + c + d)*(a - b/(c + d + a*b*c*d) + sin(a + b + c))*(a + b)").graph
    written = Formula(op=formula.nodes[formula.output].op, args=tuple(map(formula.operand, (0, 1, 2)))).latex
    long = rf"\left({' + '.join([written] * 6)}\right) \cdot \left({written} - {written}\right)"
    cut = broken(long, 20.0)
    assert len(cut) > 3
    for piece in cut:
        assert piece.count(r"\left") == piece.count(r"\right")
        assert piece.count("{") == piece.count("}")
        assert width(piece) <= 40
    assert re.sub(r"\\(left|right)\.|\s", "", "".join(cut)) == re.sub(r"\s", "", long)


def test_deep_brackets_do_not_grow() -> None:
    deep = r"\left(" * 12 + "x" + r"\right)" * 12
    assert flattened(deep) == "(" * 12 + "x" + ")" * 12
    assert flattened(r"\left(x\right) \leftarrow y") == r"\left(x\right) \leftarrow y"


@pytest.mark.parametrize("detail", ["stage", "gate"])
def test_every_sample_compiles_and_stays_on_the_page(detail: str, tmp_path: Path) -> None:
    """All samples as one document: each compiles, and no line runs off the page."""
    need_tex("amsmath.sty")
    bodies = []
    for name in NAMES:
        document = derivation(run_of(name, detail=detail), "latex", standalone=True)
        head, _, body = document.partition(r"\begin{document}")
        bodies.append(body.partition(r"\end{document}")[0])
    whole = f"{head}\\begin{{document}}{' '.join(bodies)}\\end{{document}}\n"
    pdf = compiled(whole, tmp_path, needs="amsmath.sty")
    log = pdf.with_suffix(".log").read_text(errors="replace")
    assert re.findall(r"Overfull \\hbox \((\d+)", log) == []


def test_hostile_names_compile(tmp_path: Path) -> None:
    need_tex("amsmath.sty")
    head, bodies = "", []
    for run in all_hostile():
        head, _, body = derivation(run, "latex", standalone=True).partition(r"\begin{document}")
        bodies.append(body.partition(r"\end{document}")[0])
    compiled(f"{head}\\begin{{document}}{' '.join(bodies)}\\end{{document}}\n", tmp_path, needs="amsmath.sty")


def test_the_fragment_pastes_into_beamer(staged: Run, tmp_path: Path) -> None:
    fragment = derivation(staged, "latex")
    assert r"\documentclass" not in fragment
    frame = rf"\begin{{frame}}[allowframebreaks]{{Derivation}}\footnotesize {fragment}\end{{frame}}"
    source = rf"\documentclass{{beamer}}\begin{{document}}{frame}\end{{document}}"
    pdf = compiled(source, tmp_path, needs="beamer.cls")
    assert not re.findall(r"Overfull \\hbox \((\d{2,})", pdf.with_suffix(".log").read_text(errors="replace"))


# the page, in a browser


def test_the_page_shows_in_a_browser(staged: Run, tmp_path: Path) -> None:
    need_chromium()
    file = tmp_path / "staged.html"
    file.write_text(derivation(staged, "html"), encoding="utf-8")
    with chromium() as browser:
        shown = browser.new_page(viewport={"width": 900, "height": 700})
        shown.goto(file.as_uri())
        sizes = shown.evaluate(
            "[...document.querySelectorAll('mfrac')].map(e => e.getBoundingClientRect()).map(r => [r.width, r.height])"
        )
        assert len(sizes) > 40
        assert all(width > 5 and height > 15 for width, height in sizes)
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        red, green, blue = bytes.fromhex(THEMES["light"].value.removeprefix("#"))
        colour = shown.evaluate("getComputedStyle(document.querySelector('.value')).color")
        assert colour == f"rgb({red}, {green}, {blue})"


# the command


def test_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "q = x + y; f = q*z", "--x", "-2", "--y", "5", "--z", "-4", "--wrt", "x"]) == 0
    out, err = capsys.readouterr()
    assert "z = −4" in out
    assert out.count("∂f/∂y") == 1  # in ∇f
    assert not err


@pytest.mark.parametrize(
    ("name", "begins"),
    [("d.md", "### 1."), ("d.tex", "% made by"), ("d.html", "<!DOCTYPE html>"), ("d.txt", "1. The function")],
)
def test_the_ending_chooses_the_format(name: str, begins: str, tmp_path: Path) -> None:
    assert main(["derive", "@product", "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["@product", "-o", "d.png"], "'d.png' does not say which format"),
        (["@product", "--standalone"], "--standalone is for LaTeX"),
        (["@product", "--wrt", "z"], "'z' is not an input of the program"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_what_is_not_finite_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "@division-by-zero"]) == 1
    out, err = capsys.readouterr()
    assert "infinite: division by zero" in out
    assert "stage (2) invden = 1/den: division by zero" in err


def test_help_loads_neither_sympy_nor_rich() -> None:
    code = (
        "import sys\nfrom cgviz.cli import main\ntry: main(['derive', '--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('sympy', 'rich', 'numpy', 'mpmath') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
    assert "--wrt" in done.stdout
