"""A graph written anew with some stages opened into scalar gates, their elements named and collected again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from cgviz.arrays import Shape
from cgviz.expanding.elements import Scalar, boxed, opened
from cgviz.graph import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.language.tokens import CONSTANTS
from cgviz.naming import Names
from cgviz.ops.arithmetic import copy
from cgviz.ops.opening import filled
from cgviz.ops.rearranging import indexed, stacked
from cgviz.staging import finished


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
        self.builder.known.setdefault((node.op, args), index)
        return index

    def open(self, index: int) -> None:
        """Writes a stage as scalar gates."""
        node = self.old.nodes[index]
        operands = [self.read(arg) for arg in node.args]
        made = opened(node.op, operands)
        inner = {each.index for operand in operands for each in operand.flat}
        if node.shape == ():
            self.where[index] = self.scalar(node, made.item().index, inner)
            return
        made = filled(made.shape, lambda place: self.element(node, made[place].index, place, inner))
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

    def element(self, node: Node, made: int, place: Shape, inner: Collection[int]) -> Scalar:
        """Returns an element of an opened stage, named; one that was only moved is the operand itself."""
        found = self.builder.nodes[made]
        if made not in inner and found.is_stage:
            if found.name and node.given:
                made = self.builder.push(found._replace(name=""))
            if not self.builder.nodes[made].name:
                self.call(made, node, place, node.given)
        return Scalar(self.builder, made)

    def scalar(self, node: Node, made: int, inner: Collection[int]) -> int:
        """Returns the place of an opened stage that is one number, under its own name."""
        found = self.builder.nodes[made]
        if made in inner or not found.is_stage:
            if not node.given:
                return made
            found, made = Node(copy, (made,)), self.builder.push(Node(copy, (made,)))
        elif found.name and not node.given:
            return made
        elif found.name:
            made = self.builder.push(found)
        self.builder.nodes[made] = found._replace(name=self.own(node), label=node.label, given=node.given)
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
        self.builder.nodes[made] = self.builder.nodes[made]._replace(
            name=self.own(node), label=node.label, given=node.given
        )
        return made

    def own(self, node: Node) -> str:
        """Returns the name of an opened stage itself: that of the program, or the one it would have closed."""
        return node.name if node.given else self.names.take(node.name)


def suffix(shape: Shape, place: Shape) -> str:
    """Returns what a place adds to the name of its array: `_01`; `_3_12` where an axis is longer than 10."""
    return "_" + ("_" if any(n > 10 for n in shape) else "").join(map(str, place))
