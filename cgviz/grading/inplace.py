"""Lines that change a gradient where it stands: elements assigned to, scaled, or masked as relu does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cgviz.grading.elements import shape
from cgviz.grading.reading import Line, Reading, Slope
from cgviz.grading.spots import SWITCHES
from cgviz.grading.statements import Assignment
from cgviz.grading.term import Term, leaves
from cgviz.graph import CONSTANT


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
        shaped = shape(self.reading.tape.values[self.reading.node(key)][0])
        return Line(
            replace(each, adds=True), key, self.reading.read_in(each.spot.alone(each.spot.value, shaped), steps)
        )

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
            self.reading.lines.remove(before[-1])
            value = self.reading.read_in(each.value, {**steps, each.target: before[-1].value})
            assignment = replace(each, adds=before[-1].assignment.adds)
            return Line(assignment, key, value, begun=before[-1].assignment)
        value = self.reading.read_in(each.value, steps)
        if inner is not None:
            self.reading.moved[each.target] = key = inner
        return Line(each, key, value)

    def inside(self, key: str) -> str | None:
        """Returns the name of the value that a relu, or the like, is applied to; None for any other stage."""
        node = self.reading.tape.nodes[self.reading.node(key)]
        if node.op.name not in SWITCHES:
            return None
        args = [arg for arg in dict.fromkeys(node.args) if self.reading.tape.nodes[arg].op is not CONSTANT]
        for arg in reversed(args):
            names = [
                name for name, index in self.reading.bound.items() if index == arg and name not in self.reading.temps
            ]
            alike = [
                i
                for i in (arg, *self.reading.tape.graph.stages)
                if self.reading.tape.nodes[i].name and self.reading.alike(i, arg)
            ]
            if names or alike:
                return names[-1] if names else self.reading.tape.nodes[alike[0]].name
        return None

    def hands_on(self, line: Line) -> bool:
        """Tells whether a line hands on the gradient of a relu that is applied to its own value, as it is."""
        leaf = line.value.leaf
        return line.value.op is None and isinstance(leaf, Slope) and self.inside(leaf.key) == line.key
