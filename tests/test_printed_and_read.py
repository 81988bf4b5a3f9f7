"""What a table prints, in its heading and in its column of formulas, read back as a program gives the same numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import array_programs
import numpy as np
import pytest
from hypothesis import given, settings
from strategies import SPELLINGS, Tree, inputs, trees

import cgviz
import cgviz.views.table
from cgviz.documents.writing import Writing, ascii_spelling, unicode_spelling
from cgviz.errors import EvaluationError
from cgviz.ops.op import ops
from cgviz.reading.shipped import samples
from cgviz.runs.run import Run
from cgviz.text.notations import LATEX
from cgviz.views.table.heading import heading
from cgviz.views.table.rows import rows

WRITINGS = [writing(17)._replace(whole=True) for writing in (unicode_spelling, ascii_spelling)]
SPELLED = {"x": "θ₁", "y": "ŷ", "z": "Δt", "beta": "θ₁⁽²⁾", "N": "a⁽²⁾"}


def printed(run: Run, writing: Writing) -> Iterator[str]:
    yield "\n".join(heading(run, writing))
    yield "\n".join(f"{row.name} = {row.forward}" for row in rows(run, writing) if row.number)


def check(run: Run) -> None:
    for writing in WRITINGS if run.graph.inputs else ():
        nodes = run.graph.nodes
        names = [writing.name(nodes[index].shown) for index in run.graph.inputs]
        for text in printed(run, writing):
            again = cgviz.run(text, dict(zip(names, (run.values[i] for i in run.graph.inputs), strict=True)))
            same(again.value, run.value, text)
            found = {writing.name(again.graph.nodes[i].shown): again.gradients[i] for i in again.graph.inputs}
            for name, index in zip(names, run.graph.inputs, strict=True):
                if name in found or np.any(run.gradients[index]):
                    same(found[name], run.gradients[index], f"d{name} of {text}")


def same(one: Any, other: Any, what: str) -> None:
    one, other = (np.asarray(0.0 if each is None else each, dtype=float) for each in (one, other))
    assert one.shape == other.shape, what
    finite = other[np.isfinite(other)]
    assert np.allclose(one, other, rtol=1e-7, atol=1e-9 * np.max(np.abs(finite), initial=1), equal_nan=True), what


def latex_rows(run: Run) -> str:
    graph = run.graph
    rows = [f"{LATEX.name(graph.nodes[i].shown)} &= {graph.formula(i).latex}" for i in graph.stages]
    return r"\begin{align*}" + r" \\ ".join(rows) + r"\end{align*}"


def check_latex(run: Run) -> bool:
    """Tells whether the LaTeX rows are read; where they are, they give the same number."""
    text = latex_rows(run)
    try:
        again = cgviz.run(text, {run.graph.nodes[i].name: run.values[i] for i in run.graph.inputs}, latex=True)
    except cgviz.CgvizError:
        return False
    same(again.value, run.value, text)
    return True


def graph_inputs(text: str) -> set[str]:
    graph = cgviz.read(text)
    return {graph.nodes[i].name for i in graph.inputs}


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_samples(sample: Any) -> None:
    graph = cgviz.read(sample.text)
    open_inputs = {graph.nodes[i].name: 0.75 for i in graph.inputs if graph.nodes[i].value is None}
    for detail in ("stage", "gate"):
        check(cgviz.run(sample.text, open_inputs, detail=detail))


@settings(max_examples=60)
@given(trees(), inputs())
def test_programs_of_numbers(tree: Tree, point: dict[str, float]) -> None:
    text = tree.fold(lambda leaf: SPELLED.get(str(leaf), str(leaf)), lambda kind, args: SPELLINGS[kind].format(*args))
    check(cgviz.run(text, {SPELLED.get(name, name): point[name] for name in tree.names}))


@pytest.mark.parametrize("seed", range(30))
def test_programs_of_arrays(seed: int) -> None:
    made, chance = array_programs.program(seed, None), np.random.default_rng(seed)
    values = {name: chance.normal(size=shape) for name, shape in array_programs.INPUTS.items() if name not in "eE"}
    names = graph_inputs(made.text)
    if names <= values.keys():
        try:
            run = cgviz.run(made.text, {name: values[name] for name in names})
        except cgviz.CgvizError:
            return  # shapes that do not fit
        check(run)
        check_latex(run)


FRAMES = (
    "{0}/{1}", "x/{0}", "{0}**2", "{0}**y", "x**{0}", "-{0}**2", "({0})!", "|{0}|", "x - ({0} + {1})", "1/{0}",
    "({0} == {1}) + x*({0} < {1})", "{0} if {1} > 0.2 else z", "c = {0}; c = c*{1}; c = c + c*x",
    "a = {0}; b = {1}; a/(b/a)", "θ_1 = {0}; θ_1 = θ_1*{1}; θ_1**2",
)  # fmt: skip


@pytest.mark.parametrize("frame", ["{}", "({})**2", "2*{} - x", "y/{}", "x**{}"])
def test_every_op_in_latex(frame: str) -> None:
    """Read as it was printed, or not at all: some functions have a sign that stands for much else, `W(x)`."""
    calls = {1: "{}(x)", 2: "{}(x, y)"}
    read = 0
    for op in ops():
        if op.vjp is not None or op.arity not in ((1, 1), (2, 2)) or op.fixed or op.gate == "stops":
            continue
        text, point = frame.format(calls[op.arity[0]].format(op.name)), {"x": 0.3, "y": 0.6}
        try:
            run = cgviz.run(text, {name: point[name] for name in graph_inputs(text)})
        except EvaluationError:
            continue
        read += check_latex(run)
    assert read > 50


def test_every_op_of_one_number() -> None:
    chance = random.Random(9)
    unary = [op.name for op in ops() if op.vjp is None and op.arity == (1, 1) and not op.fixed and op.gate != "stops"]
    for name in unary:
        for frame in chance.sample(FRAMES, 3):
            text = frame.format(f"{name}(x)", f"{chance.choice(unary)}(y)")
            point = {"x": 0.3, "y": 0.6, "z": 0.45} if "z" in text else {"x": 0.3, "y": 0.6}
            known = graph_inputs(text)
            try:
                run = cgviz.run(text, {key: value for key, value in point.items() if key in known})
            except EvaluationError:
                continue
            check(run)


@pytest.mark.parametrize(
    "text",
    ["sum(inv(A) @ A)", "sum(1/A)", "sum(A**-2)", "solve(A, v) @ v", "q = v @ A; (A @ q) @ v", "sum(outer(v, v) * A)",
     "sum(outer(v @ A, v) * A)", "sum(outer(v, 2*(v @ A)) * A)", "sum((A*A) @ (v @ A))", "sum(A * (v @ (v @ A)))",
     "u = v @ A; sum(A * (2*v @ u))", "q = v @ A; (A*A) @ q @ v",
     "sum(outer(v @ A, v @ A) @ (v @ A))", "θ = v @ A; θ @ A @ A @ θ", "u = tanh(v**2); w = v @ u; v**2 @ v",
     "sum(kron(A, A))", "(v @ v)**2 / (v @ A @ v)", "sum(rsqrt(A)/rsqrt(A + 1))", "sum(A.T @ A**2 * A)"],
)  # fmt: skip
def test_products_of_arrays(text: str) -> None:
    given_values = {"A": np.array([[2.0, 0.5], [0.25, 1.5]]), "v": np.array([1.5, 0.75])}
    run = cgviz.run(text, {name: value for name, value in given_values.items() if name in graph_inputs(text)})
    check(run)
    assert check_latex(run) or "kron" in text or "A**2" in text  # a power of a matrix is asked about


@pytest.mark.parametrize("seed", range(12))
def test_axes_and_places_in_latex(seed: int) -> None:
    """A place is counted from 0 in brackets; X_1 is the stage that is called so, not an element of X."""
    chance = random.Random(seed)
    row = [f"{chance.choice(['X[{}]', 'X.T[{}]', 'sum(X, axis={})', 'max(X, axis={})'])}".format(i) for i in (0, 1)]
    parts = [chance.choice(["tanh({})", "exp(-({}))", "2*({})", "({})**2", "ŷ*({})"]).format(each) for each in row]
    text = chance.choice(["sum({0}) - norm({1}, 1)", "({0}) @ ({1})", "({0})[1]*({1})[0]", "max({0})/mean({1})"])
    x = np.array([[0.4, 1.1], [0.7, 0.2]])
    text = text.format(*parts)
    assert check_latex(cgviz.run(text, {"X": x, **({"ŷ": 0.6} if "ŷ" in text else {})}))


@pytest.mark.parametrize("part", ["x**2", "exp(x)*y", "log(y)/(x + 1)", "-x"])
@pytest.mark.parametrize("frame", ["u = hypot({0}, y)\n{0}", "u = {0} + y\nw = u**2\nf = {0}", "u = {0}\nw = u*x*y\nu"])
def test_an_output_that_is_part_of_an_earlier_stage_is_the_last_row(frame: str, part: str) -> None:
    for detail in ("stage", "gate"):
        run = cgviz.run(frame.format(part), x=0.3, y=0.7, detail=detail)
        assert run.graph.output == run.graph.stages[-1]
        check(run)


HEAD = re.compile(r"(.*?)(?:\s+at \S+ = .*?)?\n\n", re.DOTALL)


@pytest.mark.parametrize("seed", range(12))
def test_a_heading_is_read_as_it_was_folded(seed: int) -> None:
    """Lines end after a sign, and break before one; what is left out is refused, never another function."""
    chance = random.Random(seed)
    terms = [
        f"{chance.choice(['sin(x)', 'x*y', 'exp(-y)', 'x/(y + 2)', 'x**2'])}*{i}" for i in range(chance.randint(2, 60))
    ]
    body = "".join(chance.choice([" + ", " - ", "*"]) + term for term in terms)
    text = "; ".join([*(f"a{i} = x*{i} - y" for i in range(chance.choice([0, 3, 14]))), f"f = x{body}"])
    run = cgviz.run(text, x=0.3, y=0.7)
    for width in (40, 80):
        lines = cgviz.views.table.report(run).lines(unicode_spelling(17), width)
        head = HEAD.match("\n".join("".join(piece for piece, *_ in line) for line in lines))
        assert head
        if "…" in head[1]:
            with pytest.raises(cgviz.ExpressionError, match=r"dots leave terms|leaves statements out"):
                cgviz.run(head[1], x=0.3, y=0.7)
        else:
            same(cgviz.run(head[1], x=0.3, y=0.7).value, run.value, head[1])


@pytest.mark.parametrize(
    ("text", "value"),
    [("a +\nb", 3), ("a\n+ b", 3), ("f = a·\nb", 2), ("f =\na*b", 2), ("q = a*b\n-q", -2), ("q = a\n  - b", -1),
     ("q = a\n− b", -1), ("f(a, b) = a\n\n+ b", 3), ("a # +\n+ b", 3), ("q = a*b\n−q", -2), ("a*(b\n+ 1)", 3)],
)  # fmt: skip
def test_a_statement_goes_on_where_a_sign_says_so(text: str, value: float) -> None:
    assert cgviz.run(text, a=1, b=2).value == value


def test_a_line_that_may_go_on_or_not_is_refused() -> None:
    with pytest.raises(cgviz.ExpressionError, match="go on from the one before"):
        cgviz.read("q = a*b\n- log(q)")


def test_the_head_of_many_inputs_is_read() -> None:
    text = "f(a, b, …) = a*b + c"
    assert cgviz.run(text, {"a": 2, "b": 3, "c": 4}).value == 10
    with pytest.raises(cgviz.CgvizError, match="dots leave terms"):
        cgviz.run("a + … + c", {"a": 2, "c": 4})
