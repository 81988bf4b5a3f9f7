"""Both passes of a run as JavaScript functions, arrays opened into scalar gates, for the live page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cgviz.codegen.browser.notation import JAVASCRIPT, UnwrittenGateError, filled
from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.ops.op import Op
from cgviz.ops.opening import filled as opened_array
from cgviz.ops.rearranging import size
from cgviz.runs.expanding.elements import Scalar, opened
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape, as_array, is_array

MOST_OPERANDS = 500
OUT = Formula("out")
MOST = 20_000  # scalar gates of all stages together: a page stays smooth
Part = dict[str, Any]


def derivatives(op: Op, args: Sequence[Formula], out: Formula) -> Iterator[str]:
    """Yields the local derivative in each operand: stable where the record has such a form, else as taught."""
    templates = stable(op, len(args))
    if len(args) > MOST_OPERANDS and op.slopes is None:
        raise UnwrittenGateError(f"{op.name} of {len(args)} operands would be too long in JavaScript")
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


def formula(rule: object) -> Formula:
    return rule if isinstance(rule, Formula) else Formula(rule)


class Gates:
    """The gates that stages name by their place; each is written once."""

    def __init__(self) -> None:
        self.places: dict[object, int] = {}
        self.sources: list[str] = []

    def place(self, op: Op, constants: Sequence[float | None]) -> int:
        """Returns the place of a gate whose operands are what changes, or a constant. Raises UnwrittenError."""
        key = op, tuple(constants)
        if key not in self.places:
            self.sources.append(gate(op, constants))
            self.places[key] = len(self.sources) - 1
        return self.places[key]

    @property
    def source(self) -> str:
        """The list of all gates as JavaScript."""
        return f"[\n{''.join(f'  {each},{chr(10)}' for each in self.sources)}]"


def gate(op: Op, constants: Sequence[float | None]) -> str:
    operands = tuple(Formula(f"x[{slot}]") if value is None else Formula(value) for slot, value in enumerate(constants))
    value = Formula(op=op, args=operands).write(JAVASCRIPT).text
    slopes = ", ".join(derivatives(op, operands, OUT))
    return f"{{ value: (x) => {value}, slopes: (x, out) => [{slopes}] }}"


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


def library() -> str:
    """Returns the source of the library, plain JavaScript without imports."""
    return (Path(__file__).parent / "library.js").read_text(encoding="utf-8")


class Bounded(Builder):
    """Writes the gates of an op, and stops where they are too many."""

    def push(self, node: Node) -> int:
        if len(self.nodes) >= MOST:
            raise UnwrittenGateError(f"more than {MOST} scalar operations are too many to be recomputed in a page")
        return super().push(node)


def parts(graph: Graph, gates: Gates) -> dict[int, Part]:
    """Returns for each stage that has to do with arrays what computes it; `gates` collects the gates it names.

    Raises UnwrittenError where a stage has no such form.
    """
    found = {index: part(graph, index, gates) for index in graph.stages if has_arrays(graph, index)}
    if sum(len(each.get("nodes", ())) for each in found.values()) > MOST:
        raise UnwrittenGateError(f"more than {MOST} scalar operations are too many to be recomputed in a page")
    return found


def has_arrays(graph: Graph, index: int) -> bool:
    node = graph.nodes[index]
    return node.op.vjp is not None or any(graph.nodes[i].shape != () for i in (index, *node.args))


def part(graph: Graph, index: int, gates: Gates) -> Part:
    node = graph.nodes[index]
    shapes = [graph.nodes[arg].shape for arg in node.args]
    if node.shape is None or None in shapes:
        raise UnwrittenGateError("the shapes of its arrays are not known")
    if not all(map(size, [node.shape, *filter(None, shapes)])):
        raise UnwrittenGateError("an array without elements has nothing to be recomputed")
    if node.op.vjp is None:
        return {"gate": gates.place(node.op, [None] * len(node.args))}
    return gate_by_gate(node.op, [shape or () for shape in shapes], gates)


def gate_by_gate(op: Op, shapes: Sequence[Shape], gates: Gates) -> Part:
    """Returns an op opened into scalar gates: its nodes, of which the first are the elements of its operands in order.

    `outs` are the nodes that are the elements of its output, `constants` the values of nodes that are numbers.
    """
    builder = Bounded()
    try:
        made = opened(op, [opened_array(shape, lambda _: element(builder)) for shape in shapes])
    except ValueError as reason:
        raise UnwrittenGateError(f"{op.name} has no form in JavaScript ({reason})") from None
    outs = [each.index for each in made.flat]
    first = sum(map(size, shapes))
    nodes = [written(builder, node, gates) for node in builder.nodes[first:]]
    return {"nodes": nodes, "outs": outs}


def element(builder: Builder) -> Scalar:
    return Scalar(builder, builder.push(Node(INPUT)))


def written(builder: Builder, node: Node, gates: Gates) -> Any:
    """Returns a node as `[gate, operand ...]`, a constant as its number alone."""
    if node.op is CONSTANT:
        return float(node.value or 0.0)
    constants = [constant(builder.nodes[arg]) for arg in node.args]
    return [gates.place(node.op, constants), *node.args]


def constant(node: Node) -> float | None:
    """Returns the value of a constant, which a gate has inside it; None for what may change."""
    return float(node.value or 0.0) if node.op is CONSTANT else None


def flat(value: Any) -> Any:
    """Returns a value as the page keeps it: a number, or the elements of an array in row-major order."""
    return as_array(value).ravel().tolist() if is_array(value) else value
