"""A program for one example becomes a program for many: a leading axis of examples, wherever the data reach.

What has no rule here is not rewritten (`stacked` returns None), and examples are then taken one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.arithmetic import multiply
from cgviz.ops.indexing import indexed, one_hot
from cgviz.ops.joining import joined
from cgviz.ops.joining import stacked as rows_of
from cgviz.ops.matrices import matmul
from cgviz.ops.op import Op
from cgviz.ops.rearranging import reshaped, spread, transpose, transposed
from cgviz.ops.reductions import mean, total
from cgviz.values.arrays import Shape, Value, broadcast, numpy
from cgviz.values.wide import matrix_product

of_data = replace(
    matmul,
    vjp=lambda up, out, a, b: (None, matmul(transpose(a), up)),
    stable=lambda up, out, a, b: (None, matrix_product(a.T, up)),
)


"""A matrix product whose left operand is data."""


@cache
def sparing(op: Op, spared: tuple[bool, ...]) -> Op:
    """Returns an op that hands nothing back to some of its arguments: to data, whose gradient nobody asks for."""

    def without(parts: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(None if skip else part for part, skip in zip(parts, spared, strict=True))

    if not any(spared):
        return op
    if op.slopes:
        slopes: Any = without(op.slopes)
        return replace(op, slopes=slopes)
    rule = op.careful or op.partials
    if op.careful:
        return replace(op, careful=lambda out, *args: without(rule(out, *args)))
    return op if op.stable else replace(op, partials=lambda out, *args: without(rule(out, *args)))


class NoRuleError(Exception):
    """A stage for which there is no rule."""


@dataclass
class Stack:
    """The rewriting under way: the new `nodes`, and for each old node its new place and whether it has the axis."""

    graph: Graph
    columns: Mapping[str, Value]
    count: int
    nodes: list[Node] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    many: list[bool] = field(default_factory=list)

    def shape(self, index: int) -> Shape:
        """Returns the shape of an old node, of one example."""
        return self.graph.nodes[index].shape or ()

    def push(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def apply(self, op: Op, *args: int) -> int:
        """Returns a new stage, its shape by the op's rule."""
        shapes = [self.nodes[arg].shape or () for arg in args]
        try:
            shape = op.shapes(*shapes) if op.shapes else broadcast(shapes)
        except ValueError as error:
            raise NoRuleError from error
        return self.push(Node(op, args, shape=shape))

    def lifted(self, index: int, rank: int) -> int:
        """Returns an operand with axes of length 1 behind the examples, so that it broadcasts with `rank` axes."""
        shape = self.shape(index)
        if not self.many[index] or len(shape) == rank:
            return self.places[index]
        return self.apply(reshaped((self.count, *(1,) * (rank - len(shape)), *shape)), self.places[index])


def stacked(graph: Graph, columns: Mapping[str, Value], count: int) -> Graph | None:
    """Returns the graph of the mean over `count` examples, a leading axis of the inputs in `columns`, or None.

    `graph` has the shapes of one example; `columns` holds all examples, for what must be known of their values.
    """
    stack = Stack(graph, columns, count)
    try:
        for index, node in enumerate(graph.nodes):
            add(stack, index, node)
    except NoRuleError:
        return None
    inputs = tuple(stack.places[index] for index in graph.inputs)
    output = stack.places[graph.output]
    output = stack.apply(mean(), output) if stack.many[graph.output] else output
    return replace(graph, nodes=tuple(stack.nodes), output=output, inputs=inputs, whole=None)


def add(stack: Stack, index: int, node: Node) -> None:
    many = node.name in stack.columns if node.op is INPUT else any(stack.many[arg] for arg in node.args)
    if node.op is INPUT or node.op is CONSTANT:
        place = stack.push(node._replace(shape=(stack.count, *(node.shape or ()))) if many else node)
    elif not many:
        place = stack.push(node._replace(args=tuple(stack.places[arg] for arg in node.args)))
    else:
        place = rule_of(node)(stack, node)
        if stack.nodes[place].shape != (stack.count, *(node.shape or ())):
            raise NoRuleError
    stack.places.append(place)
    stack.many.append(many)


Rule = Callable[[Stack, Node], int]


def rule_of(node: Node) -> Rule:
    """Returns how a stage that the data reach is rewritten."""
    if node.op.vjp is None:
        return elementwise
    return RULES.get(node.op.many) or refuse


def elementwise(stack: Stack, node: Node) -> int:
    rank = len(node.shape or ())
    spared = tuple(stack.many[arg] and stack.graph.nodes[arg].op is INPUT for arg in node.args)
    return stack.apply(sparing(node.op, spared), *(stack.lifted(arg, rank) for arg in node.args))


def product(stack: Stack, node: Node) -> int:
    """A vector for every example is a row of a matrix: `W @ x` becomes `X @ W.T`."""
    (a, b), (one, two) = (stack.places[arg] for arg in node.args), (len(stack.shape(arg)) for arg in node.args)
    left, right = (stack.many[arg] for arg in node.args)
    if left and right and one == two == 1:
        return stack.apply(total(-1), stack.apply(multiply, a, b))
    if right and not left and two == 1:
        turned = a if one == 1 else stack.apply(transposed((1, 0)), a)
        return stack.apply(of_data if stack.nodes[b].op is INPUT else matmul, b, turned) if one < 3 else refuse()
    if left and not right and one == 1 and stack.nodes[a].op is INPUT and two < 3:
        return stack.apply(of_data, a, b)
    if left and right and min(one, two) == 1:
        return of_a_vector(stack, node, a, b)
    return stack.apply(matmul, a, b)


def of_a_vector(stack: Stack, node: Node, a: int, b: int) -> int:
    """A vector and a matrix for every example: the vector is a matrix of one row or one column for a while."""
    row, column = (stack.shape(arg) for arg in node.args)
    left = stack.apply(reshaped((stack.count, 1, *row)), a) if len(row) == 1 else a
    right = stack.apply(reshaped((stack.count, *column, 1)), b) if len(column) == 1 else b
    return stack.apply(reshaped((stack.count, *(node.shape or ()))), stack.apply(matmul, left, right))


def picked(stack: Stack, node: Node) -> int:
    """`z[y]` of a vector becomes the sum of z over a row that is 1 at y: sound where all of y are places of z."""
    values, place = node.args
    shape, of = stack.shape(values), stack.columns.get(stack.graph.nodes[place].name)
    if len(shape) != 1 or of is None or not are_places(of, shape[0]):
        return refuse()
    hot = stack.apply(one_hot(shape[0]), stack.places[place])
    return stack.apply(total(-1), stack.apply(multiply, stack.places[values], hot))


def part(stack: Stack, node: Node) -> int:
    whole: Any = ("slice", None, None, None)
    return stack.apply(indexed((whole, *node.op.parameter)), stack.places[node.args[0]])


def are_places(values: Value, count: int) -> bool:
    np = numpy()
    return bool(np.all((values == np.floor(values)) & (values >= -count) & (values < count)))


def along(stack: Stack, node: Node) -> int:
    """A reduction along axes counts them behind that of the examples."""
    rank = len(stack.shape(node.args[0]))
    known: tuple[Any, ...] = node.op.parameter if len(node.op.statics) > 1 else (node.op.parameter,)
    axis, *others = known[-len(node.op.statics) :]
    every: Sequence[int] = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    moved = tuple(each + 1 if each >= 0 else each for each in every)
    options = dict(zip(node.op.statics, (moved[0] if len(moved) == 1 else moved, *others), strict=True))
    assert node.op.options is not None
    return stack.apply(node.op.options(**options), stack.places[node.args[0]])


def everywhere(stack: Stack, index: int) -> int:
    """Returns an operand with the axis of examples, repeated along it where the data do not reach it."""
    if stack.many[index]:
        return stack.places[index]
    return stack.apply(spread((stack.count, *stack.shape(index)), (0,)), stack.places[index])


def rows(stack: Stack, node: Node) -> int:
    made = stack.apply(rows_of(len(node.args)), *(everywhere(stack, arg) for arg in node.args))
    rank = len(stack.nodes[made].shape or ())
    return stack.apply(transposed((1, 0, *range(2, rank))), made)


def side_by_side(stack: Stack, node: Node) -> int:
    axis = node.op.parameter
    return stack.apply(joined(axis + 1 if axis >= 0 else axis), *(everywhere(stack, arg) for arg in node.args))


def in_new_shape(stack: Stack, node: Node) -> int:
    return stack.apply(reshaped((stack.count, *(node.shape or ()))), stack.places[node.args[0]])


def turned(stack: Stack, node: Node) -> int:
    rank = len(node.shape or ())
    order = node.op.parameter or tuple(reversed(range(rank)))
    return stack.apply(transposed((0, *(axis % rank + 1 for axis in order))), stack.places[node.args[0]])


def outer(stack: Stack, node: Node) -> int:
    (a, b), (n, m) = (everywhere(stack, arg) for arg in node.args), node.shape or ()
    column, row = stack.apply(reshaped((stack.count, n, 1)), a), stack.apply(reshaped((stack.count, 1, m)), b)
    return stack.apply(multiply, column, row)


def refuse(*_: Any) -> int:
    raise NoRuleError


RULES: dict[str, Rule] = {
    "product": product,
    "picked": picked,
    "part": part,
    "along": along,
    "rows": rows,
    "side by side": side_by_side,
    "reshaped": in_new_shape,
    "turned": turned,
    "outer": outer,
}
