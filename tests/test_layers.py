"""The architecture, held by tests: imports point one way, and light commands load nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cgviz

ROOT = Path(cgviz.__file__).parent
LAYERS = [
    {"cgviz"},
    {"errors"},
    {"text"},
    {"arrays"},
    {"ieee", "numbers", "theme", "collecting", "shipped", "output", "pictures", "fold"},
    {"grids", "summaries"},
    {"op"},
    {"ops"},
    {"operators"},
    {"formula"},
    {"typeset"},
    {"graph"},
    {"shapes"},
    {"javascript"},
    {"tracing"},
    {"language"},
    {"staging", "naming", "statements", "lookup"},
    {"passes", "tangents", "gradients"},
    {"costs", "narrowed"},
    {"segments"},
    {"trouble"},
    {"runs"},
    {"steps", "closed", "modes", "expanding"},
    {"paths", "blocks"},
    {"jacobians"},
    {"hessians"},
    {"products"},
    {"api"},
    {"checks"},
    {"diagnosis"},
    {"learning"},
    {"grading"},
    {"fonts"},
    {"engine"},
    {"views"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if "samples" not in path.parts)


def part(module: str) -> str:
    """Returns the layer's name of a dotted module name."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "cgviz"


def at_import(tree: ast.Module) -> list[ast.stmt]:
    """Returns the import statements that run when a module is imported: not in functions, not for type checkers."""
    found: list[ast.stmt] = []
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append(node)
        todo.extend(ast.iter_child_nodes(node))
    return found


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in at_import(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            names |= {f"{base}.{alias.name}" if base == "cgviz" else base for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {part(name) for name in names if name.split(".")[0] == "cgviz"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    relative = path.relative_to(ROOT)
    here = "cgviz" if str(relative) == "__init__.py" else relative.parts[0].removesuffix(".py")
    assert here in RANK, f"give {here} its place in LAYERS"
    for other in (imported(path) & RANK.keys()) - {here}:
        assert RANK[other] < RANK[here], f"{relative} imports {other}, which stands above it"


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
