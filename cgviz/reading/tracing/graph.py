"""What was recorded becomes a graph, in the form that text has."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.graph.nodes import CONSTANT, INPUT, RECORDED, Graph, Node
from cgviz.ops.arithmetic import add, copy, divide, multiply, pow_, power, reciprocal, signed_sum, subtract
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.products import product
from cgviz.reading.tracing.tape import Tape
from cgviz.values.arrays import Value, is_array


def graph_of(tape: Tape, output: int) -> Graph:
    """Returns the tape as a graph in the form that text has: a chain of + and − (or ·) that is used once and has no
    name is one sum (or product), a/b is a times 1/b, a constant power is an op of its own."""
    uses = [0] * len(tape.values)
    for args in tape.args:
        for arg in args:
            uses[arg] += 1
    inner = chain_links(tape, uses)
    needed = reachable(tape, output)
    place = [-1] * len(tape.values)
    nodes: list[Node] = []
    values: list[Value | None] = []
    inputs: list[int] = []
    for index, op in enumerate(tape.ops):
        if index in inner or not (needed[index] or index in tape.names):
            continue
        if op is INPUT:
            inputs.append(len(nodes))
            made = Node(op)
        elif op is CONSTANT:
            value = tape.values[index]
            made = Node(op, value=value, shape=value.shape if is_array(value) else ())
        else:
            made = stage(tape, index, inner, place, nodes)
        if index in tape.names:
            name, label = tape.names[index]
            made = made._replace(name=name, label=label, given=True)
        group = tape.group_of(index)
        if group and op is not CONSTANT:
            made = made._replace(group=group)
        place[index] = len(nodes)
        values.extend([None] * (len(nodes) - len(values)))
        alike = made.op is op or (made.op.family and op is not divide)
        alike = not made.is_stage or (alike and all(values[arg] is not None for arg in made.args))
        values.append(tape.values[index] if alike else None)
        nodes.append(made)
    graph = with_output(nodes, place[output], tuple(inputs))
    graph.kept[RECORDED] = values + [None] * (len(graph) - len(values))
    return graph


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
    ops = tape.ops
    inner: set[int] = set()
    for index, op in enumerate(ops):
        if op is add or op is subtract or op is multiply:
            first = tape.args[index][0]
            like = ops[first] is multiply if op is multiply else ops[first] is add or ops[first] is subtract
            like = like and tape.group_of(first) == tape.group_of(index)
            if like and uses[first] == 1 and first not in tape.names:
                inner.add(first)
    return inner


def stage(tape: Tape, index: int, inner: set[int], place: Sequence[int], nodes: list[Node]) -> Node:
    """Returns the node of one recorded op, its arguments by their places in the graph."""
    op, args = tape.ops[index], tape.args[index]
    if op is add or op is subtract or op is multiply:
        if args[0] not in inner:
            return Node(op, (place[args[0]], place[args[1]]))
        signs, terms = unrolled(tape, index, inner)
        made = product(len(terms)) if op is multiply else signed_sum(*signs)
        return Node(made, tuple([place[term] for term in terms]))
    if op is divide and tape.ops[args[1]] is not CONSTANT and not is_array(tape.values[args[1]]):
        if tape.ops[args[0]] is CONSTANT and tape.values[args[0]] == 1:
            return Node(reciprocal, (place[args[1]],))
        nodes.append(Node(reciprocal, (place[args[1]],)))
        return Node(multiply, (place[args[0]], len(nodes) - 1))
    if op is pow_ and tape.ops[args[1]] is CONSTANT and not is_array(tape.values[args[1]]):
        return Node(power_of(tape.values[args[1]]), (place[args[0]],))
    return Node(op, tuple([place[arg] for arg in args]))


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
