"""The language of programs: what a text becomes, stage by stage, as DESIGN says it."""

from __future__ import annotations

import math

import pytest
from reading import program

import cgviz
from cgviz.errors import ExpressionError
from cgviz.graph.naming import named


def read(text: str, given: tuple[str, ...] = (), detail: str = "stage") -> str:
    """Returns a program as it was understood: `q = x + y; f = q*z`."""
    return program(cgviz.read(text, given=given, detail=detail))


def inputs(text: str, given: tuple[str, ...] = ()) -> list[str]:
    graph = cgviz.read(text, given=given)
    return [graph.nodes[i].name for i in graph.inputs]


AS_TYPED = {
    # sums keep their operands, their order and their signs
    "x-y": "f = x - y",
    "-(a+b)": "f = -(a + b)",
    "a-b+c-d": "f = a - b + c - d",
    "b+a": "f = b + a",
    "a-(b-c)": "f = a - (b - c)",
    "a+(b+c)": "f = a + (b + c)",
    "-a-b": "f = -a - b",
    "x+(-y)": "f = x - y",
    "x--y": "f = x - (-y)",
    "+x": "f = x",
    "+-+x": "f = -x",
    # nothing is simplified
    "x*x": "f = x*x",
    "x-x": "f = x - x",
    "x/x": "f = x*(1/x)",
    "x+x": "f = x + x",
    "0*x": "f = 0*x",
    "max(z, w)": "f = max(z, w)",
    "max(b, a, b)": "f = max(b, a, b)",
    # products and quotients
    "a*b*c": "f = a*b*c",
    "a*(b*c)": "f = a*(b*c)",
    "x/y/z": "f = x*(1/y)*(1/z)",
    "-x*y": "f = -x*y",
    "x*-y": "f = x*(-y)",
    "1/x": "f = 1/x",
    "x/2": "f = x/2",
    # powers
    "-x**2": "f = -x**2",
    "(-x)**2": "f = (-x)**2",
    "a**b**c": "f = a**b**c",
    "a^b": "f = a**b",
    "2**-x": "f = 2**(-x)",
    "x**-1": "f = 1/x",
    "x**(1/2)": "f = sqrt(x)",
    "x^3": "f = x**3",
    "x**(1/3)": "f = x**(1/3)",
    "x + 1/3": "f = x + 1/3",
    "2**-1*x": "f = (1/2)*x",
    # implicit products bind as * does
    "2x": "f = 2*x",
    "1/2x": "f = (1/2)*x",
    "2(x+1)(y-1)": "f = 2*(x + 1)*(y - 1)",
    "2x^2": "f = 2*x**2",
    "x y": "f = x*y",
    "xy": "f = xy",
    "2x3": "f = 2*x3",
    "(x)(y)": "f = x*y",
    "2sin(x)": "f = 2*sin(x)",
    "2|x|": "f = 2*abs(x)",
    # signs of the printed page
    "x²": "f = x**2",
    "x²y³": "f = x**2*y**3",
    "-x²": "f = -x**2",
    "x⁻¹": "f = 1/x",
    "x^-1": "f = 1/x",
    "√x": "f = sqrt(x)",
    "2√x": "f = 2*sqrt(x)",
    "√(x+1)": "f = sqrt(x + 1)",
    "σ(x)": "f = sigmoid(x)",
    "a·b×c": "f = a*b*c",
    "a−b": "f = a - b",
    "a÷b": "f = a*(1/b)",
    "|x|": "f = abs(x)",
    "|x||y|": "f = abs(x)*abs(y)",
    "||x|-1|": "f = abs(abs(x) - 1)",
    "x!": "f = factorial(x)",
    "2x!": "f = 2*factorial(x)",
    "w₁ + w_2 + aᵢ": "f = w_1 + w_2 + a_i",
    # choices
    "where(x < y, x, y)": "f = where(x < y, x, y)",
    "x if y > 0 else z": "f = where(y > 0, x, z)",
    "x if y ≥ 0 else 2 if z ≠ 0 else w": "f = where(y >= 0, x, where(z != 0, 2, w))",
    # constants
    "e**u": "f = exp(u)",
    "e^(u+1)": "f = exp(u + 1)",
    "x*pi": "f = x*pi",
    "x*π": "f = x*pi",
    "x+e": "f = x + e",
    # numbers
    ".5x": "f = 0.5*x",
    "3.*x": "f = 3*x",
    "1e-3*x": "f = 0.001*x",
    "1_000*x": "f = 1000*x",
    # prefixes of modules
    "math.exp(x)": "f = exp(x)",
    "np.maximum(x, y)": "f = max(x, y)",
    "torch.sigmoid(x)*math.pi": "f = sigmoid(x)*pi",
    # a chain of values
    "1/(1+exp(-u))": "f = sigmoid(u)",
    "log(sigmoid(u))": "f = logsigmoid(u)",
    "(w*x + b)": "f = w*x + b",
}


@pytest.mark.parametrize(("text", "expected"), AS_TYPED.items())
def test_what_was_typed_is_kept(text: str, expected: str) -> None:
    assert read(text) == expected


def test_the_stages_of_the_lecture() -> None:
    graph = named(cgviz.read("(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"))
    assert "; ".join(f"{graph.nodes[i].name} = {graph.formula(i).text}" for i in graph.stages) == (
        "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); xpy = x + y; xpysqr = xpy**2; "
        "den = sigx + xpysqr; invden = 1/den; f = num*invden"
    )


def test_gate_detail_shows_every_gate() -> None:
    graph = cgviz.read("1/(1+exp(-(a+b)))", detail="gate")
    assert [graph.nodes[i].op.glyph for i in graph.stages] == ["+", "×−1", "exp", "+", "1/x"]


def test_choices_nest_to_the_right() -> None:
    run = cgviz.run("x if y ≥ 0 else 2 if z ≠ 0 else w", x=5, y=-1, z=0, w=7)
    assert (run.value, run.gradient) == (7, {"x": 0, "y": 0, "z": 0, "w": 1})


# names


@pytest.mark.parametrize(
    "name",
    "beta gamma lambda N S I E Q O zeta Ei Si li re im test Symbol Function symbols dx graph node math "
    "α λ ϑ ñ переменная 变量 x1 x_1 _ _x x_ None_ e_ pi2 f out oo zoo i j".split(),
)
def test_every_name_that_is_not_applied_is_a_variable(name: str) -> None:
    run = cgviz.run(f"2*{name} + 1", {cgviz.read(name).nodes[0].name: 3})
    assert run.value == 7
    assert list(run.gradient.values()) == [2]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *[("µ", "μ"), ("ϕ", "φ"), ("𝐱", "x"), ("ｙ", "y"), ("w₁", "w_1"), ("ﬁ", "fi")],
        *[("e\u0301", "é"), ("x\u0302", "x\u0302"), ("x\u0304_1\u0302b", "x\u0304_1\u0302b")],
    ],
)
def test_names_have_one_spelling(written: str, name: str) -> None:
    assert inputs(written) == [name]
    assert inputs(f"{written} + {name}") == [name]


def test_a_name_is_a_function_a_factor_or_unknown() -> None:
    assert read("gamma(x)") == "f = gamma(x)"
    assert read("x(y+1) + x") == "f = x*(y + 1) + x"
    assert read("x(y+1)", given=("x", "y")) == "f = x*(y + 1)"
    assert read("x = 3; x(y+1)") == "f = x*(y + 1)"
    with pytest.raises(ExpressionError, match=r"unknown function 'x'; a product is x\*\(\.\.\.\)"):
        cgviz.read("x(y+1)")


def test_constants_give_way() -> None:
    assert inputs("e*pi*x") == ["x"]
    assert inputs("e = 3; e*x") == ["e", "x"]
    assert inputs("e*x", given=("e",)) == ["e", "x"]
    assert inputs("pi*x", given=("pi",)) == ["pi", "x"]
    assert cgviz.run("e*x", x=2).value == pytest.approx(2 * math.e, rel=1e-15)
    assert cgviz.run("e^x", e=3, x=2).value == 9


# programs

PROGRAMS = {
    "q = x + y\nf = q*z": "q = x + y; f = q*z",
    "q = x + y; f = q*z": "q = x + y; f = q*z",
    "q = x + y # q becomes 3\n\n# the next\nq*z": "q = x + y; f = q*z",
    "a = (x +\n y)\n(a *\n 2)": "a = x + y; f = a*2",
    "max(x,\n\n  y # the other\n)": "f = max(x, y)",
    "f = x; g = f*f": "f = x; g = f*f",
    "f = 3*x; f*2": "f = 3*x; out = f*2",
    "f = x*y; out = f*2; f + out": "f = x*y; out = f*2; out2 = f + out",
    "f*x": "out = f*x",
    "c = a*b; c = c + 1; c = c*2; c*a": "c = a*b; c′ = c + 1; c″ = c′*2; f = c″*a",
    "c = a*b; c_2 = 5*a; c = c + c_2": "c = a*b; c_2 = 5*a; c′ = c + c_2",
    "x = x + 1": "x′ = x + 1",
    "x": "f = x",
    "p = x": "p = x",
    "p = x; q = p; p*q": "p = x; q = p; f = p*q",
    "a = x + y; b = x + y; a*b": "a = x + y; b = x + y; f = a*b",
    "g = x*y; f = x + 1": "g = x*y; f = x + 1",
    "σ(t) = 1/(1+exp(-t)); σ(x)*σ(y)": "f = sigmoid(x)*sigmoid(y)",
    "sq(t) = t^2; sq(sq(x))": "f = (x**2)**2",
    "k = 3; g(t) = k*t; g(x)": "f = k*x",
    "g(t) = t*t; f(x, y) = g(x+y)": "f = (x + y)*(x + y)",
    "f(x, y) = y*x": "f = y*x",
    "x = 2; y = -3; x*y": "f = x*y",
}


@pytest.mark.parametrize(("text", "expected"), PROGRAMS.items())
def test_programs(text: str, expected: str) -> None:
    assert read(text) == expected


def test_reassignment_is_a_new_stage() -> None:
    graph = cgviz.read("c = a*b; c = c + 1; c*a")
    assert [(graph.nodes[i].name, graph.nodes[i].label) for i in graph.stages][:2] == [("c", ""), ("c_2", "c′")]
    run = cgviz.run("x = x + 1", x=4)
    assert (run.value, run.gradient) == (5, {"x": 1})


def test_defaults_and_their_order() -> None:
    run = cgviz.run("x = -2; y = 5; z = -4\nq = x + y\nf = q*z")
    assert (run.value, run.gradient) == (-12, {"x": -4, "y": -4, "z": 3})
    assert cgviz.run("x = -2; y = 5; z = -4; (x + y)*z", x=1).value == -24
    assert cgviz.run("x = 3; x = 4; x*y", y=2).value == 8


def test_inputs_stand_in_the_order_of_first_appearance() -> None:
    assert inputs("y*x + z") == ["y", "x", "z"]
    assert inputs("f(z, y, x) = x + y") == ["z", "y", "x"]
    assert inputs("q = b*a; f(a, b) = q + c*a") == ["a", "b", "c"]


def test_what_does_not_reach_the_output_stays() -> None:
    run = cgviz.run("g = x*y; f = x + 1", x=2, y=3)
    flags = {run.graph.nodes[i].name: run.flags[i] for i in range(len(run.graph))}
    assert flags["g"] == flags["y"] == ("dead",)
    assert run.gradient == {"x": 1, "y": 0}


def test_the_listing_of_the_lecture_runs_when_pasted() -> None:
    listing = """
x = 3 # example values
y = -4

# forward pass
sigy = 1.0 / (1 + math.exp(-y)) # sigmoid in numerator #(1)
num = x + sigy # numerator #(2)
sigx = 1.0 / (1 + math.exp(-x)) # sigmoid in denominator #(3)
xpy = x + y #(4)
xpysqr = xpy**2 #(5)
den = sigx + xpysqr # denominator #(6)
invden = 1.0 / den #(7)
f = num * invden # done! #(8)
"""
    run = cgviz.run(listing)
    names = [run.graph.nodes[i].name for i in run.graph.stages]
    assert names == "sigy num sigx xpy xpysqr den invden f".split()
    assert run.value == pytest.approx(1.5456448841066441, rel=1e-14)
    assert run.gradient == pytest.approx({"x": 2.0595697955721652, "y": 1.5922327514838093}, rel=1e-14)


# size


def test_a_sum_of_20_000_terms_is_one_node() -> None:
    count = 20_000
    graph = cgviz.read("+".join(f"x{i % 7}" for i in range(count)))
    (index,) = graph.stages
    assert len(graph.nodes[index].args) == count
    assert sum(cgviz.run(graph, {f"x{i}": 1.0 for i in range(7)}).gradient.values()) == count


def test_a_product_of_2_000_factors_is_one_node() -> None:
    graph = cgviz.read("*".join(["x", "y"] * 1_000))
    assert len(graph.stages) == 1


def test_500_levels_run_to_a_table() -> None:
    depth = 500
    run = cgviz.run("2*sin(" * depth + "x" + ")" * depth, x=1.0)
    value, slope = 1.0, 1.0
    for _ in range(depth):
        value, slope = 2 * math.sin(value), 2 * math.cos(value) * slope
    assert run.value == pytest.approx(value, rel=1e-9)
    assert run.gradient["x"] == pytest.approx(slope, rel=1e-9, abs=1e-300)
    assert len(run.graph.stages) == 2 * depth
    table = run.table("markdown")
    assert table is not None
    assert len(table.splitlines()) > 2 * depth


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "x" + ")" * 500,
        "-" * 501 + "x",
        "x" + "**x" * 500,
        "√" * 500 + "x",
        "x" + "/x" * 5_000,
        "x" + "^2" * 500,
    ],
    ids=["brackets", "signs", "powers", "roots", "divisions", "squares"],
)
def test_depth_is_no_danger(text: str) -> None:
    assert cgviz.run(text, x=1.0).value in (1.0, -1.0)


def test_a_long_program() -> None:
    lines = ["a0 = x + 1", *(f"a{i + 1} = a{i} + 1" for i in range(3_000))]
    run = cgviz.run("\n".join(lines), x=0.0)
    assert (run.value, run.gradient) == (3_001, {"x": 1})


def test_a_name_of_200_characters() -> None:
    name = "x" * 200
    assert inputs(name) == [name]


def test_large_powers_of_constants_are_numbers_like_any_other() -> None:
    assert cgviz.run("9**9**9**9 * x", x=1.0).value == math.inf
    assert cgviz.run("factorial(10**9) + x", x=1.0).value == math.inf
    assert cgviz.run("0.1**400 + x", x=1.0).value == 1.0
