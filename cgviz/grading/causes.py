"""Why a line is wrong: slips of bookkeeping (order, `=` for `+=`, a branch forgotten), else slips in its expression."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.grading.edits import Edits
from cgviz.grading.expected import Expected
from cgviz.grading.matching import Account, Judged, summed
from cgviz.grading.near import CLOSE, agree, same
from cgviz.grading.reading import Slope, Unknown, likeness
from cgviz.grading.tape import Atom
from cgviz.grading.term import leaves, value

BUDGET = 400_000


class Causes:
    """Blames lines; `accounts` are those of all gradients by name."""

    def __init__(self, accounts: dict[str, Account], expected: Expected, tolerance: float) -> None:
        self.accounts, self.expected, self.tolerance = accounts, expected, tolerance
        self.known = {each.line.assignment.target for made in accounts.values() for each in made.lines}
        self.spent = 0

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
        if seed and self.expected.node(made.key) == self.expected.reading.output:
            judged.blame("seed", f"the seed is 1: the output moves with itself, so {made.key} has gradient 1", place)
        elif judged.held and any(same(judged.held[0], atom.value[0], CLOSE) for atom in wanted):
            judged.blame("rounded", "this number is rounded, or another one by a little: keep more digits", place)
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
        self.settle(made, judged, wanted)

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

    def twice(self, made: Account, judged: Judged) -> bool:
        brought = [atom for each in made.lines if each is not judged and each.right for atom in each.atoms]
        return any(agree(judged.change, atom.value, self.tolerance) for atom in brought)

    def unscaled(self, judged: Judged, wanted: list[Atom]) -> bool:
        """Blames a line that hands the upstream gradient on as it is, where its gate scales it."""
        leaf = judged.line.value.leaf
        for atom in wanted:
            if isinstance(leaf, Slope) and leaf.key == self.expected.name(atom.source) and judged.line.value.op is None:
                place = (judged.line.value.start, judged.line.value.end)
                judged.blame("local-forgotten", f"the local derivative is missing: {self.rule([atom])}", place)
                judged.atoms = [atom]
                return True
        return False

    def of_another(self, made: Account, judged: Judged, wanted: list[Atom]) -> bool:
        """Blames a line that brings what belongs to another operand of the same stage: operands swapped."""
        tape = self.expected.tape
        if any(agree([-each for each in judged.change], atom.value, self.tolerance) for atom in wanted):
            return False
        for atom in wanted:
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
            goals.append(summed(goals, (0.0,) * self.expected.count))
        shift = judged.before if not judged.sets and not judged.line.assignment.adds else None
        if shift:
            goals = [tuple(map(sum, zip(goal, shift, strict=True))) for goal in goals]
        running = (made.key, judged.before)
        last = self.expected.count - 1
        for edit in Edits(judged.line.value, made.key, wanted, self.expected).all():
            self.spent += edit.term.size
            if self.spent > BUDGET:
                return
            found = value(edit.term, lambda leaf: self.expected.look(leaf, last, running))
            hopeful = [i for i, goal in enumerate(goals) if same(found, goal[last], self.tolerance)]
            if not hopeful:
                continue
            vector = self.expected.vector(edit.term, running)
            for i in hopeful:
                if agree(vector, goals[i], self.tolerance):
                    judged.atoms = wanted[i : i + 1] or list(wanted)
                    if edit.cause == "typo":
                        judged.right, judged.noted = True, f"{unknown(judged)} is probably a misspelling: {edit.says}"
                        judged.place, judged.line.value = edit.place, edit.term
                        return
                    judged.blame(edit.cause, self.with_rule(edit.cause, edit.says, judged.atoms), edit.place)
                    return

    def with_rule(self, cause: str, says: str, atoms: list[Atom]) -> str:
        rule = self.rule(atoms) if cause in ("derivative", "function", "wrong-value", "extra-factor") else ""
        return f"{says}; {rule}" if rule else says

    def rule(self, atoms: Sequence[Atom]) -> str:
        """Returns what the line ought to be, from the record of the gate: `upstream · local`."""
        said = []
        for atom in atoms[:2]:
            local = self.expected.local(atom)
            if local:
                said.append(
                    f"{self.expected.name(atom.source)} hands back d{self.expected.name(atom.source)} * {local}"
                )
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


def unknown(judged: Judged) -> str:
    return next((leaf.leaf.name for leaf in leaves(judged.line.value) if isinstance(leaf.leaf, Unknown)), "a name")
