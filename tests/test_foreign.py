"""sympy expressions with more than sums, products, powers and the functions that have a record of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Function, Piecewise, Symbol, exp, log

import cgviz

x, y = Symbol("x"), Symbol("y")
AT = {"x": 1.5, "y": 2.5}


class Softly(Function):  # type: ignore[misc]
    """log(1 + eˣ), a function that a user wrote."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (1 + exp(-self.args[0]))

    def _eval_evalf(self, prec: int) -> Any:
        return log(1 + exp(self.args[0]))._eval_evalf(prec)


VALUED: dict[str, Any] = {
    "max": sympy.Max(x, y, 2),
    "min": sympy.Min(x, y) * y,
    "piecewise": Piecewise((x**2, x > 0), (-x, True)),
    "piecewise of three": Piecewise((x, x > 5), (x * y, x >= 1), (-x, True)),
    "complementary conditions": Piecewise((x, x > 0), (-x, x <= 0)),
    "and": Piecewise((x * y, (x > 0) & (y > 0)), (x, True)),
    "or, not, unequal": Piecewise((x * y, (x > 3) | (y > 3) | sympy.Not(sympy.Eq(x, y))), (x, True)),
    "if then else": Piecewise((x, sympy.ITE(x > 0, y > 5, y < 0)), (y, True)),
    "heaviside": sympy.Heaviside(x) * y,
    "log to a base": log(x, 3, evaluate=False),
    "real part": sympy.re(x) + sympy.conjugate(y),
    "sec": sympy.sec(x) * y,
    "asec": sympy.asec(y) + sympy.acoth(x),
    "sinc": sympy.sinc(x),
    "expint": sympy.expint(2, x),
    "uppergamma": sympy.uppergamma(sympy.Rational(1, 3), x),
    "polylog": sympy.polylog(2, x / 10),
    "legendre": sympy.legendre(sympy.Rational(1, 2), x / 10),
    "spherical bessel": sympy.jn(1, x),
    "binomial": sympy.binomial(y, x),
    "lambert on the lower branch": sympy.LambertW(-x / 10, -1),
    "incomplete elliptic": sympy.elliptic_e(x / 5, y / 5),
    "a constant": sympy.zeta(3) * x,
    "a user's function": Softly(x * y),
    "digamma": sympy.digamma(x) + sympy.polygamma(1, x),
    "factorial": sympy.factorial(x) * sympy.gamma(y),
    "bessel": sympy.besselj(2, x) + sympy.besselk(sympy.Rational(1, 2), y),
    "many integrals": sympy.Ei(x) + sympy.li(x) + sympy.Si(x) + sympy.Ci(x) + sympy.Shi(x) + sympy.Chi(x),
    "many others": sympy.erfinv(x / 9) + sympy.fresnels(x) + sympy.airyai(x) + sympy.elliptic_k(x / 5),
}


@pytest.mark.parametrize("expression", VALUED.values(), ids=VALUED.keys())
def test_value_and_gradient_are_those_of_sympy(expression: Any) -> None:
    inputs = {name: AT[name] for name in cgviz.run(expression).gradient}
    run = cgviz.run(expression, inputs)
    assert run.value == pytest.approx(witness(expression, AT), rel=1e-12)
    for name, slope in run.gradient.items():
        assert slope == pytest.approx(difference(expression, name), rel=1e-9, abs=1e-9)
    assert run.trouble is None


def witness(expression: Any, at: dict[str, Any]) -> float:
    """Returns sympy's own value, from 40 digits."""
    exact = {Symbol(name): sympy.Rational(value) for name, value in at.items()}
    return float(expression.subs(exact).evalf(40))


def difference(expression: Any, name: str) -> float:
    """Returns a central difference of sympy's value."""
    step = sympy.Rational(1, 10**12)
    ends = [{**AT, name: sympy.Rational(AT[name]) + side * step} for side in (1, -1)]
    exact = [expression.subs({Symbol(n): sympy.Rational(v) for n, v in end.items()}).evalf(40) for end in ends]
    return float((exact[0] - exact[1]) / (2 * step))


def test_a_piecewise_without_an_else_is_nan_where_no_condition_holds() -> None:
    run = cgviz.run(Piecewise((x, x > 5), (-x, x < -5)), x=1)
    assert math.isnan(run.value or 0)
    assert run.trouble is not None
    assert cgviz.run(Piecewise((x, x > 5), (-x, x < -5)), x=-6).gradient == {"x": -1}


def test_the_branch_not_taken_hands_nothing_on() -> None:
    run = cgviz.run(Piecewise((log(x), x > 0), (x**2, True)), x=-3)
    assert (run.value, run.gradient, run.trouble) == (9, {"x": -6}, None)


def test_a_users_function_is_drawn_with_its_own_derivative() -> None:
    run = cgviz.run(Softly(x), x=1)
    stage = run.graph.output
    assert run.graph.formula(stage).pretty == "Softly(x)"
    assert run.local_formula(stage, 0).pretty == "1/(1 + exp(−x))"


def test_an_argument_that_is_far_out_is_not_computed() -> None:
    run = cgviz.run(sympy.polylog(2, x), x=-1e7)
    assert "an argument beyond 1e+06 is not computed" in run.explain_trouble()


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "order": (lambda: sympy.besselj(y, x), "besselj has no derivative in its order; give a number"),
    "polygamma's order": (lambda: sympy.polygamma(y, x), "polygamma has no derivative in its order; give a number"),
    "zeta": (lambda: sympy.zeta(x), "'zeta' has no derivative in closed form"),
    "floor": (lambda: sympy.floor(x), "'floor' has no derivative in closed form"),
    "remainder": (lambda: sympy.Mod(x, 2), "'Mod' has no derivative in closed form"),
    "one slot": (lambda: sympy.expint(y, x), "in its argument 1; give a number there"),
    "undefined": (lambda: Function("g")(x), "'g' is an undefined function"),
    "imaginary": (lambda: sympy.I * x, "the imaginary unit"),
    "infinity": (lambda: x + sympy.oo, "is not a finite number"),
    "nan": (lambda: sympy.nan, "is not a finite number"),
    "complex infinity": (lambda: sympy.zoo, "zoo"),
    "polar": (lambda: sympy.exp_polar(x), "exp_polar"),
    "derivative": (lambda: sympy.Derivative(Function("g")(x), x), r"\.doit\(\)"),
    "integral": (lambda: sympy.Integral(x, (x, 0, 1)), r"\.doit\(\)"),
    "matrix": (lambda: sympy.ImmutableMatrix([x, y]), "is not supported"),
    "lists": (lambda: sympy.hyper([1], [2], x), "lists"),
    "huge parameter": (lambda: sympy.legendre(10**6, x, evaluate=False), "a parameter beyond 100 is not computed"),
    "one name twice": (lambda: x * sympy.Dummy("x"), "two different symbols are called 'x'"),
    "no name": (lambda: sympy.Symbol("") * x, "a symbol without a name"),
    "a list": (lambda: [x], "not 'list'"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_has_no_real_derivative_is_refused_in_one_line(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(cgviz.CgvizError, match=message) as caught:
        cgviz.run(make())
    assert "\n" not in str(caught.value)


def test_symbols_that_share_an_identifier_are_numbered_and_keep_their_spelling() -> None:
    names = ["[/]", "@x", "x_2", "x", "$x$", "a\nb", "*/ boom(); /*"]
    total = sympy.Add(*map(Symbol, names), evaluate=False)
    by_name = cgviz.run(total, {name: float(i) for i, name in enumerate(names)})
    by_symbol = cgviz.run(total, {Symbol(name): float(i) for i, name in enumerate(names)})
    inputs = [by_name.graph.nodes[i] for i in by_name.graph.inputs]
    assert [node.name for node in inputs] == ["x_3", "x_4", "x_2", "x", "x_5", "a_b", "boom"]
    assert [format(node.shown) for node in inputs] == ["[/]", "@x", "x₂", "x", "$x$", "a\nb", "*/ boom(); /*"]
    assert [by_name.inputs[node.name] for node in inputs] == [0, 1, 2, 3, 4, 5, 6]
    assert by_symbol.inputs == by_name.inputs
    assert by_name.graph.formula(by_name.graph.output).text == "x_3 + x_4 + x_2 + x + x_5 + a_b + boom"
    for language in ("python", "c", "javascript", "julia"):
        assert "boom(" not in by_name.code(language)
