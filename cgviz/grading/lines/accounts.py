"""Which contributions the lines of one gradient bring, each line judged with right numbers in all that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from cgviz.grading.elements import is_zero, largest, minus, negligible, plus, ratio
from cgviz.grading.lines.reading import Line, Pass
from cgviz.grading.lines.systems import Atom, Vector
from cgviz.grading.near import CLOSE, agree, same
from cgviz.values.arrays import numpy, shape_of

MOST = 9


@dataclass(eq=False)
class Account:
    """The lines of one gradient, in order, against the contributions that it is the sum of; `rest` are those that no
    line brings, `brought` those of each line, and whether it is right."""

    key: str
    lines: list[Line]
    atoms: list[Atom]
    rest: list[Atom] = field(default_factory=list)
    total: Vector = ()
    scale: Vector = ()
    brought: list[list[Atom]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    stands: list[Vector] = field(default_factory=list)
    changes: list[Vector] = field(default_factory=list)

    @property
    def faults(self) -> int:
        return self.right.count(False) + len(self.rest)

    def settle(self) -> Account:
        """Tells the lines what was found of them."""
        for line, atoms, right, stands, change in zip(
            self.lines, self.brought, self.right, self.stands, self.changes, strict=True
        ):
            line.atoms, line.right, line.stands, line.change = atoms, right, stands, change
        return self

    def take(self, numbers: Sequence[int], atoms: list[Atom]) -> None:
        """Accepts lines that bring contributions together, in parts of their own."""
        for i in numbers:
            self.right[i], self.brought[i] = True, [atoms[0]._replace(value=self.changes[i])]
        self.rest = [atom for atom in self.rest if not any(atom is each for each in atoms)]


def account(key: str, lines: list[Line], made: Pass, tolerance: float) -> Account:
    """Returns the account of a gradient under the way of putting it together that fits the lines best."""
    options, zero = made.stages.options(key), made.stages.zero(key)
    found = [weighed(key, lines, atoms, zero, tolerance) for atoms in options]
    best = min(found, key=lambda each: each.faults)
    if best.faults and made.stages.has_arrays:
        in_parts(best, tolerance)
    masks = {line.mask.tobytes(): line.mask for line in lines if line.mask is not None}
    if best.faults and masks:
        split = weighed(key, lines, elementwise(best.atoms, [*masks.values()]), zero, tolerance)
        together(split, tolerance)
        best = split if split.faults < best.faults else best
    return best.settle()


def in_parts(made: Account, tolerance: float) -> None:
    """Accepts lines that take a contribution apart otherwise than the program does, where their sum is right."""
    wrong = [i for i, right in enumerate(made.right) if not right]
    if len(wrong) > 1 and made.rest and not any(made.lines[i].sets for i in wrong[1:]):
        total, rest = summed([made.changes[i] for i in wrong], ()), summed([atom.value for atom in made.rest], ())
        if agree(total, rest, tolerance, made.scale):
            made.take(wrong, list(made.rest))


def elementwise(atoms: list[Atom], masks: list[Any]) -> list[Atom]:
    """Returns contributions taken apart by the elements that a student assigns to, and the rest of each."""
    where, found = numpy().where, []
    for atom in atoms:
        rest = atom.value
        for mask in masks:
            found.append(atom._replace(value=tuple(where(mask, each, 0.0) for each in rest)))
            rest = tuple(where(mask, 0.0, each) for each in rest)
        found.append(atom._replace(value=rest))
    return [atom for atom in found if not all(map(is_zero, atom.value))]


def together(made: Account, tolerance: float) -> None:
    """Accepts lines that bring the gradient of the same elements in parts of their own."""
    groups: dict[bytes, list[int]] = {}
    for i, line in enumerate(made.lines):
        if line.mask is not None and not made.right[i]:
            groups.setdefault(line.mask.tobytes(), []).append(i)
    for group in groups.values():
        mask = made.lines[group[0]].mask
        inside = [a for a in made.rest if not any(each[~mask].any() for each in a.value)]
        total = summed([made.changes[i] for i in group], ())
        if inside and agree(total, summed([a.value for a in inside], ()), tolerance, made.scale):
            made.take(group, inside)


def weighed(key: str, lines: list[Line], atoms: list[Atom], zero: Vector, tolerance: float) -> Account:
    total = summed([atom.value for atom in atoms], zero)
    scale = summed([tuple(map(largest, atom.value)) for atom in atoms], (0.0,) * len(zero))
    made = Account(key, lines, atoms, list(atoms), total, scale)
    for i, line in enumerate(lines):
        change, stands = line.change, Vector()
        if line.is_plain:
            change = stands = standing_for(change, [atom.value for atom in made.rest], total)
        if line.sets and i and begins_anew(made, change, lines[i + 1 :], tolerance):
            made.brought, made.rest = [[] for _ in made.brought], list(atoms)
        fits = subset(change, made.rest, tolerance, scale)
        nothing = fits is None and all(map(negligible, change, scale)) and may_be_nothing(made, line, change)
        made.right.append(fits is not None or nothing)
        made.brought.append(fits or [])
        made.changes.append(change)
        made.stands.append(stands)
        taken = set(map(id, fits or ()))
        made.rest = [atom for atom in made.rest if id(atom) not in taken]
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


def begins_anew(made: Account, change: Vector, rest: Sequence[Line], tolerance: float) -> bool:
    """Tells whether a line that sets begins the whole sum once more: it and what follows bring everything."""
    if agree(change, made.total, tolerance, made.scale):
        return True
    if not rest or any(not each.adds or each.own for each in rest):
        return False
    return agree(summed([change, *(each.change for each in rest)], change), made.total, tolerance, made.scale)


def may_be_nothing(made: Account, line: Line, change: Vector) -> bool:
    """Tells whether a line that brings nothing is right: not with arrays where it reads a gradient, or in a shape of
    its own."""
    wanted = shape_of(made.total[0]) or ()
    if not wanted:
        return True
    lacking = any(not all(map(negligible, atom.value, made.scale)) for atom in made.rest)
    return (shape_of(change[0]) or ()) in ((), wanted) and not (line.slopes and lacking)


def subset(change: Vector, rest: list[Atom], tolerance: float, scale: Vector) -> list[Atom] | None:
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


def summed(vectors: Sequence[Vector], zero: Vector) -> Vector:
    return tuple(map(plus, *vectors)) if vectors else zero
