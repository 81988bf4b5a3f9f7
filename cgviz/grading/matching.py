"""Which contributions the lines of one gradient bring, each line judged with right numbers in all that it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from cgviz.grading.expected import Expected
from cgviz.grading.near import CLOSE, agree, same
from cgviz.grading.reading import Line, Slope
from cgviz.grading.tape import Atom, Vector
from cgviz.grading.term import leaves

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
    return min(found, key=lambda each: each.faults)


def weighed(
    key: str, lines: list[tuple[int, Line]], atoms: list[Atom], expected: Expected, tolerance: float
) -> Account:
    zero = (0.0,) * expected.count
    total = summed([atom.value for atom in atoms], zero)
    scale = summed([tuple(map(abs, atom.value)) for atom in atoms], zero)
    made = Account(key, [], atoms, list(atoms), total, scale)
    running = zero
    for position, (number, line) in enumerate(lines):
        own = reads(line, key)
        found = expected.vector(line.value, (key, running) if own else None)
        judged = Judged(line, number, found, running, sets=not line.assignment.adds)
        if not any(leaves(line.value)):
            judged.change = judged.held = standing_for(found, [atom.value for atom in made.rest], total)
        if own and not line.assignment.adds:
            judged.change, judged.sets = tuple(a - b for a, b in zip(found, running, strict=True)), False
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
    near = [part for part in (*parts, total) if part[0] and same(found[0], part[0], CLOSE)]
    if not near:
        return found
    best = min(near, key=lambda part: abs(found[0] - part[0]))
    return tuple(found[0] * (each / best[0]) for each in best)


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
    if agree(summed(changes, (0.0,) * expected.count), made.total, tolerance, made.scale):
        for earlier in made.lines:
            earlier.atoms = []
        return True
    return False


def bring(made: Account, judged: Judged, tolerance: float) -> None:
    """Finds the contributions that a line brings, and takes them off the rest."""
    zero = (0.0,) * len(judged.change)
    fits = subset(judged.change, made.rest, judged.line, tolerance, made.scale)
    if fits is None:
        judged.right = not any(map(abs, judged.change)) and agree(judged.change, zero)
        return
    judged.right, judged.atoms = True, fits
    brought = set(map(id, fits))
    made.rest = [atom for atom in made.rest if id(atom) not in brought]


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
        if agree(change, summed([atom.value for atom in some], (0.0,) * len(change)), tolerance, scale):
            return list(some)
    return None


def scaled(scale: Vector, value: Vector) -> Vector:
    return tuple(min(a, abs(b)) for a, b in zip(scale, value, strict=True))


def reads(line: Line, key: str) -> bool:
    return any(isinstance(leaf.leaf, Slope) and leaf.leaf.key == key for leaf in leaves(line.value))


def summed(vectors: list[Vector], zero: Vector) -> Vector:
    return tuple(map(sum, zip(*vectors, strict=True))) if vectors else zero
