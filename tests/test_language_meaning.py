"""Meaning is sympy's: where sympy's own parser reads a text too, value and gradient are those of its expression."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    standard_transformations,
)

import cgviz

DIGITS = 60
POINTS = [
    {"x": 0.75, "y": 0.3, "z": 0.5, "w": 0.9, "a": 0.6, "b": 0.25, "c": 0.4},
    {"x": 0.35, "y": 0.85, "z": 0.15, "w": 0.55, "a": 0.45, "b": 0.7, "c": 0.2},
    {"x": 0.92, "y": 0.61, "z": 0.77, "w": 0.13, "a": 0.83, "b": 0.52, "c": 0.95},
]
TRANSFORMATIONS = (*standard_transformations, convert_xor, implicit_multiplication)
TEXTS = """
x
x + y
x - y
-x
-x - y
+x
x - -y
--x
-(x + y)
-(x - y) - (z - w)
x - (y - z)
x - (y + (z - w))
x + y - z + w
x - y + z - w
(x - y) + (z - w)
-x + -y
0 - x
x + 0
1 + x + 1
x*y
x*y*z
x*(y*z)
-x*y
x*-y
-x*-y
(-x)*(-y)
2*x
2x
2 x
x*2
2x*3y
2(x + 1)
2(x + 1)(y - 1)
(x + 1)(y - 1)
(x + 1)(y - 1)(z + 2)
(x + y)z
(x + y) z
3x^2
3x^2*y
-3x^2
2x/y
2/x
x/y
x/y/z
x/y*z
x/(y*z)
x/(y/z)
1/x/y
1/2x
1/2*x
1/(2x)
1/2x*y
-1/x
-x/y
x/-y
1/x + 1/y
x/2 + y/3
1/3*x
x**2
x^2
x^2 + y^2
-x^2
(-x)^2
-x**2
-(x**2)
-x^2*y
2^x
2^-x
2**-x
x^-1
x^-2
x^-y
x**-y
x^y
x^y^z
x**y**z
(x^y)^z
x^(y^z)
x^2^3
2^3^x
-2^2 + x
x^2*y^3
x^2y
x^2/y^2
(x/y)^2
(x*y)^2
(x + y)^2
(x + y)^-2
(x + y)^(z - w)
x^(1/2)
x**0.5
x**1.5
x^(1/3)
x^(2/3)
sqrt(x)
sqrt(x)*sqrt(y)
sqrt(x*y)
sqrt(x^2 + y^2)
1/sqrt(x)
1/sqrt(1 + x^2)
sqrt(x)^3
exp(x)
exp(-x)
exp(x + y)
exp(-x^2)
exp(x)*exp(y)
exp(exp(-x))
exp(x)^2
1/(1 + exp(-x))
1/(1 + exp(-(w*x + b)))
(x + 1/(1 + exp(-y)))/(1/(1 + exp(-x)) + (x + y)^2)
exp(1)*x
log(x)
ln(x)
log(x*y)
log(x) + log(y)
log(1 + x^2)
log(x)^2
-log(x)
-x*log(x) - (1 - x)*log(1 - x)
log(x/y)
log(exp(x) + exp(y) + exp(z))
exp(x)/(exp(x) + exp(y) + exp(z))
sin(x)
cos(x)
tan(x)
sin(x)^2 + cos(x)^2
sin(x)*cos(y)
sin(x*y)
sin(x)cos(y)
2sin(x)cos(x)
sin(2x)
sin(x^2)
sin(x)^2
sin(cos(tan(x)))
sin(x)/x
x*sin(1/x)
asin(x)
acos(x)
atan(x)
atan(x/y)
atan2(y, x)
sinh(x)
cosh(x)
tanh(x)
tanh(x*w + b)
asinh(x)
acosh(1 + x)
atanh(x)
sinh(x)/cosh(x)
sec(x) + csc(x) + cot(x)
sech(x) + csch(x) + coth(x)
erf(x)
erfc(x)
gamma(1 + x)
loggamma(1 + x)
digamma(x)
beta(x, y)
besselj(0, x)
besselj(1, x*y)
bessely(0, x)
LambertW(x)
x!
2x!
x!*y
(x + 1)!
-x!
x!^2
2^x!
3! + x
abs(x)
abs(x - y)
abs(-x)*y
pi*x
2pi*x
pi*x^2
cos(pi*x)
1e-3*x
1.5e2*x
.5x
3.x
0.1*x + 0.2*y
2*(x*y + z*w)
a*x^2 + b*x + c
a*b + b*c + c*a
((((x))))
((x) + (y))*((z))
(x)(y)(z)
x*(y + z)*(w - a)/(b + c)
x*x
x*x*x
x - x
x/x
x + x
(x + y)*(x - y)
(x + y)/(x - y)
x/(1 + x/(1 + x/(1 + x)))
x + y/(z + w/(a + b))
(1 + x)^(1 + y)^(1 + z)
beta + 2*x
gamma*x
zeta*x + N*y
S*x + I*y
lamda*x
Q^2 + O/x
x_1*y_2
x1 + y2*z3
1 - x
1 - 2x + 3x^2 - 4x^3
2*3*x
2 + 3*4 - x
(2 + 3)*(4 - x)
10/4*x
7 - 2 - x
2^0.5*x
100x/3
"""
CASES = [line for line in TEXTS.splitlines() if line]


@pytest.mark.parametrize("text", CASES)
def test_meaning_is_sympys(text: str) -> None:
    graph = cgviz.read(text)
    names = [graph.nodes[i].name for i in graph.inputs]
    symbols = [sympy.Symbol(name, real=True) for name in names]
    expression = parse_expr(text, local_dict=dict(zip(names, symbols, strict=True)), transformations=TRANSFORMATIONS)
    witnesses = [sympy.lambdify(symbols, part, "mpmath") for part in (expression, *map(expression.diff, symbols))]
    for number, point in enumerate(POINTS):
        values = [point.get(name, 0.2 + 0.15 * i + 0.05 * number) for i, name in enumerate(names)]
        run = cgviz.run(graph, dict(zip(names, values, strict=True)))
        with mpmath.workdps(DIGITS):
            value, *slopes = [float(mpmath.re(witness(*map(mpmath.mpf, values)))) for witness in witnesses]
        assert run.value == pytest.approx(value, rel=1e-11, abs=1e-14)
        assert run.gradient == pytest.approx(dict(zip(names, slopes, strict=True)), rel=1e-11, abs=1e-14)


def test_the_corpus_is_large() -> None:
    assert len(set(CASES)) >= 150
