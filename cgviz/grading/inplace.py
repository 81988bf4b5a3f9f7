"""Lines that change a gradient where it stands: elements assigned to, scaled, or masked as relu does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cgviz.grading.elements import shape
from cgviz.grading.reading import Line, Reading, Slope
from cgviz.grading.statements import Assignment
from cgviz.grading.term import Term, applied, leaves
from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import REGISTRY


@dataclass(frozen=True)
class InPlace:
    """Reads such lines for a reading, which knows the lines before."""

    reading: Reading

    def spotted(self, each: Assignment, key: str, steps: dict[str, Term]) -> Line:
        """Reads an assignment to some elements of a gradient."""
        assert each.spot is not None
        if each.spot.mask is not None:
            return self.changed(each, key, steps)
        if not each.spot.adds:
            return Line(each, key, self.reading.read_in(each.value, steps))
        whole = shape(self.reading.tape.values[self.reading.node(key)][0])
        alone = self.reading.read_in(each.spot.alone(each.spot.value, whole), steps)
        return Line(replace(each, adds=True), key, alone)

    def rescales(self, each: Assignment) -> bool:
        """Tells whether a line scales the gradient that it assigns to, as `dz *= mask` and `dz = dz/n` do."""
        op, names = each.value.op, [leaf.leaf for leaf in leaves(each.value)]
        scales = op is not None and op.name in ("multiply", "divide", "where") and not each.adds and not each.guarded
        return self.reading.tape.has_arrays and scales and each.target in names

    def changed(self, each: Assignment, key: str, steps: dict[str, Term]) -> Line:
        """Reads a line that changes a gradient in its place.

        `dh[z <= 0] = 0` turns the gradient of h into that of z, as relu does: from here on dh means that of z. After
        `dz = dh`, `dz[z <= 0] = 0` ends what that line began: the two are one.
        """
        before = [line for line in self.reading.lines if line.key == key]
        inner = self.inside(key)
        if before and (inner is None or self.hands_on(before[-1])):
            return self.ended(each, before, steps)
        value = self.reading.read_in(each.value, steps)
        if inner is not None:
            self.reading.moved[each.target] = key = inner
        return Line(each, key, value)

    def ended(self, each: Assignment, before: list[Line], steps: dict[str, Term]) -> Line:
        """Returns the line that ends what lines before it began: their sum stands for the gradient that it changes."""
        sets = [i for i, line in enumerate(before) if not line.assignment.adds]
        begun = before[sets[-1] if sets else 0 :]
        old = begun[0].value
        for line in begun[1:]:
            old = applied(REGISTRY["add"], old, line.value)
        for line in begun:
            self.reading.lines.remove(line)
        value = self.reading.read_in(each.value, {**steps, each.target: old})
        first = begun[0].assignment
        return Line(replace(each, adds=first.adds), begun[0].key, value, begun=first)

    def inside(self, key: str) -> str | None:
        """Returns the name of the value that a relu, or the like, is applied to; None for any other stage."""
        reading, tape = self.reading, self.reading.tape
        if reading.of_program(key) is None and reading.find(key) is None:
            return None  # a gradient of nothing that there is
        node = tape.nodes[reading.node(key)]
        if node.op.switch is None:
            return None
        bound = {index: name for name, index in reading.bound.items() if name not in reading.temps}
        args = [arg for arg in dict.fromkeys(node.args) if tape.nodes[arg].op is not CONSTANT]
        for arg in reversed(args):
            if arg in bound:
                return bound[arg]
            for index in (arg, *tape.graph.stages):
                if tape.nodes[index].name and reading.alike(index, arg):
                    return tape.nodes[index].name
        return None

    def hands_on(self, line: Line) -> bool:
        """Tells whether a line hands on the gradient of a relu that is applied to its own value, as it is."""
        leaf = line.value.leaf
        return line.value.op is None and isinstance(leaf, Slope) and self.inside(leaf.key) == line.key
