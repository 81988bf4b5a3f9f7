"""The student's pass as it runs, beside the right one: verdicts on lines and gradients, and what follows from what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from cgviz.errors import EvaluationError
from cgviz.grading.elements import plus
from cgviz.grading.expected import Expected
from cgviz.grading.listing import Listing
from cgviz.grading.matching import Account, Judged, summed
from cgviz.grading.near import CLOSE_WORD, MISSING_WORD, RIGHT_WORD, WRONG_WORD, agree, band, same
from cgviz.grading.reading import Slope
from cgviz.grading.report import Grade, GradientVerdict, LineVerdict
from cgviz.grading.tape import Vector
from cgviz.grading.term import leaves, value
from cgviz.runs.run import Run
from cgviz.text.numbers import number
from cgviz.values.arrays import Value as Number


def verdicts(
    run: Run,
    listing: Listing,
    expected: Expected,
    accounts: dict[str, Account],
    tolerance: float,
    data: Collection[str],
    given: Mapping[str, Number],
) -> Grade:
    """Returns the grade; the gradients of inputs that are `data` may be missing. `given` are the file's own inputs.

    Raises EvaluationError where there is no backward pass to be graded.
    """
    replay = Replay(listing, expected, accounts, tolerance)
    wrong = [forward_mistake(listing, expected, each) for each in expected.reading.forward if each.wrong]
    if not accounts and not wrong:
        raise EvaluationError("there is no gradient in this file: a line such as dx = ... names one")
    lines = sorted([*wrong, *replay.lines()], key=lambda each: (each.line, each.start))
    return Grade(listing, tuple(lines), tuple(replay.gradients(data)), tuple(notes(run, expected, accounts, given)))


class Replay:
    """The student's lines one after the other, at every point; `blamed` is the line whose mistake a number carries."""

    def __init__(self, listing: Listing, expected: Expected, accounts: dict[str, Account], tolerance: float) -> None:
        self.listing, self.expected, self.accounts, self.tolerance = listing, expected, accounts, tolerance
        self.now: dict[str, Vector] = {}
        self.blamed: dict[str, int | None] = {}
        self.due: dict[str, Vector] = {}

    def lines(self) -> list[LineVerdict]:
        every = sorted((each for made in self.accounts.values() for each in made.lines), key=lambda each: each.number)
        return [self.line(judged) for judged in every]

    def line(self, judged: Judged) -> LineVerdict:
        assignment, key = judged.line.assignment, judged.line.key
        number_of = self.number_of(judged)
        before = self.now.get(key, self.expected.zero(key))
        points = range(self.expected.count)
        found = judged.held or tuple(value(judged.line.value, partial(self.look, k=k)) for k in points)
        after = tuple(map(plus, before, found)) if assignment.adds else found
        self.now[key] = after
        ours = self.ours(judged)
        agrees = agree(after, ours, self.tolerance, self.accounts[key].scale)
        follows = None
        if not judged.right:
            self.blamed[key] = number_of
        elif not agrees:
            follows = self.blamed[key] = self.earlier(judged)
        elif judged.sets:
            self.blamed.pop(key, None)
        verdict = RIGHT_WORD if agrees else self.band(after, ours, self.accounts[key].scale)
        if not judged.right and verdict == RIGHT_WORD:
            verdict = WRONG_WORD
        if agrees and not same(after[0], ours[0], self.tolerance, self.accounts[key].scale[0]):
            judged.noted = judged.noted or "another convention at the tie or kink, as good as ours"
        start, end = judged.place if judged.place[1] else (assignment.start, assignment.end)
        every = [assignment] if judged.line.begun is None else [judged.line.begun, assignment]
        code = "; ".join(self.listing.text[each.start : each.end] for each in every)
        return LineVerdict(
            line=number_of,
            where=self.listing.where(number_of),
            code=" ".join(code.split()),
            gradient=key,
            theirs=after[0],
            ours=ours[0],
            verdict=verdict,
            follows=follows,
            cause=judged.cause,
            says=judged.says,
            note=judged.noted,
            start=start,
            end=end,
        )

    def number_of(self, judged: Judged) -> int:
        """Returns the number of a line; of one that was begun earlier, that of the part in which the culprit stands."""
        begun, own = judged.line.begun, judged.line.assignment
        at, known = judged.place
        if known and not own.start <= at < own.end:
            return self.listing.line_of(begun.start if begun is not None and begun.start <= at < begun.end else at)
        return self.listing.line_of(own.start)

    def band(self, theirs: Vector, ours: Vector, scale: Vector) -> str:
        """Returns close where every number is nearly right, wrong where one is not."""
        bands = [band(a, b, self.tolerance, s) for a, b, s in zip(theirs, ours, scale, strict=True)]
        return WRONG_WORD if WRONG_WORD in bands else CLOSE_WORD

    def ours(self, judged: Judged) -> Vector:
        """Returns the gradient as it ought to be after a line: the sum of the contributions so far."""
        made = self.accounts[judged.line.key]
        before = self.due.get(judged.line.key, self.expected.zero(judged.line.key))
        self.due[judged.line.key] = summed([before, *(atom.value for atom in judged.atoms)], before)
        if judged is made.lines[-1]:
            return made.total
        return self.due[judged.line.key]

    def earlier(self, judged: Judged) -> int | None:
        """Returns the first line whose mistake a right line's number carries."""
        keys = [leaf.leaf.key for leaf in leaves(judged.line.value) if isinstance(leaf.leaf, Slope)]
        found = [self.blamed[key] for key in [*keys, judged.line.key] if key in self.blamed]
        return min((line for line in found if line is not None), default=None)

    def look(self, leaf: Any, k: int) -> Number:
        if isinstance(leaf, Slope) and leaf.key in self.now:
            return self.now[leaf.key][k]
        if isinstance(leaf, Slope) and leaf.key in self.accounts:
            return self.expected.zero(leaf.key)[k]
        return self.expected.look(leaf, k)

    def gradients(self, data: Collection[str]) -> list[GradientVerdict]:
        """Returns the verdict on every gradient that counts: inputs, and the stages that the student speaks of."""
        tape, found = self.expected.tape, dict.fromkeys(self.accounts)
        for index in tape.graph.inputs:
            name = tape.graph.nodes[index].name
            known = {self.expected.node(key) for key in found}
            asked = name not in data and not self.is_length(name)
            if self.expected.reached[0][index] and index not in known and asked:
                found[name] = None
        for made in self.accounts.values():
            for judged in made.lines:
                for leaf in leaves(judged.line.value):
                    if isinstance(leaf.leaf, Slope) and judged.cause in ("missing-gradient", "seed"):
                        found[leaf.leaf.key] = None
        return [self.gradient(key) for key in found]

    def is_length(self, name: str) -> bool:
        """Tells whether an input is the length of an array to the student: `n = len(y)`."""
        bound = self.expected.reading.bound.get(name)
        return bound is not None and self.expected.tape.nodes[bound].op.name in ("length", "size")

    def gradient(self, key: str) -> GradientVerdict:
        ours = self.expected.gradient(key) or (0.0,) * self.expected.count
        made, theirs = self.accounts.get(key), self.now.get(key)
        if made is None or theirs is None:
            return GradientVerdict(key, None, ours[0], MISSING_WORD, None, False)
        own = all(each.right for each in made.lines)
        agrees = agree(theirs, made.total, self.tolerance, made.scale)
        verdict = RIGHT_WORD if agrees and own else self.band(theirs, made.total, made.scale)
        if not own and agrees:
            verdict = WRONG_WORD
        return GradientVerdict(
            key, theirs[0], made.total[0], verdict, None if agrees or not own else self.blamed.get(key), own
        )


def forward_mistake(listing: Listing, expected: Expected, each: Any) -> LineVerdict:
    """Returns the verdict on a forward stage that is not what the program computes."""
    assignment, tape = each.assignment, expected.tape
    index = expected.reading.of_program(assignment.target)
    assert index is not None
    line = listing.line_of(assignment.start)
    formula = tape.graph.formula(index).text
    return LineVerdict(
        line=line,
        where=listing.where(line),
        code=" ".join(listing.text[assignment.start : assignment.end].split()),
        gradient=assignment.target,
        theirs=tape.values[each.index][0],
        ours=tape.values[index][0],
        verdict=WRONG_WORD,
        cause="forward",
        says=f"the program computes {assignment.target} = {formula}; what follows is graded with that",
        start=assignment.value.start,
        end=assignment.value.end,
    )


def notes(run: Run, expected: Expected, accounts: dict[str, Account], given: Mapping[str, Number]) -> list[str]:
    """Returns facts about the whole listing: stages that it leaves out or has of its own, other inputs."""
    tape, reading, found = expected.tape, expected.reading, []
    nodes = {expected.node(key) for key in accounts}
    reached = tape.reached(tape.graph.output)
    every = [judged.line.value for made in accounts.values() for judged in made.lines]
    known = {*accounts, *(leaf.leaf.key for term in every for leaf in leaves(term) if isinstance(leaf.leaf, Slope))}
    stages = [i for i in tape.graph.stages if reached[i] and i != tape.graph.output]
    left_out = [tape.graph.nodes[i].name for i in stages if i not in nodes and tape.graph.nodes[i].name not in known]
    if left_out and reading.output == tape.graph.output:
        found.append(f"not graded, since the file goes on without them: {listed(left_out)}")
    elif left_out:
        found.append(f"the file has stages of its own; those of the program that it does without: {listed(left_out)}")
    if run.inputs is not None:
        other = [name for name, held in given.items() if not same(held, run.inputs[name], 0.0)]
        if other:
            at = ", ".join(f"{name} = {number(run.inputs[name])}" for name in other[:6])
            found.append(f"graded at {at}, not at the file's own numbers")
    return found


def listed(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
