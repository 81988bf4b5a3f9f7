"""Which statements may be the wrong one, the suspicious first: what the wrong gradients, and signposts, depend on."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from cgviz.grading.attempts import Outcome
from cgviz.grading.signposts import Signposts
from cgviz.grading.slips import TIERS
from cgviz.grading.surroundings import Surroundings, differs

MOST_STATEMENTS = 80
FACTORS = range(2, 3)  # the tier of forgotten means
LIKELY = 3  # tiers that are tried on every statement before the others
OUTPUT = "<output>"
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr, ast.For, ast.If, ast.While)
ASSIGNS = (ast.Assign, ast.AugAssign)

Group = tuple[list[tuple[int, ast.stmt]] | None, Sequence[int]]


class Suspects:
    """The statements of one file that were run, in the order in which they are tried.

    first    the first wrong signpost;  leading  the ids of what moves it;  exact  of what moves all that is wrong, and
             nothing that is right
    """

    def __init__(self, around: Surroundings, posts: Signposts, run: Callable[..., Outcome]) -> None:
        self.around, self.posts, self.run = around, posts, run
        self.attempt, self.got, self.base = around.attempt, around.got, posts.base
        self.leading, self.exact = set[int](), set[int]()
        self.first: ast.stmt | None = None
        self.order = self.ranked()

    def ranked(self) -> list[ast.stmt]:
        """Returns the statements that bear on what is wrong, the first wrong signpost first."""
        nodes = self.around.machine.nodes
        ran = [nodes[key] for key in self.around.frames if key in nodes]
        ran = [node for node in ran if id(node) in self.around.blocks and isinstance(node, SIMPLE)]
        failure = self.got.outcome.failure
        first = failure.statement if failure is not None else self.posts.first
        if len(ran) > MOST_STATEMENTS:
            at = ran.index(first) if first in ran else len(ran)
            ran = ran[max(at - MOST_STATEMENTS + 10, 0) : at + 10]
        if failure is not None and failure.statement is not None:
            at = next((i for i, node in enumerate(ran) if node is failure.statement), 0)
            return [*ran[at::-1], *ran[at + 1 :]]
        return self.by_reach(ran)

    def by_reach(self, ran: list[ast.stmt]) -> list[ast.stmt]:
        wrong, right, posts = self.got.wrong, self.got.right, self.posts
        reach = {id(node): self.reach(node) for node in ran if isinstance(node, ASSIGNS)}
        exact = [n for n in ran if id(n) in reach and wrong <= reach[id(n)] and not reach[id(n)] & right]
        wrong_output = set() if posts.right_forward else {OUTPUT}
        some = [n for n in ran if id(n) in reach and reach[id(n)] & (wrong | wrong_output) and n not in exact]
        self.exact = {id(node) for node in exact}
        open_ = [n for n in ran if id(n) not in reach or (not reach[id(n)] and not is_plain(n))]
        able = [n for n in posts.suspects if not reach.get(id(n), frozenset()) & right]
        first = self.first = able[0] if able else None
        front = [first] if first is not None and first in ran else []
        at = ran.index(front[0]) if front else len(ran)
        forward = self.forward(ran, reach) if posts.right_forward else set()
        self.leading |= {id(n) for n in open_}
        self.leading -= {id(ran[i]) for i in forward}

        def near(node: ast.stmt) -> tuple[bool, bool, int]:
            number = ran.index(node)
            return number in forward, number > at, abs(at - number) if front else number

        often = self.called_often()
        helpers = [node for node in some if self.function_name(node) in often]
        ordered = [*front, *sorted(exact, key=near), *sorted([*helpers, *open_], key=near), *sorted(some, key=near)]
        return list(dict.fromkeys(ordered))

    def called_often(self) -> set[str]:
        calls = {(event.function, event.frame) for event in self.base.events}
        return {name for name, count in Counter(name for name, _ in calls).items() if count > 1}

    def function_name(self, node: ast.stmt) -> str:
        found = self.around.within.get(id(node))
        return found.name if found is not None else ""

    def forward(self, ran: list[ast.stmt], reach: dict[int, frozenset[str]]) -> set[int]:
        """Returns the numbers of the statements of the forward pass: they move the output, or nothing and stand by."""
        of = self.around.functions
        moves = {i for i, node in enumerate(ran) if OUTPUT in reach.get(id(node), ())}
        slopes = {of.get(id(each.statement)) for each in self.base.events if self.attempt.spell(each.name)}
        functions = {of.get(id(ran[i])) for i in moves} - {None} - slopes
        last, idle = max(moves, default=-1), {i for i, node in enumerate(ran) if not reach.get(id(node))}
        return moves | {i for i in idle if i <= last or of.get(id(ran[i])) in functions}

    def reach(self, node: ast.stmt) -> frozenset[str]:
        """Returns the gradients that change when a statement's values do."""
        chance = np.random.RandomState(7)

        def shaken(value: Any, statement: ast.stmt) -> Any:
            if statement is node and isinstance(value, np.ndarray) and value.dtype.kind == "f":
                return value + 0.01 * (np.abs(value) + 0.1) * chance.uniform(0.5, 1.5, value.shape)
            if statement is node and isinstance(value, (float, np.floating)):
                return value * 1.013 + 0.003
            return value

        made = self.run(shaken=shaken, events=self.posts.event is not None)
        moves_output = differs(self.posts.output(made), self.posts.own_output)
        if self.posts.moves(made) or (moves_output and not self.posts.right_forward):
            self.leading.add(id(node))
        moved = {name for name in self.got.verdicts if differs(made.gradients.get(name), self.base.gradients.get(name))}
        return frozenset(moved | ({OUTPUT} if moves_output else set()))

    def groups(self) -> Iterator[Group]:
        """Yields statements to be tried together, the suspicious ones first, and the tiers of slips to be tried.

        Suspicious are the first wrong signpost, and what moves it and is not told right by a signpost of its own.
        """
        vouched = self.posts.vouched() if self.first is not None else set()
        ranked = [each for each in enumerate(self.order) if id(each[1]) not in vouched]
        leading = self.leading if self.first is not None else set()
        suspects = [each for each in ranked if each[1] is self.first or id(each[1]) in leading]
        rest = [each for each in ranked if each not in suspects]
        early, late, last = range(LIKELY), range(LIKELY, len(TIERS) - 1), range(len(TIERS) - 1, len(TIERS))
        kept = [each for each in enumerate(self.order) if id(each[1]) in vouched]
        missing = ([*suspects, *kept], range(len(TIERS), len(TIERS) + 1))
        front: list[Group] = [(suspects, early), missing, (suspects, late), (suspects, last), (None, early[:1])]
        if self.posts.is_scaled:
            front.insert(0, ([each for each in suspects if each[1] is self.first], FACTORS))
        for group, tiers in [*(front if suspects else ()), (rest, early), (rest, late)]:
            if group or group is None:
                yield group, tiers


def is_plain(node: ast.stmt) -> bool:
    """Tells whether a statement gives names a constant."""
    targets = getattr(node, "targets", [])
    constant = isinstance(getattr(node, "value", None), ast.Constant)
    return constant and all(isinstance(each, ast.Name) for each in targets)
