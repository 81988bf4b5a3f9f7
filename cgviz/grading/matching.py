"""Which contributions the lines of one gradient bring, each line judged with right numbers in all that it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from cgviz.errors import EvaluationError
from cgviz.grading.array_ops import put
from cgviz.grading.elements import Misfit, computed, is_zero, largest, minus, negligible, plus, ratio, shape
from cgviz.grading.expected import Expected
from cgviz.grading.near import CLOSE, agree, same
from cgviz.grading.reading import Line, Slope
from cgviz.grading.tape import Atom, Vector
from cgviz.grading.term import leaves
from cgviz.ops.indexing import indexed
from cgviz.ops.rearranging import Key
from cgviz.values.arrays import Value

MOST = 9


@dataclass(eq=False)
class Judged:
    """A line and what was found: the change that it makes, the contributions that it brings (`atoms`), its own mistake,
    if any (`cause`, at `place`; `says` in words).

    A plain number is right where it was computed, at the run's own inputs; `held` is what it stands for elsewhere.
    """

    line: Line
    number: int
    change: Vector = ()
    before: Vector = ()
    atoms: list[Atom] = field(default_factory=list)
    sets: bool = True
    right: bool = False
    cause: str = ""
    says: str = ""
    place: tuple[int, int] = (0, 0)
    held: Vector = ()
    noted: str = ""

    def blame(self, cause: str, says: str, place: tuple[int, int]) -> None:
        if not self.cause:
            self.right, self.cause, self.says, self.place = False, cause, says, place


@dataclass(eq=False)
class Account:
    """The lines of one gradient, in order, against the contributions that it is the sum of; `rest` are those that no
    line brings."""

    key: str
    lines: list[Judged]
    atoms: list[Atom]
    rest: list[Atom] = field(default_factory=list)
    total: Vector = ()
    scale: Vector = ()

    @property
    def faults(self) -> int:
        return sum(not each.right for each in self.lines) + len(self.rest)


def account(key: str, lines: list[tuple[int, Line]], expected: Expected, tolerance: float) -> Account:
    """Returns the account of a gradient under the way of putting it together that fits the lines best."""
    found = [weighed(key, lines, atoms, expected, tolerance) for atoms in expected.options(key)]
    if not found:
        raise EvaluationError(f"nothing in the program has a gradient {key!r}")
    best = min(found, key=lambda each: each.faults)
    if best.faults and expected.tape.has_arrays:
        in_parts(best, tolerance)
    spots = [line.assignment.spot for _, line in lines if line.assignment.spot]
    keys = dict.fromkeys(spot.key for spot in spots if spot.key is None or is_within(spot.key, best.total[0]))
    if best.faults and None not in keys and keys:
        split = weighed(key, lines, elementwise(best.atoms, [*keys]), expected, tolerance)
        together(split, tolerance)
        if split.faults < best.faults:
            return split
    return best


def is_within(key: Key, value: Value) -> bool:
    return not isinstance(computed(indexed(key), [value]), Misfit)


def in_parts(made: Account, tolerance: float) -> None:
    """Accepts lines that take a contribution apart otherwise than the program does, where their sum is right."""
    wrong = [judged for judged in made.lines if not judged.right]
    if len(wrong) > 1 and made.rest and not any(judged.sets for judged in wrong[1:]):
        total, rest = summed([each.change for each in wrong], ()), summed([atom.value for atom in made.rest], ())
        if agree(total, rest, tolerance, made.scale):
            for judged in wrong:
                judged.right, judged.atoms = True, [made.rest[0]._replace(value=judged.change)]
            made.rest = []


def elementwise(atoms: list[Atom], keys: list[Any]) -> list[Atom]:
    """Returns contributions taken apart by the elements that a student assigns to, and the rest of each."""
    found = []
    for atom in atoms:
        rest = atom.value
        for key in keys:
            part = tuple(put(key).forward(each, 0.0) for each in rest)
            found.append(atom._replace(value=tuple(map(minus, rest, part))))
            rest = part
        found.append(atom._replace(value=rest))
    return [atom for atom in found if not all(map(is_zero, atom.value))]


def together(made: Account, tolerance: float) -> None:
    """Accepts lines that bring the gradient of the same elements in parts of their own."""
    groups: dict[Any, list[Judged]] = {}
    for judged in made.lines:
        if judged.line.assignment.spot and not judged.right:
            groups.setdefault(judged.line.assignment.spot.key, []).append(judged)
    for key, group in groups.items():
        if not is_within(key, made.total[0]):
            continue
        total = summed([judged.change for judged in group], ())
        inside = [a for a in made.rest if all(is_zero(put(key).forward(each, 0.0)) for each in a.value)]
        if inside and agree(total, summed([a.value for a in inside], ()), tolerance, made.scale):
            for judged in group:
                judged.right, judged.atoms = True, [inside[0]._replace(value=judged.change)]
            made.rest = [atom for atom in made.rest if not any(atom is each for each in inside)]


def weighed(
    key: str, lines: list[tuple[int, Line]], atoms: list[Atom], expected: Expected, tolerance: float
) -> Account:
    zero = expected.zero(key)
    total = summed([atom.value for atom in atoms], zero)
    scale = summed([tuple(map(largest, atom.value)) for atom in atoms], (0.0,) * expected.count)
    made = Account(key, [], atoms, list(atoms), total, scale)
    running = zero
    for position, (number, line) in enumerate(lines):
        own = reads(line, key)
        found = expected.vector(line.value, (key, running) if own else None)
        judged = Judged(line, number, found, running, sets=not line.assignment.adds)
        if not any(leaves(line.value)):
            judged.change = judged.held = standing_for(found, [atom.value for atom in made.rest], total)
        if own and not line.assignment.adds:
            judged.change, judged.sets = tuple(map(minus, found, running)), False
        if judged.sets and position and begins_anew(made, judged, lines[position:], expected, tolerance):
            made.rest, running = list(atoms), zero
        bring(made, judged, tolerance)
        made.lines.append(judged)
        running = summed([running, *(atom.value for atom in judged.atoms)], zero)
    made.rest = [atom for atom in made.rest if not agree(atom.value, zero, 0.0, scale)]
    return made


def standing_for(found: Vector, parts: list[Vector], total: Vector) -> Vector:
    """Returns the numbers for which a plain number stands: the share of a contribution, or of the sum, that it is close
    to at the run's own inputs; the number itself where it is close to none."""
    near = [part for part in (*parts, total) if not is_zero(part[0]) and same(found[0], part[0], CLOSE)]
    if not near:
        return found
    best = min(near, key=lambda part: largest(minus(found[0], part[0])))
    return tuple(found[0] * ratio(each, best[0]) for each in best)


def begins_anew(
    made: Account, judged: Judged, rest: list[tuple[int, Line]], expected: Expected, tolerance: float
) -> bool:
    """Tells whether a line that sets begins the whole sum once more: it and what follows bring everything."""
    if agree(judged.change, made.total, tolerance, made.scale):
        for earlier in made.lines:
            earlier.atoms = []
        return True
    if any(not line.assignment.adds and not reads(line, made.key) for _, line in rest[1:]):
        return False
    changes = [judged.change, *(expected.vector(line.value) for _, line in rest[1:])]
    if len(changes) < 2 or any(reads(line, made.key) for _, line in rest):
        return False
    if agree(summed(changes, expected.zero(made.key)), made.total, tolerance, made.scale):
        for earlier in made.lines:
            earlier.atoms = []
        return True
    return False


def bring(made: Account, judged: Judged, tolerance: float) -> None:
    """Finds the contributions that a line brings, and takes them off the rest."""
    fits = subset(judged.change, made.rest, judged.line, tolerance, made.scale)
    if fits is None:
        judged.right = all(map(negligible, judged.change, made.scale)) and may_be_nothing(made, judged)
        return
    judged.right, judged.atoms = True, fits
    brought = set(map(id, fits))
    made.rest = [atom for atom in made.rest if id(atom) not in brought]


def may_be_nothing(made: Account, judged: Judged) -> bool:
    """Tells whether a line that brings nothing is right: not with arrays where it reads a gradient, or in a shape of
    its own."""
    wanted = shape(made.total[0])
    if not wanted:
        return True
    read = any(isinstance(leaf.leaf, Slope) for leaf in leaves(judged.line.value))
    lacking = any(not all(map(negligible, atom.value, made.scale)) for atom in made.rest)
    return shape(judged.change[0]) in ((), wanted) and not (read and lacking)


def subset(change: Vector, rest: list[Atom], line: Line, tolerance: float, scale: Vector) -> list[Atom] | None:
    """Returns the contributions whose sum a change is: one, those of one stage, all, or else some of a few."""
    for atom in rest:
        if agree(change, atom.value, tolerance, scaled(scale, atom.value)):
            return [atom]
    groups = [[atom for atom in rest if atom.source == source] for source in dict.fromkeys(a.source for a in rest)]
    tried = [group for group in groups if len(group) > 1]
    if len(rest) > 1:
        tried.append(rest)
    if 2 < len(rest) <= MOST:
        tried += [list(some) for size in range(2, len(rest)) for some in combinations(rest, size)]
    for some in tried:
        if agree(change, summed([atom.value for atom in some], change), tolerance, scale):
            return list(some)
    return None


def scaled(scale: Vector, value: Vector) -> Vector:
    return tuple(min(a, largest(b)) for a, b in zip(scale, value, strict=True))


def reads(line: Line, key: str) -> bool:
    return any(isinstance(leaf.leaf, Slope) and leaf.leaf.key == key for leaf in leaves(line.value))


def summed(vectors: list[Vector], zero: Vector) -> Vector:
    return tuple(map(plus, *vectors)) if vectors else zero
