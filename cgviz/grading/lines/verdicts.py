"""The student's pass as it runs, beside the right one: verdicts on lines and gradients, and what follows from what."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any

from cgviz.grading.attempts import OLD
from cgviz.grading.elements import Misfit, plus
from cgviz.grading.lines.accounts import Account, summed
from cgviz.grading.lines.reading import Line, Pass, fresh, number
from cgviz.grading.lines.systems import Vector
from cgviz.grading.lines.walk import CrookedError
from cgviz.grading.near import CLOSE_WORD, MISSING_WORD, RIGHT_WORD, WRONG_WORD, agree, band, same
from cgviz.grading.places import code_at, verdict_at
from cgviz.grading.report import Grade, GradientVerdict, LineVerdict
from cgviz.text.numbers import number as written
from cgviz.values.arrays import Value


def verdicts(
    made: Pass, data: Collection[str], accounts: dict[str, Account], tolerance: float, given: Mapping[str, Value]
) -> Grade:
    """Returns the grade. `given` are the file's own inputs. Raises CrookedError where there is no backward pass."""
    replay = Replay(made, accounts, tolerance)
    wrong = [forward_mistake(made, name) for name in made.stages.wrong]
    if not accounts and not wrong:
        raise CrookedError
    lines = sorted([*wrong, *replay.lines()], key=lambda each: (each.line, each.start))
    gradients = replay.gradients(data)
    return Grade(made.listing, tuple(lines), tuple(gradients), tuple(notes(made, accounts, given)))


class Replay:
    """The student's own numbers after every line; `blamed` is the line whose mistake a gradient carries."""

    def __init__(self, made: Pass, accounts: dict[str, Account], tolerance: float) -> None:
        self.made, self.stages, self.accounts, self.tolerance = made, made.stages, accounts, tolerance
        self.frames = [made.frame(k) for k in range(len(made.points))]
        self.now: dict[str, Vector] = {}
        self.blamed: dict[str, int | None] = {}
        self.due: dict[str, Vector] = {}

    def lines(self) -> list[LineVerdict]:
        every = {id(step.node): line for line in self.made.lines for step in line.steps}
        last = {id(line.node): line for line in self.made.lines}
        nodes = [step for line in self.made.lines for step in line.steps]
        mended = dict(zip([id(n) for line in self.made.lines for n in line.origin], nodes, strict=True))
        found = []
        for step in self.made.walk.steps(self.frames[0]):
            step = mended.get(id(step.node), step)
            line = every.get(id(step.node))
            after = tuple(self.after(step, line, k) for k in range(len(self.frames)))
            if id(step.node) in last and line is not None:
                self.now[line.key] = after
                found.append(self.line(line, after))
        return found

    def after(self, step: Any, line: Line | None, k: int) -> Value:
        """Runs a statement on the student's own numbers; returns what it assigns."""
        frame = self.frames[k]
        names = frame.names
        for name, key in line.slopes.items() if line is not None else ():
            if key in self.now:
                if name not in names or name != self.accounts[key].lines[0].target:
                    names[name] = fresh(self.now[key][k])
            elif key != line.key:  # type: ignore[union-attr]
                of = self.stages.zero(key) if key in self.accounts else self.stages.gradient(key)
                names[name] = fresh((of or ())[k])
        if line is not None and step.target not in names and not line.sets:
            names[step.target] = self.stages.zero(line.key)[k]
        node: Any = step.node
        try:
            if line is not None and line.stands and line.sets:
                names[step.target] = line.stands[k]
            elif line is not None and line.adds and isinstance(node, ast.AugAssign) and line.mask is None:
                value = line.stands[k] if line.stands else number(self.made.walk.run(node.value, frame))
                sign = -1 if isinstance(node.op, ast.Sub) and not line.stands else 1
                names[step.target] = plus(number(names[step.target]), sign * value)
            else:
                self.made.walk.run(node, frame)
                self.stages.repair(step, names, k)
            return fresh(number(names[step.target])) if line is not None else 0.0
        except CrookedError:
            raise
        except Exception as error:
            made = Misfit(str(error))
            for name in step.assigned if line is not None else ():
                names[name] = made
            return made

    def line(self, line: Line, after: Vector) -> LineVerdict:
        account, ours = self.accounts[line.key], self.ours(line)
        agrees = agree(after, ours, self.tolerance, account.scale)
        follows = None
        if not line.right:
            self.blamed[line.key] = self.number_of(line)
        elif not agrees:
            follows = self.blamed[line.key] = self.earlier(line)
        elif line.sets:
            self.blamed.pop(line.key, None)
        verdict = RIGHT_WORD if agrees else self.band(after, ours, account.scale)
        if not line.right and verdict == RIGHT_WORD:
            verdict = WRONG_WORD
        if agrees and not same(after[0], ours[0], self.tolerance, account.scale[0]):
            line.noted = line.noted or "another convention at the tie or kink, as good as ours"
        code = "; ".join(dict.fromkeys(code_at(self.made.listing, node) for node in line.origin))
        at = line.place if line.place[1] else self.made.spot(line.node)
        return verdict_at(
            self.made.listing, line.origin[-1], at, line=self.number_of(line), code=code, gradient=line.key,
            theirs=after[0], ours=ours[0], verdict=verdict, follows=follows, cause=line.cause, says=line.says,
            note=line.noted,
        )  # fmt: skip

    def number_of(self, line: Line) -> int:
        """Returns the number of a line; of one that was begun earlier, that of the part in which the culprit stands."""
        at, known = line.place
        inside = (node for node in line.origin if known and self.made.spot(node)[0] <= at < self.made.spot(node)[1])
        return next(inside, line.origin[-1]).lineno

    def band(self, theirs: Vector, ours: Vector, scale: Vector) -> str:
        """Returns close where every number is nearly right, wrong where one is not."""
        bands = [band(a, b, self.tolerance, s) for a, b, s in zip(theirs, ours, scale, strict=True)]
        return WRONG_WORD if WRONG_WORD in bands else CLOSE_WORD

    def ours(self, line: Line) -> Vector:
        """Returns the gradient as it ought to be after a line: the sum of the contributions so far."""
        account = self.accounts[line.key]
        before = self.due.get(line.key, self.stages.zero(line.key))
        self.due[line.key] = summed([before, *(atom.value for atom in line.atoms)], before)
        return account.total if line is account.lines[-1] else self.due[line.key]

    def earlier(self, line: Line) -> int | None:
        """Returns the first line whose mistake a right line's number carries."""
        found = [self.blamed[key] for key in [*line.slopes.values(), line.key] if key in self.blamed]
        return min((number for number in found if number is not None), default=None)

    def gradients(self, data: Collection[str]) -> list[GradientVerdict]:
        """Returns the verdict on every gradient that counts: inputs, and the stages that the student speaks of."""
        found, graph = dict.fromkeys(self.accounts), self.stages.run.graph
        met = {place for key in found for place in self.stages.places(key)}
        for index in graph.inputs:
            name = graph.nodes[index].name
            asked = name not in data and graph.reached[index] and not self.is_length(name)
            if asked and not met & set(self.stages.places(name)):
                found[name] = None
        for line in self.made.lines:
            if line.cause in ("missing-gradient", "seed"):
                found |= dict.fromkeys(line.slopes.values())
        return [self.gradient(key) for key in found]

    def is_length(self, name: str) -> bool:
        """Tells whether an input is the length of an array to the student: `n = len(y)`."""
        held = self.frames[0].names.get(name)
        return isinstance(held, int) and not isinstance(held, bool)

    def gradient(self, key: str) -> GradientVerdict:
        ours = self.stages.gradient(key) or (0.0,)
        account, theirs = self.accounts.get(key), self.now.get(key)
        if account is None or theirs is None:
            return GradientVerdict(key, None, ours[0], MISSING_WORD, None, False)
        own = all(each.right for each in account.lines)
        agrees = agree(theirs, account.total, self.tolerance, account.scale)
        verdict = RIGHT_WORD if agrees and own else self.band(theirs, account.total, account.scale)
        verdict = WRONG_WORD if agrees and not own else verdict
        follows = None if agrees or not own else self.blamed.get(key)
        return GradientVerdict(key, theirs[0], account.total[0], verdict, follows, own)


def forward_mistake(made: Pass, name: str) -> LineVerdict:
    """Returns the verdict on a forward stage that is not what the program computes."""
    step, theirs = made.stages.wrong[name]
    index = made.stages.known[made.names.value(name)]
    node: Any = step.node
    formula = made.stages.run.graph.formula(index).text
    return verdict_at(
        made.listing, node, made.spot(node.value), gradient=name, theirs=theirs[0],
        ours=made.stages.program.values[index][0], verdict=WRONG_WORD, cause="forward",
        says=f"the program computes {name} = {formula}; what follows is graded with that",
    )  # fmt: skip


def notes(made: Pass, accounts: dict[str, Account], given: Mapping[str, Value]) -> list[str]:
    """Returns facts about the whole listing: stages that it leaves out or has of its own, other inputs."""
    stages, found, graph = made.stages, [], made.stages.run.graph
    spoken = {*accounts, *(key for line in made.lines for key in line.slopes.values())}
    met = {index for key in spoken for system, index in stages.places(key) if system is stages.program}
    stand_by = [i for i in graph.stages if graph.reached[i] and i != graph.output and i not in met]
    left_out = [name for i in stand_by if (name := graph.nodes[i].name) and name not in spoken]
    if left_out and stages.own is None:
        found.append(f"not graded, since the file goes on without them: {listed(left_out)}")
    elif left_out:
        found.append(f"the file has stages of its own; those of the program that it does without: {listed(left_out)}")
    inputs = stages.run.inputs
    other = [name for name, held in given.items() if inputs is not None and not same(held, inputs[name], 0.0)]
    if other and inputs is not None:
        at = ", ".join(f"{name} = {written(inputs[name])}" for name in other[:6])
        found.append(f"graded at {at}, not at the file's own numbers")
    return [*found, OLD] if made.attempt.source.python2 else found


def listed(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
