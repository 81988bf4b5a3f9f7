"""sympy's derivative of the program downstream of a node, for programs small enough to be written out.

The expression is built node by node, never from text; its derivative is read back as a graph and computed by that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from cgviz.analysis.checks.differences import cone, necks
from cgviz.errors import CgvizError
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.op import Op
from cgviz.runs.passes import forward

LARGEST, WHOLE = 25, 10
LARGEST_DERIVATIVE = 4000
MOST_OPERATIONS = 800
SAME = {
    **{name: name for name in ("exp", "sqrt", "cbrt", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin")},
    **{name: name for name in ("acos", "atan", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "loggamma")},
    "power": "Pow",
    "mpf": "Float",
}


class NotInSympyError(Exception):
    """An op that sympy has no function for."""


class SympyContext:
    """What mpmath's context is to an op's exact form, in sympy: the form written for numbers gives an expression."""

    def __getattr__(self, name: str) -> Any:
        import sympy

        if name in OWN:
            return OWN[name](sympy)
        if name in SAME:
            return getattr(sympy, SAME[name])
        raise NotInSympyError(f"sympy is not asked for {name}")


OWN: dict[str, Callable[[Any], Any]] = {
    "expm1": lambda sympy: lambda x: sympy.exp(x) - 1,
    "log1p": lambda sympy: lambda x: sympy.log(1 + x),
    "pi": lambda sympy: sympy.pi,
}
"""Functions of mpmath under sympy's names, and those that sympy writes out."""


def applied(op: Op, args: Sequence[Any]) -> Any:
    """Returns `op(*args)` in sympy. Raises NotInSympyError."""
    import sympy

    if op.sympy and op.sympy not in ("Add", "Mul", "Pow"):
        return getattr(sympy, op.sympy)(*args)  # a name from our own record
    if not op.analytic:
        raise NotInSympyError(f"{op.name} is not analytic")
    return op.in_mpmath(SympyContext(), *args)


def number(value: float) -> Any:
    import sympy

    return sympy.Integer(int(value)) if float(value).is_integer() and abs(value) < 1e6 else sympy.Float(value)


class InSympy:
    """The slopes of one run's output by sympy; `obstacle` is why the last one was not found."""

    def __init__(self, graph: Graph, values: Sequence[float | None]) -> None:
        self.graph, self.values = graph, values
        self.left = MOST_OPERATIONS
        self.obstacle = ""
        self.necks = necks(graph)
        self.known: dict[int, float] = {}

    def slope(self, index: int) -> float:
        """Returns ∂output/∂node; nan where sympy has none or the expression is too large to be written out."""
        size = self.size(index)
        self.obstacle = "too large for sympy"
        if size > LARGEST or size > self.left:
            return math.nan
        self.left -= size
        self.obstacle = "not a number in sympy"
        try:
            return self.derivative(index, size)
        except NotInSympyError as missing:
            self.obstacle = str(missing)
            return math.nan
        except (CgvizError, ArithmeticError, ValueError, TypeError, RecursionError, AttributeError):
            self.obstacle = "sympy has no derivative"
            return math.nan

    def size(self, index: int) -> int:
        """Returns how many operations the output has when it is written out in terms of one node."""
        return written_size(self.graph, cone(self.graph, index))

    def derivative(self, index: int, size: int) -> float:
        """Returns ∂output/∂node; what is long to write out is a product, from one neck of the graph to the next."""
        if index not in self.known:
            end = self.necks[index] if size > WHOLE else self.graph.output
            beyond = 1.0 if end == self.graph.output else self.derivative(end, self.size(end))
            self.known[index] = self.computed(index, end) * beyond
        return self.known[index]

    def computed(self, index: int, end: int) -> float:
        """Returns ∂(node `end`)/∂node."""
        import sympy

        from cgviz.reading.walk import graph_of_sympy

        made: dict[int, Any] = {}
        targets = cone(self.graph, index, end)
        inside = {index, *targets}
        for target in (index, *targets):
            for arg in self.graph.nodes[target].args if target != index else ():
                if arg not in inside and arg not in made:
                    made[arg] = self.leaf(arg)
            made[target] = (
                self.leaf(index)
                if target == index
                else applied(self.graph.nodes[target].op, [made[arg] for arg in self.graph.nodes[target].args])
            )
        if end not in made:
            return 0.0
        derivative = sympy.diff(made[end], made[index])
        graph = graph_of_sympy(derivative)
        if len(graph) > LARGEST_DERIVATIVE:
            raise NotInSympyError("its derivative is too large")
        given = {graph.nodes[i].name: self.value_of(graph.nodes[i].name) for i in graph.inputs}
        return float(forward(graph, given)[graph.output])

    def leaf(self, index: int) -> Any:
        """Returns a constant, or a symbol of our own that bears the node's index."""
        import sympy

        node = self.graph.nodes[index]
        return number(node.value or 0.0) if node.op is CONSTANT else sympy.Symbol(f"n{index}", real=True)

    def value_of(self, name: str) -> float:
        return self.values[int(name[1:])] or 0.0


def written_size(graph: Graph, targets: Sequence[int]) -> int:
    """Returns how many operations the output has when it is written out in terms of what is not in `targets`."""
    sizes: dict[int, int] = {}
    for target in targets:
        sizes[target] = min(1 + sum(sizes.get(arg, 1) for arg in graph.nodes[target].args), 10**6)
    return sizes.get(graph.output, 0)
