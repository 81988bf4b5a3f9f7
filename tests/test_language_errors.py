"""What cannot be read: one clear message, carets under the place, never longer than 1 000 characters."""

from __future__ import annotations

from pathlib import Path

import pytest

import cgviz
from cgviz.errors import LONGEST_MESSAGE, CgvizError, ExpressionError

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.txt"))

# text: (the column of the caret, its width, a part of the message)
CARETS = {
    "(x": (0, 1, "'(' is never closed"),
    "x)": (1, 1, "')' closes nothing"),
    "((x)": (0, 1, "'(' is never closed"),
    "(x]": (0, 1, "'(' is never closed"),
    "x +": (2, 1, "the expression ends after '+'"),
    "x = ": (4, 1, "an expression is missing"),
    "= x": (0, 1, "not '='"),
    "* x": (0, 1, "not '*'"),
    "x + * y": (4, 1, "not '*'"),
    "()": (1, 1, "an operand is missing"),
    "max(x,)": (6, 1, "an operand is missing"),
    "x, y": (1, 1, "',' is only for the arguments"),
    "2 3": (2, 1, "two numbers side by side"),
    "x*y -x 2": (7, 1, "a number behind a factor: write * before it, or **"),
    "(x + 1)2": (7, 1, "a number behind a factor"),
    "μ + σ ε": (4, 1, "is σ the sigmoid? Write σ(ε); of a number σ, σ*ε"),
    "x & y": (2, 1, "'&' stands between conditions"),
    "g(t) = t²; g*x": (11, 1, "'g' is a function: put its argument in brackets"),
    "x times y": (2, 5, "'times' is a word here? Write *"),
    "αβγ": (0, 3, "is 'αβγ' the product α*β*γ?"),
    "cos2x": (0, 5, "is 'cos2x' cos(2*x)?"),
    "0x10": (1, 3, "decimal"),
    "1e400*x": (0, 5, "too large"),
    "tnah(w*x)": (0, 4, "did you mean 'tanh'"),
    "sigmiod(x)": (0, 7, "did you mean 'sigmoid'"),
    "qqqq(x)": (0, 4, "unknown function 'qqqq'"),
    "tan(x, y)": (0, 3, "'tan' takes 1 argument, not 2"),
    "atan2(x)": (0, 5, "'atan2' takes 2 arguments, not 1"),
    "max()": (0, 3, "at least 1"),
    "sin x": (0, 3, "put its argument in brackets"),
    "ReLU + x": (0, 4, "put its argument in brackets, ReLU(...)"),
    "log_10 x": (0, 6, "put its argument in brackets, log_10(...)"),
    "x + lim x": (4, 3, "not read"),
    "a⁽²⁾ + a2": (7, 2, "a⁽²⁾ and a2 are both called 'a2'"),
    "E[x**2]": (0, 1, "an expected value"),
    "x < y < z": (6, 1, "cannot be chained"),
    "x < 0 and y > 0": (6, 3, "'and' is not part of an expression"),
    "not x": (0, 3, "keyword"),
    "x if y": (2, 2, "without 'else'"),
    "x else y": (2, 4, "'else' without 'if'"),
    "x[0": (1, 1, "'[' is never closed"),
    "[1, 2": (0, 1, "'[' is never closed"),
    "[x, y": (0, 1, "'[' is never closed"),
    "x]": (1, 1, "']' closes nothing"),
    "x[]": (2, 1, "an operand is missing before ']'"),
    "x[0.5:]": (5, 1, "':' is not part of an expression here"),
    "3[0]": (1, 1, "a number has no elements"),
    "x.y": (1, 1, "attributes"),
    "x.T.dtype": (3, 1, "attributes"),
    "x @ ": (2, 1, "the expression ends after '@'"),
    "sum(x, axis=y)": (12, 1, "the axis of sum is a whole number"),
    "sum(x, along=0)": (7, 5, "no argument 'along' here; it takes axis, keepdims"),
    "sum(x, axis=0, axis=1, 2)": (23, 1, "no argument '2'"),
    "sum(axis=0)": (0, 3, "takes 1 argument, not 0"),
    "sum(x, y)": (7, 1, "this argument of sum is a whole number"),
    "tanh(x, axis=0)": (8, 4, "no argument 'axis' here"),
    "reshape(x, n)": (11, 1, "this argument of reshape is a whole number"),
    "reshape(x, -1, 2.5)": (0, 7, "a shape is made of whole numbers"),
    "norm(x, keepdims=3)": (0, 4, "keepdims is True or False"),
    "W = [[1, 2], [3]]; sum(W)": (4, 13, "differ in length"),
    "x // y": (2, 2, "floor division"),
    "x % y": (2, 1, "remainder"),
    "x := 1": (2, 2, "':=' inside an expression"),
    "x += 1; 2*x": (0, 4, "'x' has no value yet"),
    "sin*x": (0, 3, "put its argument in brackets, sin(...)"),
    "2*factorial": (2, 9, "put its argument in brackets"),
    "exp^x": (0, 3, "put its argument in brackets"),
    "sin^-1(x)": (0, 6, "asin(x) is its inverse, 1/sin(x) its reciprocal"),
    "tanh⁻¹(x)": (0, 6, "atanh(x) is its inverse"),
    "sin^2(x)^3": (8, 1, "a second power after sin"),
    "q = x + y; qz": (11, 2, "is 'qz' the product q*z?"),
    "2xy": (1, 2, "is 'xy' the product x*y?"),
    "lnx + 1": (0, 3, "is 'lnx' ln(x)?"),
    "np.random.rand() * x": (0, 14, "draws random numbers"),
    "f = (x = 1)": (7, 1, "'=' inside an expression"),
    "x!!": (2, 1, "double factorial"),
    "x = 5": (0, 5, "ends without an output"),
    "x; y": (0, 1, "this expression is not used"),
    "x + 1\ny": (0, 5, "this expression is not used"),
    "f(x, x) = x": (1, 6, "named twice"),
    "f(x+1) = x": (1, 5, "the parameters of a function are names"),
    "g(x) = g(x); g(y)": (7, 1, "cannot apply itself"),
    "'x'": (0, 3, "quotes"),
    '"x"': (0, 3, "quotes"),
    "lambda x: x": (0, 11, "a lambda stands alone after '='"),
    "{x}": (0, 1, "braces"),
    "x ? y": (2, 1, "'?'"),
    "|x": (0, 1, "'|' is never closed"),
    "3½": (0, 2, "write the sum, 3 + ½"),
    "∂L/∂w = x": (0, 1, "the function itself"),
    "x\x00": (1, 1, "is not part of an expression"),
    "x + \x1b[31m": (4, 1, "is not part of an expression"),
    "x\u202ey": (1, 1, "is not part of an expression"),
    "import os": (0, 1, "holds no assignment, expression or function"),
    "eval(x)": (0, 4, "it runs no code"),
    "x + unknown(y)": (4, 7, "unknown function"),
}


def refused(text: str, latex: bool | None = False) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        cgviz.read(text, latex=latex)
    return caught.value


@pytest.mark.parametrize("text", CARETS)
def test_the_caret_stands_under_the_culprit(text: str) -> None:
    column, width, part = CARETS[text]
    error = refused(text)
    message, line, marks = str(error).split("\n")
    assert part in message
    assert marks.rstrip() == " " * (column + 2) + "^" + "~" * (width - 1), str(error)
    assert len(line) <= 120


@pytest.mark.parametrize("text", ["", " ", "\n\n", "# only a comment", ";;"])
def test_an_empty_program(text: str) -> None:
    assert "program" in str(refused(text))


def test_the_line_of_a_long_program() -> None:
    text = "\n".join([f"a{i} = x + {i}" for i in range(50)] + ["b = a3 +* 2"])
    assert str(refused(text)).split("\n")[1:] == ["  b = a3 +* 2", "          ^"]


def test_a_long_line_is_shown_through_a_window() -> None:
    text = "x + " * 1_000 + "tnah(x)" + " + x" * 1_000
    message, line, marks = str(refused(text)).split("\n")
    assert "tanh" in message
    assert line.startswith("  ...")
    assert line.endswith("...")
    assert len(line) < 100
    at = marks.index("^")
    assert line[at : at + 4] == "tnah"


def test_the_caret_after_wide_characters() -> None:
    message = str(refused("变量 + tnah(x)"))
    assert message.split("\n")[2] == "  " + " " * 7 + "^~~~"


TOO_MUCH = {
    "5 000 brackets": "(" * 5_000 + "x" + ")" * 5_000,
    "5 000 opening brackets": "(" * 5_000,
    "5 000 calls": "sin(" * 5_000 + "x" + ")" * 5_000,
    "a tall power": "x" + "**x" * 50_000,
    "a name of 100 kB": "x" * 100_000,
    "an unknown function of 190 characters": "q" * 190 + "(x)",
    "10 000 digits": "9" * 10_000,
    "10 000 digits and an exponent": "9" * 10_000 + "e99999999999",
    "a definition that explodes": "\n".join(
        ["a0(t) = t + t", *(f"a{i + 1}(t) = a{i}(a{i}(t))" for i in range(40)), "a40(x)"]
    ),
    "a ring of definitions": "g(x) = h(x); h(x) = g(x); g(y)",
    "an unclosed text": "(" + "x + y\n" * 10_000,
    "a wall of operators": "x" + "*" * 10_000,
    "a wall of dots": "." * 10_000,
    "a wall of bangs": "x" + "!" * 10_000,
    "a wall of controls": "\x1b[31m" * 1_000,
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_is_refused_in_a_line(name: str) -> None:
    assert_short(refused(TOO_MUCH[name]))


def test_10_000_digits_after_the_point_are_a_number() -> None:
    assert cgviz.run("0." + "3" * 10_000 + "*x", x=3.0).value == pytest.approx(1.0)


def hostile() -> list[str]:
    return [text for path in HOSTILE for text in path.read_text("utf-8").split("\n%%\n") if text.strip()]


@pytest.mark.parametrize("latex", [False, True])
@pytest.mark.parametrize("first", range(8))
def test_hostile_texts_run_no_code(first: int, latex: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in hostile()[first::8]:
        try:
            graph = cgviz.read(text, latex=latex)
        except CgvizError as error:
            assert_short(error)
        else:
            assert graph.nodes
        assert not list(tmp_path.iterdir()), text


def test_hostile_texts_are_there() -> None:
    assert len(hostile()) > 60


def assert_short(error: CgvizError) -> None:
    message = str(error)
    assert len(message) <= LONGEST_MESSAGE
    assert all(character.isprintable() for character in message.replace("\n", "")), ascii(message)
    assert message.count("\n") <= 2


def test_a_name_that_has_a_value_bears_no_index() -> None:
    assert cgviz.run("Σ x_i", {"x_i": [1, 2, 4]}).value == 7


@pytest.mark.parametrize("text", ["x*1j", "3.5J + x", "2.j*x"])
def test_a_complex_number_is_no_product_with_j(text: str) -> None:
    with pytest.raises(CgvizError, match="complex numbers are not read"):
        cgviz.read(text)
    assert cgviz.run("2j*x", j=3, x=2).value == 12


def test_a_value_makes_a_variable_of_a_name_that_functions_have() -> None:
    assert cgviz.run("2 σ x", {"σ": 2.0, "x": 3.0}).value == cgviz.run("2 exp x", {"exp": 2.0, "x": 3.0}).value == 12.0
    assert cgviz.run("c = x; c += 1", x=2.0).value == 3.0
    assert cgviz.run("def f(x):\n    x += 1\n    return x*x\n", x=2.0).value == 9.0
