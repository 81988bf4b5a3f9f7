"""Arrays of scalar nodes: what is applied to one is written into a builder as scalar gates, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Node
from cgviz.ops.arithmetic import divide, multiply, reciprocal
from cgviz.ops.op import Op
from cgviz.ops.opening import filled
from cgviz.ops.operators import Operators
from cgviz.ops.rearranging import listed, size
from cgviz.values.arrays import Shape, is_array, numpy

SINGLE = "it opens for a single vector or matrix; name each of them as a stage of its own"
MOST = 100  # scalar gates that one stage opens into, and elements of an array that it reads or makes


class Scalar(Operators):
    """A node of the builder under Python's operators and ops."""

    def __init__(self, builder: Builder, index: int) -> None:
        self.builder, self.index = builder, index

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Scalar:
        return Scalar(self.builder, written(self.builder, op, [self.node(arg) for arg in args]))

    def node(self, arg: Any) -> int:
        return arg.index if isinstance(arg, Scalar) else self.builder.constant(float(arg))


def written(builder: Builder, op: Op, args: Sequence[int]) -> int:
    """Returns the node of `op(*args)` in the form that programs are read into: a/b is a times 1/b."""
    if op is divide and builder.nodes[args[1]].op is not CONSTANT:
        below = builder.apply(reciprocal, args[1:])
        return below if builder.nodes[args[0]].value == 1 else builder.apply(multiply, (args[0], below))
    return builder.apply(op, args)


class Array(Operators):
    """An array of operands under Python's operators and ops, so that the `gates` of an op run on it."""

    def __init__(self, elements: Any) -> None:
        self.elements = elements

    @property
    def shape(self) -> Shape:
        found: Shape = self.elements.shape
        return found

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Array:
        return Array(opened(op, [arg.elements if isinstance(arg, Array) else boxed(arg) for arg in args]))


def boxed(scalar: Any) -> Any:
    """Returns a scalar operand, or what an op has opened into, as an array of objects."""
    return numpy().asarray(scalar, dtype=object)


def opened(op: Op, arrays: Sequence[Any]) -> Any:
    """Returns the output of an op on arrays of operands, in scalar gates. Raises ValueError with the reason."""
    if op.vjp is None:
        wide = numpy().broadcast_arrays(*arrays)
        return filled(wide[0].shape, lambda place: op(*(each[place] for each in wide)))
    if op.opens is not None or op.moves:
        return settled(boxed((op.opens or op.forward)(*arrays)), arrays)
    if op.gates is not None:
        elements = op.gates(*map(Array, arrays)).elements
        return elements
    raise ValueError(f"{op.name} has no form in scalar gates here, so it stays one gate")


def settled(made: Any, arrays: Sequence[Any]) -> Any:
    """Returns the output of an op with a node for every number in it, such as the zeros beside a triangle."""
    if any(is_array(each) for each in made.flat):
        raise ValueError(SINGLE)
    some = next((each for array in arrays for each in array.flat if isinstance(each, Scalar)), None)
    if some is None or all(isinstance(each, Scalar) for each in made.flat):
        return made
    return filled(made.shape, lambda place: Scalar(some.builder, some.node(made[place])))


class Counting(Builder):
    """Counts the gates of an op, and stops where they are too many."""

    def push(self, node: Node) -> int:
        if len(self.nodes) - len(self.inputs) >= MOST:
            raise ValueError(f"it would be more than {MOST} scalar gates")
        return super().push(node)


def refusal(op: Op, operands: Sequence[Shape | None], shape: Shape | None) -> str:
    """Returns why an op does not open on operands of these shapes into an output of `shape`; "" where it does."""
    known = [each for each in (shape, *operands) if each is not None]
    if len(known) <= len(operands):
        return "its shape is known only with values for the inputs"
    for each in known:
        if not size(each):
            return f"an array of shape {listed(each)} has no elements"
        if size(each) > MOST:
            return f"an array of shape {listed(each)} has more than {MOST} elements"
    builder = Counting()
    try:
        made = opened(op, [filled(each, lambda _: Scalar(builder, counted_input(builder))) for each in known[1:]])
        if made.shape != shape or any(not isinstance(each, Scalar) for each in made.flat):
            return SINGLE
    except ValueError as error:
        return str(error)
    return ""


def counted_input(builder: Builder) -> int:
    builder.inputs.append(len(builder.nodes))
    return builder.push(Node(INPUT))
