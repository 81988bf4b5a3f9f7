"""A graph as two JavaScript functions: `forward(v)`, and `slopes(v)`, its local derivatives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cgviz.codegen.browser.arrays import parts
from cgviz.codegen.browser.gates import Gates
from cgviz.codegen.browser.notation import JAVASCRIPT
from cgviz.codegen.browser.rules import derivatives
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.text.formula import Formula


def program(graph: Graph) -> str:
    """Returns the source of `forward`, which fills the array `v` of values, and of `slopes`, which returns a list of
    local derivatives per stage; null is a branch not taken, as None is in a run.

    A stage that has to do with arrays is `parts.INDEX`, whose gates are in `gates`: `forward` leaves it to `whole`.
    Raises UnwrittenError where an op has no form in JavaScript.
    """
    gates = Gates()
    arrays = parts(graph, gates) if graph.has_arrays else {}
    lines = [f"const gates = {gates.source};", f"const parts = {told(arrays)};"] if arrays else []
    lines += ["function forward(v, whole) {"]
    lines += [f"  v[{i}] = {f'whole({i}, v)' if i in arrays else value(graph, i)};" for i in graph.stages]
    lines += ["}", "", "function slopes(v) {", "  const s = [];"]
    lines += [f"  s[{i}] = [{', '.join(local_derivatives(graph, i))}];" for i in graph.stages if i not in arrays]
    return "\n".join([*lines, "  return s;", "}", ""])


def told(arrays: dict[int, Any]) -> str:
    return json.dumps(arrays, separators=(",", ":")).replace("Infinity", "1/0").replace("NaN", "0/0")


def value(graph: Graph, index: int) -> str:
    node = graph.nodes[index]
    return Formula(op=node.op, args=operands(graph, index)).write(JAVASCRIPT).text


def local_derivatives(graph: Graph, index: int) -> Iterator[str]:
    """Yields the local derivative of a stage in each operand."""
    return derivatives(graph.nodes[index].op, operands(graph, index), variable(index))


def operands(graph: Graph, index: int) -> tuple[Formula, ...]:
    """Returns what a stage computes with: variables, and constants as numbers."""
    nodes = ((arg, graph.nodes[arg]) for arg in graph.nodes[index].args)
    return tuple(Formula(node.value or 0.0) if node.op is CONSTANT else variable(arg) for arg, node in nodes)


def variable(index: int) -> Formula:
    return Formula(f"v[{index}]")
