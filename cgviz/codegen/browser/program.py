"""A graph as two JavaScript functions: `forward(v)`, and `slopes(v)`, its local derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cgviz.codegen.browser.notation import JAVASCRIPT, UnwrittenError, filled
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.op import Op
from cgviz.text.formula import Formula

MOST_OPERANDS = 500


def program(graph: Graph) -> str:
    """Returns the source of `forward`, which fills the array `v` of values, and of `slopes`, which returns a list of
    local derivatives per stage; null is a branch not taken, as None is in a run.

    A stage that has to do with arrays is `parts.INDEX`, whose gates are in `gates`: `forward` leaves it to `whole`.
    Raises UnwrittenError where an op has no form in JavaScript.
    """
    from cgviz.codegen.browser.arrays import parts
    from cgviz.codegen.browser.gates import Gates

    gates = Gates()
    arrays = parts(graph, gates) if graph.has_arrays else {}
    lines = [f"const gates = {gates.source};", f"const parts = {told(arrays)};"] if arrays else []
    lines += ["function forward(v, whole) {"]
    lines += [f"  v[{i}] = {f'whole({i}, v)' if i in arrays else value(graph, i)};" for i in graph.stages]
    lines += ["}", "", "function slopes(v) {", "  const s = [];"]
    lines += [f"  s[{i}] = [{', '.join(local_derivatives(graph, i))}];" for i in graph.stages if i not in arrays]
    return "\n".join([*lines, "  return s;", "}", ""])


def told(arrays: dict[int, Any]) -> str:
    from json import dumps

    return dumps(arrays, separators=(",", ":")).replace("Infinity", "1/0").replace("NaN", "0/0")


def value(graph: Graph, index: int) -> str:
    node = graph.nodes[index]
    return Formula(op=node.op, args=operands(graph, index)).write(JAVASCRIPT).text


def local_derivatives(graph: Graph, index: int) -> Iterator[str]:
    """Yields the local derivative of a stage in each operand."""
    return derivatives(graph.nodes[index].op, operands(graph, index), variable(index))


def derivatives(op: Op, args: Sequence[Formula], out: Formula) -> Iterator[str]:
    """Yields the local derivative in each operand: stable where the record has such a form, else as taught."""
    templates = stable(op, len(args))
    if len(args) > MOST_OPERANDS and op.slopes is None:
        raise UnwrittenError(f"{op.name} of {len(args)} operands would be too long in JavaScript")
    if all(templates):
        taught: tuple[object, ...] = (None,) * len(args)
    else:
        taught = (op.careful or op.partials)(out, *args)
    written = [arg.write(JAVASCRIPT) for arg in args]
    for template, rule in zip(templates, taught, strict=True):
        if template:
            yield filled(template, written, out=out.leaf)
        else:
            yield "null" if rule is None else formula(rule).write(JAVASCRIPT).text


def stable(op: Op, count: int) -> list[str]:
    """Returns the record's templates for its local derivatives, "" where there is none."""
    return [*op.javascript[1:], *[""] * count][:count]


def operands(graph: Graph, index: int) -> tuple[Formula, ...]:
    """Returns what a stage computes with: variables, and constants as numbers."""
    nodes = ((arg, graph.nodes[arg]) for arg in graph.nodes[index].args)
    return tuple(Formula(node.value or 0.0) if node.op is CONSTANT else variable(arg) for arg, node in nodes)


def variable(index: int) -> Formula:
    return Formula(f"v[{index}]")


def formula(rule: object) -> Formula:
    return rule if isinstance(rule, Formula) else Formula(rule)
