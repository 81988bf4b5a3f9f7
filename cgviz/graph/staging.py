"""Level of detail: which ops are one gate. Fuses what is taught as one gate, or opens it into its atoms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from cgviz.errors import UsageError, quoted
from cgviz.graph import juxtaposed
from cgviz.graph.marks import has_marks
from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.ops.arithmetic import divide, multiply, reciprocal, signed_sum
from cgviz.ops.op import Op, ops
from cgviz.ops.operators import Operators
from cgviz.ops.piecewise import known_policy
from cgviz.ops.products import product
from cgviz.values.arrays import Shape

DETAILS = ("stage", "gate")


def staged(
    graph: Graph, detail: str = "stage", ties: str = "split", inputs: Mapping[str, Shape | None] | None = None
) -> Graph:
    """Returns `graph` at a level of detail, ties of max and min handled by the policy `ties`.

    Products side by side are those of numbers, or what the shapes of the `inputs` make of them.

    stage: a gate is what is taught as one (σ, log σ); sums and products take any number of operands.
    gate:  every op is atomic (×−1, exp, +1, 1/x), sums and products have two operands, left to right.
    A node that the user named or that is used twice is never fused away. A graph at gate detail goes back to what
    it was before its gates were opened: not every fused gate can be told from its atoms.

    Raises UsageError for a level or a policy that there is not.
    """
    if detail not in DETAILS:
        raise UsageError(f"no level of detail {quoted(detail)}; there are {', '.join(DETAILS)}")
    known_policy(ties)
    graph = graph.written or graph.whole or graph
    if ties != "split":
        graph = replace(graph, nodes=tuple(with_ties(node, ties) for node in graph.nodes))
    if not has_marks(graph):
        return opened(graph) if detail == "gate" else fused(graph)
    made = juxtaposed.plain(graph) if inputs is None else juxtaposed.meant(graph, inputs)
    return replace(opened(made) if detail == "gate" else fused(made), written=graph if inputs is None else None)


def with_ties(node: Node, ties: str) -> Node:
    return node._replace(op=node.op.ties(ties)) if node.op.ties else node


# gate detail


class Opening(Operators):
    """A node of the builder under Python's operators, so that `op.gates` writes into the graph."""

    def __init__(self, builder: Builder, index: int) -> None:
        self.builder, self.index = builder, index

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Opening:
        return Opening(self.builder, open_op(self.builder, op, [self.node(arg) for arg in args]))

    def node(self, arg: Any) -> int:
        return arg.index if isinstance(arg, Opening) else self.builder.constant(float(arg))


def open_op(builder: Builder, op: Op, args: Sequence[int]) -> int:
    """Returns the node of `op(*args)` with nothing but atomic gates."""
    if op.gates is not None:
        index: int = op.gates(*(Opening(builder, arg) for arg in args)).index
        return index
    if op is divide and builder.nodes[args[0]].value == 1:
        return builder.apply(reciprocal, args[1:])
    if op is divide and builder.nodes[args[1]].op is not CONSTANT:
        return builder.apply(multiply, (args[0], builder.apply(reciprocal, args[1:])))
    if op.family == "product" and len(args) > 2:
        return chain(builder, args, lambda _: multiply)
    if op.family == "sum" and len(args) > 2:
        signs = op.parameter
        return chain(builder, args, lambda i: signed_sum(signs[0] if i == 1 else 1, signs[i]))
    return builder.apply(op, args)


def chain(builder: Builder, args: Sequence[int], op: Any) -> int:
    index = args[0]
    for i, arg in enumerate(args[1:], 1):
        index = builder.apply(op(i), (index, arg))
    return index


def opened(graph: Graph) -> Graph:
    """Returns the graph with every op opened into atomic gates."""
    builder = Builder()
    where = rebuild(graph, builder, open_op)
    return replace(finished(graph, builder, where, "gate"), whole=graph)


def rebuild(graph: Graph, builder: Builder, apply: Any) -> list[int]:
    """Writes every node of `graph` into `builder`, stages by `apply(builder, op, args)`; returns where each went.

    A stage that the user named stays apart from every other stage of the graph.
    """
    where: list[int] = []
    placed: set[int] = set()
    for node in graph.nodes:
        if not node.is_stage:
            where.append(builder.push(node))
            if node.op is INPUT:
                builder.inputs.append(where[-1])
            continue
        index = apply(builder, node.op, [where[arg] for arg in node.args])
        if node.places != () and builder.nodes[index].places == ():
            builder.nodes[index] = builder.nodes[index]._replace(places=node.places)
        if node.given:
            made = builder.nodes[index]
            named = made._replace(name=node.name, label=node.label, given=True)
            if made.given or index in placed:
                index = builder.push(named)
            else:
                builder.nodes[index] = named
        elif index in placed and builder.nodes[index].given:
            index = builder.push(builder.nodes[index]._replace(name="", label="", given=False))
        where.append(index)
        placed.add(index)
    return where


def with_divisions(graph: Graph, reciprocals: Collection[int]) -> Graph:
    """Returns the graph with products that take one of these reciprocals as divisions instead."""
    if not reciprocals:
        return graph
    stages = iter(graph.stages)

    def apply(builder: Builder, op: Op, args: Sequence[int]) -> int:
        index = next(stages)
        below = [slot for slot, arg in enumerate(graph.nodes[index].args) if arg in reciprocals]
        above = [arg for slot, arg in enumerate(args) if slot not in below]
        if op.family != "product" or not below or not above:
            return builder.apply(op, args)
        made = above[0] if len(above) == 1 else builder.apply(product(len(above)), above)
        for slot in below:
            made = builder.apply(divide, (made, *builder.nodes[args[slot]].args))
        return made

    builder = Builder(share=False)
    where = rebuild(graph, builder, apply)
    return replace(finished(graph, builder, where, graph.detail), whole=graph.whole, closed=graph.closed)


def finished(graph: Graph, builder: Builder, where: Sequence[int], detail: str) -> Graph:
    """Returns the builder's graph, nodes that nothing uses any more left out."""
    inputs = tuple(where[i] for i in graph.inputs)
    made = builder.finish(where[graph.output], graph.program, detail)
    return without_unused(replace(made, inputs=inputs, beside=graph.beside))


def without_unused(graph: Graph) -> Graph:
    """Returns the graph without constants and stages that nothing uses and nobody named."""
    used = [node.given or node.op is INPUT for node in graph.nodes]
    used[graph.output] = True
    for index in range(len(graph.nodes) - 1, -1, -1):
        if used[index]:
            for arg in graph.nodes[index].args:
                used[arg] = True
    if all(used):
        return graph
    place: dict[int, int] = {}
    kept: list[Node] = []
    for index, node in enumerate(graph.nodes):
        if used[index]:
            place[index] = len(kept)
            kept.append(node._replace(args=tuple(place[arg] for arg in node.args)))
    inputs = tuple(place[index] for index in graph.inputs)
    return replace(graph, nodes=tuple(kept), output=place[graph.output], inputs=inputs)


# stage detail


@cache
def patterns() -> dict[Op, list[tuple[Op, Any]]]:
    """Returns, for the op at the root of each pattern, the fused ops and what they look like in atoms.

    A pattern is a nested tuple (op, operands...), a number, or "u" for the operand of the fused op.
    """
    found: dict[Op, list[tuple[Op, Any]]] = {}
    for op in ops():
        if op.fused and op.gates is not None:
            pattern = op.gates(Pattern("u")).form
            found.setdefault(pattern[0], []).append((op, pattern))
    return found


class Pattern(Operators):
    """Records the form of an op's gates."""

    def __init__(self, form: Any) -> None:
        self.form = form

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Pattern:
        forms = tuple(arg.form if isinstance(arg, Pattern) else float(arg) for arg in args)
        if op is divide and forms[0] == 1:
            return Pattern((reciprocal, forms[1]))
        return Pattern((op, *forms))


def fused(graph: Graph) -> Graph:
    """Returns the graph with every pattern of a fused op, `1/(1 + exp(-u))`, as that op."""
    roots = patterns()
    if graph.ops.isdisjoint(roots):
        return replace(graph, detail="stage") if graph.detail != "stage" else graph
    uses = [0] * len(graph.nodes)
    for node in graph.nodes:
        for arg in node.args:
            uses[arg] += 1
    nodes = list(graph.nodes)
    for index, node in enumerate(nodes):
        for op, pattern in roots.get(node.op, ()):
            operand = match(nodes, uses, index, pattern, root=True)
            if operand is not None:
                nodes[index] = node._replace(op=op, args=(operand,))
                break
    if graph.detail != "stage" or nodes != list(graph.nodes):
        graph = replace(graph, nodes=tuple(nodes), detail="stage")
    return without_unused(graph)


def match(nodes: Sequence[Node], uses: Sequence[int], index: int, pattern: Any, root: bool = False) -> int | None:
    """Returns the node that stands for "u" where node `index` has the form of `pattern`, else None."""
    if pattern == "u":
        return index
    node = nodes[index]
    if node.op is not pattern[0] or len(node.args) != len(pattern) - 1:
        return None
    if not root and (node.given or uses[index] != 1):
        return None
    operand = None
    args = node.args
    if node.op.family == "sum" and nodes[args[0]].op is not CONSTANT:
        args = args[::-1]
    for arg, part in zip(args, pattern[1:], strict=True):
        if isinstance(part, float):
            if nodes[arg].op is not CONSTANT or nodes[arg].shape or nodes[arg].value != part:
                return None
        else:
            operand = match(nodes, uses, arg, part)
            if operand is None:
                return None
    return operand
