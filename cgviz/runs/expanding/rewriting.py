"""A graph written anew with some stages opened into scalar gates, their elements named and collected again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from cgviz.graph.naming import Names
from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.graph.staging import finished
from cgviz.ops.arithmetic import copy
from cgviz.ops.indexing import indexed
from cgviz.ops.joining import stacked
from cgviz.ops.opening import filled
from cgviz.runs.expanding.elements import Scalar, boxed, opened
from cgviz.text.identifiers import CONSTANTS
from cgviz.values.arrays import Shape


class Expansion:
    """A graph, written anew with the `chosen` stages opened.

    where      for each node of the old graph its place in the new one; none for a stage of which only elements are left
    elements   the arrays of scalar nodes of the arrays that somebody reads by element
    """

    def __init__(self, old: Graph, chosen: Collection[int]) -> None:
        self.old, self.chosen = old, chosen
        self.builder = Builder()
        self.where = [-1] * len(old)
        self.elements: dict[int, Any] = {}
        taken = {node.name for node in old if node.given}
        self.names = Names(taken | CONSTANTS, {node.op.name for node in old})

    def graph(self) -> Graph:
        """Returns the new graph, its shapes not yet known."""
        for index in range(len(self.old)):
            if index in self.chosen:
                self.open(index)
            else:
                self.where[index] = self.keep(self.old.nodes[index])
        made = finished(self.old, self.builder, self.where, "stage")
        return replace(made, nodes=tuple(node._replace(given=bool(node.name)) for node in made))

    def keep(self, node: Node) -> int:
        """Returns the place of a stage that stays closed, an input or a constant."""
        args = tuple(self.where[arg] for arg in node.args)
        known = self.builder.known.get((node.op, args))
        if known is not None and node.op.moves and not node.given:
            return known
        if node.op is INPUT:
            self.builder.inputs.append(len(self.builder.nodes))
        index = self.builder.push(node._replace(args=args, name=node.name if node.given else ""))
        if not node.given:
            self.builder.known.setdefault((node.op, args), index)
        return index

    def open(self, index: int) -> None:
        """Writes a stage as scalar gates."""
        node = self.old.nodes[index]
        operands = [self.read(arg) for arg in node.args]
        inner = {each.index for operand in operands for each in operand.flat}
        older = len(self.builder.nodes)
        made = opened(node.op, operands)
        if node.shape == ():
            self.where[index] = self.scalar(node, made.item().index, inner, older)
            return
        made = filled(made.shape, lambda place: self.element(node, made[place].index, place, inner, older))
        uses = self.old.edges_out[index]
        if uses and index != self.old.output and all(target in self.chosen for target, _ in uses):
            self.elements[index] = made
        else:
            self.where[index] = self.stack(node, made, ())

    def read(self, index: int) -> Any:
        """Returns a node of the old graph as an array of scalar nodes."""
        node = self.old.nodes[index]
        if node.shape == ():
            return boxed(Scalar(self.builder, self.where[index]))
        if index not in self.elements:
            self.elements[index] = filled(node.shape or (), lambda place: self.part(index, place))
        return self.elements[index]

    def part(self, index: int, place: Shape) -> Scalar:
        """Returns one element of an array that is a node of the new graph."""
        node = self.old.nodes[index]
        if node.op is CONSTANT:
            return Scalar(self.builder, self.builder.constant(float(node.value[place])))  # type: ignore[index]
        made = self.builder.apply(indexed(place), (self.where[index],))
        if not self.builder.nodes[made].name:
            self.call(made, node, place, given=False)
        return Scalar(self.builder, made)

    # names

    def call(self, made: int, node: Node, place: Shape, given: bool) -> None:
        """Names a new node after the element of `node` that it is; unless it is `given`, it needs a use to stay."""
        ending = suffix(node.shape or (), place)
        name, label = self.names.take(node.name + ending), node.label and node.label + ending
        self.builder.nodes[made] = self.builder.nodes[made]._replace(name=name, label=label, given=given)

    def element(self, node: Node, made: int, place: Shape, inner: Collection[int], older: int) -> Scalar:
        """Returns an element of an opened stage, named; one that was only moved is the operand itself."""
        if made not in inner and self.builder.nodes[made].is_stage:
            made = self.apart(made, older) if node.given else made
            if not self.builder.nodes[made].name:
                self.call(made, node, place, node.given)
        return Scalar(self.builder, made)

    def scalar(self, node: Node, made: int, inner: Collection[int], older: int) -> int:
        """Returns the place of an opened stage that is one number, under its own name."""
        found = self.builder.nodes[made]
        moved = made in inner or not found.is_stage
        if not node.given and (moved or found.name):
            return made
        if node.given:
            made = self.builder.push(Node(copy, (made,))) if moved else self.apart(made, older)
        return self.christened(made, node)

    def apart(self, made: int, older: int) -> int:
        """Returns a gate that a stage named by the user has for itself, so that its gradient is that stage's alone.

        `older` is where the gates begin that this stage was opened into.
        """
        found = self.builder.nodes[made]
        if found.name or made < older:
            return self.builder.push(found._replace(name="", label="", given=False))
        if self.builder.known.get((found.op, found.args)) == made:
            del self.builder.known[found.op, found.args]
        return made

    def christened(self, made: int, node: Node) -> int:
        """Returns a new node, now under the name of the opened stage: that of the program, or the one it had closed."""
        name = node.name if node.given else self.names.take(node.name)
        self.builder.nodes[made] = self.builder.nodes[made]._replace(name=name, label=node.label, given=node.given)
        return made

    def stack(self, node: Node, elements: Any, place: Shape) -> int:
        """Returns the place of an opened stage as an array again: the stack of its elements, of its rows of them."""
        if elements.ndim == 1:
            rows = [each.index for each in elements]
        else:
            rows = [self.stack(node, row, (*place, i)) for i, row in enumerate(elements)]
        made = self.builder.push(Node(stacked(len(rows)), tuple(rows)))
        if place:
            self.call(made, node, place, given=False)
            return made
        return self.christened(made, node)


def suffix(shape: Shape, place: Shape) -> str:
    """Returns what a place adds to the name of its array: `_01`; `_3_12` where an axis is longer than 10."""
    return "_" + ("_" if any(n > 10 for n in shape) else "").join(map(str, place))
