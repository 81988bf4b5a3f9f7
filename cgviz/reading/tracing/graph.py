"""What was recorded becomes a graph, in the form that text has."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.graph.nodes import CONSTANT, INPUT, RECORDED, Graph, Node, row
from cgviz.ops.arithmetic import add, copy, divide, multiply, pow_, power, reciprocal, signed_sum, subtract
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.products import product
from cgviz.reading.tracing.tape import Tape
from cgviz.values.arrays import Value, is_array, shape_of

NAMELESS = ("", "")


def graph_of(tape: Tape, output: int) -> Graph:
    """Returns the tape as a graph in the form that text has: a chain of + and − (or ·) that is used once and has no
    name is one sum (or product), a/b is a times 1/b, a constant power is an op of its own."""
    uses = [0] * len(tape.values)
    for operands in tape.args:
        for arg in operands:
            uses[arg] += 1
    inner = chain_links(tape, uses)
    needed = reachable(tape, output)
    place = [-1] * len(tape.values)
    nodes: list[Node] = []
    inputs: list[int] = []
    for index, op in enumerate(tape.ops):
        if index in inner or not needed[index]:
            continue
        name, label = tape.names.get(index, NAMELESS)
        group = tape.group_of(index) if tape.groups and op is not CONSTANT else ()
        args: tuple[int, ...] = ()
        value: Value | None = None
        if op is INPUT:
            inputs.append(len(nodes))
        elif op is CONSTANT:
            value = tape.values[index]
        elif (op is add or op is multiply or op is subtract) and tape.args[index][0] not in inner:
            one, two = tape.args[index]
            args = place[one], place[two]
        else:
            op, args = stage(tape, index, inner, place, nodes)
        shape = shape_of(value) if value is not None else ()
        place[index] = len(nodes)
        nodes.append(row((op, args, name, label, name != "", shape, value, None, (), group)))
    graph = with_output(nodes, place[output], tuple(inputs))
    if any(map(is_array, tape.values)):
        graph.kept[RECORDED] = recorded_values(tape, place, graph)
    return graph


def recorded_values(tape: Tape, place: Sequence[int], graph: Graph) -> list[Value | None]:
    """Returns the values that the nodes of a graph had when it was recorded; None where an op is another."""
    values: list[Value | None] = [None] * len(graph)
    for index, at in enumerate(place):
        if at < 0:
            continue
        node, op = graph.nodes[at], tape.ops[index]
        alike = node.op is op or (node.op.family and op is not divide)
        if not node.is_stage or (alike and all(values[arg] is not None for arg in node.args)):
            values[at] = tape.values[index]
    return values


def with_output(nodes: list[Node], output: int, inputs: tuple[int, ...]) -> Graph:
    """Returns the graph, its output a stage with a name: `f` where the function has none for it."""
    if not nodes[output].is_stage:
        nodes.append(Node(copy, (output,)))
        output = len(nodes) - 1
    if not nodes[output].given:
        taken = {node.name for node in nodes}
        name = next(name for name in ("f", "out", *(f"out{i}" for i in range(2, len(nodes) + 3))) if name not in taken)
        nodes[output] = nodes[output]._replace(name=name, given=True)
    return Graph(tuple(nodes), output, inputs)


def reachable(tape: Tape, output: int) -> list[bool]:
    """Returns for every node whether the output, or a value that has a name, needs it."""
    needed = [False] * len(tape.values)
    needed[output] = True
    for index in tape.names:
        needed[index] = True
    for index in range(len(needed) - 1, -1, -1):
        if needed[index]:
            for arg in tape.args[index]:
                needed[arg] = True
    return needed


def chain_links(tape: Tape, uses: Sequence[int]) -> set[int]:
    """Returns the nodes that are swallowed by the chain they begin: first operand of a like op, used once, no name."""
    ops, names = tape.ops, tape.names
    inner: set[int] = set()
    for index, op in enumerate(ops):
        if op is not add and op is not subtract and op is not multiply:
            continue
        first = tape.args[index][0]
        if uses[first] != 1 or first in names:
            continue
        like = ops[first] is multiply if op is multiply else ops[first] is add or ops[first] is subtract
        if like and (not tape.groups or tape.group_of(first) == tape.group_of(index)):
            inner.add(first)
    return inner


def stage(
    tape: Tape, index: int, inner: set[int], place: Sequence[int], nodes: list[Node]
) -> tuple[Op, tuple[int, ...]]:
    """Returns the op of a node and its arguments, by their places in the graph, for one recorded op."""
    op, args = tape.ops[index], tape.args[index]
    if args and args[0] in inner:
        signs, terms = unrolled(tape, index, inner)
        return product(len(terms)) if op is multiply else signed_sum(*signs), tuple([place[term] for term in terms])
    if op is divide and tape.ops[args[1]] is not CONSTANT and not is_array(tape.values[args[1]]):
        if tape.ops[args[0]] is CONSTANT and tape.values[args[0]] == 1:
            return reciprocal, (place[args[1]],)
        nodes.append(Node(reciprocal, (place[args[1]],)))
        return multiply, (place[args[0]], len(nodes) - 1)
    if op is pow_ and tape.ops[args[1]] is CONSTANT and not is_array(tape.values[args[1]]):
        return power_of(tape.values[args[1]]), (place[args[0]],)
    return op, tuple([place[arg] for arg in args])


def power_of(exponent: float) -> Op:
    if exponent == -1:
        return reciprocal
    return REGISTRY["sqrt"] if exponent == 0.5 else power(exponent)


def unrolled(tape: Tape, index: int, inner: set[int]) -> tuple[list[int], list[int]]:
    """Returns signs and terms of the chain that ends in `index`, first to last."""
    signs: list[int] = []
    terms: list[int] = []
    while True:
        first, second = tape.args[index]
        signs.append(-1 if tape.ops[index] is subtract else 1)
        terms.append(second)
        if first not in inner:
            break
        index = first
    return [1, *reversed(signs)], [first, *reversed(terms)]
