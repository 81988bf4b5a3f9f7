"""The house in order: files of one idea, short functions, one name a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from statistics import median

from test_layers import MODULES

LONGEST_FILE, MEDIAN = 400, 6
LONGER: set[str] = set()  # files that are still to be taken apart


def test_no_file_is_longer_than_its_idea() -> None:
    lengths = {name: path.read_text(encoding="utf-8").count("\n") for name, path in MODULES.items()}
    assert {name for name, length in lengths.items() if length > LONGEST_FILE} == LONGER


def definitions(
    kind: type[ast.FunctionDef] | type[ast.ClassDef],
) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """Yields every function, or class, with the module that defines it."""
    for name, path in MODULES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from ((name, node) for node in ast.walk(tree) if isinstance(node, kind))


def test_functions_are_short() -> None:
    lengths = [(node.end_lineno or 0) - node.lineno + 1 for _, node in definitions(ast.FunctionDef)]
    assert median(lengths) <= MEDIAN


def test_a_class_name_means_one_thing() -> None:
    places: dict[str, list[str]] = {}
    for module, node in definitions(ast.ClassDef):
        places.setdefault(node.name, []).append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}
