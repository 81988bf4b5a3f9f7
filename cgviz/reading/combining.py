"""What operations of a program are as nodes: which gate a product or a power is, constants alone folded into one."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.errors import ExpressionError
from cgviz.graph.marks import beside
from cgviz.graph.nodes import CONSTANT, Builder, Graph, Node, row
from cgviz.ops import arithmetic
from cgviz.ops.arithmetic import copy, divide, neg, power, reciprocal
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.products import product
from cgviz.text.formula import Formula
from cgviz.values.arrays import settled, shape_of

INFINITE = float("inf")
MOST_NODES = 2_000_000


class Combining:
    """Writes operations into a builder. `places` are the offsets of the operators that are written next."""

    def __init__(self, share: bool) -> None:
        self.builder = Builder(share)
        self.places: int | Sequence[int] = ()

    def product(self, args: Sequence[int], divides: Sequence[bool], joints: str) -> int:
        """Returns args multiplied, left to right, those that divide as divisors by a constant."""
        factors: list[int] = []
        gaps = ""
        for arg, by, gap in zip(args, divides, " " + joints, strict=False):
            if not by:
                gaps += gap if factors else ""
                factors.append(arg)
            elif not factors:
                factors = [self.apply(reciprocal, [arg])]
            else:
                factors, gaps = [self.apply(divide, [self.multiplied(factors, gaps), arg])], ""
        return self.multiplied(factors, gaps)

    def multiplied(self, factors: Sequence[int], gaps: str) -> int:
        """Returns the product of factors; it is marked where they stand side by side and could be arrays."""
        if len(factors) == 1:
            return factors[0]
        nodes = [self.builder.nodes[factor] for factor in factors]
        arrays = sum(node.op is not CONSTANT or bool(node.shape) for node in nodes)
        is_marked = arrays > 1 and bool(gaps.strip("*/⊙"))
        return self.apply(beside(gaps) if is_marked else product(len(factors)), factors)

    def power(self, args: Sequence[int]) -> int:
        base, exponent = args
        node = self.builder.nodes[exponent]
        if node.op is CONSTANT and not node.shape and node.value == -1:
            return self.apply(reciprocal, [base])
        if node.op is not CONSTANT or node.value is None or node.shape or self.builder.nodes[base].op is CONSTANT:
            return self.apply(arithmetic.pow_, args)
        if node.value == 0.5:
            return self.apply(REGISTRY["sqrt"], [base])
        return self.apply(power(node.value, node.formula), [base])

    def apply(self, op: Op, args: Sequence[int], name: str = "", label: str = "") -> int:
        """Returns a new stage, under the name of a statement; constants alone are folded into one constant, as long as
        that is finite."""
        nodes = self.builder.nodes
        if args and nodes[args[0]].op is not CONSTANT:
            if op.fixed:
                raise ExpressionError(op.needs_number())
        elif not args or (nodes[args[-1]].op is CONSTANT and all(nodes[arg].op is CONSTANT for arg in args)):
            folded = self.folded(op, [nodes[arg] for arg in args])
            if folded is not None:
                return self.named(name, label, folded, False) if name else folded
        return self.builder.apply(op, args, name, label, self.places)

    def folded(self, op: Op, nodes: Sequence[Node]) -> int | None:
        """Returns the constant that constants make; None where it is not finite, or takes an op for arrays."""
        values = [node.value for node in nodes]
        if not nodes or any(is_made(node) for node in nodes):
            return self.made(op, nodes)
        if op.sized is not None and len({node.shape for node in nodes}) <= 1:
            return self.builder.constant(op.forward(*values))
        if op.vjp is not None or any(node.shape for node in nodes):
            return None
        value = op.forward(*values)
        if value - value != 0:
            return None
        operands = [node.formula or Formula(node.value) for node in nodes]
        plain = op is neg and operands[0].op is None and not isinstance(operands[0].leaf, str)
        return self.builder.constant(value, None if plain else Formula(op=op, args=tuple(operands)))

    def made(self, op: Op, nodes: Sequence[Node]) -> int | None:
        """Returns the constant that an op makes of arrays that were made, `tril(ones((3, 3)))`, or of inf; None where
        shapes do not fit."""
        operands = tuple(node.formula or Formula(node.value, shape=node.shape) for node in nodes)
        try:
            value = settled(op(*(node.value for node in nodes)))
        except (ValueError, TypeError):
            return None
        return self.builder.constant(value, Formula(op=op, args=operands, shape=shape_of(value)))

    def named(self, name: str, label: str, index: int, is_name: bool) -> int:
        """Returns the node of a statement: `index` under its name; a new node where that has a name already.

        is_name  whether the statement is `name = other_name`
        """
        node = self.builder.nodes[index]
        if is_name or not node.is_stage:
            node = Node(copy, (index,))
        if node.given or node.op is copy:
            return self.builder.push(node._replace(name=name, label=label, given=True))
        self.builder.nodes[index] = row((*node[:2], name, label, True, *node[5:]))
        return index

    def finished(self, output: int, text: str) -> Graph:
        """Returns the graph. An output that stands before other stages, as a part of one, gets a stage of its own: the
        last row of a table is what the program is."""
        nodes = self.builder.nodes
        node = nodes[output]
        if any(later.is_stage for later in nodes[output + 1 :]):
            nodes[output] = node._replace(name="", label="", given=False)
            output = self.builder.push(node)
        return self.builder.finish(output, text)


def is_made(node: Node) -> bool:
    """Tells whether a constant was made by a function, `eye(3)`, or is infinite."""
    return node.formula is not None and (bool(node.shape) or node.value in (INFINITE, -INFINITE))
