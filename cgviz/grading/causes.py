"""Why a line is wrong: slips of bookkeeping (order, `=` for `+=`, a branch forgotten), else slips in its expression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from cgviz.grading.array_edits import narrows
from cgviz.grading.edits import Edits
from cgviz.grading.elements import Misfit, computed, elements, is_zero, plus, shape
from cgviz.grading.expected import Expected
from cgviz.grading.matching import Account, Judged, summed
from cgviz.grading.near import CLOSE, agree, same
from cgviz.grading.reading import Line, Slope, Unknown, likeness
from cgviz.grading.spellings import loose
from cgviz.grading.tape import Atom
from cgviz.grading.term import Term, leaves, replaced, shape_of, value
from cgviz.ops.indexing import indexed
from cgviz.ops.rearranging import listed
from cgviz.text.numbers import number
from cgviz.values.arrays import Shape

BUDGET, SHARE = 400_000, 4  # of which a line with arrays gets a fourth at most
LIGHT = 2
ELEMENTS = 1000  # so many cost as much as one number


class Causes:
    """Blames lines; `accounts` are those of all gradients by name."""

    def __init__(self, accounts: dict[str, Account], expected: Expected, tolerance: float) -> None:
        self.accounts, self.expected, self.tolerance = accounts, expected, tolerance
        self.known = {each.line.assignment.target for made in accounts.values() for each in made.lines}
        self.spent = 0.0

    def blame(self) -> None:
        for made in self.accounts.values():
            for judged in made.lines:
                self.names(judged)
                self.order(judged)
            self.bookkeeping(made)
            for judged in made.lines:
                if not judged.right and not judged.cause:
                    self.slip(made, judged)
            self.forgotten(made)

    def names(self, judged: Judged) -> None:
        """Notes a name that is a misspelling: nothing of that name is known, and another name makes the line right."""
        if judged.line.typo:
            judged.noted = f"{judged.line.typo} is probably a misspelling of d{judged.line.key}"
        for leaf in leaves(judged.line.value):
            if isinstance(leaf.leaf, Slope) and leaf.leaf.written not in self.known and leaf.leaf.key in self.accounts:
                spelled = self.accounts[leaf.leaf.key].lines[0].line.assignment.target
                if self.accounts[leaf.leaf.key].lines[0].line.typo:
                    continue
                if loose(spelled) != loose(leaf.leaf.written):
                    says = f"{leaf.leaf.written} is never assigned: is {spelled} meant?"
                    judged.blame("unknown-name", says, (leaf.start, leaf.end))
                    continue
                judged.noted = f"{leaf.leaf.written} is not assigned; {spelled} is meant"

    def order(self, judged: Judged) -> None:
        """Blames a line that reads a gradient before the backward pass has reached all of it."""
        for leaf in leaves(judged.line.value):
            if not isinstance(leaf.leaf, Slope) or leaf.leaf.key == judged.line.key:
                continue
            place = (leaf.start, leaf.end)
            made = self.accounts.get(leaf.leaf.key)
            if made is None:
                self.unmade(judged, leaf.leaf, place)
                continue
            before = [each for each in made.lines if each.number < judged.number]
            after = [each for each in made.lines if each.number > judged.number]
            if not before:
                says = f"{leaf.leaf.written} is read here, before its own line: go through the stages in reverse order"
                judged.blame("order", says, place)
            elif after and not after[0].sets and after[0].atoms:
                says = f"{leaf.leaf.written} is read here, before its sum is complete: move this line further down"
                judged.blame("order", says, place)

    def unmade(self, judged: Judged, slope: Slope, place: tuple[int, int]) -> None:
        """Blames a line that reads a gradient which is never assigned."""
        near = max(sorted(self.known), key=lambda name: likeness(slope.written, name.removeprefix("d")), default="")
        seed = self.expected.node(slope.key) == self.expected.reading.output
        if seed:
            judged.blame("seed", f"{slope.written} is never set; the pass begins with {slope.written} = 1", place)
        else:
            hint = f"; is {near} meant?" if near and likeness(slope.written, near[1:]) > 0.8 else ""
            judged.blame("missing-gradient", f"{slope.written} is read here and never computed{hint}", place)

    def bookkeeping(self, made: Account) -> None:
        """Blames a line that overwrites what was there, and one that adds to nothing."""
        brought: list[Atom] = []
        for position, judged in enumerate(made.lines):
            sign, target = judged.line.assignment.sign_place, judged.line.assignment.target
            plain = not judged.line.assignment.guarded
            late = judged.sets and brought and judged.right and judged.atoms and plain
            if late and not agrees_whole(judged, made):
                says = f"this overwrites what {target} already holds: a value used twice sums its branches, write +="
                judged.blame("overwrites", says, sign)
            if not judged.sets and not position and plain:
                forgotten = bool(made.rest)
                says = f"there is nothing in {target} to add to yet: the first line sets it, write ="
                if judged.line.assignment.spot is not None:
                    says = f"there is no {target} yet: begin with {target} = np.zeros_like({made.key})"
                if forgotten and judged.right:
                    says = f"{self.lacking(made)}; this line, the first of {target}, has nothing to add to"
                    judged.blame("branch-forgotten", says, sign)
                    made.rest = []
                else:
                    judged.blame("adds-to-nothing", says, sign)
            brought += judged.atoms

    def slip(self, made: Account, judged: Judged) -> None:
        """Blames a wrong line for the first slip of the catalogue that explains its numbers."""
        place = (judged.line.value.start, judged.line.value.end)
        wanted = made.rest or made.atoms
        seed = [atom for atom in made.atoms if atom.upstream is None]
        if all(map(is_zero, judged.change)) and shape(judged.change[0]) not in ((), shape(made.total[0])):
            judged.blame("shape", "", place)
            self.shapes(made, judged)
            return
        if seed and self.expected.node(made.key) == self.expected.reading.output:
            judged.blame("seed", self.seed(made.key), place)
        elif self.rounded(made, judged, wanted):
            judged.blame("rounded", "this number is rounded, or another one by a little: keep more digits", place)
        elif self.overwrites(judged, wanted):
            says = "this overwrites what the elements already hold: write +="
            judged.blame("overwrites", says, judged.line.assignment.sign_place)
        elif self.twice(made, judged):
            says = "this contribution is in the sum already; it is counted twice"
            judged.blame("counted-twice", says, (judged.line.assignment.start, judged.line.assignment.end))
        elif not self.unscaled(judged, wanted) and not self.of_another(made, judged, wanted):
            self.edited(made, judged, wanted)
        lost = [leaf for leaf in leaves(judged.line.value) if isinstance(leaf.leaf, Unknown)]
        if lost and not judged.cause and not judged.right:
            judged.blame("unknown-name", f"nothing is called {lost[0].leaf.name}", (lost[0].start, lost[0].end))
        if not judged.cause and not judged.right:
            judged.blame("local-derivative", self.rule(wanted), place)
        self.shapes(made, judged)
        self.settle(made, judged, wanted)

    def shapes(self, made: Account, judged: Judged) -> None:
        """Says of a blamed line that its shape is not that of its variable, or that there is none."""
        if judged.right or not self.expected.tape.has_arrays:
            return
        found, wanted = judged.change[0], shape(made.total[0])
        name = judged.line.assignment.target
        if isinstance(found, Misfit):
            said = found.why
        elif shape(found) != wanted:
            said = f"{name} has shape {written(shape(found))}; {made.key} has {written(wanted)}"
        else:
            return
        judged.cause = "shape" if judged.cause == "local-derivative" else judged.cause
        judged.says = f"{said}; {judged.says}" if judged.says else said

    def seed(self, key: str) -> str:
        upstream = self.expected.tape.upstream
        if upstream is not None:
            return f"the pass begins with the upstream gradient that was given, {number(upstream)}"
        return f"the seed is 1: the output moves with itself, so {key} has gradient 1"

    def settle(self, made: Account, judged: Judged, wanted: list[Atom]) -> None:
        """Takes the contribution that a wrong line was meant to bring off those that no line brings."""
        if not made.rest or judged.cause == "counted-twice":
            return
        others = [each for each in made.lines if not each.right and not each.atoms and each is not judged]
        upstream = {leaf.leaf.key for leaf in leaves(judged.line.value) if isinstance(leaf.leaf, Slope)}
        meant = [atom for atom in made.rest if self.expected.name(atom.source) in upstream] or made.rest
        taken = (meant[:1] if others else list(made.rest)) if not judged.atoms else []
        judged.atoms = judged.atoms or taken
        made.rest = [atom for atom in made.rest if not any(atom is each for each in judged.atoms)]

    def rounded(self, made: Account, judged: Judged, wanted: list[Atom]) -> bool:
        """Tells whether a plain number is nearly one that is wanted."""
        near = bool(judged.held) and any(same(judged.held[0], atom.value[0], CLOSE) for atom in wanted)
        return near and not self.twice(made, judged)

    def overwrites(self, judged: Judged, wanted: list[Atom]) -> bool:
        """Tells whether `x[0] = g` would be right as `x[0] += g`."""
        spot = judged.line.assignment.spot
        if spot is None or spot.key is None or judged.line.assignment.adds:
            return False
        term = judged.line.value
        alone = spot.alone(term.args[1], shape(judged.before[0]))
        found = self.expected.vector(alone, (judged.line.key, judged.before))
        judged.atoms = [atom for atom in wanted if agree(found, atom.value, self.tolerance)][:1]
        return bool(judged.atoms)

    def twice(self, made: Account, judged: Judged) -> bool:
        brought = [atom for each in made.lines if each is not judged and each.right for atom in each.atoms]
        return any(agree(judged.change, atom.value, self.tolerance) for atom in brought)

    def unscaled(self, judged: Judged, wanted: list[Atom]) -> bool:
        """Blames a line that hands the upstream gradient on as it is, where its gate scales it."""
        term, _ = core(judged.line)
        leaf = term.leaf
        for atom in wanted:
            if shape(judged.change[0]) != shape(atom.value[0]):
                continue
            if isinstance(leaf, Slope) and leaf.key == self.expected.name(atom.source) and term.op is None:
                place = (judged.line.value.start, judged.line.value.end)
                node = self.expected.tape.nodes[atom.source]
                cause = "mask-forgotten" if node.op.switch is not None and node.shape else "local-forgotten"
                judged.blame(cause, f"the local derivative is missing: {self.rule([atom])}", place)
                judged.atoms = [atom]
                return True
        return False

    def of_another(self, made: Account, judged: Judged, wanted: list[Atom]) -> bool:
        """Blames a line that brings what belongs to another operand of the same stage: operands swapped."""
        tape = self.expected.tape
        if any(agree([-each for each in judged.change], atom.value, self.tolerance) for atom in wanted):
            return False
        for atom in wanted:
            if summable(shape(judged.change[0]), shape(atom.value[0])):
                continue
            for arg in dict.fromkeys(tape.nodes[atom.source].args):
                name = self.expected.name(arg)
                if not name or name == made.key:
                    continue
                others = [a for option in self.expected.options(name) for a in option if a.source == atom.source]
                if any(agree(judged.change, other.value, self.tolerance) for other in others):
                    stage = self.expected.name(atom.source)
                    says = f"this is what {stage} hands back to {name}; {made.key} gets the other operand's share"
                    judged.blame("swapped", says, (judged.line.value.start, judged.line.value.end))
                    judged.atoms = [atom]
                    return True
        return False

    def edited(self, made: Account, judged: Judged, wanted: list[Atom]) -> None:
        goals = [atom.value for atom in wanted]
        if len(wanted) > 1:
            goals.append(summed(goals, self.expected.zero(made.key)))
        shift = judged.before if not judged.sets and not judged.line.assignment.adds else None
        if shift:
            goals = [tuple(map(plus, goal, shift)) for goal in goals]
        running, shapes = (made.key, judged.before), {shape(goal[0]) for goal in goals}
        first = partial(self.expected.look, k=0, running=running)
        last = self.expected.count - 1
        inner, around = core(judged.line)
        most = min(BUDGET, self.spent + BUDGET // SHARE) if self.expected.tape.has_arrays else BUDGET
        for edit in Edits(inner, made.key, wanted, self.expected, self.place_shape(made, judged)).all():
            mended = around(edit.term)
            weight = self.weight(mended)
            if weight > LIGHT and shape_of(mended, first) not in shapes:
                self.spent += mended.size
                continue
            self.spent += mended.size * weight
            if self.spent > most:
                return
            found = value(mended, lambda leaf: self.expected.look(leaf, last, running))
            hopeful = [i for i, goal in enumerate(goals) if same(found, goal[last], self.tolerance)]
            if not hopeful:
                continue
            vector = self.expected.vector(mended, running)
            for i in hopeful:
                if agree(vector, goals[i], self.tolerance):
                    judged.atoms = wanted[i : i + 1] or list(wanted)
                    if edit.cause == "typo":
                        judged.right, judged.noted = True, f"{unknown(judged)} is probably a misspelling: {edit.says}"
                        judged.place, judged.line.value = edit.place, mended
                        return
                    judged.blame(edit.cause, self.with_rule(edit.cause, edit.says, judged.atoms), edit.place)
                    return

    def weight(self, term: Term) -> float:
        """Returns what a term costs for each of its parts: more than 1 where arrays are large."""
        if not self.expected.tape.has_arrays:
            return 1
        values = [self.expected.look(leaf.leaf, 0) for leaf in leaves(term)]
        return 1 + elements(values) / ELEMENTS

    def place_shape(self, made: Account, judged: Judged) -> Shape:
        """Returns the shape that the expression of a line ought to have: that of the elements it is assigned to."""
        spot, whole = judged.line.assignment.spot, shape(made.total[0])
        if spot is None or spot.key is None:
            return whole
        return shape(computed(indexed(spot.key), [made.total[0]]))

    def with_rule(self, cause: str, says: str, atoms: list[Atom]) -> str:
        rule = self.rule(atoms) if cause in ("derivative", "function", "wrong-value", "extra-factor") else ""
        return f"{says}; {rule}" if rule else says

    def rule(self, atoms: Sequence[Atom]) -> str:
        """Returns what the line ought to be, from the record of the gate: `upstream · local`."""
        said = []
        for atom in atoms[:2]:
            handed = self.expected.handed(atom)
            if handed:
                said.append(f"{self.expected.name(atom.source)} hands back {handed}")
        return " and ".join(said) or "the local derivative is another one"

    def forgotten(self, made: Account) -> None:
        """Blames the last line of a gradient that lacks a contribution."""
        if made.rest and made.lines and not any(each.cause == "local-derivative" for each in made.lines):
            judged = made.lines[-1]
            judged.blame("branch-forgotten", self.lacking(made), judged.line.assignment.target_place)

    def lacking(self, made: Account) -> str:
        sources = dict.fromkeys(self.expected.name(atom.source) for atom in made.rest)
        return f"{made.key} is used by {', '.join(sources)}, too, and what that hands back is not in the sum"


def agrees_whole(judged: Judged, made: Account) -> bool:
    return agree(judged.change, made.total, scale=made.scale)


def written(lengths: Shape) -> str:
    return listed(lengths) if lengths else "() (a single number)"


def core(line: Line) -> tuple[Term, Callable[[Term], Term]]:
    """Returns the expression of a line without the place that it is put in, and what puts another one there."""
    spot, term = line.assignment.spot, line.value
    if spot is None or spot.key is None or term.op is None:
        return term, lambda other: other
    slot = len(term.args) - 1
    return term.args[slot], lambda other: replaced(term, (slot,), other)


def summable(wide: Shape, narrow: Shape) -> bool:
    """Tells whether a gradient of one shape lacks but a sum to be one of the other."""
    return wide != narrow and narrows(wide, narrow)


def unknown(judged: Judged) -> str:
    return next((leaf.leaf.name for leaf in leaves(judged.line.value) if isinstance(leaf.leaf, Unknown)), "a name")
