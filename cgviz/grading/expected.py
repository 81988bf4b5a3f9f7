"""What every gradient ought to be, and the contributions that it ought to be the sum of."""

from __future__ import annotations

from functools import partial
from typing import Any

from cgviz.grading.elements import filled
from cgviz.grading.reading import Reading, Slope, Value
from cgviz.grading.tape import Atom, Vector
from cgviz.grading.term import Term, value
from cgviz.graph.nodes import CONSTANT, Node
from cgviz.ops.op import ATOM
from cgviz.ops.rearranging import fold
from cgviz.text.formula import TEXT, Formula
from cgviz.values.arrays import Value as Number


class Expected:
    """Gradients over the student's stages where there are some, else over the program's."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.tape = reading, reading.tape
        own, program = reading.output, self.tape.graph.output
        self.outputs = [own] if own == program else [own, program]
        self.gradients = [self.tape.gradients(output) for output in self.outputs]
        self.atoms = [
            self.tape.atoms(output, gradients) for output, gradients in zip(self.outputs, self.gradients, strict=True)
        ]
        self.reached = [self.tape.reached(output) for output in self.outputs]

    def node(self, key: str) -> int | None:
        """Returns the node of a forward name; of an input that is assigned anew, the input."""
        known = self.reading.of_program(key)
        if known in self.tape.graph.inputs:
            return known
        return self.reading.find(key)

    def places(self, key: str) -> list[tuple[int, int]]:
        """Returns (system, node) of a name: the student's system first, then the program's."""
        node, known = self.node(key), self.reading.of_program(key)
        found = []
        for system in range(len(self.outputs)):
            for index in dict.fromkeys((node, known)):
                if index is not None and self.reached[system][index]:
                    found.append((system, index))
        return found or [(0, node)] if node is not None else []

    def gradient(self, key: str) -> Vector | None:
        found = self.places(key)
        return self.gradients[found[0][0]][found[0][1]] if found else None

    def zero(self, key: str) -> Vector:
        """Returns nothing, in the shape of a gradient."""
        return tuple(map(filled, self.gradient(key) or (0.0,) * self.count))

    def options(self, key: str) -> list[list[Atom]]:
        """Returns the ways in which a gradient may be put together."""
        return [self.atoms[system][index] for system, index in self.places(key)]

    def look(self, leaf: Any, k: int, running: tuple[str, Vector] | None = None) -> Number:
        """Returns the right value of a leaf at point k; `running` is the sum so far of the gradient that is read by
        its own line."""
        if isinstance(leaf, Value):
            return self.tape.values[leaf.index][k]
        if isinstance(leaf, Slope):
            if running is not None and leaf.key == running[0]:
                return running[1][k]
            found = self.gradient(leaf.key)
            return float("nan") if found is None else found[k]
        return float("nan")

    def vector(self, term: Term, running: tuple[str, Vector] | None = None) -> Vector:
        """Returns the value of a term at every point, everything that it reads being right."""
        return tuple(value(term, partial(self.look, k=k, running=running)) for k in range(self.count))

    @property
    def count(self) -> int:
        return self.tape.count

    def name(self, index: int) -> str:
        """Returns how a stage is called: the student's name, else the program's."""
        for name, bound in self.reading.bound.items():
            if bound == index:
                return name
        return self.tape.nodes[index].name

    def operands(self, stage: int) -> list[int]:
        """Returns the named values of which a stage is made, its unnamed parts looked through."""
        found: dict[int, None] = {}
        todo = [stage]
        while todo:
            for arg in self.tape.nodes[todo.pop()].args:
                if self.tape.owner[arg] == stage:
                    todo.append(arg)
                else:
                    found[arg] = None
        return list(found)

    def local(self, atom: Atom) -> str:
        """Returns the local derivative of a contribution as program text, where its stage is a single gate."""
        tape, node = self.tape, self.tape.nodes[atom.source]
        inner = [arg for arg in node.args if not self.name(arg) and tape.nodes[arg].op is not CONSTANT]
        if inner or atom.upstream is None or atom.slot >= len(node.args):
            return ""
        operands = [self.operand(arg) for arg in node.args]
        if node.op.vjp is not None:
            return ""
        slope = node.op.partials(Formula(self.name(atom.source)), *operands)[atom.slot]
        found = slope if isinstance(slope, Formula) else Formula(slope or 0.0)
        written = found.write(TEXT)
        return written.text if written.binds == ATOM else f"({written.text})"

    def handed(self, atom: Atom) -> str:
        """Returns what a stage hands back, as program text: `dq * w`, of a matrix product `dq xᵀ`."""
        tape, node = self.tape, self.tape.nodes[atom.source]
        name = self.name(atom.source)
        if not tape.has_arrays:
            local = self.local(atom)
            return f"d{name} * {local}" if local else ""
        inner = [arg for arg in node.args if not self.name(arg) and tape.nodes[arg].op is not CONSTANT]
        if inner or atom.upstream is None or atom.slot >= len(node.args):
            return ""
        upstream = Formula(f"d{name}", shape=node.shape)
        out, operands = Formula(name, shape=node.shape), [self.operand(arg) for arg in node.args]
        if node.op.vjp is not None:
            made = node.op.vjp(upstream, out, *operands)[atom.slot]
        else:
            made = self.summed(node, atom.slot, upstream * (node.op.partials(out, *operands)[atom.slot] or 0.0))
        return made.write(TEXT).text if isinstance(made, Formula) else ""

    def summed(self, node: Node, slot: int, made: Any) -> Any:
        """Returns what an operand gets that was broadcast: the sum along the axes that it was repeated along."""
        narrow = self.tape.nodes[node.args[slot]].shape
        return fold(node.shape, narrow)(made) if node.shape and narrow is not None and narrow != node.shape else made

    def operand(self, index: int) -> Formula:
        node = self.tape.nodes[index]
        shape = node.shape or ()
        return Formula(self.name(index) if node.op is not CONSTANT else node.value or 0.0, shape=shape)
