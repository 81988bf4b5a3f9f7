"""Plain programs: the graph that is read at once is the one that goes through sympy, node for node."""

from __future__ import annotations

import random

import pytest

from cgviz.graph.nodes import Graph
from cgviz.ops.op import REGISTRY
from cgviz.reading import program
from cgviz.reading.plain import read_plain
from cgviz.reading.shipped import samples
from cgviz.reading.walk import graph_of

NAMES = ["x", "y", "z", "a1", "b_2", "theta", "t0", "t1", "t2"]
RARE = ["pi", "e", "T", "beta", "mx", "gamma", "lnx", "out", "f", "log", "sum", "w0_1"]
NUMBERS = ["2", "3", "0.5", "1", "1.0", "0", "1e3", "12345678901234567", "1e999", ".5", "2."]
FUNCTIONS = ["exp", "log", "max", "sigmoid", "relu", "atan2", "where", "gamma", "mean", "sigma", "ReLU", "foo"]
POWERS = ["**2", "**-1", "**0.5", "**y", "**-2", "**-0", "**-x", "**2**2", "^2", "^-1", "**(2)"]
SIGNS = [" + ", " - ", "*", "/", " * ", "+", "-", " / ", "*-", " - -1*", " + -1*", " - -", " + -", "/-", "//", " ", "@"]


class Dice(random.Random):
    """Random programs, most of them plain, and some that only look so."""

    def operand(self) -> str:
        return self.choice(NUMBERS if self.random() < 0.3 else RARE if self.random() < 0.1 else NAMES)

    def expression(self, depth: int) -> str:
        kind = self.random()
        if depth <= 0 or kind < 0.25:
            return self.operand()
        if kind < 0.35:
            return f"({self.expression(depth - 1)})"
        if kind < 0.45:
            args = (self.expression(depth - 2) for _ in range(self.choice([1, 1, 1, 2, 3])))
            return f"{self.choice(FUNCTIONS)}({', '.join(args)})"
        if kind < 0.55:
            return self.expression(depth - 2) + self.choice(POWERS)
        if kind < 0.65:
            return self.choice(["-", "-", "- ", "+", "--", "-1*"]) + self.expression(depth - 1)
        sign = self.choice(SIGNS[:8] if self.random() < 0.95 else SIGNS)
        return self.expression(depth - 1) + sign + self.expression(depth - 1)

    def statement(self, count: int) -> str:
        kind, target = self.random(), f"t{count}" if self.random() < 0.8 else self.choice([*NAMES, *RARE])
        if kind < 0.15:
            return f"{target} = {self.choice(['', '-', '- ', '+'])}{self.choice(NUMBERS)}"
        if kind < 0.2:
            return self.choice(["", "# a = 3; b = 4", f"{target} += x", f"{target} == x"])
        return f"{target} = {self.expression(3)}" + ("  # c" if kind < 0.25 else "")

    def program(self) -> str:
        lines = [self.statement(count) for count in range(self.choice([0, 1, 2, 3]))]
        lines.append(self.choice([self.expression(4), self.expression(3), "t0", "x = 2", ""]))
        return self.choice(["\n", "\n", "; ", "\n\n", "\n  "]).join(lines)


def tree_of(text: str, given: list[str], share: bool = True) -> Graph:
    return graph_of(program.read(text, given), share)


def is_same(text: str, given: list[str], share: bool = True) -> bool:
    """Tells whether a text is plain; where it is, both ways must lead to the same graph."""
    found = read_plain(text, given, share)
    if found is not None:
        other = tree_of(text, given, share)
        assert (repr(found.nodes), found.inputs, found.output) == (repr(other.nodes), other.inputs, other.output), text
        assert (found.program, found.counts, found.beside) == (text, {}, ())
    return found is not None


def test_random_programs_are_the_same_graph() -> None:
    dice = Dice(1)
    plain = sum(
        is_same(dice.program(), dice.sample([*NAMES, *RARE], dice.choice([0, 0, 3])), dice.random() < 0.9)
        for _ in range(1200)
    )
    assert plain > 150


def test_every_function_of_numbers_is_the_same_node() -> None:
    operands = (["x"], ["x", "y"], ["x", "2", "-3"])
    plain = [name for name in REGISTRY if any(is_same(f"a = {name}({', '.join(each)})\na*2", []) for each in operands)]
    assert {"exp", "log", "max", "atan2", "where", "sigmoid"} <= {*plain}
    assert not {"sum", "matmul", "besselj", "stack"} & {*plain}


def test_samples_are_the_same_graph() -> None:
    assert sum(is_same(sample.text, []) for sample in samples()) > 15


@pytest.mark.parametrize(
    "text",
    [
        "2x", "x y", "x.T", "W @ x", "x[0]", "[1, 2]", "a = 3", "a = 1 + 2", "x\n-y", "x +\ny", "(x\n+ y)",
        "a = x;\n-a", "x = y; x\nx*2", "f(t) = t\nf(x)", "x^-1", "sin**2(x)", "x**T", "dx/dt", "q = x\nqz*2", "lnx + x",
        "θ*x", "x'", "1e999*x", "e**x", "log x", "X: (2, 3)\nX*2", "sum(x, axis=0)", "f = x*y   (3)", "max(axis=x)",
        "a, b = x, y\na*b", "x if y else z", "w = w - x", f"{'a' * 201}*x", "(" * 60 + "x" + ")" * 60, "a += x",
        "print(x)", "x = 2\nx = 3\nx*y", "", "\n",
    ],
)  # fmt: skip
def test_what_could_be_read_otherwise_is_left_to_the_reader(text: str) -> None:
    assert read_plain(text, [], True) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("c = x*y; c = c + 1; c*c", ["x", "y", "c", "c_2", "f"]),
        ("k = 2; x*k; ", ["k", "x", "f"]),
        ("f = x*y; f", ["x", "y", "f"]),
        ("f = x; f*2  # twice", ["x", "f", "out"]),
        ("a = x*y; -(a + log(x))", ["x", "y", "a", "f"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert is_same(text, [])
    found = read_plain(text, [], True)
    assert found is not None
    assert [node.name for node in found.nodes if node.name] == names


def test_a_word_with_a_value_is_a_variable() -> None:
    assert is_same("e*x", ["e"])
    assert is_same("mx + b", ["mx"])
    assert not is_same("mx + b", [])
