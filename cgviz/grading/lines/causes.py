"""Why a line is wrong: slips of bookkeeping (order, `=` for `+=`, a branch forgotten), else slips in its expression."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.grading.elements import Misfit, is_zero
from cgviz.grading.lines.accounts import Account
from cgviz.grading.lines.mends import Mends, narrows
from cgviz.grading.lines.names import likeness
from cgviz.grading.lines.reading import Line, Pass
from cgviz.grading.lines.systems import Atom
from cgviz.grading.lines.walk import target_of
from cgviz.grading.near import CLOSE, agree, same
from cgviz.grading.spellings import loose
from cgviz.ops.rearranging import listed
from cgviz.text.numbers import number
from cgviz.values.arrays import Shape, shape_of


class Causes:
    """Blames lines; `accounts` are those of all gradients by name."""

    def __init__(self, made: Pass, accounts: dict[str, Account], tolerance: float) -> None:
        self.made, self.stages, self.accounts, self.tolerance = made, made.stages, accounts, tolerance
        self.known = {line.target for each in accounts.values() for line in each.lines}
        self.mends = Mends(made, tolerance)

    def blame(self) -> None:
        for each in self.accounts.values():
            for line in each.lines:
                self.names(line)
                self.order(line)
            self.bookkeeping(each)
            for line in each.lines:
                if not line.right and not line.cause:
                    self.slip(each, line)
            self.forgotten(each)

    def names(self, line: Line) -> None:
        """Notes a name that is a misspelling: nothing of that name is known, and another name makes the line right."""
        if line.typo:
            line.noted = f"{line.target} is probably a misspelling of d{line.key}"
        for name, key in line.slopes.items():
            if name in self.known or key not in self.accounts or self.accounts[key].lines[0].typo:
                continue
            spelled = self.accounts[key].lines[0].target
            if loose(spelled) != loose(name):
                line.blame(
                    "unknown-name", f"{name} is never assigned: is {spelled} meant?", self.made.named(line, name)
                )
            else:
                line.noted = f"{name} is not assigned; {spelled} is meant"

    def order(self, line: Line) -> None:
        """Blames a line that reads a gradient before the backward pass has reached all of it."""
        for name, key in line.slopes.items():
            if key == line.key:
                continue
            place = self.made.named(line, name)
            if key not in self.accounts:
                self.unmade(line, name, key)
                continue
            lines = self.accounts[key].lines
            after = [each for each in lines if each.number > line.number]
            if len(after) == len(lines):
                says = f"{name} is read here, before its own line: go through the stages in reverse order"
                line.blame("order", says, place)
            elif after and not after[0].sets and after[0].atoms:
                says = f"{name} is read here, before its sum is complete: move this line further down"
                line.blame("order", says, place)

    def unmade(self, line: Line, name: str, key: str) -> None:
        """Blames a line that reads a gradient which is never assigned."""
        place = self.made.named(line, name)
        near = max(sorted(self.known), key=lambda other: likeness(name, other), default="")
        if self.stages.is_output(key):
            line.blame("seed", f"{name} is never set; the pass begins with {name} = 1", place)
        else:
            hint = f"; is {near} meant?" if near and likeness(name, near) > 0.8 else ""
            line.blame("missing-gradient", f"{name} is read here and never computed{hint}", place)

    def bookkeeping(self, made: Account) -> None:
        """Blames a line that overwrites what was there, and one that adds to nothing."""
        brought: list[Atom] = []
        for position, line in enumerate(made.lines):
            late = line.sets and brought and line.right and line.atoms and not line.guarded
            if late and not agree(line.change, made.total, scale=made.scale):
                says = (
                    f"this overwrites what {line.target} already holds: a value used twice sums its branches, write +="
                )
                line.blame("overwrites", says, self.made.sign(line))
            if not line.sets and not position and not line.guarded:
                self.adds_to_nothing(made, line)
            brought += line.atoms

    def adds_to_nothing(self, made: Account, line: Line) -> None:
        sign, target = self.made.sign(line), line.target
        if made.rest and line.right:
            says = f"{self.lacking(made)}; this line, the first of {target}, has nothing to add to"
            line.blame("branch-forgotten", says, sign)
            made.rest = []
            return
        says = f"there is nothing in {target} to add to yet: the first line sets it, write ="
        if line.mask is not None:
            says = f"there is no {target} yet: begin with {target} = np.zeros_like({made.key})"
        line.blame("adds-to-nothing", says, sign)

    def slip(self, made: Account, line: Line) -> None:
        """Blames a wrong line for the first slip of the catalogue that explains its numbers."""
        place, wanted = self.made.spot(line.value), made.rest or made.atoms
        whole = self.made.spot(line.node)
        if all(map(is_zero, line.change)) and (shape_of(line.change[0]) or ()) not in ((), shape_of(made.total[0])):
            line.blame("shape", "", place)
            self.shapes(made, line)
            return
        if any(atom.seed for atom in made.atoms) and self.stages.is_output(made.key):
            line.blame("seed", self.seed(made.key), place)
        elif (
            line.stands
            and any(same(line.stands[0], atom.value[0], CLOSE) for atom in wanted)
            and not self.twice(made, line)
        ):
            line.blame("rounded", "this number is rounded, or another one by a little: keep more digits", place)
        elif self.twice(made, line):
            line.blame("counted-twice", "this contribution is in the sum already; it is counted twice", whole)
        elif not self.unscaled(line, wanted) and not self.of_another(made, line, wanted):
            self.mends.mend(made, line, wanted, self.rule)
        if line.lost and not line.cause and not line.right:
            line.blame("unknown-name", f"nothing is called {line.lost[0]}", self.made.named(line, line.lost[0]))
        if not line.cause and not line.right:
            line.blame("local-derivative", self.rule(wanted), place)
        self.shapes(made, line)
        self.settle(made, line)

    def shapes(self, made: Account, line: Line) -> None:
        """Says of a blamed line that its shape is not that of its variable, or that there is none."""
        found, wanted = line.change[0], shape_of(made.total[0]) or ()
        if line.right or line.lost or not (self.stages.has_arrays or isinstance(found, Misfit)):
            return
        if isinstance(found, Misfit):
            said = found.why
        elif (shape_of(found) or ()) != wanted:
            said = f"{line.target} has shape {written(shape_of(found) or ())}; {made.key} has {written(wanted)}"
        else:
            return
        line.cause = "shape" if line.cause == "local-derivative" else line.cause
        line.says = f"{said}; {line.says}" if line.says else said

    def seed(self, key: str) -> str:
        upstream = self.stages.run.upstream
        if upstream is not None:
            return f"the pass begins with the upstream gradient that was given, {number(upstream)}"
        return f"the seed is 1: the output moves with itself, so {key} has gradient 1"

    def settle(self, made: Account, line: Line) -> None:
        """Takes the contribution that a wrong line was meant to bring off those that no line brings."""
        if not made.rest or line.cause == "counted-twice":
            return
        others = [each for each in made.lines if not each.right and not each.atoms and each is not line]
        upstream = set(line.slopes.values())
        meant = [atom for atom in made.rest if atom.name in upstream] or made.rest
        line.atoms = line.atoms or (meant[:1] if others else list(made.rest))
        made.rest = [atom for atom in made.rest if not any(atom is each for each in line.atoms)]

    def twice(self, made: Account, line: Line) -> bool:
        brought = [atom for each in made.lines if each is not line and each.right for atom in each.atoms]
        return any(agree(line.change, atom.value, self.tolerance) for atom in brought)

    def unscaled(self, line: Line, wanted: list[Atom]) -> bool:
        """Blames a line that hands the upstream gradient on as it is, where its gate scales it."""
        for atom in wanted:
            if shape_of(line.change[0]) == shape_of(atom.value[0]) and line.handed and line.handed == atom.name:
                node = atom.system.nodes[atom.source]
                cause = "mask-forgotten" if node.op.switch is not None and node.shape else "local-forgotten"
                says = f"the local derivative is missing: {self.rule([atom])}"
                line.blame(cause, says, self.made.spot(line.value))
                line.atoms = [atom]
                return True
        return False

    def of_another(self, made: Account, line: Line, wanted: list[Atom]) -> bool:
        """Blames a line that brings what belongs to another operand of the same stage: operands swapped."""
        if any(agree([-each for each in line.change], atom.value, self.tolerance) for atom in wanted):
            return False
        for atom in wanted:
            if summable(shape_of(line.change[0]) or (), shape_of(atom.value[0]) or ()):
                continue
            for arg in dict.fromkeys(atom.system.nodes[atom.source].args):
                name = atom.system.name(arg)
                others = [each for each in atom.system.atoms[arg] if each.source == atom.source]
                if (
                    not name
                    or name == made.key
                    or not any(agree(line.change, other.value, self.tolerance) for other in others)
                ):
                    continue
                says = f"this is what {atom.name} hands back to {name}; {made.key} gets the other operand's share"
                line.blame("swapped", says, self.made.spot(line.value))
                line.atoms = [atom]
                return True
        return False

    def rule(self, atoms: Sequence[Atom]) -> str:
        """Returns what the line ought to be, from the record of the gate: `upstream · local`."""
        said = [f"{atom.name} hands back {handed}" for atom in atoms[:2] if (handed := atom.system.rule(atom))]
        return " and ".join(said) or "the local derivative is another one"

    def forgotten(self, made: Account) -> None:
        """Blames the last line of a gradient that lacks a contribution."""
        if made.rest and made.lines and not any(each.cause == "local-derivative" for each in made.lines):
            last = made.lines[-1]
            last.blame("branch-forgotten", self.lacking(made), self.made.spot(target_of(last.node)))

    def lacking(self, made: Account) -> str:
        sources = dict.fromkeys(atom.name for atom in made.rest)
        return f"{made.key} is used by {', '.join(sources)}, too, and what that hands back is not in the sum"


def written(lengths: Shape) -> str:
    return listed(lengths) if lengths else "() (a single number)"


def summable(wide: Shape, narrow: Shape) -> bool:
    """Tells whether a gradient of one shape lacks but a sum to be one of the other."""
    return wide != narrow and narrows(wide, narrow)
