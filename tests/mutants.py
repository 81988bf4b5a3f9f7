"""Plants one small fault at a time into the package and sees whether the tests find it: `make mutants`.

A mutant is one change of the syntax tree: an operator for its neighbour, a number one off, a condition turned round, a
slot left out. They are drawn at random, by a seed, from the modules on which the numbers and the pictures rest. Each is
written into a copy of the project, without PyTorch and JAX, and of the tests that answer for its module those run that
execute its line, the quickest first, for at most half a minute's worth: what survives may be found by a test left out.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import multiprocessing
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from coverage import CoverageData

ROOT = Path(__file__).parent.parent
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
    "values/axes.py": ("test_symbolic_shapes", "test_array_op_tables"),
    "values/wide.py": ("test_array_op_tables", "test_wide"),
    "values/*.py": (
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
    "graph/naming.py": ("test_report_tables", "test_naming", "test_golden"),
    "analysis/checks/*.py": ("test_report_tables", "test_check"),
    "analysis/own.py": ("test_report_tables", "test_own_passes"),
    "analysis/difference.py": ("test_report_tables", "test_own_passes"),
    "analysis/paths.py": ("test_report_tables", "test_paths"),
    "analysis/*.py": ("test_report_tables", "test_jacobian", "test_hessian", "test_diagnose", "test_recognised"),
    "grading/handwritten.py": ("test_grade_hand_tables", "test_own_passes"),
    "grading/confined.py": ("test_grade_hand_tables", "test_grade_students"),
    "grading/*.py": GRADING,
    "grading/*/*.py": GRADING,
    "drawing/diagram/*.py": (
        "test_drawing_tables",
        "test_golden",
        "test_diagram",
        "test_figure",
        "test_array_pictures",
    ),
    "analysis/learning/*.py": ("test_learning_tables", "test_descend"),
    "text/tables.py": ("test_learning_tables", "test_files", "test_descend"),
}
ABSENT = ("torch", "jax")
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["pytest", "hypothesis", "numpy", "sympy", "rich", "click", "jsonschema"])
LEFT_OUT = (".*", "__pycache__", "build", "dist", "*.egg-info")
SECONDS = 90
"""As they are measured, while what is executed is traced: a third of it else."""
NO_SUCH_TEST = 4

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


def every(path: Path) -> Iterator[tuple[ast.Module, Mutant, Callable[[], None]]]:
    """Yields every mutant of a module with its tree and the function that plants it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
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


def planted(mutant: Mutant) -> str:
    """Returns the source of the module with the mutant in it."""
    for tree, found, plant in every(ROOT / mutant.path):
        if found.place == mutant.place:
            plant()
            return ast.unparse(ast.fix_missing_locations(tree))
    raise ValueError(f"no such mutant: {mutant}")


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


@dataclass
class Reach:
    """Which tests execute which lines, and the seconds that each takes: of the tests of one or several files."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    def add(self, other: Reach) -> None:
        self.seconds |= other.seconds
        for path, lines in other.lines.items():
            for line, tests in lines.items():
                self.lines.setdefault(path, {}).setdefault(line, set()).update(tests)

    def of(self, mutant: Mutant) -> list[str]:
        """Returns the tests for a mutant, the quickest first; those of its group where only the import runs it."""
        lines = self.lines.get(mutant.path, {})
        traced = sorted(lines)
        at = bisect_right(traced, mutant.line)
        reached = lines[traced[at - 1]] - {""} if at else set()
        chosen: list[str] = []
        spent = 0.0
        for test in sorted(reached or self.seconds, key=lambda name: (self.seconds.get(name, 0.0), name)):
            spent += self.seconds.get(test, 0.0)
            if spent > SECONDS and chosen:
                break
            chosen.append(test)
        return chosen


def copied(folder: Path) -> Path:
    """Returns a compiled copy of the project, since tests read its files, without what mutants do without."""
    copy = folder / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    absent = f"import sys\n\nsys.modules.update(dict.fromkeys({ABSENT}))\n"  # neither imported nor found
    (copy / "sitecustomize.py").write_text(absent, encoding="utf-8")
    compileall.compile_dir(copy / "cgviz", quiet=2)
    return copy


def tested(copy: Path, arguments: list[str], seconds: float | None) -> tuple[int, str]:
    """Returns the exit code of pytest in a copy of the project, 1 where it never ends, and its last words."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    env = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, timeout=seconds, text=True)
    except subprocess.TimeoutExpired:
        return 1, ""
    return done.returncode, done.stdout[-2000:]


def first_failure(copy: Path, tests: list[str]) -> int:
    """Returns the exit code of pytest up to the first test that fails, 1 where it never ends.

    It runs in a fork of a process that has loaded the libraries, but nothing of ours.
    """
    process = SERVER.Process(target=run_tests, args=(copy, tests))
    process.start()
    process.join(4 * SECONDS)
    if process.exitcode is None:
        process.kill()
        return 1
    return process.exitcode


def run_tests(copy: Path, tests: list[str]) -> None:
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    sys.modules.update(dict.fromkeys(ABSENT))  # type: ignore[arg-type]
    os.environ["PYTHONPATH"] = str(copy)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    loaded = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # what is there before pytest begins
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-x", "-n", "0", *loaded, *tests]))


def reach(test: str, copy: Path, jobs: int) -> Reach:
    """Returns what a file of tests executes. Raises RuntimeError where it fails without any mutant."""
    traced = ["--cov=cgviz", "--cov-context=test", "--cov-report=", "--junitxml=times.xml"]
    code, says = tested(copy, ["-n", str(jobs), *traced, f"tests/{test}.py"], None)
    if code:
        raise RuntimeError(f"the tests fail as they are: {test}\n{says}")
    found = Reach()
    for case in ET.parse(copy / "times.xml").iter("testcase"):
        inner = case.get("classname", "").removeprefix(f"tests.{test}").split(".")[1:]  # the class that it stands in
        found.seconds["::".join([f"tests/{test}.py", *inner, case.get("name", "")])] = float(case.get("time", 0))
    data = CoverageData(str(copy / ".coverage"))
    data.read()
    for path in data.measured_files():
        found.lines[str(Path(path).relative_to(copy))] = {
            line: {test.rpartition("|")[0] for test in every} for line, every in data.contexts_by_lineno(path).items()
        }
    return found


def reached(groups: set[tuple[str, ...]], jobs: int) -> dict[tuple[str, ...], Reach]:
    """Returns what each group of tests executes; every file of tests runs once."""
    found = {tests: Reach() for tests in groups}
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        for test in sorted({test for tests in groups for test in tests}):
            one = reach(test, copy, jobs)
            for tests, whole in found.items():
                if test in tests:
                    whole.add(one)
    return found


def by_file(tests: list[str]) -> list[tuple[str, list[str]]]:
    """Returns the tests of each file, since pytest reads a file before it begins; the tables first, which know most."""
    found: dict[str, list[str]] = {}
    for test in tests:
        found.setdefault(test.partition("::")[0], []).append(test)
    return sorted(found.items(), key=lambda each: "_tables" not in each[0])


def fail(copy: Path, file: str, tests: list[str]) -> bool:
    """Tells whether tests of a file fail; the whole file where a mutant renames them, or nothing can be imported."""
    code = first_failure(copy, tests)
    return (first_failure(copy, [file]) if code == NO_SUCH_TEST else code) != 0


def is_killed(mutant: Mutant, tests: list[str], copies: queue.Queue[Path]) -> bool:
    """Tells whether the tests of its line fail on a mutant, or never end."""
    copy = copies.get()
    try:
        (copy / mutant.path).write_text(planted(mutant), encoding="utf-8")
        return any(fail(copy, file, part) for file, part in by_file(tests))
    finally:
        shutil.copy2(ROOT / mutant.path, copy / mutant.path)
        copies.put(copy)


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
    answering = modules()
    groups = [answering[ROOT / mutant.path] for mutant in mutants]
    found_by = reached(set(groups), options.jobs)
    tests = [found_by[group].of(mutant) for group, mutant in zip(groups, mutants, strict=True)]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        copies: queue.Queue[Path] = queue.Queue()
        for at in range(options.jobs):
            copies.put(copied(Path(folder) / str(at)))
        if first_failure(copies.queue[0], tests[0]):
            raise RuntimeError(f"tests fail without a mutant: {' '.join(tests[0])}")
        answers = pool.map(is_killed, mutants, tests, [copies] * len(mutants))
        for mutant, found in zip(mutants, answers, strict=True):
            room = "/".join(mutant.path.split("/")[1:-1])
            total[room] += 1
            killed[room] += found
            if not found:
                print(f"survives: {mutant.path}:{mutant.line}: {mutant.says}", flush=True)
    for room in sorted(total):
        print(f"{room:24} {killed[room]:4} of {total[room]:4}")
    share = killed.total() / max(1, total.total())
    print(f"{killed.total()} of {total.total()} mutants are killed ({share:.0%}), seed {options.seed}")
    return 0 if share >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
