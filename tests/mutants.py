"""Plants one small fault at a time into the package and sees whether the tests find it: `make mutants`.

A mutant is one change of the syntax tree: an operator for its neighbour, a number one off, a condition turned round, a
slot left out. They are drawn at random, by a seed, from the modules on which the numbers and the pictures rest. Without
PyTorch and JAX, of the tests that answer for its module those run that execute its line, those first that have found
something, for at most half a minute's worth: what survives may be found by a test left out. See `mutant_runs`.
"""

from __future__ import annotations

import argparse
import ast
import os
import queue
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from mutant_runs import ROOT, Changed, Reach, Tests, instead

GRADING = (
    "test_grade_part_tables",
    "test_grade_python_tables",
    "test_grade_search_tables",
    "test_grade_tables",
    "test_grade_slips",
    "test_grade",
    "test_grade_arrays",
    "test_grade_students",
)
TESTS = {  # which tests answer for which modules: the first pattern that fits, the quickest tests first
    "ops/listing.py": (),
    "ops/*.py": (
        "test_op_tables",
        "test_array_op_tables",
        "test_ops",
        "test_op_corners",
        "test_array_ops",
        "test_array_code",
        "test_language_ops",
        "test_printed_and_read",
        "test_symbolic_shapes",
        "test_diagnose",
        "test_hessian",
    ),
    "values/axes.py": ("test_value_tables", "test_symbolic_shapes", "test_array_op_tables"),
    "values/wide.py": ("test_value_tables", "test_array_op_tables", "test_wide"),
    "values/*.py": (
        "test_value_tables",
        "test_op_tables",
        "test_array_op_tables",
        "test_reference",
        "test_arrays",
        "test_array_ops",
        "test_op_corners",
        "test_diagnose",
        "test_forward",
    ),
    "runs/passes.py": (
        "test_report_tables",
        "test_array_op_tables",
        "test_reference",
        "test_passes",
        "test_forward",
        "test_straight",
    ),
    "runs/tangents.py": ("test_report_tables", "test_array_op_tables", "test_forward", "test_jacobian"),
    "runs/corners.py": ("test_report_tables", "test_diagnose", "test_hessian", "test_check", "test_array_tables"),
    "runs/bold.py": ("test_straight",),
    "graph/naming.py": ("test_report_tables", "test_naming", "test_golden"),
    "analysis/checks/*.py": ("test_check_tables", "test_report_tables", "test_check"),
    "analysis/own.py": ("test_report_tables", "test_own_passes"),
    "analysis/difference.py": ("test_report_tables", "test_own_passes"),
    "analysis/paths.py": ("test_slope_tables", "test_report_tables", "test_paths"),
    "analysis/*.py": (
        "test_slope_tables",
        "test_report_tables",
        "test_jacobian",
        "test_hessian",
        "test_diagnose",
        "test_recognised",
    ),
    "grading/handwritten.py": ("test_grade_hand_tables", "test_own_passes"),
    "grading/confined.py": ("test_grade_hand_tables", "test_grade_students"),
    "grading/*.py": GRADING,
    "grading/*/*.py": GRADING,
    "drawing/diagram/*.py": (
        "test_layout_tables",
        "test_drawing_tables",
        "test_golden",
        "test_diagram",
        "test_figure",
        "test_array_pictures",
    ),
    "analysis/learning/*.py": ("test_learning_tables", "test_descend"),
    "text/tables.py": ("test_learning_tables", "test_files", "test_descend"),
}
SECONDS = 90
"""As they are measured, while what is executed is traced: a third of it else."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.USub: ast.UAdd,
}  # fmt: skip
SPARED = "strict frozen slots eq order kw_only compare repr init maxsize".split()
"""Keywords that no behaviour hangs on: lengths that are always the same, how a record is kept, how much a cache holds.

Nor does any on `if TYPE_CHECKING:`, and one more of a limit that a module names, `MOST = 20_000`, is no fault that a
test could see without standing on that very number. All else is mutated, also what only spares time and what stands at
the edge of a range of measured lengths, where no test can tell `<` from `<=`: so much of what survives is no fault.
"""


@dataclass(frozen=True)
class Mutant:
    """One change of a module: the place in its syntax tree, the line, and what was changed in words."""

    path: str
    place: int
    line: int
    says: str


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yields what can be changed at a node of a syntax tree, and the function that does it."""
    for slot in ("op", "ops"):
        found = getattr(node, slot, None)
        for at, op in enumerate(found if isinstance(found, list) else [found]):
            swapped = SWAPS.get(type(op))
            if swapped is not None:
                yield (
                    f"{type(op).__name__} becomes {swapped.__name__}",
                    partial(put, node, slot, at, swapped),
                )
    value: Any = getattr(node, "value", None)
    if isinstance(node, ast.Constant) and type(value) in (int, float):
        yield f"{value} becomes {value + 1}", partial(setattr, node, "value", value + 1)
    if isinstance(node, ast.Constant) and type(value) is bool:
        yield f"{value} becomes {not value}", partial(setattr, node, "value", not value)
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield "the condition is turned round", partial(setattr, node, "test", ast.UnaryOp(ast.Not(), node.test))


def put(node: ast.AST, field: str, at: int, swapped: type[ast.AST]) -> None:
    if isinstance(getattr(node, field), list):
        getattr(node, field)[at] = swapped()
    else:
        setattr(node, field, swapped())


@cache
def source(path: Path) -> str:
    """Returns the text of a module as it was when this run began: it may be edited meanwhile."""
    return path.read_text(encoding="utf-8")


def every(path: Path) -> Iterator[tuple[ast.Module, Mutant, Callable[[], None]]]:
    """Yields every mutant of a module with its tree and the function that plants it."""
    tree = ast.parse(source(path))
    place = 0
    spared = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.keyword) and each.arg in SPARED}
    spared |= set(map(id, limits(tree)))
    for node in ast.walk(tree):
        if id(node) in spared or getattr(getattr(node, "test", None), "id", "") == "TYPE_CHECKING":
            continue
        for says, plant in changes(node):
            yield tree, Mutant(str(path.relative_to(ROOT)), place, getattr(node, "lineno", 0), says), plant
            place += 1


def limits(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yields the numbers from ten on that a module names in capitals: how much is done at most, and the like."""
    for each in tree.body:
        names = [name for name in ast.walk(each) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)]
        if isinstance(each, ast.Assign) and names and all(name.id.isupper() for name in names):
            found = [part for part in ast.walk(each.value) if isinstance(part, ast.Constant)]
            yield from (part for part in found if type(part.value) in (int, float) and part.value >= 10)


@cache
def modules() -> dict[Path, tuple[str, ...]]:
    """Returns the modules that are mutated, each with the tests that answer for it."""
    found: dict[Path, tuple[str, ...]] = {}
    for pattern, tests in TESTS.items():
        for path in sorted((ROOT / "cgviz").glob(pattern)):
            found.setdefault(path, tests)
    return {path: tests for path, tests in found.items() if tests and path.name != "__init__.py"}


def drawn(count: int, seed: int, only: str) -> list[Mutant]:
    """Returns so many mutants, drawn evenly over all that there are."""
    pool = [mutant for path in modules() if only in str(path) for _, mutant, _ in every(path)]
    return random.Random(seed).sample(pool, min(count, len(pool)))


def changed(mutant: Mutant) -> Changed:
    """Returns the module with the mutant in it."""
    path = ROOT / mutant.path
    compiled = partial(compile, filename=path.name, mode="exec", dont_inherit=True)
    before = compiled(ast.parse(source(path)))
    for tree, found, plant in every(path):
        if found.place == mutant.place:
            plant()
            made = ast.fix_missing_locations(tree)
            return Changed(mutant.path, ast.unparse(made), (before, compiled(made)))
    raise ValueError(f"no such mutant: {mutant}")


@dataclass
class Choice:
    """Which tests are run on a mutant: of those that answer for its module those that execute its line."""

    reach: dict[str, Reach]
    found: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, mutant: Mutant, is_run: bool) -> tuple[list[str], float, bool]:
        """Returns the tests, their seconds, and whether any runs the line; else, as an import does, all of them."""
        reaches = [self.reach[file] for file in files_of(mutant)]
        seconds = {test: spent for each in reaches for test, spent in each.seconds.items()}
        every = [(line, test) for each in reaches for line, test in each.lines.get(mutant.path, ()) if test]
        traced = max((line for line, _ in every if line <= mutant.line), default=0)
        reached = {test for line, test in every if line == traced and is_run}
        chosen: list[str] = []
        spent = 0.0
        for test in sorted(reached or seconds, key=lambda name: (seconds[name], name)):
            spent += seconds[test]
            if spent > SECONDS and chosen:
                break
            chosen.append(test)
        chosen.sort(key=lambda name: (-self.found[mutant.path, name], "_tables" not in name))  # which know most
        return chosen, spent, bool(reached)


def files_of(mutant: Mutant) -> list[str]:
    return [f"tests/{name}.py" for name in modules()[ROOT / mutant.path]]


def first_failure(mutant: Mutant, choice: Choice, free: queue.Queue[Tests]) -> str | None:
    """Returns the test that finds a mutant."""
    tests = free.get()
    try:
        made = changed(mutant)
        test = tests.first_failure(made, *choice.of(mutant, instead(*made.codes) is not None))
        choice.found[mutant.path, test or ""] += 1
        return test
    finally:
        free.put(tests)


def reach(file: str, free: queue.Queue[Tests]) -> Reach:
    tests = free.get()
    try:
        return tests.reach(file)
    finally:
        free.put(tests)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="mutate only modules whose path holds this")
    parser.add_argument("--least", type=float, default=0.85, help="the part that must be killed")
    options = parser.parse_args()
    mutants = drawn(options.count, options.seed, options.only)
    killed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    files = sorted({file for mutant in mutants for file in files_of(mutant)})
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        free: queue.Queue[Tests] = queue.Queue()
        for at in range(options.jobs):
            free.put(Tests(Path(folder) / str(at), files))
        choice = Choice(dict(zip(files, pool.map(reach, files, [free] * len(files)), strict=True)))
        answers = pool.map(first_failure, mutants, [choice] * len(mutants), [free] * len(mutants))
        for mutant, found in zip(mutants, answers, strict=True):
            room = "/".join(mutant.path.split("/")[1:-1])
            total[room] += 1
            killed[room] += found is not None
            if found is None:
                print(f"survives: {mutant.path}:{mutant.line}: {mutant.says}", flush=True)
    for room in sorted(total):
        print(f"{room:24} {killed[room]:4} of {total[room]:4}")
    share = killed.total() / max(1, total.total())
    print(f"{killed.total()} of {total.total()} mutants are killed ({share:.0%}), seed {options.seed}")
    return 0 if share >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
