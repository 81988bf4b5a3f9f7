"""A student's assignments understood: which are inputs, forward stages, gradients, or steps on the way to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from cgviz.grading.elements import Misfit, elements
from cgviz.grading.listing import Listing, UnreadableError
from cgviz.grading.near import agree
from cgviz.grading.spellings import Spellings
from cgviz.grading.statements import Assignment
from cgviz.grading.tape import Tape
from cgviz.grading.term import Term, leaves, renamed
from cgviz.graph.nodes import INPUT

LARGEST, MOST_WORK = 20_000, 200_000_000


class Value(NamedTuple):
    """A leaf that is a forward value."""

    index: int  # type: ignore[assignment]
    name: str


class Slope(NamedTuple):
    """A leaf that is the gradient of a forward name; `written` as the student spells it."""

    key: str
    written: str


class Unknown(NamedTuple):
    """A leaf whose name means nothing here."""

    name: str


@dataclass(eq=False)
class Line:
    """An assignment to the gradient of `key`, its value in terms of Value, Slope and Unknown; `begun` is the line of
    which it changes the gradient, before anything is made of that."""

    assignment: Assignment
    key: str
    value: Term
    typo: str = ""
    begun: Assignment | None = None


@dataclass(eq=False)
class Forward:
    """A forward stage of the student's: the node it became, and whether it is what the program computes."""

    assignment: Assignment
    index: int
    wrong: bool = False


@dataclass
class Reading:
    """What a listing means over a tape: `bound` are the student's forward names and their nodes."""

    tape: Tape
    made: list[Assignment]
    listing: Listing
    spell: Spellings = field(init=False)
    weight: int = field(init=False, default=1)
    bound: dict[str, int] = field(default_factory=dict)
    forward: list[Forward] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    temps: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.weight = elements([value[0] for value in self.tape.values])
        assigned = dict.fromkeys(each.target for each in self.made)
        output = self.tape.graph.nodes[self.tape.graph.output].name
        every = Spellings([*self.tape.names, *assigned], [output])
        self.read = {leaf.leaf for each in self.made for leaf in leaves(each.value)} | set(assigned)
        plain = [name for name in assigned if every.gradient(name) is None or self.is_forward(name)]
        self.spell = Spellings([*self.tape.names, *plain], [output])
        self.build(repair=False)
        if not agree(self.tape.values[self.output], self.tape.values[self.tape.graph.output]):
            self.build(repair=True)
        self.align()
        self.resolve()

    def is_forward(self, name: str) -> bool:
        """Tells whether a name that could be a gradient is the program's own name of a value."""
        if name not in self.tape.names:
            exact = name.startswith("d") and name[1:] in self.read
            return not exact and name.endswith("_") and name.rstrip("_") in self.tape.names
        return f"{name}_" not in self.read

    def gradient_key(self, name: str) -> str | None:
        return None if self.is_forward(name) else self.spell.gradient(name)

    def of_program(self, name: str) -> int | None:
        """Returns the program's node of a name, with or without underscores at its end."""
        found = self.tape.names.get(name)
        return self.tape.names.get(name.rstrip("_")) if found is None else found

    def build(self, repair: bool) -> None:
        """Adds the student's forward stages to the tape; with `repair`, wrong ones are the program's instead."""
        self.bound, self.forward, backward = {}, [], set[str]()
        for each in self.made:
            names = [leaf.leaf for leaf in leaves(each.value)]
            if self.gradient_key(each.target) or any(self.gradient_key(n) or n in backward for n in names):
                backward.add(each.target)
                continue
            node = self.of_program(each.target)
            is_input = node is not None and self.tape.nodes[node].op is INPUT
            if is_input and not names and each.target not in self.bound:
                self.bound[each.target] = node  # type: ignore[assignment]
                continue
            if any(self.find(name) is None for name in names):
                backward.add(each.target)
                continue
            value = each.value
            if each.adds:
                from cgviz.grading.term import applied
                from cgviz.ops.op import REGISTRY

                if self.find(each.target) is None:
                    continue
                value = applied(REGISTRY["add"], Term(each.target, None, (), *each.target_place), value)
            made = Forward(each, self.tape.stage(value, self.find_known))
            if (node is None or is_input) and isinstance(self.tape.values[made.index][0], Misfit):
                why = self.tape.values[made.index][0].why
                raise self.listing.refuse(f"{why}; Python would stop here", value.start, value.end)
            self.forward.append(made)
            self.bound[each.target] = made.index
            broken = isinstance(self.tape.values[made.index][0], Misfit)
            if (repair or broken) and node is not None and not is_input and not self.alike(made.index, node):
                made.wrong, self.bound[each.target] = True, node
        self.output = self.find_output(repair)

    def find(self, name: str) -> int | None:
        """Returns the node of a forward name: the student's own, else the program's."""
        if name in self.bound:
            return self.bound[name]
        known = self.spell.value(name)
        if known in self.bound:
            return self.bound[known]
        return self.of_program(known or name)

    def find_known(self, name: Any) -> int:
        found = self.find(name)
        assert found is not None
        return found

    def find_output(self, repair: bool) -> int:
        """Returns the student's own output: by its name, else the last stage of the same value; else the program's."""
        wanted = self.tape.graph.output
        if repair:
            last = self.forward[-1] if self.forward else None
            named = [each for each in self.forward if self.of_program(each.assignment.target) == wanted]
            if named and not any(each.wrong for each in self.forward):
                named[-1].wrong = True
            found = named[-1].index if named else last.index if last else wanted
            return found if agree(self.tape.values[found], self.tape.values[wanted]) else wanted
        own = [each.index for each in self.forward if self.of_program(each.assignment.target) == wanted]
        if own:
            return own[-1]
        alike = [e.index for e in self.forward if agree(self.tape.values[e.index], self.tape.values[wanted])]
        return alike[-1] if alike else wanted

    def align(self) -> None:
        """Lets names of stages that do not reach the output mean the program's of the same value, or a mere step."""
        reached = self.tape.reached(self.output)
        program = self.tape.reached(self.tape.graph.output)
        for name, index in list(self.bound.items()):
            if reached[index]:
                continue
            alike = [i for i in self.tape.graph.stages if program[i] and self.alike(i, index)]
            if alike and self.output == self.tape.graph.output:
                self.bound[name] = alike[0]
            elif self.of_program(name) is not None:
                self.bound[name] = self.of_program(name)  # type: ignore[assignment]
            else:
                self.temps.add(name)

    def alike(self, one: int, two: int) -> bool:
        a, b = self.tape.values[one], self.tape.values[two]
        return not isinstance(a[0], Misfit) and not isinstance(b[0], Misfit) and agree(a, b)

    def resolve(self) -> None:
        """Reads the lines of the backward pass, steps on the way put in their places."""
        from cgviz.grading.inplace import InPlace

        steps: dict[str, Term] = {}
        in_place = InPlace(self)
        stages = {id(each.assignment): each for each in self.forward}
        used = {leaf.leaf for each in self.made for leaf in leaves(each.value)}
        typos = self.typos(used)
        for each in self.made:
            key = self.gradient_key(each.target) or typos.get(each.target)
            if key is None and (id(each) not in stages or each.target in self.temps):
                if self.bound.get(each.target) is not None and id(each) not in stages:
                    continue
                steps[each.target] = self.read_in(each.value, steps)
            elif key is not None and each.spot is not None:
                self.lines.append(in_place.spotted(each, self.moved.get(each.target, key), steps))
            elif key is not None and in_place.rescales(each):
                self.lines.append(in_place.changed(each, self.moved.get(each.target, key), steps))
            elif key is not None:
                self.moved.pop(each.target, None)
                value = self.read_in(each.value, steps)
                self.lines.append(Line(each, key, value, each.target if each.target in typos else ""))

    def node(self, key: str) -> int:
        """Returns the node of a forward name; of an input that is assigned anew, the input."""
        known = self.of_program(key)
        return known if known is not None and known in self.tape.graph.inputs else self.find_known(key)

    def typos(self, used: set[Any]) -> dict[str, str]:
        """Returns, for a name that is assigned and never read, the gradient of which it is probably a misspelling:
        one that is read, or wanted, and never assigned."""
        keys = {self.gradient_key(each.target) for each in self.made}
        wanted = dict.fromkeys(key for name in used if (key := self.gradient_key(name)) and key not in keys)
        for node in self.tape.graph.inputs:
            name = self.tape.graph.nodes[node].name
            if name not in keys:
                wanted[name] = None
        found: dict[str, str] = {}
        for each in self.made:
            name = each.target
            if name in used or self.gradient_key(name) or self.of_program(name) is not None:
                continue
            if name in self.bound and name not in self.temps:
                continue
            near = max(wanted, key=lambda key: likeness(name, key), default=None)
            if near is not None and likeness(name, near) >= 0.7:
                found[name] = near
        return found

    def read_in(self, term: Term, steps: dict[str, Term]) -> Term:
        change = self.change(steps)
        made = renamed(term, change)
        if made.size > LARGEST or made.size * self.weight > MOST_WORK:
            raise UnreadableError("an expression is too large once its steps are put together")
        return made

    def change(self, steps: dict[str, Term]) -> Callable[[Term], Term]:
        def changed(leaf: Term) -> Term:
            name = leaf.leaf
            if name in steps:
                return steps[name]
            key = self.moved.get(name) or self.gradient_key(name)
            if key is not None:
                made: Any = Slope(key, name)
            else:
                index = self.find(name)
                made = Unknown(name) if index is None else Value(index, name)
            return Term(made, None, (), leaf.start, leaf.end)

        return changed


def likeness(name: str, key: str) -> float:
    """Returns how much a name looks like the gradient of `key`, 0 to 1."""
    return SequenceMatcher(None, name[:60], f"d{key}"[:60]).ratio()
