"""The wrong line of a hand-written backward pass: a slip of the catalogue is undone, and the pass run again.

The function is one that its author named to be run; a student's file, which never runs, is `mending`'s. A mend counts
that makes wrong gradients right, at two points, and no right one wrong. Between mends that do, the stages decide whose
gradients the pass holds under their names: `dxhat` is compared with that of `xhat`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import process_time
from types import CodeType, FunctionType
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from cgviz.grading.slips import TIERS, slips
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import NUMPY, with_field
from cgviz.grading.surroundings import blocks, changed_in_place
from cgviz.grading.suspects import SIMPLE
from cgviz.text.files import read_file

MOST_RUNS, MOST_BYTES, MOST_LINES = 2000, 2**24, 6
MOST_SECONDS = 8.0  # a guard on slow machines; the other bounds come first
LIKELY = 2  # tiers that are tried in full, whatever is found
CLOSE = {"rtol": 1e-6, "atol": 1e-9}
SEEN = "<seen>"
SPELLINGS = ("d{}", "d_{}", "grad_{}", "{}_grad", "g{}", "g_{}", "{}bar", "{}_bar", "grad{}")

Gradients = Mapping[str, Any]
Backward = Callable[..., Any]


@dataclass(frozen=True)
class Wrong:
    """A line that is wrong: what it ought to be, what is said of it, the gradients that are right with it mended."""

    line: int
    code: str
    cause: str
    says: str
    mended: str = ""
    gradients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """Inputs at which the pass is run, with the gradient of the output, and the gradients that are right there: of the
    inputs, and of the stages that have a name."""

    inputs: Mapping[str, Any]
    upstream: Any
    gradients: Gradients
    stages: Gradients = field(default_factory=dict)


class HandSource:
    """A function with the syntax tree of its text; `library` answers for what a mend calls (np, torch, jnp)."""

    def __init__(self, function: Any, node: ast.FunctionDef, path: str, library: Any) -> None:
        self.function, self.node, self.path, self.library = function, node, path, library
        self.blocks = dict(blocks(node.body, []))

    def with_changes(self, changes: Mapping[ast.stmt, list[ast.stmt]]) -> HandSource:
        """Returns the function with other statements for good."""
        body = [made for each in self.node.body for made in exchanged(each, changes, seen=False)]
        return HandSource(self.function, with_field(self.node, "body", body), self.path, self.library)

    def variant(
        self, changes: Mapping[ast.stmt, list[ast.stmt]], seen: Callable[[int, dict[str, Any]], None] | None = None
    ) -> Backward:
        """Returns the function with other statements; `seen` is told the names before each statement that is run."""
        before, code = self.function, self.function.__code__
        body = [each for node in self.node.body for each in exchanged(node, changes, seen is not None)]
        made: ast.stmt = ast.FunctionDef(self.node.name, self.node.args, body, [], None, None, lineno=1, col_offset=0)
        if code.co_freevars:
            names = [ast.arg(name) for name in code.co_freevars]
            around = ast.arguments([], names, None, [], [], None, [])
            made = ast.FunctionDef("around", around, [made], [], None, None, lineno=1, col_offset=0)
        tree = ast.fix_missing_locations(ast.Module([made], []))
        with catch_warnings():
            simplefilter("ignore", SyntaxWarning)  # of what a mended line is, for which nobody asked
            found = named_code(compile(tree, self.path, "exec"), self.node.name)
        cells = dict(zip(code.co_freevars, before.__closure__ or (), strict=True))
        scope = {**before.__globals__, NUMPY: self.library, SEEN: seen}
        new = FunctionType(
            found, scope, self.node.name, before.__defaults__, tuple(cells[n] for n in found.co_freevars)
        )
        new.__kwdefaults__ = before.__kwdefaults__
        return new


def source_of(function: Any, library: Any) -> HandSource | None:
    """Returns a function with its syntax tree; None where nobody has its text, and of a lambda."""
    function = inspect.unwrap(getattr(function, "__func__", function))
    code = getattr(function, "__code__", None)
    if not isinstance(function, FunctionType) or code is None:
        return None
    try:
        tree = ast.parse(read_file(code.co_filename, MOST_BYTES))
    except (OSError, ValueError, SyntaxError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if code.co_firstlineno in (first, node.lineno):
                return HandSource(function, node, code.co_filename, library)
    return None


def named_code(code: CodeType, name: str) -> CodeType:
    """Returns the code of the function of that name, however deep it is defined."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            return each if each.co_name == name else named_code(each, name)
    raise ValueError(name)


def exchanged(node: ast.stmt, changes: Mapping[ast.stmt, list[ast.stmt]], seen: bool) -> Iterator[ast.stmt]:
    """Yields what stands in the place of a statement, inside of blocks, too."""
    if node in changes:
        yield from changes[node]
        return
    if seen:
        told = ast.Call(ast.Name(SEEN, ast.Load()), [ast.Constant(id(node)), local_names()], [])
        yield ast.Expr(told)
    parts = {}
    for name in ("body", "orelse", "finalbody"):
        inner = getattr(node, name, None)
        if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt):
            parts[name] = [made for each in inner for made in exchanged(each, changes, seen)]
    if not parts or isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node
        return
    made: Any = with_field(node, "body", node.body)  # type: ignore[attr-defined]
    for name, inner in parts.items():
        setattr(made, name, inner)
    yield made


def local_names() -> ast.expr:
    return ast.Call(ast.Name("locals", ast.Load()), [], [])


def plain(value: Any) -> Any:
    """Returns a tensor, or an array of a framework, as one of numpy; all else as it is."""
    if hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    return np.asarray(value) if hasattr(value, "__array__") and not isinstance(value, np.generic) else value


# the search


def wrong_lines(
    source: HandSource, points: Sequence[Point], run: Callable[[Backward, Point], Gradients | None]
) -> list[Wrong]:
    """Returns the lines that are wrong, one mended after the other; where no mend is known, the line where stages part.

    `run` gives the gradients that a backward pass hands back at a point, None where it fails.
    """
    found: list[Wrong] = []
    while len(found) < MOST_LINES:
        search = HandSearch(source, points, run)
        if not search.wrong:
            break
        mend = search.best()
        if mend is None:
            return found + search.parting()
        found.append(told(mend.slip, tuple(name for name in points[0].gradients if name in mend.right)))
        source = source.with_changes(mend.slip.changes)
    return found


@dataclass(frozen=True)
class HandMend:
    """A slip that, undone, makes gradients right; `odd` stages are left, `rank` is where its statement was tried."""

    slip: Slip
    right: frozenset[str]
    odd: int
    tier: int
    rank: int


class HandSearch:
    """Tries the slips of the catalogue on the statements of one backward pass."""

    def __init__(
        self, source: HandSource, points: Sequence[Point], run: Callable[[Backward, Point], Gradients | None]
    ) -> None:
        self.source, self.points, self.run = source, points, run
        self.runs, self.begun = 0, process_time()
        self.before, self.last = self.watched({})
        self.right = self.right_ones(source.variant({}), 0) or frozenset()
        self.wrong = frozenset(points[0].gradients) - self.right
        self.ran = [node for node in self.statements() if id(node) in self.before]

    def watched(self, changes: Mapping[ast.stmt, list[ast.stmt]]) -> tuple[dict[int, dict[str, Any]], dict[str, Any]]:
        """Returns the names before each statement that was run, and those before the last one."""
        before: dict[int, dict[str, Any]] = {}
        last: dict[str, Any] = {}

        def seen(node: int, names: dict[str, Any]) -> None:
            nonlocal last
            last = {name: plain(value) for name, value in names.items()}
            before.setdefault(node, last)

        self.run(self.source.variant(changes, seen), self.points[0])
        return before, last

    def right_ones(self, backward: Backward, k: int) -> frozenset[str] | None:
        """Returns the gradients that are right at a point; None where the pass fails."""
        made = self.run(backward, self.points[k])
        if made is None:
            return None
        wanted = self.points[k].gradients
        return frozenset(name for name, ours in wanted.items() if is_same(ours, made.get(name)))

    def best(self) -> HandMend | None:
        """Returns the mend with which most gradients are right, then most stages, the likeliest first."""
        found: list[HandMend] = []
        for tier in range(len(TIERS)):
            for rank, node in enumerate(self.ran):
                for slip in slips(self.place(node), tier):
                    right = self.tried(slip)
                    if right:
                        found.append(HandMend(slip, right, self.parted(slip), tier, rank))
                    if self.runs > MOST_RUNS or process_time() - self.begun > MOST_SECONDS:
                        return self.chosen(found)
            if any(each.right >= self.wrong and not each.odd for each in found) or (found and tier >= LIKELY):
                break
        return self.chosen(found)

    def chosen(self, found: Sequence[HandMend]) -> HandMend | None:
        return min(found, key=lambda each: (-len(each.right), each.odd, each.tier, each.rank), default=None)

    def statements(self) -> list[ast.stmt]:
        """Returns the statements, those last first, near the gradients; what returns them at the end."""
        every = [each for each in ast.walk(self.source.node) if isinstance(each, SIMPLE)]
        return sorted(
            (each for each in every if id(each) in self.source.blocks),
            key=lambda n: (isinstance(n, ast.Return), -n.lineno),
        )

    def tried(self, slip: Slip) -> frozenset[str]:
        """Returns the wrong gradients that are right with a slip undone, none where it makes another one wrong."""
        self.runs += 1
        try:
            backward = self.source.variant(slip.changes)
        except (SyntaxError, TypeError, ValueError, AttributeError, RecursionError, KeyError):
            return frozenset()
        made = self.wrong
        for k in range(len(self.points)):
            right = self.right_ones(backward, k)
            if right is None or not right >= self.right or not right & made:
                return frozenset()
            made &= right
        return made

    def parted(self, slip: Slip) -> int:
        """Returns how many stages have another gradient than theirs with a slip undone."""
        return len(list(self.odd_stages(self.watched(slip.changes)[1])))

    def odd_stages(self, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yields the names in the pass that are spelled as gradients of stages and are not, and those stages."""
        for stage, ours in self.points[0].stages.items():
            for spelling in SPELLINGS:
                held = names.get(spelling.format(stage))
                if held is not None and np.shape(held) == np.shape(ours) and not is_same(ours, held):
                    yield spelling.format(stage), stage

    def parting(self) -> list[Wrong]:
        """Returns the first line that gives the gradient of a stage another value."""
        odd = dict(self.odd_stages(self.last))
        for node in reversed(self.ran):
            made = {
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
            for name in sorted(made & odd.keys()):
                says = f"here it parts: {name} is not the gradient of {odd[name]}"
                return [Wrong(node.lineno, ast.unparse(node), "parts", says)]
        return []

    def place(self, node: ast.stmt) -> Place:
        block, within = self.source.blocks[id(node)]
        values = self.before[id(node)]
        slopes = {name for name in values if any(name == each.format(s) for s in values for each in SPELLINGS)}
        every = list(ast.walk(self.source.node))
        texts = (ast.unparse(each) for each in every if isinstance(each, ast.Subscript) and is_read(each))
        changed = {name for each in every if isinstance(each, ast.stmt) for name in changed_in_place(each)}
        return Place(
            node, values, block, within, dict(self.points[0].inputs), slopes, list(dict.fromkeys(texts)), changed
        )


def is_read(node: ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Constant)


def is_same(ours: Any, theirs: Any) -> bool:
    if theirs is None or np.shape(theirs) != np.shape(ours):
        return False
    return bool(np.allclose(np.asarray(theirs, dtype=float), ours, **CLOSE))  # type: ignore[arg-type]


def told(slip: Slip, gradients: tuple[str, ...]) -> Wrong:
    node = slip.statement
    assert node is not None
    made = "; ".join(ast.unparse(ast.fix_missing_locations(each)) for each in slip.changes.get(node, ()))
    return Wrong(node.lineno, ast.unparse(node), slip.cause, slip.says, made.replace(NUMPY, "np"), gradients)
