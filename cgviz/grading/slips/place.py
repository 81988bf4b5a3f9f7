"""A statement and what is around it while it runs; a change that would mend it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole
from cgviz.grading.slips import trees
from cgviz.grading.slips.trees import MODULES, written


@dataclass(frozen=True)
class Slip:
    """A change that mends a file: its cause, what to do in words, and what stands in the place of which statements.

    culprit  the part that is changed, None for the whole statement
    """

    cause: str
    says: str
    changes: Mapping[ast.stmt, list[ast.stmt]]
    culprit: ast.AST | None = None
    statement: ast.stmt | None = None


class TreeRow(NamedTuple):
    """A slip of one part of a statement: which parts may have it (None: those that are given), what belongs in the
    place of one, the cause, and words with {old} for the part, {new} for what belongs there, {left} and {right}."""

    applies: Callable[[Any], bool] | None
    made: Callable[[Any], ast.expr]
    cause: str
    says: str


@dataclass
class Place:
    """A statement and what is around it while it runs.

    values   names that it can read, and their values
    within   the statements around it, innermost last; `block` the statements among which it stands
    inputs   the values of the exercise;  gradients  names that are gradients
    elements the elements that its function reads, as they are written: y[i], h[t - 1]
    changed  the names of arrays that its function changes in place
    posted   whether the value that it ought to have is known, so that much may be tried
    settled  parts by their ids that need no change: gradients that are right beside others that are returned
    """

    statement: ast.stmt
    values: dict[str, Any]
    block: list[ast.stmt]
    within: list[ast.stmt]
    inputs: dict[str, Any] = field(default_factory=dict)
    gradients: set[str] = field(default_factory=set)
    elements: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    posted: bool = False
    settled: set[int] = field(default_factory=set)

    # the statement

    @cached_property
    def parts(self) -> list[ast.expr]:
        """The expressions that are read, outermost first."""
        return trees.parts(self.statement)

    @cached_property
    def heads(self) -> list[ast.expr]:
        """What the statement assigns, adds or returns: each part of a tuple."""
        return trees.heads_of(self.statement)

    @property
    def value(self) -> ast.expr | None:
        return getattr(self.statement, "value", None)

    @property
    def target(self) -> str:
        """What is assigned to, as it is written; "this" where nothing is."""
        return trees.target_of(self.statement)

    def edit(self, old: ast.expr, new: ast.expr, cause: str, says: str) -> Slip:
        """Returns the slip of another part in the place of one."""
        node = self.statement
        return Slip(cause, says, {node: [trees.changed(node, old, new)]}, old, node)

    def rows(self, every: Iterable[ast.expr], *table: TreeRow) -> Iterator[Slip]:
        """Yields the slips of a table, part by part."""
        for part in every:
            for row in table:
                if row.applies is None or row.applies(part):
                    new = row.made(part)
                    sides = {side: written(getattr(part, side)) for side in ("left", "right") if hasattr(part, side)}
                    says = row.says.format(old=written(part), new=written(new), **sides)
                    yield self.edit(part, new, row.cause, says)

    # what it reads

    def loads(self) -> list[ast.expr]:
        """Returns names, attributes and elements that are read as values: not functions, not indices' keys."""
        calls = [each.func for each in self.parts if isinstance(each, ast.Call)]
        owners = [func.value for func in calls if isinstance(func, ast.Attribute)]
        called = {id(each) for each in calls}
        called |= {id(owner) for owner in owners if isinstance(owner, ast.Name) and owner.id in MODULES}
        return [each for each in self.parts if isinstance(each, (ast.Name, ast.Attribute)) and id(each) not in called]

    def seen(self, node: ast.expr) -> Any:
        """Returns the value of a name or attribute, None where it is not known."""
        return self.values.get(ast.unparse(node)) if isinstance(node, (ast.Name, ast.Attribute)) else None

    @cached_property
    def arrays(self) -> list[str]:
        """The names of arrays."""
        return [key for key, held in self.values.items() if isinstance(held, np.ndarray) and held.ndim]

    @cached_property
    def wholes(self) -> list[str]:
        """The names of whole numbers, and of arrays of them."""
        return [key for key, held in self.values.items() if is_whole(held)]

    @cached_property
    def counts(self) -> list[str]:
        """The names of whole numbers that may count something."""
        return [key for key in self.wholes if is_count(self.values[key])]

    @property
    def keys(self) -> list[str]:
        """Whole numbers in dictionaries, as they are written: conv_param['stride']."""
        dicts = [(owner, held) for owner, held in self.values.items() if isinstance(held, dict)]
        whole = [(owner, key) for owner, held in dicts for key, each in held.items() if type(each) is int]
        return [f"{owner}[{key!r}]" for owner, key in whole if isinstance(key, str)]

    @property
    def labels(self) -> set[str]:
        """Whole numbers that are labels, as they are written: y[i], target."""
        known = {key for key in self.wholes if isinstance(self.values[key], np.ndarray)}
        return {text for text in self.elements if text.partition("[")[0] in known}

    def is_slope(self, name: str) -> bool:
        bare = name.rpartition(".")[2]
        return (
            bare in self.gradients
            or bare in ("dout", "upstream", "grad_output", "gout", "g", "delta", "grad")
            or (bare.startswith(("d_", "grad", "delta")) and len(bare) > 2)
        )


def is_count(value: Any) -> bool:
    return is_whole(value) and not isinstance(value, (bool, np.ndarray))
