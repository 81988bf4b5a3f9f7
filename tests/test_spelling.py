r"""Spellings: what people write becomes letters, marks and scripts, and every notation writes them in its way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cgviz
from cgviz.errors import UsageError
from cgviz.graph.naming import Wording, respelled, spellings_from
from cgviz.text.formula import PRETTY, TEXT, Formula
from cgviz.text.gradients import Gradient, gradient_name
from cgviz.text.names import Name
from cgviz.text.notations import LATEX, MARKED
from cgviz.text.parsing import parse_spelling, spelled
from cgviz.text.plain import ascii_text
from cgviz.text.runs import TextRun, plain, runs
from cgviz.text.spelling import Spelling
from cgviz.text.tex import latex
from cgviz.text.typeset import words

SAME = [
    ("θ₁", "theta_1", ["theta_1", "θ₁", "θ_1", r"\theta_1", r"\theta_{1}"], r"\theta_1"),
    ("ŷ", "yhat", ["yhat", "y_hat", "ŷ", "ŷ", r"\hat y", r"\hat{y}"], r"\hat{y}"),
    ("a⁽²⁾", "a2", ["a^(2)", "a⁽²⁾", "a^{(2)}"], "a^{(2)}"),
    ("a^[2]", "a_l2", ["a^[2]", "a^{[2]}"], "a^{[2]}"),
    ("a^[2](i)", "a_l2_i", ["a^[2](i)", "a^{[2](i)}"], "a^{[2](i)}"),
    ("𝐰", "w", [r"\mathbf{w}", r"\boldsymbol w", "𝐰"], r"\mathbf{w}"),
    ("ℒ", "L", [r"\mathcal{L}", r"\mathscr L", "ℒ", "𝓛"], r"\mathcal{L}"),
    ("Wᵢⱼ", "W_ij", ["W_ij", "W_{ij}", "Wᵢⱼ"], "W_{ij}"),
    ("cₜ₋₁", "c_tm1", ["c_tm1", "c_{t-1}", "cₜ₋₁"], "c_{t-1}"),
    ("x_train", "x_train", ["x_train", r"x_{\text{train}}", r"x_{\mathrm{train}}"], r"x_{\mathrm{train}}"),
    ("c′", "cp", ["c′", "c'", r"c^{\prime}", r"c^\prime"], "c'"),
    ("xpy", "xpy", ["xpy", r"\mathrm{xpy}"], r"\mathrm{xpy}"),
    ("φ", "varphi", ["varphi", r"\varphi", "φ"], r"\varphi"),
    ("ϕ", "phi", ["phi", r"\phi", "ϕ"], r"\phi"),
    ("θ̄₁", "thetabar_1", ["thetabar_1", r"\bar\theta_1", r"\bar{\theta}_{1}"], r"\bar{\theta}_1"),
]


@pytest.mark.parametrize(("text", "identifier", "written", "latex"), SAME, ids=[row[0] for row in SAME])
def test_one_spelling_of_all_that_is_the_same(text: str, identifier: str, written: list[str], latex: str) -> None:
    made = [parse_spelling(each) for each in written]
    assert {spelling.text for spelling in made} == {text}
    assert {spelling.identifier for spelling in made} == {identifier}
    assert {LATEX.spell(spelling, "") for spelling in made} == {latex}


@pytest.mark.parametrize(
    ("one", "other"), [("x1", "x_1"), ("z^(2)", "z^[2]"), ("phi", "varphi"), ("a2", "a^2"), ("w", "𝐰")]
)
def test_what_differs_stays_two(one: str, other: str) -> None:
    assert parse_spelling(one) != parse_spelling(other)
    assert parse_spelling(one).text != parse_spelling(other).text


@pytest.mark.parametrize("written", ["", "a b", "2x", "x_{1", r"\frac", "x+y", "\x1b[1m", "w\ue0f0"])
def test_what_is_not_one_name_is_refused(written: str) -> None:
    with pytest.raises(UsageError):
        parse_spelling(written)
    assert spelled(written).letters == written


@given(st.from_regex(r"[A-Za-zα-ωΑ-Ω][A-Za-z0-9α-ω_]{0,12}", fullmatch=True))
def test_a_spelling_reads_back(name: str) -> None:
    spelling = spelled(name)
    assert spelled(spelling.text).text == spelling.text
    assert spelling.identifier.isidentifier()


@given(st.text(max_size=12))
def test_ascii_is_ascii(text: str) -> None:
    assert ascii_text(text).isascii()
    assert "\\" not in ascii_text(text.replace("\\", ""))


def test_ascii_spells_what_it_can() -> None:
    assert ascii_text("³√x · θ₁² ≤ ŷ − ½") == "cbrtx * theta_1^2 <= yhat - 1/2"
    assert ascii_text("доход Цена ß ø שלום 中 한 ٣ ⅐ ₹") == "dokhod Tsena ss ostroke shinlamedvavmem u4e2d han 3 1/7 ?"


def test_a_raised_name_is_bracketed_before_it_is_raised_again() -> None:
    name = Name("a1", parse_spelling("a^{(1)}"))
    power = Formula(name) ** 2
    assert (power.text, power.pretty, power.latex) == ("a1**2", "(a⁽¹⁾)²", r"\left(a^{(1)}\right)^{2}")


def test_runs_of_typeset_text() -> None:
    text = (Formula("theta_1") * Formula(Name("w", parse_spelling(r"\mathbf w"))) ** 2).write(MARKED).text
    assert runs(text) == [
        TextRun("θ", italic=True), TextRun("1", size=0.7, shift=-0.16), TextRun("·"), TextRun("w", bold=True),
        TextRun("2", size=0.7, shift=0.36),
    ]  # fmt: skip
    assert plain(text) == "θ₁·w²"
    nested = MARKED.name(Name("x", parse_spelling(r"x_{w_1}")))
    assert [(run.text, run.size) for run in runs(nested)] == [("x", 1.0), ("w", 0.7), ("1", 0.49)]


STYLES = [
    ("d", "dθ₁", r"\mathrm{d}\theta_1", "dtheta_1"),
    ("partial", "∂L/∂θ₁", r"\partial L / \partial \theta_1", "dL/dtheta_1"),
    ("bar", "θ̄₁", r"\bar{\theta}_1", "theta_1_bar"),
    ("delta", "δθ₁", r"\delta \theta_1", "delta_theta_1"),
]


@pytest.mark.parametrize(("style", "pretty", "latex", "text"), STYLES)
def test_gradient_notations(style: str, pretty: str, latex: str, text: str) -> None:
    name = Name("theta_1", None, Gradient("theta_1", "L", style))
    assert [notation.gradient(name) for notation in (PRETTY, LATEX, TEXT)] == [pretty, latex, text]
    assert [notation.name(gradient_name(name)) for notation in (PRETTY, LATEX, TEXT)] == [pretty, latex, text]


def test_a_wording_holds_in_the_table_and_in_captions() -> None:
    run = cgviz.run("L = ((x + sigmoid(y))*w_1)**2", x=1, y=2, w_1=3)
    worded = run.worded(names="math", gradient="bar", spellings={"w_1": r"\omega_1"})
    table = worded.table("markdown")
    assert table is not None
    assert "ω₁" in table
    assert "x + σ(y)" in table
    assert "w_1" not in table
    assert worded.steps[-1].caption().startswith("ȳ = ")
    assert run.gradient == worded.gradient


def test_names_that_would_look_alike_are_told_apart() -> None:
    run = cgviz.run("x1*x_1", x1=2, x_1=3)
    assert [LATEX.name(run.graph.nodes[i].shown) for i in run.graph.inputs] == [r"\mathrm{x1}", "x_1"]


def test_a_spelling_of_a_node() -> None:
    graph = respelled(cgviz.read("w*x"), {"w": parse_spelling(r"\mathbf{w}^{(2)}")})
    assert graph.nodes[0].spelling == Spelling("w", "bold", sup=(Spelling("("), Spelling("2"), Spelling(")")))
    assert graph.nodes[0].name == "w"
    assert graph.formula(2).pretty == "𝐰⁽²⁾·x"


def test_a_wording_that_there_is_not() -> None:
    for names, gradient in [("code", "nabla"), ("words", "d")]:
        with pytest.raises(UsageError, match="is not one of"):
            Wording(names, gradient)
    with pytest.raises(UsageError, match="not the spelling"):
        spellings_from({"x": "a+b"})


@pytest.mark.parametrize("name", ["x_1_", "x__1", "x_", "x_1__2"])
def test_an_empty_script_keeps_names_apart(name: str) -> None:
    assert spelled(name).text == name


def test_pictures_raise_brackets_and_set_bold_letters_in_the_bold_face() -> None:
    from cgviz.drawing.diagram.typography import runs

    found = runs("a^[1](i)·𝐰", "formula")
    assert [(run.text, run.level, run.bold) for run in found] == [
        ("a", 0, False),
        ("[1](i)", 1, False),
        ("·", 0, False),
        ("w", 0, True),
    ]
    assert runs("∂ℒ/∂θ₁", "formula")[-1].level == -1


def test_code_says_how_reports_write_its_gradients() -> None:
    run = cgviz.run("q = x + y; q*z", x=1, y=2, z=3)
    assert "; elsewhere it is written ∂f/∂x." in run.worded("code", "partial", {}).code()
    assert "with respect to w.\n" in run.code()


def test_letters_with_a_face_are_mathematics_among_words() -> None:
    assert words("d𝐰 of ℒ, 𝛉") == r"d$\mathbf{w}$ of $\mathcal{L}$, $\boldsymbol{\theta}$"


def test_raised_indices_typed_in_text_stay() -> None:
    run = cgviz.run("z⁽²⁾ = θ₁⁽²⁾*a⁽¹⁾; z⁽²⁾ + θ₁₂", {"θ₁⁽²⁾": 2, "a⁽¹⁾": 3, "θ₁₂": 1})
    assert run.table().text.startswith("z⁽²⁾ = θ₁⁽²⁾·a⁽¹⁾\nf(θ₁⁽²⁾, a⁽¹⁾, θ₁₂) = z⁽²⁾ + θ₁₂")
    assert run["z2"].value == 6
    assert r"\theta_1^{(2)}" in run.derive().latex


def test_a_value_that_is_a_name_is_set_as_its_names_and_signs() -> None:
    from cgviz.drawing.diagram.typography import runs

    value = Spelling("D_KL(q_ϕ(𝐳|ŷ)‖p(z))", "italic")
    assert latex(value) == r"D_{\mathrm{KL}}(q_{\phi}(\mathbf{z}|\hat{y})\Vert p(z))"
    assert latex(Spelling("log p(x)", "upright")) == r"\mathrm{log}\ p(x)"
    assert [(run.text, run.level) for run in runs("π_old(a|s)", "name")][:3] == [("π", 0), ("old", -1), ("(", 0)]
    assert [run.level for run in runs("log_softmax(x)", "formula")] == [0, 0, 0]
    assert latex(Spelling("ymŷ")) == r"\mathrm{ym\hat{y}}"


def test_no_sign_of_a_symbols_name_turns_what_stands_behind_it() -> None:
    sympy = pytest.importorskip("sympy")
    run = cgviz.run(sympy.Symbol("x\u202ey") * sympy.Symbol("t\x00") + 1)
    made = [run.derive().latex, run.derive().html, run.table().latex, run.table().html, run.table().text]
    assert not any(sign in text for text in made for sign in "\u202e\x00")
