"""Products as mathematics writes them: what `W x`, `w·x`, `xᵀy` and `|x|` mean is known when the shapes are.

The reader marks them by ops of its own (`marks.py`), which no pass ever sees: `plain` takes them for what they are on
numbers, `meant` for what the shapes of the inputs make of them. A vector is a column, its transpose a row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from cgviz.errors import ExpressionError
from cgviz.graph import shapes
from cgviz.graph.marks import (
    BARS,
    BESIDE,
    CROSSED,
    DIVIDED,
    DOTTED,
    ELEMENTS,
    HADAMARD,
    MATRICES,
    is_beside,
    is_mark,
    kind_of,
)
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node, operand
from cgviz.ops.arithmetic import reciprocal
from cgviz.ops.joining import joined, stacked
from cgviz.ops.making import arange, positions
from cgviz.ops.matrices import inv, matmul, outer
from cgviz.ops.norms import NORM
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.piecewise import absolute
from cgviz.ops.products import product
from cgviz.ops.rearranging import listed, transpose
from cgviz.ops.reductions import AMAX, SUM
from cgviz.text.formula import Formula
from cgviz.text.written import gives_row
from cgviz.values.arrays import Shape, settled, shape_of

MIXED = (
    "here {} stands in one product with another kind of product of arrays: put brackets round each "
    "(side by side is the matrix product, * is element by element)"
)


def plain(graph: Graph) -> Graph:
    """Returns a graph without marks, for numbers and for inputs without a value."""
    return Meaning(graph, None).graph()


def meant(graph: Graph, inputs: Mapping[str, Shape | None]) -> Graph:
    """Returns the graph with the products and lengths that its marks mean at inputs of these shapes.

    Raises ExpressionError, one line, where that is not to be known.
    """
    return Meaning(graph, inputs).graph()


class Meaning:
    """Writes a graph anew, its marks resolved. `where` tells where each node of the old graph has gone.

    dotted   the dot products; `numbers` are the constants made of the numbers of indices
    """

    def __init__(self, graph: Graph, inputs: Mapping[str, Shape | None] | None) -> None:
        self.old, self.inputs = graph, inputs
        self.nodes: list[Node] = []
        self.rows: list[bool] = []
        self.where: list[int] = []
        self.dotted: set[int] = set()
        self.numbers: set[int] = set()

    def graph(self) -> Graph:
        for node in self.old.nodes:
            args = tuple(self.where[arg] for arg in node.args)
            moved = node._replace(args=args)
            index = self.resolved(moved) if is_mark(node.op) else self.settled(moved)
            if node.given and not self.nodes[index].given:
                self.nodes[index] = self.nodes[index]._replace(name=node.name, label=node.label, given=True)
            elif node.given and self.nodes[index].name != node.name:
                copy = Node(REGISTRY["copy"], (index,), node.name, node.label, given=True)
                index = self.push(copy)
            self.where.append(index)
        if self.inputs is None:
            self.nodes = [node if node.op is CONSTANT else node._replace(shape=()) for node in self.nodes]
        inputs = tuple(self.where[i] for i in self.old.inputs)
        made = replace(self.old, nodes=tuple(self.nodes), output=self.where[self.old.output], inputs=inputs)
        return without_turns(made)

    def settled(self, node: Node) -> int:
        """Returns the place of a node that is no mark; of the numbers of indices alone, `i < j`, it is a constant."""
        if not node.args or not self.numbers.issuperset(node.args):
            return self.push(node)
        operands = [self.nodes[arg] for arg in node.args]
        return self.constant(node.op, settled(node.op(*(each.value for each in operands))), operands)

    def push(self, node: Node) -> int:
        """Returns the place of a new node, its shape known where those of its operands are."""
        if node.op is INPUT:
            node = node._replace(shape=None if self.inputs is None else self.inputs.get(node.name))
        elif node.op is not CONSTANT:
            self.refuse_dotted(node)
            node = node._replace(shape=shapes.stage(self.old, self.nodes, node).shape)
        self.nodes.append(node)
        self.rows.append(self.is_row(node))
        return len(self.nodes) - 1

    def refuse_dotted(self, node: Node) -> None:
        """Raises ExpressionError where the number `x·y` of two vectors is added to a vector: ⊙ may be meant."""
        numbers = [arg for arg in node.args if arg in self.dotted] if node.op.family == "sum" else []
        if numbers and any(self.shape(arg) for arg in node.args):
            message = "the dot of two vectors is one number, and a vector is added to it: ⊙ (\\odot) goes by elements"
            raise self.error(message, self.nodes[numbers[0]])

    def apply(self, op: Op, *args: int, at: int | Sequence[int] = ()) -> int:
        return self.push(Node(op, args, places=at))

    def shape(self, index: int) -> Shape | None:
        return self.nodes[index].shape

    def is_row(self, node: Node) -> bool:
        """Tells whether a vector is a row: a transpose, a row times a matrix, or what is made of rows element-wise."""
        first = self.shape(node.args[0]) if node.args else None
        return bool(node.args) and gives_row(node.op, node.shape, first, [self.rows[arg] for arg in node.args])

    # marks

    def resolved(self, node: Node) -> int:
        """Returns the node that a mark stands for."""
        known = kind_of(node.op)
        if is_beside(node.op):
            return self.product(node)
        if known is not None:
            return getattr(self, RESOLVED[known[0]])(node, known[1])  # type: ignore[no-any-return]
        if node.op is transpose:
            return node.args[0] if self.shape(node.args[0]) == () else self.push(node)
        return self.bars(node) if node.op is BARS else self.inverted(node)

    def inverted(self, node: Node) -> int:
        """Returns `x^{-1}`: of a number its reciprocal, of a matrix its inverse."""
        shape = self.shape(node.args[0])
        if shape and len(shape) == 1:
            raise self.error("a vector has no inverse: 1/x divides element by element", node)
        return self.push(node._replace(op=inv if shape else reciprocal))

    def bars(self, node: Node) -> int:
        """Returns `|x|` of a number, of each element where it is summed, `sum(|w|)`; a square matrix' determinant."""
        shape = self.shape(node.args[0]) or ()
        if len(shape) == 2 and shape[0] == shape[1] and not self.is_summed(len(self.where)):
            return self.push(node._replace(op=REGISTRY["det"]))
        if shape and not self.is_summed(len(self.where)):
            message = "|x| of an array: norm(x) is its length, abs(x) takes each element; of a matrix, det(x)"
            raise self.error(message, node)
        return self.push(node._replace(op=absolute))

    def is_summed(self, index: int, but: Collection[str] = ()) -> bool:
        """Tells whether the old node `index` reaches the output only through gates that make one number of an array.

        but   the names of ops that do not count, since they take a matrix as such
        """
        open_nodes = {index}
        for at in range(index + 1, len(self.old.nodes)):
            node = self.old.nodes[at]
            if open_nodes.isdisjoint(node.args):
                continue
            if node.op.name in but:
                return False
            if node.op.vjp is None or is_beside(node.op):
                open_nodes.add(at)
        return self.old.output not in open_nodes

    def indexed(self, node: Node, indices: str) -> int:
        """Returns a name with indices, once its value has as many axes. Raises ExpressionError where it has not."""
        (index,) = node.args
        shape = self.shape(index)
        if shape is not None and len(shape) != len(indices):
            name = self.nodes[index].shown
            written = f"{name}_{indices}" if indices else name
            wanted = {0: "one number", 1: "a list of numbers", 2: "a matrix"}.get(len(indices), f"{len(indices)} axes")
            has = f"its value has the shape {listed(shape)}" if shape else "its value is one number"
            message = f"here {written} is one number of {name}, so {name} is {wanted}; {has}"
            raise self.error(
                message if indices else f"beside names with an index, and under a root, {name} is one number; {has}",
                node,
            )
        return index

    def raised(self, node: Node, _: str) -> int:
        """Returns the base of a power in print. Raises ExpressionError for a square matrix, unless its sum is asked."""
        shape = self.shape(node.args[0]) or ()
        if len(shape) == 2 and shape[0] == shape[1] and not self.is_summed(len(self.where), OF_MATRICES):
            name = self.called(node.args[0])
            message = f"a power of a square matrix: {name} {name} is their product, {name} \\odot {name} by elements"
            raise self.error(message, node)
        return node.args[0]

    def few(self, node: Node, ranks_and_message: str) -> int:
        """Returns an array of as many axes as its function is read for. Raises ExpressionError for any other."""
        ranks, _, message = ranks_and_message.partition(" ")
        shape = self.shape(node.args[0])
        if shape is not None and str(len(shape)) not in ranks:
            raise self.error(message, node)
        return node.args[0]

    def placed(self, node: Node, axis_and_start: str) -> int:
        """Returns the numbers of an index, a constant as soon as the length of its axis is known."""
        axis, start = map(int, axis_and_start.split())
        shape = self.shape(node.args[0])
        if shape is None or not isinstance(shape[axis], int):
            return self.push(node._replace(op=positions(axis, start)))
        op = arange(start, shape[axis] + start)
        return self.constant(op, op.forward(), ())

    def constant(self, op: Op, value: Any, args: Sequence[Node]) -> int:
        """Returns a constant array that an op makes of constants."""
        operands = tuple(node.formula or Formula(node.value, shape=node.shape) for node in args)
        formula = Formula(op=op, args=operands, shape=shape_of(value))
        index = self.push(Node(CONSTANT, shape=shape_of(value), value=value, formula=formula))
        self.numbers.add(index)
        return index

    def length(self, node: Node, kind: str) -> int:
        """Returns `‖x‖`: of a number its absolute value, of a vector its norm, of a matrix Frobenius' norm."""
        (index,) = node.args
        shape, at = self.shape(index), node.places
        if shape == ():
            return self.apply(absolute, index, at=at)
        if shape is not None and len(shape) > 1 and kind not in ("", "F"):
            message = (
                f"the {kind}-norm of a matrix is not read; \\|W\\|_F is the root of the sum of the squares: norm(W)"
            )
            raise self.error(message, node)
        if kind in ("1", "inf"):
            size = self.apply(absolute, index, at=at)
            return self.apply(SUM if kind == "1" else AMAX, size, at=at)
        return self.apply(NORM, index, at=at)

    def joined(self, node: Node, sign: str) -> int:
        """Returns `[h, x]`: numbers as a vector, vectors one after the other, matrices side by side, at ";" below."""
        ranks = [len(self.shape(arg) or ()) for arg in node.args]
        if not any(ranks):
            return self.push(node._replace(op=stacked(len(node.args))))
        if max(ranks) > 1 and min(ranks) < max(ranks):
            raise self.error("a list of arrays of different ranks: give each its own name and product", node)
        args = [arg if rank else self.apply(stacked(1), arg) for arg, rank in zip(node.args, ranks, strict=True)]
        axis = 0 if max(ranks) < 2 or sign == ";" else max(ranks) - 1
        return self.push(node._replace(op=joined(axis), args=tuple(args)))

    # products

    def product(self, node: Node) -> int:
        """Returns what a product of factors side by side means: plain for numbers, of matrices for arrays."""
        joints = str(node.op.parameter)
        kinds = [self.shape(arg) for arg in node.args]
        if any(shape is None for shape in kinds):
            return self.unknown(node, joints)
        arrays = [i for i, shape in enumerate(kinds) if shape]
        between = [strongest(joints[i:j]) for i, j in pairwise(arrays)]
        if not between or set(between) <= {ELEMENTS, HADAMARD, DIVIDED}:
            return self.push(node._replace(op=product(len(node.args))))
        if CROSSED in between:
            message = "× between arrays is not read: * multiplies element by element, @ is the matrix product"
            raise self.error(message, node)
        if not set(between) <= ({BESIDE, HADAMARD, MATRICES} if HADAMARD in between else {BESIDE, DOTTED, MATRICES}):
            sign = "*" if ELEMENTS in between else "⊙" if HADAMARD in between else "/"
            raise self.error(MIXED.format(sign), node)
        return self.matrices(node, arrays, between)

    def matrices(self, node: Node, arrays: Sequence[int], between: Sequence[str]) -> int:
        """Returns the arrays of a product multiplied as matrices, left to right, and then by its numbers.

        Print's ⊙ binds less than side by side: `r ⊙ U h` is r times U h, element by element.
        """
        scalars = [arg for i, arg in enumerate(node.args) if i not in arrays]
        found: list[int] = []
        made: int | None = None
        for i, joint in zip(arrays, ["", *between], strict=True):
            arg = node.args[i]
            if joint == HADAMARD and made is not None:
                found.append(made)
                made = None
            made = arg if made is None else self.multiplied(made, arg, joint, node)
            if self.shape(made) == ():
                scalars.append(made)
                made = None
        factors = [*scalars, *found, *([] if made is None else [made])]
        whole = factors[0] if len(factors) == 1 else self.apply(product(len(factors)), *factors, at=node.places)
        if DOTTED in between and self.shape(whole) == ():
            self.dotted.add(whole)
        return whole

    def multiplied(self, left: int, right: int, joint: str, node: Node) -> int:
        """Returns left times right as matrices. Raises ExpressionError for two columns or two rows."""
        ranks = len(self.shape(left) or ()), len(self.shape(right) or ())
        if joint == MATRICES:
            return self.apply(matmul, left, right, at=node.places)
        if ranks == (1, 1) and not self.rows[left] and self.rows[right]:
            return self.apply(outer, self.column(left), self.column(right), at=node.places)
        if ranks == (1, 1) and joint == BESIDE and self.rows[left] == self.rows[right]:
            turned = self.rows[left] or transpose in (self.nodes[left].op, self.nodes[right].op)
            if self.is_summed(len(self.where)) and not turned:
                return self.apply(product(2), left, right, at=node.places)
            a, b = (self.called(index) for index in (left, right))
            message = f"two vectors side by side: {a} @ {b} is their dot product, {a} * {b} is element by element"
            raise self.error(message, node)
        if ranks[0] > 1 and self.rows[right] and not self.nodes[right].given:
            raise self.error("a matrix times a transposed vector: the vector stands as a column, without ᵀ", node)
        return self.apply(matmul, self.column(left), self.column(right), at=node.places)

    def called(self, index: int) -> str:
        """Returns how a message writes a factor: its name, a constant as it stands, (...) for what has no name."""
        node = self.nodes[index]
        text = str(node.shown) or (operand(node).text if node.op is CONSTANT else "")
        return text if 0 < len(text) < 30 else "(...)"

    def column(self, index: int) -> int:
        """Returns a vector without the transpose that nobody named: on a vector it turns nothing."""
        node = self.nodes[index]
        bare = node.op is transpose and len(node.shape or ()) == 1 and not node.given
        return self.column(node.args[0]) if bare else index

    def unknown(self, node: Node, joints: str) -> int:
        """Returns a product whose shapes are not known: at a transpose it is one of matrices, else one of numbers."""
        made, scalars = node.args[0], list[int]()
        for joint, arg in zip(joints, node.args[1:], strict=True):
            are_arrays = () not in (self.shape(arg), self.shape(made))
            turned = joint in (BESIDE, DOTTED) and self.turns(made, arg)
            if are_arrays and (joint == MATRICES or turned):
                made = self.apply(matmul, made, arg, at=node.places)
            else:
                scalars.append(made)
                made = arg
        factors = [*scalars, made]
        return made if not scalars else self.apply(product(len(factors)), *factors, at=node.places)

    def turns(self, left: int, right: int) -> bool:
        """Tells whether two factors side by side, of unknown shapes, are matrices: there is a transpose in them."""
        ops = self.nodes[left].op, self.nodes[right].op
        is_matrix = self.nodes[left].name[:1].isupper()
        return ops[0] is transpose or ops[0] is matmul or (ops[1] is transpose and is_matrix)

    def error(self, message: str, node: Node) -> ExpressionError:
        places = [node.places] if isinstance(node.places, int) else node.places
        start = places[0] if places else None
        return ExpressionError(message, self.old.program, start, None if start is None else start + 1)


OF_MATRICES = frozenset({"multiply", "matmul", "norm", "trace", "det", "logdet", "inv"})
RESOLVED = {"index": "indexed", "places": "placed"} | {kind: kind for kind in ("raised", "length", "joined", "few")}


def without_turns(graph: Graph) -> Graph:
    """Returns a graph without the transposes that nobody named and nothing uses: the wᵀ of a wᵀx that is w·x."""
    used = {arg for node in graph.nodes for arg in node.args} | {graph.output}
    idle = {i for i, node in enumerate(graph.nodes) if node.op is transpose and not node.given and i not in used}
    if not idle:
        return graph
    kept = [i for i in range(len(graph.nodes)) if i not in idle]
    place = {old: new for new, old in enumerate(kept)}
    nodes = tuple(graph.nodes[i]._replace(args=tuple(place[arg] for arg in graph.nodes[i].args)) for i in kept)
    inputs = tuple(place[i] for i in graph.inputs)
    return replace(graph, nodes=nodes, output=place[graph.output], inputs=inputs)


def strongest(joints: str) -> str:
    """Returns how two arrays are joined that have numbers between them: by the sign that says most."""
    return max(joints, key=(BESIDE + DOTTED + MATRICES + DIVIDED + HADAMARD + ELEMENTS + CROSSED).index)
