"""The architecture, held by tests: imports point one way, and light commands load nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import cgviz

ROOT = Path(cgviz.__file__).parent
LAYERS = [
    *("errors", "records", "collecting", "values", "ops", "text", "graph", "runs", "reading", "analysis", "grading"),
    *("drawing", "documents", "views", "codegen", "players", "kernel", "places", "cli", "__main__"),
]
RANK = {name: rank for rank, name in enumerate(LAYERS)}
FREE = {  # imports inside functions that point up or close a circle, each with its reason
    ("cgviz.graph.nodes", "cgviz.runs.run"): "graph(x=…) is a run: the library's front door",
    **{
        ("cgviz.runs.door", f"cgviz.{view}"): "a run shows itself: the library's front door"
        for view in (
            "analysis.checks analysis.diagnosis codegen codegen.source drawing.diagram grading "
            "analysis.learning analysis.learning.problem grading.listing players.deck players.deck.folder "
            "players.deck.frames players.page players.play players.worksheet "
            "places.notebook players.worksheet.blanks players.worksheet.work runs.modes "
            "views.check views.derivation views.descent views.diagnose views.explain "
            "views.grade views.jacobian views.jacobian.facts views.paths views.table "
        ).split()
    },
    ("cgviz.ops.listing", "cgviz.text.formula"): "the texts of `cgviz ops`",
    ("cgviz.text.formula", "cgviz.text.notations"): "a formula says itself in LaTeX",
    ("cgviz.ops.arithmetic", "cgviz.ops.exponential"): "the rule of a power names log, whose rule names a quotient",
    ("cgviz.ops.arithmetic", "cgviz.ops.piecewise"): "the careful rule of a power chooses at its pole",
    ("cgviz.ops.exponential", "cgviz.ops.piecewise"): "logsigmoid is composed of a minimum",
    ("cgviz.ops.indexing", "cgviz.ops.matrices"): "what one place picks hands back a product of its own form",
    ("cgviz.runs.run", "cgviz.runs.steps"): "Run.steps replays the run that it belongs to",
    ("cgviz.reading.foreign", "cgviz.reading.functions"): "a function of sympy's is walked like any expression",
    ("cgviz.reading.functions", "cgviz.reading.walk"): "a function of sympy's is walked like any expression",
    ("cgviz.codegen.language", "cgviz.codegen.layout"): "a language writes whole programs",
    ("cgviz.codegen.language", "cgviz.codegen.program"): "a language writes whole programs",
    ("cgviz.codegen.array_language", "cgviz.codegen.arrays"): "a language writes whole programs",
}


def modules() -> dict[str, Path]:
    """Returns the file of every module, by its dotted name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        names = ["cgviz", *path.relative_to(ROOT).with_suffix("").parts]
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[tuple[str, bool]]:
    """Yields every module of the project that a module imports, and whether it does so inside a function."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    todo: list[tuple[ast.AST, bool]] = [(tree, False)]
    while todo:
        node, inside = todo.pop()
        if isinstance(node, ast.expr) or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)):
            continue
        inside = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        todo.extend((child, inside) for child in ast.iter_child_nodes(node))
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((one if one in MODULES else str(node.module), inside) for one in whole)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, inside) for alias in node.names)


@cache
def edges() -> list[tuple[str, str, bool]]:
    """Returns who imports whom, and whether inside a function."""
    every = {(name, *edge) for name in MODULES for edge in imports(name)}
    return sorted(edge for edge in every if edge[1] in MODULES and edge[1] != "cgviz")


def package(name: str) -> str:
    return name.split(".")[1]


def test_imports_between_packages_point_down() -> None:
    up = [
        f"{here} imports {there}"
        for here, there, inside in edges()
        if here != "cgviz" and RANK[package(there)] > RANK[package(here)] and not (inside and (here, there) in FREE)
    ]
    assert not up, "\n".join(up)


def test_imports_inside_packages_make_no_circle() -> None:
    below: dict[str, set[str]] = {name: set() for name in MODULES}
    for here, there, inside in edges():
        if here != there and not (inside and (here, there) in FREE):
            below[here].add(there)
    list(TopologicalSorter(below).static_order())  # raises CycleError, which names the circle


def test_each_free_import_is_still_made() -> None:
    assert {(here, there) for here, there, inside in edges() if inside} >= FREE.keys()


HEAVY = ("sympy", "rich", "numpy", "graphviz", "pygraphviz", "mpmath", "fontTools", "pylatexenc")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["render", "--help"], ["table", "--help"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom cgviz.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"print('loaded', [m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip().endswith("loaded []"), done.stderr


def test_import_of_the_package_is_light() -> None:
    code = f"import sys, cgviz; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_python_function_is_traced_without_sympy() -> None:
    traced = "cgviz.trace(lambda x: x*x, 3.0).gradient"
    code = f"import sys, cgviz; {traced}; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_every_public_name_is_documented() -> None:
    for name in cgviz.__all__:
        assert getattr(cgviz, name).__doc__, name
