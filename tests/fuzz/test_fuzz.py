"""Fuzz: whatever is typed, as text or as LaTeX, becomes a graph or a short message. CGVIZ_FUZZ=100000 runs as many."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from bounding import bounded
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import program
from strategies import trees

import cgviz
from cgviz.errors import LONGEST_MESSAGE, CgvizError
from cgviz.graph.naming import named
from cgviz.graph.nodes import Graph
from cgviz.runs.passes import gradient

EXAMPLES = int(os.environ.get("CGVIZ_FUZZ", "200"))
SECONDS = 20
# what the text does not tell: a stage assigned again (printed with primes), a number (read as an input's default)
NOT_WRITTEN = re.compile("[′″‴⁗]|= -?[0-9.e+-]+(;|$)")
ROOT = Path(__file__).parents[2]

SOUP = [
    *"x y z w xy x_1 w₁ α μ µ e pi π f sin cos exp log max min where gamma beta abs factorial math np if".split(),
    *"not else lambda import __class__ 0 1 2 3.5 .5 1e3 1e 0x1 1_0 + - * / ** ^ ( ) ( ) , = == < <= > ! | √".split(),
    *"² ³ ⁻¹ · × − ÷ // % @ . ; : := += [ ] { } ' \" # $ & \\ ~ ? ≤ ≠ ′ ⁿ ½ ∞ sin( max( f(x)= x=".split(),
    *["\n", " ", "\t", "\x00", "\u202e", "\u00a0"],
]
LATEX_SOUP = [
    *r"\frac \dfrac \sqrt \sqrt[3] \left \right \left( \right) \left| \right| \bigl( \lvert \rvert \sigma".split(),
    *r"\pi \Gamma \mathrm \text \text{a} \operatorname \operatorname{relu} \hat \bar \sin \cos \log \ln \exp".split(),
    *r"\min \cdot \times \div \le \ge \ne \\ \quad \, \; \! \{ \} \[ \] \( \) \text{if} \text{otherwise} \%".split(),
    *r"\begin{cases} \end{cases} \begin{align} \end{align} \begin \end \text{where} \sum \partial \label \_".split(),
    *r"{ } { } ( ) [ ] ^ _ ^2 _1 ^{2} _{12} ^{(1)} ^{-1} ' & | = + - * / , . ; ! < > : $ $$ % ~ {x} {x}{y} (x)".split(),
    *"x y z w f xy 0 1 2 12 3.5 e e^ 1e5 σ α ² · −".split(),
    *[" ", "\n", "\n\n", "\\"],
]
LATEX = [
    r"\frac{x+\sigma(y)}{\sigma(x)+(x+y)^2}",
    r"$$f(x, y, z) = (x + y)z \quad q = x + y$$",
    r"\begin{cases} x & \text{if } x > 0 \\ \alpha(e^x - 1) & \text{otherwise} \end{cases}",
    r"L = -\left[ y \log \hat{y} + (1-y) \log(1-\hat{y}) \right], \quad \hat{y} = \sigma(w_{11}^{(1)}x + b)",
    r"\max\left\{0, 1 - y (wx+b)\right\} + \sqrt[3]{|x| + \sin^2 2x} - n!",
    r"\begin{align} q &= x + y \\ f &= q z \end{align}",
]


def corpus() -> list[str]:
    """Returns the samples and the hostile texts."""
    samples = [path.read_text("utf-8") for path in sorted((ROOT / "samples").glob("*.cg"))]
    hostile = [path.read_text("utf-8").split("\n%%\n") for path in sorted((ROOT / "tests" / "hostile").glob("*.txt"))]
    return [*samples, *(text for texts in hostile for text in texts)]


@st.composite
def mutated(draw: st.DrawFn, originals: list[str], soup: list[str]) -> str:
    """Returns a text of the corpus after a few cuts, copies and insertions."""
    text = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.just(""), st.sampled_from(soup), st.just(text[start:end] * 2), st.text(max_size=3)))
        text = text[:start] + piece + text[end:]
    return text


def soups(soup: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(soup), max_size=30).flatmap(
        lambda pieces: st.sampled_from(["", " "]).map(lambda blank: blank.join(pieces))
    )


TEXTS = st.one_of(soups(SOUP), mutated(corpus(), SOUP), st.text(max_size=60), st.text("xy1(+-*/^|,=.! \n", max_size=40))
FORMULAS = st.one_of(
    soups(LATEX_SOUP), mutated([*LATEX, *corpus()], LATEX_SOUP), st.text("xy1\\{}()[]^_&|,= ", max_size=40)
)


def read(text: str, latex: bool) -> Graph | None:
    """Returns the graph of a text, or None where it is refused as it should be."""
    with bounded(text, SECONDS):
        try:
            graph = cgviz.read(text, latex=latex)
        except CgvizError as error:
            message = str(error)
            assert 0 < len(message) <= LONGEST_MESSAGE
            assert all(character.isprintable() for character in message.replace("\n", "")), ascii(message)
            assert message.count("\n") <= 2, message
            return None
        use(graph)
        return graph


def use(graph: Graph) -> None:
    """Names a graph, computes it and writes it back."""
    names = [node.name for node in named(graph).nodes if node.is_stage]
    assert all(name.isidentifier() for name in names)
    assert len(set(names)) == len(names)
    if graph.has_arrays:
        return  # of arrays, whose shapes only a run knows
    numbers = computed(graph)
    written = program(graph)
    if NOT_WRITTEN.search(written) is None and not {node.name for node in graph.nodes} & {"e", "pi", "π"}:
        assert computed(cgviz.read(written, latex=False, given=names_of(graph))) == pytest.approx(
            numbers, rel=1e-12, nan_ok=True
        ), written


def names_of(graph: Graph) -> list[str]:
    return [graph.nodes[i].name for i in graph.inputs]


def computed(graph: Graph) -> dict[str, float]:
    """Returns the value and what is not zero of the gradient of a graph where every input is 0.75."""
    value, slopes = gradient(graph, {graph.nodes[i].name: 0.75 for i in graph.inputs})
    return {"": value, **{name: slope for name, slope in slopes.items() if slope != 0}}


@settings(max_examples=EXAMPLES, derandomize="CGVIZ_FUZZ" not in os.environ)
@given(TEXTS)
def test_text(text: str) -> None:
    read(text, latex=False)


@settings(max_examples=EXAMPLES, derandomize="CGVIZ_FUZZ" not in os.environ)
@given(FORMULAS)
def test_latex(text: str) -> None:
    read(text, latex=True)


@settings(max_examples=EXAMPLES // 4, derandomize="CGVIZ_FUZZ" not in os.environ)
@given(trees())
def test_programs_are_always_read(tree: Any) -> None:
    assert read(tree.text, latex=False) is not None
