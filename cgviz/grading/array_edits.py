"""The catalogue of slips with arrays: transposed, sums forgotten or along the wrong axis, `*` for `@`, no relu mask."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations, product
from typing import NamedTuple

from cgviz.grading.elements import Misfit
from cgviz.grading.expected import Expected
from cgviz.grading.reading import Slope, Value
from cgviz.grading.tape import Atom
from cgviz.grading.term import Path, Term, applied, number, parts, replaced, shape_of
from cgviz.ops.matrices import dot, matmul, outer
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.rearranging import fold, reshaped, size, spread, transposed
from cgviz.ops.reductions import MEAN, SUM, total
from cgviz.values.arrays import Shape, broadcast

MOST_PARTS, EXPONENTS = 60, (2, 3, 4)
TIMES, OVER, WHERE = REGISTRY["multiply"], REGISTRY["divide"], REGISTRY["where"]
FLIPPED = {"greater": "less_equal", "greater_equal": "less", "less": "greater_equal", "less_equal": "greater"}
TURNED = transposed()


class Edit(NamedTuple):
    """A line's expression mended: its cause, the expression, the place of the culprit, and what to do in words."""

    cause: str
    term: Term
    place: tuple[int, int]
    says: str


class ArrayEdits:
    """The edits of one expression that only arrays have, likely ones first."""

    def __init__(self, term: Term, atoms: list[Atom], expected: Expected, wanted: Shape) -> None:
        self.term, self.atoms, self.expected, self.wanted = term, atoms, expected, wanted
        self.whole = (term.start, term.end)
        self.parts = [each for _, each in zip(range(MOST_PARTS), parts(term), strict=False)]
        self.sources = list(dict.fromkeys(atom.source for atom in atoms))

    def all(self) -> Iterator[Edit]:
        if self.term.op is not None and self.term.op.name == "transpose":
            yield Edit("transposed", self.term.args[0], self.whole, "no .T belongs here")
        yield from self.axes()
        yield from self.products()
        yield from self.masks()
        yield from self.turned()
        yield from self.spreads()
        yield from self.inner_sums()

    def at(self, path: Path, part: Term) -> Term:
        return replaced(self.term, path, part)

    def shape(self, term: Term) -> Shape:
        found = shape_of(term, partial(self.expected.look, k=0))
        return () if isinstance(found, Misfit) else found

    def sums(self) -> Iterator[Edit]:
        """Yields the sum over the axes along which an operand was broadcast, and one that keeps its axes."""
        wide = self.shape(self.term)
        if wide == self.wanted:
            return
        if size(wide) == size(self.wanted) and bare(wide) == bare(self.wanted):
            says = f"keep the axis of length 1, keepdims=True: the shape is {self.wanted}"
            yield Edit("keepdims", applied(reshaped(self.wanted), self.term, start=1, end=1), self.whole, says)
        if narrows(wide, self.wanted):
            axes = [i for i in range(len(wide)) if i < len(wide) - len(self.wanted)]
            axes += [i for i, n in enumerate(self.wanted, len(axes)) if n == 1 != wide[i]]
            along = f", axis={axes[0] if len(axes) == 1 else tuple(axes)}" if len(axes) < len(wide) else ""
            says = f"what was broadcast forward is summed backward: np.sum(...{along})"
            yield Edit("sum-missing", applied(fold(wide, self.wanted), self.term), self.whole, says)

    def axes(self) -> Iterator[Edit]:
        """Yields sums and means along other axes, kept or not; a sum for a mean; one too many taken away."""
        for path, part in self.parts:
            if part.op is None or part.op.name not in ("sum", "mean"):
                continue
            place, name, (axis, keep) = (part.start, part.end), part.op.name, part.op.parameter
            rank = len(self.shape(part.args[0]))
            yield self.along(path, part, axis, not keep, "keepdims", f"keepdims={not keep} belongs here")
            ways = [None, *range(rank), *combinations(range(rank), 2)] if rank < 5 else [None, *range(rank)]
            for other, kept in product(ways, (keep, not keep)):
                if other != axis:
                    says = f"the {name} goes along axis={other}, not axis={axis}"
                    yield self.along(path, part, other, kept, "axis", says)
            twin = (MEAN if name == "sum" else SUM).options
            if twin is not None:
                says = f"a {'mean' if name == 'sum' else 'sum'} belongs here, not a {name}"
                yield Edit("mean", self.at(path, applied(twin(axis, keep), part.args[0])), place, says)
            yield Edit("extra-sum", self.at(path, part.args[0]), place, f"there is nothing to {name} here")

    def along(self, path: Path, part: Term, axis: object, keep: bool, cause: str, says: str) -> Edit:
        op = part.op.options(axis, keep) if part.op and part.op.options else None
        made = applied(op, *part.args) if op else part
        return Edit(cause, self.at(path, made), (part.start, part.end), says)

    def products(self) -> Iterator[Edit]:
        """Yields products with their operands turned, swapped, or of another kind."""
        for path, part in self.parts:
            if part.op in (matmul, dot):
                yield from self.matrices(path, part)
                yield from self.another(path, part, (TIMES, outer), "matrix-product")
            elif part.op is outer:
                says = "the operands of outer are the wrong way round: the gradient is the other one"
                yield self.of(path, part, outer, part.args[::-1], "outer-swapped", says)
                yield from self.another(path, part, (TIMES, matmul), "matrix-product")
            elif part.op is TIMES:
                yield from self.another(path, part, (matmul, outer), "elementwise")

    def matrices(self, path: Path, part: Term) -> Iterator[Edit]:
        a, b = part.args
        for swapped, left, right in product((False, True), (False, True), (False, True)):
            if (swapped, left, right) == (False, False, False):
                continue
            one, two = turn(a) if left else a, turn(b) if right else b
            sides = (two, one) if swapped else (one, two)
            cause = "swapped" if swapped else "transposed"
            says = "the factors are the wrong way round" if swapped else turned_says(b if right and not left else a)
            yield self.of(path, part, matmul, sides, cause, says, b if right and not left else a)

    def another(self, path: Path, part: Term, ops: tuple[Op, ...], cause: str) -> Iterator[Edit]:
        """Yields the same operands under another product: of matrices, outer, or element by element."""
        for op in ops:
            for args in (part.args, part.args[::-1]):
                a, b = args
                turns = [(a, b), (turn(a), b), (a, turn(b))] if op is not outer else [(flat(a), flat(b))]
                for pair in turns:
                    yield self.of(path, part, op, pair, cause, SAID[op])

    def of(
        self, path: Path, part: Term, op: Op, args: tuple[Term, ...], cause: str, says: str, at: Term | None = None
    ) -> Edit:
        at = at or part
        return Edit(cause, self.at(path, applied(op, *args)), (at.start, at.end), says)

    def means(self) -> Iterator[Edit]:
        """Yields the factor 1/n of a mean, and one too many of them."""
        nodes = self.expected.tape.nodes
        if not any(node.op.name == "mean" or node.op is OVER for node in nodes):
            return
        counts = {n for node in nodes for n in (*(node.shape or ()), size(node.shape or ()))}
        for n in sorted(counts - {0, 1})[:20]:
            says = f"the mean of {n} has the slope 1/{n}: divide by {n}"
            yield Edit("mean-forgotten", applied(OVER, self.term, number(float(n))), self.whole, says)
            for path, part in self.parts:
                if path and part.op is None and isinstance(part.leaf, Slope):
                    mended = self.at(path, applied(OVER, part, number(float(n))))
                    yield Edit("mean-forgotten", mended, (part.start, part.end), says)
            if n in EXPONENTS or any(part.op is not None and part.op.name == "mean" for _, part in self.parts):
                continue  # which is told from a factor that an exponent brings down, and from a mean for a sum
            says = f"this is divided by {n} once too often, or should not be"
            yield Edit("mean-twice", applied(TIMES, self.term, number(float(n))), self.whole, says)

    def masks(self) -> Iterator[Edit]:
        for path, part in self.parts:
            place = (part.start, part.end)
            if part.op is not None and part.op.name in FLIPPED:
                flipped = applied(REGISTRY[FLIPPED[part.op.name]], *part.args)
                yield Edit("mask", self.at(path, flipped), place, "the mask is the wrong way round")
            if part.op is WHERE:
                other = applied(WHERE, part.args[0], part.args[2], part.args[1])
                yield Edit("mask", self.at(path, other), place, "the mask is the wrong way round")
        for index in self.switched():
            name = self.expected.name(index)
            mask = applied(REGISTRY["greater"], Term(Value(index, name)), number(0.0))
            says = f"relu hands nothing back where {name} is not above 0: multiply by ({name} > 0)"
            yield Edit("mask-forgotten", applied(TIMES, self.term, mask), self.whole, says)
            for path, part in self.parts:
                place = (part.start, part.end)
                if part.op is None and isinstance(part.leaf, Slope) and path:
                    yield Edit("mask-forgotten", self.at(path, applied(TIMES, part, mask)), place, says)
                if part.op is None and isinstance(part.leaf, Value) and part.leaf.index == index and path:
                    yield Edit("mask-forgotten", self.at(path, mask), place, says)

    def switched(self) -> list[int]:
        """Returns the named values that a relu is applied to."""
        tape = self.expected.tape
        found = [arg for node in tape.nodes if node.op.switch is not None and node.shape for arg in node.args]
        return [index for index in dict.fromkeys(found) if self.expected.name(index)][:10]

    def turned(self) -> Iterator[Edit]:
        for path, part in self.parts:
            rank = len(self.shape(part))
            if part.op is not None and part.op.name == "transpose":
                yield Edit("transposed", self.at(path, part.args[0]), (part.start, part.end), "no .T belongs here")
            elif rank == 2:
                says = "this is the transpose of what it ought to be" if not path else turned_says(part)
                yield Edit("transposed", self.at(path, turn(part)), (part.start, part.end), says)

    def inner_sums(self) -> Iterator[Edit]:
        """Yields a sum along one axis in the place of a part, the axis kept."""
        for path, part in self.parts[:12]:
            for axis in range(len(self.shape(part))) if path else ():
                says = f"this is summed along an axis: np.sum(..., axis={axis}, keepdims=True)"
                place = (part.start, part.end)
                yield Edit("sum-missing", self.at(path, applied(total(axis, True), part)), place, says)

    def spreads(self) -> Iterator[Edit]:
        """Yields a value that every element gets, written out."""
        narrow = self.shape(self.term)
        if narrow != self.wanted and narrows(self.wanted, narrow):
            says = f"every element gets this; repeat it to the shape {self.wanted}, as in np.ones_like"
            yield Edit("spread-missing", applied(spread(self.wanted), self.term), self.whole, says)


SAID = {
    TIMES: "element by element: write * here",
    matmul: "a matrix product belongs here: write @",
    outer: "an outer product belongs here: np.outer",
}


def turned_says(part: Term) -> str:
    """Returns what to do with a factor that stands the wrong way round."""
    if part.op is not None and part.op.name == "transpose":
        return f"{called(part.args[0])} is turned round here: take the .T away"
    return f"{called(part)} stands the wrong way round here: write {called(part, 'it')}.T"


def called(part: Term, other: str = "this factor") -> str:
    if part.op is not None or not isinstance(part.leaf, (Value, Slope)):
        return other
    return part.leaf.name if isinstance(part.leaf, Value) else part.leaf.written


def turn(part: Term) -> Term:
    """Returns a part turned round; one that is turned already, as it was."""
    if part.op is not None and part.op.name == "transpose":
        return part.args[0]
    return applied(TURNED, part)


def flat(part: Term) -> Term:
    return applied(reshaped((-1,)), part)


def bare(lengths: Shape) -> Shape:
    return tuple(n for n in lengths if n != 1)


def narrows(wide: Shape, narrow: Shape) -> bool:
    """Tells whether a value of shape `narrow` can be broadcast to `wide`."""
    try:
        return broadcast([wide, narrow]) == wide
    except ValueError:
        return False
