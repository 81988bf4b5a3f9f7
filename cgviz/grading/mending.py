"""The first wrong line of a file that the interpreter runs: one statement after the other is mended and run again.

Which statements come first is told by signposts: gradients on the way whose right values are known, from the program's
stages, or from differences of the student's own forward pass. A mend counts that makes every wrong gradient right, and
no right one wrong.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from cgviz.errors import EvaluationError
from cgviz.grading.attempts import Attempt, Outcome
from cgviz.grading.ends import Ends, found, judged, room, scale
from cgviz.grading.exercise import Exercise
from cgviz.grading.foresight import ASTRAY, RUN_IT, Foresight, Visits
from cgviz.grading.halfway import Begins
from cgviz.grading.interpreter.objects import Frame, Instance
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.interpreter.statements import changed_by
from cgviz.grading.near import RIGHT_WORD
from cgviz.grading.places import code_at, offset, place
from cgviz.grading.signposts import Signposts
from cgviz.grading.slips import TIERS, copies, slips
from cgviz.grading.slips.place import NUMPY, Place, Slip
from cgviz.grading.slips.trees import parts as heads
from cgviz.grading.truth import Truth, number_of, objective

MOST_RUNS, MOST_STEPS, MOST_STATEMENTS = 2500, 400_000, 80
MOST_SECONDS = 5.0  # a guard on slow machines; the other bounds come first
FACTORS = range(2, 3)  # the tier of forgotten means
LIKELY = 3  # tiers that are tried on every statement before the others
OUTPUT = "<output>"
FORWARD, BACKWARD = ("branch-forgotten", "input-for-output"), ("shape", "upstream-forgotten")
STANDING = (*FORWARD, *BACKWARD)  # causes for which another line may be as good: see `standing`
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr, ast.For, ast.If, ast.While)


@dataclass(frozen=True)
class Blame:
    """The first wrong line: its cause, what to do, where the culprit stands, and the line as it would be right."""

    line: int
    cause: str
    says: str
    code: str
    start: int
    end: int
    gradient: str = ""
    mended: str = ""


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
        self.leading: set[int] = set()
        self.sizes: dict[int, float] = {}
        self.first: ast.stmt | None = None
        self.order: list[ast.stmt] = []
        self.exact: set[int] = set()
        self.read: dict[int | None, list[str]] = {}
        self.mutated: dict[int | None, set[str]] = {}
        self.machine.seen = visits = Visits()
        attempt.before = self.begins = Begins(visits, self.machine)
        self.base = attempt.run(right.points[0], events=True)
        self.frames = visits.frames
        self.machine.seen = attempt.before = None
        self.most = self.machine.steps * 3 + 2000
        self.blocks = dict(blocks(attempt.source.tree.body, []))
        self.functions = {
            id(inner): id(node)
            for node in ast.walk(attempt.source.tree)
            if isinstance(node, ast.FunctionDef)
            for inner in ast.walk(node)
            if isinstance(inner, ast.stmt) and inner is not node
        }
        self.defined = {
            id(inner): node
            for node in ast.walk(attempt.source.tree)
            if isinstance(node, ast.FunctionDef)
            for inner in ast.walk(node)
            if isinstance(inner, ast.stmt)
        }
        self.signposts = posts = Signposts(attempt, exercise, right, self.base)
        post = posts.posts.get(posts.name) if posts.is_sure else None
        self.foresight = Foresight(self.machine, visits, posts.event, post)
        self.astray: list[tuple[Slip, int, int]] = []

    def blame(self) -> Blame | None:
        if self.got.outcome.stopped:
            return self.endless()
        mend = self.best()
        if mend is not None:
            return self.of_mend(mend)
        return self.of_failure() or self.of_signpost() or self.of_gradient()

    # the search

    def best(self) -> Mend | None:
        """Returns the mend that leaves the fewest signposts wrong, the likeliest first."""
        order = self.order = self.statements()
        self.places = {id(node): self.place(node) for node in order}
        found: list[Mend] = []
        for rank, node in enumerate(order):
            for slip in copies(self.places[id(node)]):
                mend = self.tried(slip, 0, rank)
                if mend is not None and self.is_full(mend) and not mend.bad and not mend.off:
                    return mend
        for group, chosen in self.groups(order):
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
        if not self.is_full(mend) or mend.bad or mend.off:
            return False
        if mend.slip.cause in STANDING:
            return False
        return not self.only_hands_on(mend)

    def chosen(self, found: list[Mend]) -> Mend | None:
        full = [each for each in found if self.is_full(each)] or found
        return min(
            full,
            key=lambda each: (
                -len(each.right),
                each.bad,
                each.off,
                each.tier,
                self.only_hands_on(each),
                self.standing(each),
            ),
            default=None,
        )

    def only_hands_on(self, mend: Mend) -> bool:
        """Tells whether a statement takes what another has made: the value of a call, or a name that is returned."""
        node, spot = mend.slip.statement, mend.slip.culprit
        if isinstance(node, ast.Return) and isinstance(spot, ast.Name):
            return True
        names = {getattr(each, "name", "") for each in self.defined.values()}
        called = (each.func for each in ast.walk(spot or ast.Pass()) if isinstance(each, ast.Call))
        return any(getattr(each, "attr", getattr(each, "id", "")) in names for each in called)

    def standing(self, mend: Mend) -> int:
        """Returns where a mend comes among its like.

        A missing summand, and an output that is kept, belong into the first line that could have it; a shape, and what
        is upstream, into the last.
        """
        if mend.slip.cause in FORWARD and mend.slip.statement is not None:
            return mend.slip.statement.lineno
        if mend.slip.cause in BACKWARD and mend.slip.statement is not None:
            return -mend.slip.statement.lineno
        return mend.rank

    def groups(self, order: list[ast.stmt]) -> Iterator[tuple[list[tuple[int, ast.stmt]] | None, Sequence[int]]]:
        """Yields statements to be tried together, the suspicious ones first, and the tiers of slips to be tried.

        Suspicious are the first wrong signpost, and what moves it and is not told right by a signpost of its own.
        """
        vouched = self.signposts.vouched() if self.first is not None else set()
        ranked, leading = [each for each in enumerate(order) if id(each[1]) not in vouched], self.leading
        if self.first is None:
            leading = set()
        suspects = [each for each in ranked if each[1] is self.first or id(each[1]) in leading]
        rest = [each for each in ranked if each not in suspects]
        early, late, last = range(LIKELY), range(LIKELY, len(TIERS) - 1), range(len(TIERS) - 1, len(TIERS))
        kept = [each for each in enumerate(order) if id(each[1]) not in {id(node) for _, node in ranked}]
        missing = ([*suspects, *kept], range(len(TIERS), len(TIERS) + 1))
        groups = [(suspects, early), missing, (suspects, late), (suspects, last), (None, early[:1])]
        groups += [(rest, early), (rest, late)]
        if self.signposts.is_scaled:
            groups.insert(0, ([each for each in suspects if each[1] is self.first], FACTORS))
        for group, tiers in groups if suspects else groups[5:]:
            if group or group is None:
                yield group, tiers

    def statements(self) -> list[ast.stmt]:
        """Returns the statements that were run and bear on what is wrong, the first wrong signpost first."""
        ran = [self.machine.nodes[key] for key in self.frames if key in self.machine.nodes]
        ran = [node for node in ran if id(node) in self.blocks and isinstance(node, SIMPLE)]
        failure = self.got.outcome.failure
        first = failure.statement if failure is not None else self.signposts.first
        if len(ran) > MOST_STATEMENTS:
            at = ran.index(first) if first in ran else len(ran)
            ran = ran[max(at - MOST_STATEMENTS + 10, 0) : at + 10]
        if failure is not None and failure.statement is not None:
            at = next((i for i, node in enumerate(ran) if node is failure.statement), 0)
            return [*ran[at::-1], *ran[at + 1 :]]
        wrong, right = self.got.wrong, self.got.right
        reach = {id(node): self.reach(node) for node in ran if isinstance(node, (ast.Assign, ast.AugAssign))}
        exact = [n for n in ran if id(n) in reach and wrong <= reach[id(n)] and not reach[id(n)] & right]
        wrong_output = set() if self.signposts.right_forward else {OUTPUT}
        some = [n for n in ran if id(n) in reach and reach[id(n)] & (wrong | wrong_output) and n not in exact]
        self.exact = {id(node) for node in exact}
        open_ = [n for n in ran if id(n) not in reach or (not reach[id(n)] and not self.is_plain(n))]
        able = [n for n in self.signposts.suspects if not reach.get(id(n), frozenset()) & right]
        first = self.first = able[0] if able else None
        front = [first] if first is not None and first in ran else []
        at = ran.index(first) if front and first is not None else len(ran)
        forward = self.forward(ran, reach)
        self.leading |= {id(n) for n in open_}
        if self.signposts.right_forward:
            self.leading -= {id(ran[i]) for i in forward}

        def near(node: ast.stmt) -> tuple[bool, bool, int]:
            number = ran.index(node)
            early = number in forward and self.signposts.right_forward
            return early, number > at, abs(at - number) if front else number

        calls = Counter((event.function, event.frame) for event in self.base.events)
        often = {name for name, count in Counter(name for name, _ in calls).items() if count > 1}
        helpers = [node for node in some if self.function_name(node) in often]
        ordered = [*front, *sorted(exact, key=near), *sorted([*helpers, *open_], key=near), *sorted(some, key=near)]
        return list(dict.fromkeys(ordered))

    def function_name(self, node: ast.stmt) -> str:
        found = self.defined.get(id(node))
        return found.name if found is not None else ""

    def forward(self, ran: list[ast.stmt], reach: dict[int, frozenset[str]]) -> set[int]:
        """Returns the numbers of the statements of the forward pass: they move the output, or nothing and stand by."""
        moves = {i for i, node in enumerate(ran) if OUTPUT in reach.get(id(node), ())}
        functions = {self.functions.get(id(ran[i])) for i in moves} - {None}
        slopes = {self.functions.get(id(each.statement)) for each in self.base.events if self.attempt.spell(each.name)}
        last, functions = max(moves, default=-1), functions - slopes
        idle = {i for i, node in enumerate(ran) if not reach.get(id(node))}
        return moves | {i for i in idle if i <= last or self.functions.get(id(ran[i])) in functions}

    def is_plain(self, node: ast.stmt) -> bool:
        targets = getattr(node, "targets", [])
        return isinstance(getattr(node, "value", None), ast.Constant) and all(
            isinstance(each, ast.Name) for each in targets
        )

    def reach(self, node: ast.stmt) -> frozenset[str]:
        """Returns the gradients that change when a statement's values do."""
        chance = np.random.RandomState(7)

        def shaken(value: Any, statement: ast.stmt) -> Any:
            if statement is not node:
                return value
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                return value + 0.01 * (np.abs(value) + 0.1) * chance.uniform(0.5, 1.5, value.shape)
            if isinstance(value, (float, np.floating)):
                return value * 1.013 + 0.003
            return value

        made = self.run(shaken=shaken, events=self.signposts.event is not None)
        output = self.signposts.output(made)
        moves_output = differs(output, self.signposts.own_output)
        if self.signposts.moves(made) or (moves_output and not self.signposts.right_forward):
            self.leading.add(id(node))
        moved = {name for name in self.got.verdicts if differs(made.gradients.get(name), self.base.gradients.get(name))}
        return frozenset(moved | ({OUTPUT} if moves_output else set()))

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
            made = self.run(halfway=self.begins.of(slip))
            right = self.right_ones(made, 0)
            if not right - self.got.right or not right >= self.got.right:
                return None
            for k in range(1, len(self.right.points)):
                right &= self.right_ones(self.attempt.run(self.right.points[k], most=self.most), k)
            if not right - self.got.right or not right >= self.got.right:
                return None
            told = self.attempt.run(self.right.points[0], events=True, most=self.most)
            if not self.signposts.keeps_output(told):
                return None
            bad, off = self.signposts.wrong(told)
            return Mend(slip, tier, rank, bad, off, right)
        finally:
            self.machine.codes.update(before)

    def right_ones(self, made: Outcome, k: int) -> frozenset[str]:
        """Returns the gradients that are right in a run."""
        if made.stopped:
            return frozenset()
        most = room(self.exercise, self.right)
        if k not in self.sizes:
            self.sizes[k] = scale(self.right, k)
        size = self.sizes[k]
        wanted = self.right.gradients[k]
        return frozenset(
            n for n, g in wanted.items() if judged(number_of(made.gradients[n]), g, most, size) == RIGHT_WORD
        )

    def exchange(self, slip: Slip) -> dict[int, Any]:
        """Puts other statements in the place of those that a slip changes; returns what stood there."""
        machine = self.machine
        before = {id(node): machine.codes[id(node)] for node in slip.changes}
        held = dict(before)
        for nodes in slip.changes.values():
            for each in nodes:
                if id(each) in machine.codes:
                    held.setdefault(id(each), machine.codes[id(each)])
        made = {}
        for node, nodes in slip.changes.items():
            maker = machine.makers[id(node)]
            codes = []
            for each in nodes:
                if id(each) in held:
                    codes.append(held[id(each)])
                else:
                    self.kept.append(each)
                    self.attempt.own.add(id(each))
                    codes.append(maker.statement(ast.copy_location(each, node)))
            made[id(node)] = one_after_the_other(codes)
        machine.codes.update(made)
        return before

    def place(self, node: ast.stmt) -> Place:
        block, within = self.blocks[id(node)]
        frame = self.frames.get(id(node))
        values = visible(frame) if frame is not None else {}
        if self.functions.get(id(node)) is not None and frame is not None:
            own = {each.id for each in ast.walk(self.defined[id(node)]) if isinstance(each, ast.Name)}
            foreign = {*self.exercise.assigned, *self.exercise.known, *self.attempt.upstream_names} - own
            values = {name: value for name, value in values.items() if name not in foreign or name in frame.names}
        names = set(values)
        bare = {name.rpartition(".")[2] for name in names}
        gradients = {
            name
            for name in bare
            if self.attempt.spell(name) or (name[:1] == "d" and name[1:] in bare | set(self.exercise.known))
        }
        gradients |= {*self.attempt.upstream_names, *(name for name in self.exercise.inputs if name[:1] == "d")}
        gradients -= set(self.exercise.asked)
        inputs = dict(self.exercise.inputs.items())
        return Place(
            node,
            values,
            block,
            within,
            None,
            inputs,
            gradients,
            self.elements(node),
            self.changed(node),
            node is self.first and self.foresight.post is not None,
            self.settled(node),
        )

    def settled(self, node: ast.stmt) -> set[int]:
        """Returns the parts of what a function returns that are right gradients already, by their ids."""
        frame, value = self.frames.get(id(node)), getattr(node, "value", None)
        if not isinstance(node, ast.Return) or not isinstance(value, ast.Tuple) or frame is None:
            return set()
        right = [self.got.theirs[name] for name in self.got.right]
        found = set[int]()
        for part in value.elts:
            try:
                held = self.machine.makers[id(node)].code(part)(frame)
            except Exception:
                continue
            same = next((at for at, each in enumerate(right) if not differs(held, each)), None)
            if same is not None:
                del right[same]
                found |= {id(each) for each in ast.walk(part)}
        return found

    def changed(self, node: ast.stmt) -> set[str]:
        """Returns the names that the function of a statement changes in place."""
        own = self.functions.get(id(node))
        if own not in self.mutated:
            around = [each for each in self.machine.nodes.values() if self.functions.get(id(each)) == own]
            self.mutated[own] = {name for each in around for name in changed_in_place(each)}
        return self.mutated[own]

    def elements(self, node: ast.stmt) -> list[str]:
        """Returns the elements that the function of a statement reads, as they are written."""
        own = self.functions.get(id(node))
        if own not in self.read:
            around = [each for each in self.machine.nodes.values() if self.functions.get(id(each)) == own]
            found = (part for each in around for part in heads(each) if isinstance(part, ast.Subscript))
            texts = (
                ast.unparse(part)
                for part in found
                if isinstance(part.ctx, ast.Load) and not isinstance(part.slice, ast.Constant)
            )
            self.read[own] = list(dict.fromkeys(text for text in texts if len(text) <= 30))[:10]
        return self.read[own]

    # what is said

    def of_mend(self, mend: Mend) -> Blame:
        slip, listing = mend.slip, self.attempt.listing
        node = slip.statement
        assert node is not None
        spot: Any = slip.culprit if slip.culprit is not None and hasattr(slip.culprit, "lineno") else node
        line = node.lineno
        start, end = place(listing, node)
        if spot is not node:
            line = spot.lineno if spot.lineno >= node.lineno else node.lineno
            start = offset(listing, spot.lineno, spot.col_offset)
            end = max(offset(listing, spot.end_lineno, spot.end_col_offset), start + 1)
        shown = "; ".join(ast.unparse(each) for each in slip.changes.get(node, ()) if not hasattr(each, "body"))
        says = slip.says
        failure = self.got.outcome.failure
        if failure is not None and failure.line:
            says = f"{says} (Python stops in line {failure.line}: {failure.message})"
        return Blame(
            line, slip.cause, says, code_at(listing, node), start, end, self.about(), shown.replace(NUMPY, "np")
        )

    def about(self) -> str:
        return next((name for name in self.got.verdicts if name in self.got.wrong), "")

    def endless(self) -> Blame | None:
        keys = list(self.frames)
        node = self.machine.nodes.get(keys[-1]) if keys else None
        if node is None:
            return None
        start, end = place(self.attempt.listing, node)
        return Blame(
            node.lineno,
            "endless",
            "this does not come to an end",
            code_at(self.attempt.listing, node),
            start,
            end,
            self.about(),
        )

    def of_failure(self) -> Blame | None:
        failure = self.got.outcome.failure
        if failure is None or not failure.line or failure.statement is None:
            return None
        start, end = place(self.attempt.listing, failure.statement)
        kind = failure.message.partition(":")[0]
        cause = {"NameError": "unknown-name", "UnboundLocalError": "unknown-name", "ValueError": "shape"}.get(
            kind, "raises"
        )
        says = f"Python stops here: {failure.message}"
        if kind == "NameError":
            says += "; it is never assigned: is another name meant?"
        return Blame(
            failure.line, cause, says, code_at(self.attempt.listing, failure.statement), start, end, self.about()
        )

    def of_signpost(self) -> Blame | None:
        node = self.signposts.first
        if node is None:
            return None
        start, end = place(self.attempt.listing, node)
        cause, says = self.signposts.why()
        return Blame(node.lineno, cause, says, code_at(self.attempt.listing, node), start, end, self.about())

    def of_gradient(self) -> Blame | None:
        """Returns the line that gives a wrong gradient its value, where no other is known."""
        for name in self.got.verdicts:
            if name not in self.got.wrong or self.got.theirs[name] is None:
                continue
            for event in reversed(self.base.events):
                value = found(event.value)
                if (
                    value is not None
                    and id(event.statement) in self.blocks
                    and not differs(value, self.got.theirs[name])
                ):
                    start, end = place(self.attempt.listing, event.statement)
                    ours = np.shape(self.got.ours[name])
                    says = f"{event.name} is not the gradient: a local derivative on the way to it is another one"
                    if np.shape(value) != ours:
                        says = f"{event.name} has shape {np.shape(value)}; {name} has {ours}"
                    cause = "shape" if np.shape(value) != ours else "local-derivative"
                    return Blame(
                        event.line, cause, says, code_at(self.attempt.listing, event.statement), start, end, name
                    )
        return self.of_order()

    def of_order(self) -> Blame | None:
        """Returns the last line that moves what is wrong, where its gradient is bound by the call alone."""
        plain = [
            node for node in self.order if isinstance(node, (ast.Assign, ast.AugAssign)) and id(node) in self.exact
        ]
        ends = [node for node in self.order if isinstance(node, ast.Return)]
        node = max(plain or ends, key=lambda each: each.lineno, default=None)
        if node is None:
            return None
        start, end = place(self.attempt.listing, node)
        says = "the gradient is made here, or of what is made here: a local derivative is another one"
        code = code_at(self.attempt.listing, node)
        return Blame(node.lineno, "local-derivative", says, code, start, end, self.about())


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


def blocks(body: list[ast.stmt], within: list[ast.stmt]) -> Iterator[tuple[int, tuple[list[ast.stmt], list[ast.stmt]]]]:
    """Yields, for every statement, the block that it stands in and the loops and conditions around it."""
    for node in body:
        yield id(node), (body, within)
        inner = [] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else [*within, node]
        for name in ("body", "orelse", "finalbody"):
            part = getattr(node, name, None)
            if isinstance(part, list) and part and isinstance(part[0], ast.stmt):
                yield from blocks(part, inner)
        for handler in getattr(node, "handlers", ()):
            yield from blocks(handler.body, inner)


def changed_in_place(node: ast.stmt) -> Iterator[str]:
    """Yields the names whose arrays a statement changes in place."""
    targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets if isinstance(node, ast.Assign) else []
    for target in targets:
        if isinstance(target, ast.Subscript) or isinstance(node, ast.AugAssign):
            yield ast.unparse(target.value if isinstance(target, ast.Subscript) else target)
    if isinstance(node, ast.Expr):
        yield from (name for name in changed_by(node.value))


def visible(frame: Frame) -> dict[str, Any]:
    """Returns what a statement can read: names of its frame and those around it, attributes of objects among them."""
    found: dict[str, Any] = {}
    at: Frame | None = frame
    while at is not None:
        for name, value in at.names.items():
            if name not in found and is_of_use(value):
                found[name] = value
        at = at.up
    for name, value in list(found.items()):
        if isinstance(value, Instance):
            del found[name]
            for attribute, held in value.held.items():
                if is_of_use(held) and not isinstance(held, Instance):
                    found[f"{name}.{attribute}"] = held
    return dict(list(found.items())[:60])


def is_of_use(value: Any) -> bool:
    kinds = (bool, int, float, np.number, np.ndarray, dict, list, tuple, Instance)
    return value is not UNKNOWN and isinstance(value, kinds)


def differs(one: Any, two: Any) -> bool:
    a, b = number_of(one), number_of(two)
    if a is UNKNOWN or b is UNKNOWN:
        return a is not b
    if np.shape(a) != np.shape(b):
        return True
    return not np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)


__all__ = ["Blame", "EvaluationError", "blamed", "objective"]
