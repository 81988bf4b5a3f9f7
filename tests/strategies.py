"""Random programs for hypothesis: expression trees that can be written as text, as sympy, and as PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

NAMES = ("x", "y", "z", "w_1", "beta", "N")


@dataclass(frozen=True)
class Tree:
    """A name, a number, or an operation on trees; `kind` is a key of SPELLINGS."""

    kind: str
    leaf: str | float = ""
    operands: tuple[Tree, ...] = ()

    def fold(self, leaf: Callable[[str | float], Any], operation: Callable[[str, Sequence[Any]], Any]) -> Any:
        """Returns the tree's meaning, from what leaves and operations mean."""
        if not self.operands:
            return leaf(self.leaf)
        return operation(self.kind, [operand.fold(leaf, operation) for operand in self.operands])

    @property
    def text(self) -> str:
        """The tree as a program, every operand in brackets."""
        return str(self.fold(str, lambda kind, texts: SPELLINGS[kind].format(*texts)))

    @property
    def names(self) -> set[str]:
        if not self.operands:
            return {self.leaf} if isinstance(self.leaf, str) else set()
        return set().union(*(operand.names for operand in self.operands))


SMOOTH = {
    "add": "({} + {})",
    "subtract": "({} - {})",
    "multiply": "({} * {})",
    "divide": "({} / (1.5 + ({})**2))",
    "negate": "(-{})",
    "square": "({})**2",
    "cube": "({})**3",
    "root": "sqrt(1 + ({})**2)",
    "power": "(1 + ({})**2)**({} / 4)",
    "exp": "exp(-({})**2)",
    "log": "log(2 + ({})**2)",
    "sin": "sin({})",
    "cos": "cos({})",
    "tanh": "tanh({})",
    "atan": "atan({})",
    "sigmoid": "sigmoid({})",
    "written sigmoid": "1/(1 + exp(-({})))",
    "softplus": "softplus({})",
    "sum of three": "({} - {} + {})",
    "product of three": "({} * {} * {})",
}
CORNERED = {
    "max": "max({}, {})",
    "min": "min({}, {})",
    "abs": "|{}|",
    "relu": "relu({})",
    "where": "where({} < {}, {}, {})",
}
SPELLINGS = SMOOTH | CORNERED


def trees(
    spellings: dict[str, str] = SPELLINGS, names: Sequence[str] = NAMES, leaves: int = 12
) -> st.SearchStrategy[Tree]:
    """Returns a strategy of trees with a handful of operations."""
    name = st.sampled_from(list(names)).map(lambda name: Tree("name", name))
    number = st.sampled_from([0.5, 1.0, 2.0, 3.0, 0.25, 1.75]).map(lambda number: Tree("number", number))

    def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        def operation(kind: str) -> st.SearchStrategy[Tree]:
            return st.tuples(*[inner] * spellings[kind].count("{}")).map(lambda operands: Tree(kind, "", operands))

        return st.sampled_from(list(spellings)).flatmap(operation)

    return grown(st.recursive(name | name | name | number, grown, max_leaves=leaves))


def inputs(names: Sequence[str] = NAMES) -> st.SearchStrategy[dict[str, float]]:
    """Returns a strategy of values, two decimals each, away from zero."""
    value = st.integers(10, 200).map(lambda hundredths: hundredths / 100)
    return st.fixed_dictionaries({name: st.tuples(value, st.sampled_from([1, -1])).map(math.prod) for name in names})


def with_library(tree: Tree, values: dict[str, Any], library: Any) -> Any:
    """Returns a tree's value by the functions of mpmath or sympy, `library`, on numbers or symbols."""
    one, most, least = library_constant(library), getattr(library, "Max", max), getattr(library, "Min", min)
    operations: dict[str, Callable[..., Any]] = {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": lambda a, b: a * b,
        "divide": lambda a, b: a / (one * 3 / 2 + b**2),
        "negate": lambda a: -a,
        "square": lambda a: a**2,
        "cube": lambda a: a**3,
        "root": lambda a: library.sqrt(1 + a**2),
        "power": lambda a, b: (1 + a**2) ** (b / 4),
        "exp": lambda a: library.exp(-(a**2)),
        "log": lambda a: library.log(2 + a**2),
        "sin": library.sin,
        "cos": library.cos,
        "tanh": library.tanh,
        "atan": library.atan,
        "sigmoid": lambda a: 1 / (1 + library.exp(-a)),
        "written sigmoid": lambda a: 1 / (1 + library.exp(-a)),
        "softplus": lambda a: library.log(1 + library.exp(a)),
        "sum of three": lambda a, b, c: a - b + c,
        "product of three": lambda a, b, c: a * b * c,
        "max": most,
        "min": least,
        "abs": abs,
        "relu": getattr(library, "relu", lambda a: most(a, 0 * one)),
        "where": lambda a, b, c, d: c if a < b else d,
    }

    def leaf(leaf: str | float) -> Any:
        return values[leaf] if isinstance(leaf, str) else one * int(leaf * 4) / 4

    return tree.fold(leaf, lambda kind, operands: operations[kind](*operands))


def library_constant(library: Any) -> Any:
    """Returns 1 as an exact number of sympy or mpmath."""
    return library.Integer(1) if hasattr(library, "Integer") else library.mpf(1)
