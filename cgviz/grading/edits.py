"""The catalogue of slips: each is an edit that would turn a right line's expression into a wrong one, undone here."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.grading.array_edits import ArrayEdits, Edit, flat, turn
from cgviz.grading.elements import is_zero
from cgviz.grading.expected import Expected
from cgviz.grading.reading import Slope, Unknown, Value
from cgviz.grading.tape import Atom
from cgviz.grading.term import Term, applied, number, parts, replaced
from cgviz.ops.matrices import matmul, outer
from cgviz.ops.op import REGISTRY, Op
from cgviz.values.arrays import Shape, is_array

MOST_PARTS, MOST_NAMES = 60, 40
TIMES, OVER, PLUS, MINUS, RAISED, NEG = (REGISTRY[n] for n in ("multiply", "divide", "add", "subtract", "pow", "neg"))
SLIPS = {"sin": "cos", "cos": "sin", "exp": "log", "log": "exp", "tanh": "sigmoid", "sigmoid": "tanh", "sqrt": "square"}
FACTORS = (2.0, 3.0, 0.5, 4.0)


class Edits:
    """The edits of one expression, likely ones first."""

    def __init__(self, term: Term, key: str, atoms: list[Atom], expected: Expected, wanted: Shape = ()) -> None:
        self.wanted = wanted
        self.term, self.key, self.atoms, self.expected = term, key, atoms, expected
        self.whole = (term.start, term.end)
        self.parts = [each for _, each in zip(range(MOST_PARTS), parts(term), strict=False)]
        self.read = [(path, part) for path, part in self.parts if part.op is None and isinstance(part.leaf, Slope)]
        self.sources = list(dict.fromkeys(atom.source for atom in atoms))

    def all(self) -> Iterator[Edit]:
        yield from self.typos()
        arrays = None
        if self.expected.tape.has_arrays:
            arrays = ArrayEdits(self.term, self.atoms, self.expected, self.wanted)
            yield from arrays.means()
            yield from arrays.sums()
        yield from self.forgotten() if not self.read else self.twice()
        yield Edit("sign", applied(NEG, self.term), self.whole, "turn the sign round")
        if arrays:
            yield from arrays.all()
        yield from self.exponents()
        yield from self.brought_down()
        yield from self.upstream()
        yield from self.wrong_values()
        yield from self.factors()
        yield from self.dropped()
        yield from self.operators()
        yield from self.complements()
        yield from self.divided()

    def at(self, path: tuple[int, ...], part: Term) -> Term:
        return replaced(self.term, path, part)

    def slopes(self) -> Iterator[tuple[str, Term]]:
        """Yields the gradients that a line could read instead: those of the stages it should, then all others."""
        names = [self.expected.name(source) for source in self.sources]
        others = dict.fromkeys([*names, *self.expected.reading.bound, *self.expected.tape.names])
        for name in list(others)[:MOST_NAMES]:
            if name and name != self.key and not self.is_nothing(name):
                yield name, Term(Slope(name, f"d{name}"))

    def is_nothing(self, name: str) -> bool:
        """Tells whether nothing flows to a value of a program with arrays, such as a length."""
        return self.expected.tape.has_arrays and all(map(is_zero, self.expected.gradient(name) or ()))

    def values(self) -> Iterator[tuple[str, int]]:
        """Yields the forward values that a line could read instead: those of its stage, then all others."""
        tape = self.expected.tape
        near = [arg for source in self.sources for arg in (source, *self.expected.operands(source))]
        near += [*self.expected.reading.bound.values(), *tape.names.values()]
        for index in list(dict.fromkeys(near))[:MOST_NAMES]:
            name = self.expected.name(index)
            if name:
                yield name, index

    def typos(self) -> Iterator[Edit]:
        from cgviz.grading.reading import likeness

        for path, part in self.parts:
            if part.op is None and isinstance(part.leaf, Unknown):
                name, place = part.leaf.name, (part.start, part.end)
                near = [pair for pair in self.slopes() if likeness(name, pair[0]) >= 0.6]
                for other, term in near[:6]:
                    yield Edit("typo", self.at(path, term), place, f"write d{other}")
                for other, index in self.values():
                    if likeness(f"d{name}", other) >= 0.6:
                        yield Edit("typo", self.at(path, Term(Value(index, other))), place, f"write {other}")

    def forgotten(self) -> Iterator[Edit]:
        """Yields edits of a line that reads no gradient."""
        for name, slope in self.slopes():
            says = f"multiply by the upstream gradient, d{name}"
            yield Edit("upstream-forgotten", applied(TIMES, self.term, slope), self.whole, says)
            if is_array(self.expected.zero(name)[0]):
                says = f"bring in the upstream gradient, d{name}"
                for made in products(self.term, slope):
                    yield Edit("upstream-forgotten", made, self.whole, says)

    def twice(self) -> Iterator[Edit]:
        """Yields edits of a line in which an upstream gradient is a factor more than once."""
        keys = [part.leaf.key for _, part in self.read]
        for path, part in reversed(self.read):
            if keys.count(part.leaf.key) > 1:
                says = f"{part.leaf.written} is a factor once, not twice"
                yield Edit("upstream-twice", self.at(path, number(1.0)), (part.start, part.end), says)

    def upstream(self) -> Iterator[Edit]:
        for name, slope in self.slopes():
            for path, part in self.read:
                if part.leaf.key != name:
                    says = f"the upstream gradient here is d{name}, not {part.leaf.written}"
                    yield Edit("wrong-upstream", self.at(path, slope), (part.start, part.end), says)

    def divided(self) -> Iterator[Edit]:
        """Yields edits in which a gradient that is read is no factor."""
        for path, part in self.read:
            says = f"{part.leaf.written} is no factor here"
            yield Edit("extra-factor", self.at(path, number(1.0)), (part.start, part.end), says)

    def exponents(self) -> Iterator[Edit]:
        for path, part in self.parts:
            place = (part.start, part.end)
            if part.op is RAISED and isinstance(part.args[1].leaf, float) and part.args[1].op is None:
                c = part.args[1].leaf
                where = (part.args[1].start, part.args[1].end)
                for other in (2.0, c - 1, c + 1, 3.0, -c, c - 2):
                    if other != c:
                        says = f"the exponent is {other:g}, not {c:g}"
                        yield Edit("exponent", self.at((*path, 1), number(other)), where, says)
            elif part.op is None and isinstance(part.leaf, (Value, float)):
                below = self.is_below(path)
                cause = "square-forgotten" if below else "exponent"
                says = "1/u has the slope −1/u²: square the denominator" if below else "the exponent 2 is missing"
                yield Edit(cause, self.at(path, applied(RAISED, part, number(2.0))), place, says)
        for path, part in self.parts:
            if part.op is not None and self.is_below(path):
                says = "1/u has the slope −1/u²: square the denominator"
                squared = applied(RAISED, part, number(2.0))
                yield Edit("square-forgotten", self.at(path, squared), (part.start, part.end), says)

    def is_below(self, path: tuple[int, ...]) -> bool:
        """Tells whether a part stands in a denominator."""
        return any(part.op is OVER and path[: len(way) + 1] == (*way, 1) for way, part in self.parts)

    def wrong_values(self) -> Iterator[Edit]:
        """Yields edits in which another forward value is read, at one place, then wherever it is read."""
        leaves = [(path, part) for path, part in self.parts if part.op is None and isinstance(part.leaf, Value)]
        for name, index in self.values():
            for path, part in leaves:
                if part.leaf.index == index:
                    continue
                new, old = Term(Value(index, name)), part.leaf.index
                cause, says = "wrong-value", f"{name}, not {part.leaf.name}, belongs here"
                if old in self.expected.operands(index) and index in self.sources:
                    cause = "input-for-output"
                    says = f"the rule is in terms of the output {name}, not of the input {part.leaf.name}"
                elif index in self.expected.operands(old) and old in self.sources:
                    cause = "output-for-input"
                    says = f"the rule is in terms of the input {name}, not of the output {part.leaf.name}"
                elif any({old, index} <= set(self.expected.operands(s)) for s in self.sources):
                    cause, says = "swapped", f"each operand gets the other one: {name}, not {part.leaf.name}"
                place = (part.start, part.end)
                yield Edit(cause, self.at(path, new), place, says)
                same = [way for way, other in leaves if other.leaf.index == old]
                if len(same) > 1:
                    every = self.term
                    for way in same:
                        every = replaced(every, way, new)
                    yield Edit(cause, every, place, says)

    def brought_down(self) -> Iterator[Edit]:
        for factor in FACTORS:
            says = f"the factor {factor:g} is missing, which the exponent brings down"
            yield Edit("factor-forgotten", applied(TIMES, self.term, number(factor)), self.whole, says)

    def factors(self) -> Iterator[Edit]:
        one = number(1.0)
        for name, index in self.values():
            leaf = Term(Value(index, name))
            forms = {
                name: leaf,
                f"(1 - {name})": applied(MINUS, one, leaf),
                **({} if self.has_zero(index) else {f"1/{name}": applied(OVER, one, leaf)}),
                f"{name}**2": applied(RAISED, leaf, number(2.0)),
            }
            for text, factor in forms.items():
                says = f"the factor {text} of the local derivative is missing"
                yield Edit("factor-forgotten", applied(TIMES, self.term, factor), self.whole, says)

    def has_zero(self, index: int) -> bool:
        """Tells whether a value, or an element of it, is 0: nobody means to divide by it."""
        return any(
            bool((value == 0).any()) if is_array(value) else value == 0 for value in self.expected.tape.values[index]
        )

    def dropped(self) -> Iterator[Edit]:
        """Yields edits in which a factor or a divisor goes."""
        for path, part in self.parts:
            if part.op is TIMES or part.op is OVER:
                for slot in (1,) if part.op is OVER else (0, 1):
                    gone = part.args[slot]
                    says = "this factor does not belong here"
                    yield Edit("extra-factor", self.at(path, part.args[1 - slot]), (gone.start, gone.end), says)
            if part.op is None and isinstance(part.leaf, float) and path:
                for other in (2.0, 3.0, 1.0, 0.5, part.leaf + 1, part.leaf - 1, -part.leaf):
                    if other != part.leaf:
                        says = f"the number here is {other:g}, not {part.leaf:g}"
                        yield Edit("wrong-number", self.at(path, number(other)), (part.start, part.end), says)

    def operators(self) -> Iterator[Edit]:
        other: dict[Op, tuple[Op, str, str]] = {
            PLUS: (MINUS, "sign", "a minus belongs here"),
            MINUS: (PLUS, "sign", "a plus belongs here"),
            TIMES: (OVER, "operator", "divide here"),
            OVER: (TIMES, "operator", "multiply here"),
        }
        for path, part in self.parts:
            place = (part.start, part.end)
            if part.op in other:
                op, cause, says = other[part.op]
                yield Edit(cause, self.at(path, applied(op, *part.args)), place, says)
            if part.op in (MINUS, OVER):
                says = "the two sides are the wrong way round"
                yield Edit("swapped", self.at(path, applied(part.op, *reversed(part.args))), place, says)
            if path:
                yield Edit("sign", self.at(path, applied(NEG, part)), place, "the sign here is wrong")
            yield from self.function(path, part)

    def function(self, path: tuple[int, ...], part: Term) -> Iterator[Edit]:
        if part.op is not None:
            slip, place = SLIPS.get(part.op.name), (part.start, part.end)
            if slip:
                says = f"{slip}, not {part.op.name}, belongs here"
                yield Edit("function", self.at(path, applied(REGISTRY[slip], *part.args)), place, says)

    def complements(self) -> Iterator[Edit]:
        one = number(1.0)
        for path, part in self.parts:
            place = (part.start, part.end)
            if part.op is None and isinstance(part.leaf, float):
                continue
            yield Edit("derivative", self.at(path, applied(MINUS, one, part)), place, "1 minus this belongs here")
            squared = applied(MINUS, one, applied(RAISED, part, number(2.0)))
            yield Edit("derivative", self.at(path, squared), place, "1 minus the square of this belongs here")


def products(term: Term, slope: Term) -> Iterator[Term]:
    """Yields the products in which an upstream gradient that is an array may be left out."""
    yield applied(outer, flat(slope), flat(term))
    for one, two in ((term, slope), (slope, term), (turn(term), slope), (slope, turn(term))):
        yield applied(matmul, one, two)
