"""The first wrong line of a file that the interpreter runs: one statement after the other is mended and run again.

Which statements come first is told by signposts: gradients on the way whose right values are known, from the program's
stages, or from differences of the student's own forward pass. A mend counts that makes every wrong gradient right, and
no right one wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from time import process_time
from typing import Any

from cgviz.grading.attempts import Attempt, Outcome, targets
from cgviz.grading.blames import Blame, blame_at, blame_of, blames
from cgviz.grading.ends import Ends, judged, room, scale
from cgviz.grading.exercise import Exercise
from cgviz.grading.foresight import ASTRAY, RUN_IT, Foresight, Visits
from cgviz.grading.halfway import Begins
from cgviz.grading.interpreter.objects import Frame
from cgviz.grading.near import RIGHT_WORD
from cgviz.grading.signposts import Signposts
from cgviz.grading.slips import copies, slips
from cgviz.grading.slips.place import Slip
from cgviz.grading.surroundings import Surroundings
from cgviz.grading.suspects import Suspects
from cgviz.grading.truth import Truth, number_of

MOST_RUNS, MOST_STEPS = 2500, 400_000
MOST_SECONDS = 5.0  # a guard on slow machines; the other bounds come first
FORWARD, BACKWARD = ("branch-forgotten", "input-for-output"), ("shape", "upstream-forgotten")
STANDING = (*FORWARD, *BACKWARD)  # causes for which another line may be as good: see `standing`


@dataclass(frozen=True)
class Mend:
    """A slip that, undone, makes gradients right; `rank` is where its statement was tried.

    `bad` signposts are wrong with it, `off` are right but for a factor.
    """

    slip: Slip
    tier: int
    rank: int
    bad: int
    off: int
    right: frozenset[str]


def blamed(attempt: Attempt, exercise: Exercise, right: Truth, got: Ends) -> Blame | None:
    """Returns the first wrong line of a file; None where there is none to be named."""
    return Search(attempt, exercise, right, got).blame()


class Search:
    """Tries the slips of the catalogue on one file."""

    def __init__(self, attempt: Attempt, exercise: Exercise, right: Truth, got: Ends) -> None:
        self.attempt, self.exercise, self.right, self.got = attempt, exercise, right, got
        self.machine = attempt.machine
        self.runs = self.steps = 0
        self.begun = process_time()
        self.kept: list[Any] = []
        self.sizes: dict[int, float] = {}
        self.astray: list[tuple[Slip, int, int]] = []
        self.machine.seen = visits = Visits()
        attempt.before = self.begins = Begins(visits, self.machine)
        base = attempt.run(right.points[0], events=True)
        self.machine.seen = attempt.before = None
        self.most = self.machine.steps * 3 + 2000
        self.around = Surroundings(attempt, exercise, got, visits.frames)
        self.posts = posts = Signposts(attempt, exercise, right, base)
        post = posts.posts.get(posts.name) if posts.is_sure else None
        self.foresight = Foresight(self.machine, visits, posts.event, post)

    def blame(self) -> Blame | None:
        listing, about = self.attempt.listing, next((name for name in self.got.verdicts if name in self.got.wrong), "")
        if self.got.outcome.stopped:
            node = self.machine.nodes.get(next(reversed(self.around.frames), 0))
            return blame_at(listing, node, "endless", "this does not come to an end", about) if node else None
        self.suspects = Suspects(self.around, self.posts, self.run)
        mend = self.best()
        if mend is not None:
            return blame_of(listing, mend.slip, self.got.outcome.failure, self.made_in(mend.slip.statement) or about)
        return next(filter(None, blames(self.suspects, self.got, about)), None)

    def made_in(self, node: ast.stmt | None) -> str:
        """Returns the wrong gradient that a statement makes, by the name of its target; "" where that tells none."""
        made = [self.attempt.spell(name) for name in targets(node)] if node is not None else []
        return next((name for name in made if name is not None and name in self.got.wrong), "")

    # the search

    def best(self) -> Mend | None:
        """Returns the mend that leaves the fewest signposts wrong, the likeliest first."""
        order, posted = self.suspects.order, self.foresight.post is not None
        self.places = {id(node): self.around.place(node, posted and node is self.suspects.first) for node in order}
        found: list[Mend] = []
        for rank, node in enumerate(order):
            for slip in copies(self.places[id(node)]):
                mend = self.tried(slip, 0, rank)
                if mend is not None and self.is_full(mend) and not mend.bad and not mend.off:
                    return mend
        for group, chosen in self.suspects.groups():
            good = [each for each in found if self.is_full(each) and not each.bad]
            if group is None and any(map(self.is_full, found)):
                continue
            if good and not all(map(self.only_hands_on, good)):
                break
            for tier in chosen:
                if good and tier > max(each.tier for each in good):
                    break
                for slip, of_tier, rank in self.slips_of(group, tier):
                    mend = self.tried(slip, of_tier, rank)
                    if mend is not None:
                        found.append(mend)
                    if self.is_spent() or (mend is not None and self.is_enough(mend)):
                        return self.chosen(found)
                if any(self.is_full(m) and not m.bad and not m.off and not self.only_hands_on(m) for m in found):
                    return self.chosen(found)
        return self.chosen(found)

    def slips_of(self, group: list[tuple[int, ast.stmt]] | None, tier: int) -> Iterator[tuple[Slip, int, int]]:
        """Yields the slips of a group of statements; None: those that were put off, since a signpost spoke against."""
        if group is None:
            put_off, self.astray = self.astray, []
            self.foresight.post = None
            yield from put_off
            return
        for rank, node in group:
            for slip in slips(self.places[id(node)], tier):
                yield slip, tier, rank

    def is_spent(self) -> bool:
        return self.runs > MOST_RUNS or self.steps > MOST_STEPS or process_time() - self.begun > MOST_SECONDS

    def is_full(self, mend: Mend) -> bool:
        return mend.right >= self.got.wrong

    def is_enough(self, mend: Mend) -> bool:
        """Tells whether a mend is surely the one: everything is right then, and what comes later is no likelier."""
        if not self.is_full(mend) or mend.bad or mend.off or mend.slip.cause in STANDING:
            return False
        return not self.only_hands_on(mend)

    def chosen(self, found: list[Mend]) -> Mend | None:
        def order(each: Mend) -> tuple[int, int, int, int, bool, int]:
            return -len(each.right), each.bad, each.off, each.tier, self.only_hands_on(each), standing(each)

        return min([each for each in found if self.is_full(each)] or found, key=order, default=None)

    def only_hands_on(self, mend: Mend) -> bool:
        """Tells whether a statement takes what another has made: the value of a call, or a name that is returned."""
        node, spot = mend.slip.statement, mend.slip.culprit
        if isinstance(node, ast.Return) and isinstance(spot, ast.Name):
            return True
        names = {getattr(each, "name", "") for each in self.around.within.values()}
        called = (each.func for each in ast.walk(spot or ast.Pass()) if isinstance(each, ast.Call))
        return any(getattr(each, "attr", getattr(each, "id", "")) in names for each in called)

    # one slip

    def run(self, **named: Any) -> Outcome:
        made = self.attempt.run(self.right.points[0], most=self.most, **named)
        self.runs += 1
        self.steps += self.machine.steps
        return made

    def tried(self, slip: Slip, tier: int, rank: int) -> Mend | None:
        """Returns the mend that a slip is, None where it mends nothing."""
        try:
            before = self.exchange(slip)
        except (SyntaxError, TypeError, ValueError, AttributeError, RecursionError, KeyError):
            return None
        try:
            expected = self.foresight.of(slip)
            if expected == ASTRAY:
                self.astray.append((slip, tier, rank))
            if expected != RUN_IT:
                return None
            right = self.right_ones(self.run(halfway=self.begins.of(slip)), 0)
            for k in range(1, len(self.right.points)):
                if not self.is_better(right):
                    return None
                right &= self.right_ones(self.attempt.run(self.right.points[k], most=self.most), k)
            if not self.is_better(right):
                return None
            told = self.attempt.run(self.right.points[0], events=True, most=self.most)
            return Mend(slip, tier, rank, *self.posts.wrong(told), right) if self.posts.keeps_output(told) else None
        finally:
            self.machine.codes.update(before)

    def is_better(self, right: frozenset[str]) -> bool:
        return right > self.got.right

    def right_ones(self, made: Outcome, k: int) -> frozenset[str]:
        """Returns the gradients that are right in a run."""
        if made.stopped:
            return frozenset()
        most = room(self.exercise, self.right)
        if k not in self.sizes:
            self.sizes[k] = scale(self.right, k)
        wanted = self.right.gradients[k].items()
        verdicts = {n: judged(number_of(made.gradients[n]), g, most, self.sizes[k]) for n, g in wanted}
        return frozenset(name for name, verdict in verdicts.items() if verdict == RIGHT_WORD)

    def exchange(self, slip: Slip) -> dict[int, Any]:
        """Puts other statements in the place of those that a slip changes; returns what stood there."""
        machine = self.machine
        before = {id(node): machine.codes[id(node)] for node in slip.changes}
        every = (each for nodes in slip.changes.values() for each in nodes)
        held = {**{id(each): machine.codes[id(each)] for each in every if id(each) in machine.codes}, **before}
        made = {}
        for node, nodes in slip.changes.items():
            maker, codes = machine.makers[id(node)], []
            for each in nodes:
                if id(each) not in held:
                    self.kept.append(each)
                    self.attempt.own.add(id(each))
                    codes.append(maker.statement(ast.copy_location(each, node)))
                else:
                    codes.append(held[id(each)])
            made[id(node)] = one_after_the_other(codes)
        machine.codes.update(made)
        return before


def standing(mend: Mend) -> int:
    """Returns where a mend comes among its like.

    A missing summand, and an output that is kept, belong into the first line that could have it; a shape, and what is
    upstream, into the last.
    """
    line = mend.slip.statement.lineno if mend.slip.statement is not None else 0
    cause = mend.slip.cause
    return line if line and cause in FORWARD else -line if line and cause in BACKWARD else mend.rank


def one_after_the_other(codes: list[Any]) -> Any:
    if len(codes) == 1:
        return codes[0]

    def run(frame: Frame) -> Any:
        for code in codes:
            end = code(frame)
            if end is not None:
                return end
        return None

    return run
