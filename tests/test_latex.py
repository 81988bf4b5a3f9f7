"""LaTeX in: the lecture's own formulas, and what the macros, layouts and names of mathematics become."""

from __future__ import annotations

import pytest
from reading import program

import cgviz
from cgviz.errors import LONGEST_MESSAGE, ExpressionError
from cgviz.graph.naming import named

LECTURE = {"x": 3.0, "y": -4.0}
VALUE = 1.5456448841066441
GRADIENT = {"x": 2.0595697955721652, "y": 1.5922327514838093}
STAGES = "sigy num sigx xpy xpysqr den invden f".split()

DERIVATIVE = r"""\frac{1}{\frac{1}{e^{-x}+1} + (x+y)^2} - \frac{\left(x + \frac{1}{e^{-y}+1}\right)
\left(\frac{e^{-x}}{(e^{-x}+1)^2} + 2(x+y)\right)}{\left(\frac{1}{e^{-x}+1} + (x+y)^2\right)^2}"""
DECOMPOSED = r"""
$$f(x, y) = \frac{x + \sigma(y)}{\sigma(x) + (x + y)^2} \quad \text{where } \sigma(x) = \frac{1}{1 + e^{-x}}$$
$$\sigma(y) = \frac{1}{1 + e^{-y}}$$
$$\text{num} = x + \sigma(y)$$
$$\sigma(x) = \frac{1}{1 + e^{-x}}$$
$$xpy = x + y$$
$$xpy\text{sq} = (xpy)^2$$
$$\text{den} = \sigma(x) + xpy\text{sq}$$
$$\text{invden} = \frac{1}{\text{den}}$$
$$f = \text{num} * \text{invden}$$
"""


def read(text: str, given: tuple[str, ...] = ()) -> str:
    """Returns a LaTeX program as it was understood."""
    return program(cgviz.read(text, latex=True, given=given))


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{x+\sigma(y)}{\sigma(x)+(x+y)^2}",
        r"$f(x, y) = \frac{x + \sigma(y)}{\sigma(x) + (x + y)^2}$",
        r"$$f(x, y) = \frac{x + \sigma(y)}{\sigma(x) + (x + y)^2} \qquad \sigma(x) = \frac{1}{1 + e^{-x}}$$",
        r"\[ \frac{x+1/(1+e^{-y})}{\frac1{1+e^{-x}}+\left(x+y\right)^{2}}. \]",
        r"\dfrac{x+\operatorname{sigmoid}(y)}{\operatorname{sigmoid}\left(x\right)+(x+y)^2}",
    ],
)
def test_the_lecture(text: str) -> None:
    run = cgviz.run(text, LECTURE)
    assert [run.graph.nodes[i].name for i in run.graph.stages] == STAGES
    assert run.value == pytest.approx(VALUE, rel=1e-14)
    assert run.gradient == pytest.approx(GRADIENT, rel=1e-14)


def test_the_decomposition_on_the_blackboard() -> None:
    run = cgviz.run(DECOMPOSED, LECTURE)
    assert read(DECOMPOSED) == (
        "num = x + sigmoid(y); xpy = x + y; xpysq = xpy**2; den = sigmoid(x) + xpysq; invden = 1/den; f = num*invden"
    )
    assert run.value == pytest.approx(VALUE, rel=1e-14)
    assert run.gradient == pytest.approx(GRADIENT, rel=1e-14)


def test_the_derivative_in_the_lecture_is_the_gradient() -> None:
    assert cgviz.run(DERIVATIVE, LECTURE).value == pytest.approx(GRADIENT["x"], rel=1e-13)


OF_THE_LECTURE = {
    r"f(x, y) = xy": "f = x*y",
    r"$$x = 4, y = -3$$ $$f(x, y) = xy$$": "f = x*y",
    r"$$f(x, y, z) = (x + y)z$$": "f = (x + y)*z",
    r"$$q = x + y \quad f = qz$$": "q = x + y; f = q*z",
    r"$$f = qz \quad q = x + y$$": "q = x + y; f = q*z",
    "$$q = x + y$$\n\n$$f = qz$$": "q = x + y; f = q*z",
    "$$f(x, y, z) = (x + y)z$$\n\n$$f = qz \\quad q = x + y$$": "q = x + y; f = q*z",
    r"\sigma(x) = \frac{1}{1 + e^{-x}}": "sigma = sigmoid(x)",
}
FORMULAS = {
    # fractions, roots, powers
    r"\frac{x}{y}": "f = x*(1/y)",
    r"\frac12 x": "f = (1/2)*x",
    r"\tfrac xy": "f = x*(1/y)",
    r"\frac{\frac{a}{b}}{c}": "f = a*(1/b)*(1/c)",
    r"\frac{x}{y}z": "f = x*(1/y)*z",
    r"a\frac{x}{2}": "f = a*(x/2)",
    r"\gamma\frac{x}{2}": "f = gamma*(x/2)",
    r"\sigma\frac{x}{2}": "f = sigma*(x/2)",
    r"x\sqrt[4]{y}": "f = x*y**(1/4)",
    r"x{y}{(z + 1)}": "f = x*y*(z + 1)",
    r"\sqrt{x}": "f = sqrt(x)",
    r"\sqrt x y": "f = sqrt(x)*y",
    r"\sqrt[3]{x+1}": "f = cbrt(x + 1)",
    r"\sqrt[n]{x}": "f = x**(1/n)",
    r"x^2": "f = x**2",
    r"x^{2}": "f = x**2",
    r"x^{-1}": "f = 1/x",
    r"x^\alpha": "f = x**alpha",
    r"x^\frac{1}{2}": "f = sqrt(x)",
    r"-x^2": "f = -x**2",
    r"2^{n+1}": "f = 2**(n + 1)",
    r"{x^a}^b": "f = (x**a)**b",
    r"e^{-x}": "f = exp(-x)",
    r"2e^x": "f = 2*exp(x)",
    r"n!": "f = factorial(n)",
    # names
    r"xy": "f = x*y",
    r"wx+b": "f = w*x + b",
    r"x_1 + x_{12} + w_{ij} + w_{i,j}": "f = x_1 + x_12 + w_ij + w_i_j",
    r"w_ix_i": "f = w_i*x_i",
    r"h_{t-1} + h_{t+1}": "f = h_tm1 + h_tp1",
    r"x_1^2": "f = x_1**2",
    r"x_\text{max}": "f = x_max",
    r"w^{(1)} x + w^{(2)}_{3}": "f = w1*x + w_3_2",
    r"\alpha\beta + \lambda_0 - \varepsilon": "f = alpha*beta + lambda_0 - varepsilon",
    r"\pi r^2": "f = pi*r**2",
    r"\mathrm{num}\,\text{den}": "f = num*den",
    r"\mathrm{learning\_rate} \cdot \text{step size}": "f = learning_rate*step_size",
    r"\hat{y} - \bar x + \tilde{\theta}_1": "f = yhat - xbar + thetatilde_1",
    r"\mathbf{w}\boldsymbol{\theta}": "f = w*theta",
    r"x1 y2": "f = x1*y2",
    r"ab = x + y \\ 2ab": "ab = x + y; f = 2*ab",
    r"σ(x) + α": "f = sigmoid(x) + alpha",
    # products, and what a bracket after a letter is
    r"x \cdot y \times z * w": "f = x*y*z*w",
    r"x \div y": "f = x*(1/y)",
    r"y(x+1)": "f = y*(x + 1)",
    r"\gamma (x - \mu)": "f = gamma*(x - mu)",
    r"[x+y]\{z\}": "f = (x + y)*z",
    r"\left( x + y \right) \bigl[ z \bigr]": "f = (x + y)*z",
    r"(x)(y)": "f = x*y",
    r"2(x+1)(y-1)": "f = 2*(x + 1)*(y - 1)",
    # functions
    r"\sigma(x)": "f = sigmoid(x)",
    r"\sigma + x": "f = sigma + x",
    r"\frac{x - \mu}{\sigma}": "f = (x - mu)*(1/sigma)",
    r"\Gamma(x) + \psi(x)": "f = gamma(x) + digamma(x)",
    r"\beta(a, b)": "f = beta(a, b)",
    r"\sin x": "f = sin(x)",
    r"\sin(x)y": "f = sin(x)*y",
    r"\sin 2x + 1": "f = sin(2*x) + 1",
    r"\sin \omega t": "f = sin(omega*t)",
    r"\sin x \cos y": "f = sin(x)*cos(y)",
    r"\sin x^2": "f = sin(x**2)",
    r"\sin^2 x": "f = sin(x)**2",
    r"\sin^{n}(x+1)": "f = sin(x + 1)**n",
    r"\sin -x": "f = sin(-x)",
    r"\sin\frac{x}{2}": "f = sin(x/2)",
    r"\sin\sin x": "f = sin(sin(x))",
    r"\exp\left(-x\right) + \exp\{-y\} + \exp{-z}": "f = exp(-x) + exp(-y) + exp(-z)",
    r"\ln x + \log(x) + \log_2 x + \log_{10} x": "f = log(x) + log(x) + log2(x) + log10(x)",
    r"\log_b(x)": "f = log(x)*(1/log(b))",
    r"\log \sigma(x)": "f = logsigmoid(x)",
    r"\arctan x + \sinh y": "f = atan(x) + sinh(y)",
    r"\max(0, 1 - y (wx+b))": "f = max(0, 1 - y*(w*x + b))",
    r"\max\left\{0, x\right\} + \min\{x, y, z\}": "f = max(0, x) + min(x, y, z)",
    r"\operatorname{relu}(x) + \mathrm{ReLU}(y)": "f = relu(x) + relu(y)",
    r"\operatorname{erf} x": "f = erf(x)",
    r"\operatorname{leaky\_relu}(x) + \text{LeakyReLU}(y)": "f = leaky_relu(x) + leaky_relu(y)",
    r"|x| + \left| y \right| + \lvert z \rvert": "f = abs(x) + abs(y) + abs(z)",
    r"2|x+|y||": "f = 2*abs(x + abs(y))",
    r"\ln|x|": "f = log(abs(x))",
    r"|x||y|": "f = abs(x)*abs(y)",
    # choices
    r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}": "f = where(x > 0, x, 0)",
    r"\begin{cases} x, & \text{if } x \ge 0, \\ ax & \text{if } x < 0. \end{cases}": "f = where(x >= 0, x, a*x)",
    r"\begin{cases} -1 & x < -1 \\ x & x < 1 \\ 1 \end{cases}": "f = where(x < -1, -1, where(x < 1, x, 1))",
    r"\begin{cases} 1 & x = 0 \\ \frac{\sin x}{x} & x \neq 0 \end{cases}": "f = where(x == 0, 1, sin(x)*(1/x))",
    r"2\begin{cases} x & x \leq y \\ y & \text{else} \end{cases} + 1": "f = 2*where(x <= y, x, y) + 1",
    # layout
    r"$$\displaystyle x\,\;\!\quad + ~ y$$": "f = x + y",
    r"\begin{equation} \label{eq:1} f = x + y \tag{1} \end{equation}": "f = x + y",
    r"\begin{align*} q &= x + y \\ f &= qz. \end{align*}": "q = x + y; f = q*z",
    r"f &= x + y \\ &\quad + z \\ & \cdot w": "f = x + y + z*w",
    "x % a comment\n + y % another": "f = x + y",
    r"z = xy, \text{ and } w = z^2.": "z = x*y; w = z**2",
    # programs
    r"c = x^2 \\ c = c + 1 \\ c": "c = x**2; c′ = c + 1",
    r"a = b + 1 \\ b = a + 1": "a = b + 1; b′ = a + 1",
    r"f(x) = x^2 \\ f(3) + f(y)": "out = 3**2 + y**2",
    r"y = \sigma(z), \quad z = wx + b": "z = w*x + b; y = sigmoid(z)",
    r"L = \frac12 (y - t)^2 \\ y = \tanh h \\ h = wx": "h = w*x; y = tanh(h); L = (1/2)*(y - t)**2",
    r"L = -\left[ y \log \hat{y} + (1-y) \log(1-\hat{y}) \right]": "L = -(y*log(yhat) + (1 - y)*log(1 - yhat))",
}


@pytest.mark.parametrize("text", [*OF_THE_LECTURE, *FORMULAS])
def test_meaning(text: str) -> None:
    assert read(text) == {**OF_THE_LECTURE, **FORMULAS}[text]


def test_greek_names_are_inputs() -> None:
    graph = named(cgviz.read(r"\lambda w_{ij} + \beta"))
    assert [graph.nodes[i].name for i in graph.inputs] == ["lambda", "w_ij", "beta"]
    assert cgviz.run(r"\alpha(x - 1)", alpha=3, x=2).gradient == {"alpha": 1, "x": 3}


def test_names_with_values_are_one_name() -> None:
    assert read("lr g + xy") == "f = l*r*g + x*y"
    assert read("lr g + xy", given=("lr", "g", "x", "y")) == "f = lr*g + x*y"
    assert read(r"e^x + \pi", given=("e", "x", "pi")) == "f = e**x + pi"


def test_the_order_of_inputs() -> None:
    graph = cgviz.read(r"f(z, y, x) = x + q, \quad q = yz", latex=True)
    assert sorted(graph.nodes[i].name for i in graph.inputs) == ["x", "y", "z"]
    graph = cgviz.read(r"f(z, y, x) = x + \frac{y}{z}")
    assert [graph.nodes[i].name for i in graph.inputs] == ["z", "y", "x"]


# text: (the column of the caret, its width, a part of the message)
REFUSED = {
    r"\frac{x}{y": (8, 1, "'{' is never closed"),
    r"\frac{x}": (7, 1, "an argument is missing"),
    r"\frac{x}{}": (8, 1, "the braces are empty"),
    r"\left( x ]": (0, 10, "'\\left(' is closed by ']'"),
    r"\left. x \right|": (5, 1, "a bracket is expected after '\\left'"),
    r"x)": (1, 1, "')' closes nothing"),
    r"|x": (0, 1, "'|' is never closed"),
    r"\sinx": (0, 5, "did you mean '\\sin'?"),
    r"\foo{x}": (0, 4, "the macro '\\foo' is not one"),
    r"\operatorname{tnah}(x)": (0, 13, "did you mean 'tanh'"),
    r"g(x) + 1": (0, 1, "unknown function 'g'"),
    r"\sum_{i=1}^n x": (0, 4, "nothing after it bears the index i"),
    r"\sum_{j \neq k} x_j": (0, 15, "run over k as well"),
    r"\sum_i x_i + 2 + y_i": (17, 3, "nothing binds the index"),
    r"\sum_i \|a x_i\|": (7, 9, "a norm within a sum"),
    r"\sum_i (x_i y)^T x_i": (14, 2, "within a sum a transpose"),
    r"\sum_i \|x_i - x\|": (15, 1, "give it another name"),
    r"r + \gamma V(s_{t+1})": (11, 10, "V(…) is a value of a function"),
    r"\max_{a'} Q(s', a')": (0, 4, "give its values as an array, \\max_a′ Q_a′"),
    r"-f_{y_i} + \log \sum_j e^{f_j}": (1, 7, "a place that is computed"),
    r"\sin(pos)": (5, 3, "write \\text{pos} for one name"),
    r"target_{o1} - y": (0, 6, "write \\text{target} for one name"),
    r"a^2 = \sigma(w^2 a^1)": (0, 3, "a superscript on the left is an index"),
    r"\hat{y} = \arg\max_k p_k": (10, 4, "argmax is a place"),
    r"\mathbb{E}[x]": (0, 10, "a mean over a distribution"),
    r"\frac{\partial f}{\partial x}": (6, 8, "a derivative is what cgviz computes"),
    r"\frac{dy}{dx}": (0, 13, "a derivative is what cgviz computes"),
    r"\frac{d}{dx} x^2": (0, 12, "a derivative is what cgviz computes"),
    r"f'(x)": (0, 2, "a prime"),
    r"\sigma^{-1}(x)": (0, 7, "a power or an inverse of a function"),
    r"\sin^{-1} x": (0, 9, "write \\arcsin or 1/\\sin(..)"),
    r"\sin x/2": (6, 1, "how far does the function's argument go?"),
    r"\text{relu}\sin^2 x": (0, 11, "put its argument in brackets"),
    r"\sqrt[3]_": (8, 1, "a subscript stands after a name"),
    r"\sin x (y+1)": (7, 1, "how far does the function's argument go?"),
    r"\sin": (0, 4, "the argument of a function is missing"),
    r"\max_i x": (0, 4, "nothing after it bears the index i"),
    r"x^23": (2, 2, "put all of it in braces"),
    r"x^n2": (2, 2, "only the first sign, n, is the argument"),
    r"\frac xy2": (7, 2, "put all of it in braces"),
    r"\frac12.5": (6, 2, "put all of it in braces"),
    r"\sqrt.5": (5, 1, "an argument is missing here"),
    r"sin^{2}(x)": (0, 3, "the function is \\sin"),
    "^": (0, 1, "an argument is missing here"),
    "^[]": (0, 1, "is expected, not '^'"),
    r"A^{-T} x": (1, 4, "an inverse, transposed: write (A^{-1})^T"),
    r"a^{[1]^T} x": (1, 7, "write a^{[1]T}"),
    r"W^\dagger x": (1, 1, "of real ones write ^T"),
    r"x_n2": (1, 1, "only the first sign is a subscript"),
    r"x_23": (1, 1, "only the first sign is a subscript"),
    r"x^-1": (1, 2, "put the exponent in braces"),
    r"x^2^3": (3, 1, "a second exponent"),
    r"x^2_1": (3, 1, "a subscript stands after a name"),
    r"1e-3x": (0, 3, "write \\cdot 10^{..}"),
    r"\begin{matrix} x & y \\ z \end{matrix}": (0, 14, "the rows of this matrix differ"),
    r"\begin{tikzpicture}\end{tikzpicture}": (0, 6, "the environment 'tikzpicture' cannot be read"),
    r"\begin{cases} x & x > 0 \\ y & z > 1 \end{cases}": (31, 5, "must hold otherwise"),
    r"\begin{cases} x \\ y \end{cases}": (14, 1, "only the last of the cases goes without"),
    r"f(x) = x^2, \quad x + 1": (10, 1, "an equation is expected after ','"),
    r"$x": (0, 1, "the '$' is never closed"),
    r"x \to y": (2, 3, "an arrow"),
    r"x \pm y": (2, 3, "two values"),
    r"\hat1_2": (0, 5, "cannot be part of a name"),
    r"\mathrm{2x}": (0, 11, "is not a name"),
    r"\infty x": (0, 6, "infinity"),
    r"x + \cdot y": (4, 5, "not '\\cdot'"),
    "x\\": (1, 1, "a lone backslash"),
    r"\\": (0, 1, "holds no formula"),
    r"x \text{ and y": (7, 1, "'{' is never closed"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_read(text: str) -> None:
    column, width, part = REFUSED[text]
    with pytest.raises(ExpressionError) as caught:
        cgviz.read(text, latex=True)
    message, _, marks = str(caught.value).split("\n")
    assert part in message
    assert marks.rstrip() == " " * (column + 2) + "^" + "~" * (width - 1), str(caught.value)


TOO_MUCH = {
    "fractions": r"\frac{1}{1+" * 1_500 + "x" + "}" * 1_500,
    "fractions never closed": r"\frac{" * 5_000,
    "fractions without braces": r"\frac" * 5_000 + "x" * 5_001,
    "roots without braces": r"\sqrt" * 5_000 + " x",
    "powers": "x^{" * 1_500 + "x" + "}" * 1_500,
    "functions": r"\sin " * 5_000 + "x",
    "accents": r"\hat" * 1_000 + " x",
    "a long subscript": "x_{" + "y" * 2_000 + "}",
    "a long word": r"\text{" + "y" * 2_000 + "}",
    "environments": r"\begin{cases}" * 5_000,
    "begins": r"\begin{" * 20_000,
    "a macro of 10 kB": "\\" + "a" * 10_000,
    "10 000 digits": "9" * 10_000,
    "cases": r"\begin{cases} x & x>0 \\ " * 2_000 + "1" + r"\end{cases}" * 2_000,
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_is_refused_in_a_line(name: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        cgviz.read(TOO_MUCH[name], latex=True)
    assert len(str(caught.value)) <= LONGEST_MESSAGE


def test_size_is_no_danger() -> None:
    graph = cgviz.read("+".join(f"x_{{{i % 7}}}" for i in range(1_000)), latex=True)
    assert len(graph.stages) == 1
    run = cgviz.run(r"\frac{1}{1+" * 200 + "x" + "}" * 200, x=1.0)
    assert run.value == pytest.approx((5**0.5 - 1) / 2)
    lines = ["a_{0} = x", *(f"a_{{{i + 1}}} = a_{{{i}}} + 1" for i in range(200))]
    assert cgviz.run(r" \\ ".join(reversed(lines)), x=1.0).value == 201


def test_what_is_written_is_read_back() -> None:
    """The LaTeX that cgviz writes for a stage means that stage."""
    run = cgviz.run("(x + sigmoid(y))/(sigmoid(x) + (x+y)**2) + log(exp(x)/sqrt(1 + x**2)) + max(x, y, 2)", LECTURE)
    values = {node.name: value for node, value in zip(run.graph.nodes, run.values, strict=True) if node.name}
    for index in run.graph.stages:
        again = cgviz.read(run.graph.formula(index).latex, latex=True, given=tuple(values))
        point = {again.nodes[i].name: values[again.nodes[i].name] for i in again.inputs}
        assert cgviz.run(again, point).value == pytest.approx(run.values[index], rel=1e-14)


@pytest.mark.parametrize("text", [r"A^H x", r"a^{(2)2}"])
def test_what_looks_like_a_name_or_a_power_is_refused(text: str) -> None:
    with pytest.raises(cgviz.CgvizError):
        cgviz.read(text, latex=True)


def test_a_prime_is_one_and_a_letter_has_one_identifier() -> None:
    graph = cgviz.read(r"x' + y'_1 + ª a", latex=True)
    assert [graph.nodes[i].name for i in graph.inputs] == ["xp", "yp_1", "a", "a_2"]
