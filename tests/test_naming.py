"""Names of stages: the lecture's, and short, valid, unique, stable names on anything."""

from __future__ import annotations

import keyword
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Tree, trees

import cgviz
from cgviz.graph.naming import named
from cgviz.graph.nodes import Graph
from cgviz.ops.op import REGISTRY

LONGEST = 12
LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"


def names(text: str, detail: str = "stage") -> list[str]:
    graph = named(cgviz.read(text, detail=detail))
    return [graph.nodes[i].name for i in graph.stages]


@pytest.mark.parametrize(
    "text",
    [LECTURE, "(x + 1/(1+exp(-y)))/(1/(1+exp(-x)) + (x+y)^2)", r"\frac{x+\sigma(y)}{\sigma(x)+(x+y)^2}"],
)
def test_the_lecture(text: str) -> None:
    assert names(text) == "sigy num sigx xpy xpysqr den invden f".split()


ROLES = {
    "x + y": "f",
    "w_1*x_2 - 1": "w1x_2 f",
    "w*x̂ - 1": "prod f",
    "2*(x + y)": "xpy f",
    "(x - y)*z": "xmy f",
    "(x*y) + z": "xy f",
    "-(x + y)": "xpy f",
    "exp(-x) + z": "negx expnegx f",
    "exp(x)/y": "expx invy f",
    "log(x)*sin(y)": "logx siny f",
    "sqrt(x**2 + y**2)": "xsqr ysqr sum f",
    "x*y + z*w": "xy zw f",
    "2*(x*y + z*w)": "xy zw dot f",
    "sin(x*x + y*z)": "xx yz xxpyz f",
    "sin(x*y*z + a*b)": "xyz ab xyzpab f",
    "sin(x*y + 2*b)": "xy twob sum f",
    "(x + 0.5)*y": "sum f",
    "(x + 2000)*y": "sum f",
    "(3 + x)*y": "threepx f",
    "(a + b)/(c + d)": "num den invden f",
    "(a + b)/(c + d) + (c + a)/(d + b)": "num den invden quot num2 den2 invden2 quot2 f",
    "max(x, y)*2": "maxxy f",
    "q = x + y; q*z": "q f",
    "xpy = x*y; (x + y)*xpy": "xpy xpy2 f",
}


@pytest.mark.parametrize(("text", "expected"), ROLES.items())
def test_names_say_the_role(text: str, expected: str) -> None:
    assert " ".join(names(text)) == expected


def test_a_name_of_the_program_wins() -> None:
    assert names("den + (x + 1)/(y + 1)").count("den") == 0
    assert "f" not in names("f + x")
    assert names("f + x") == ["out"]
    assert names("f + out*x")[-1] == "out2"


def check(graph: Graph) -> None:
    """Asserts that names are valid, unique, short where they are ours, and mean nothing else in the language."""
    made = named(graph)
    all_names = [node.name for node in made.nodes if node.name]
    assert len(set(all_names)) == len(all_names)
    for before, node in zip(graph.nodes, made.nodes, strict=True):
        assert node.name == before.name or not before.name
        if node.is_stage and not before.name:
            assert node.name.isidentifier()
            assert not keyword.iskeyword(node.name)
            known = REGISTRY.get(node.name)
            assert known is None or (known.vjp is not None and known not in {each.op for each in made.nodes})
            assert node.name not in ("e", "pi", "π")
            assert len(node.name) <= LONGEST, node.name


@settings(max_examples=120)
@given(trees(leaves=25), st.sampled_from(["stage", "gate"]), st.booleans())
def test_names_on_anything(tree: Tree, detail: str, share: bool) -> None:
    check(cgviz.read(tree.text, detail=detail, share=share))


@settings(max_examples=100)
@given(trees(names=["num", "den", "xpy", "sum", "lambda", "sin", "f", "invden", "dot", "x2"], leaves=25))
def test_names_do_not_collide_with_the_programs(tree: Tree) -> None:
    check(cgviz.read(tree.text, given=tuple(tree.names)))


def large(operations: int) -> str:
    """Returns a program of one expression with many operations."""
    choose = random.Random(7)
    pool = ["x", "y", "z", "w"]
    forms = ["({} + {})", "({} - {})", "({})*({})", "sin({})", "({})/(1 + ({})**2)", "sigmoid({})", "max({}, {})"]
    text = "x"
    for _ in range(operations):
        form = choose.choice(forms)
        other = choose.choice(pool)
        text = form.format(*[text, other][: form.count("{}")])
    return text


def test_a_large_expression_has_names_that_a_person_would_have_chosen() -> None:
    graph = cgviz.read(large(200))
    check(graph)
    made = named(graph)
    stems = {re.sub("[0-9_]", "", made.nodes[i].name) for i in made.stages}
    assert {"num", "den", "invden", "sum", "diff", "prod"} <= stems
    assert len(stems) < len(made.stages) / 3


def test_a_role_that_returns_a_thousand_times() -> None:
    graph = cgviz.read("\n".join(f"y{i} = sin(x + {i})" for i in range(1_000)))
    check(graph)
    assert named(graph).nodes[graph.stages[-2]].name == "xp999"
